import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../src/core/ports.js';
import { againReason, redFeedback, redReason, redTimes } from '../../src/core/redGate.js';
import { reasonHead, reasonLine, reasonText } from '../../src/core/reasonWords.js';
import type { AttemptState, GateState } from '../../src/core/run.js';

const red = (tail: string, over: Partial<CommandResult> = {}): CommandResult => ({ command: 'npm test', exitCode: 1, ms: 900, tail, ...over });
const gate = (attempt: number, result: CommandResult, over: Partial<GateState> = { verdict: 'red' }): GateState => ({ attempt, startedAt: 0, of: 1, results: [result], ...over });
const attempt = (number: number, over: Partial<AttemptState> = {}): AttemptState => ({ attempt: number, role: 'executor', agent: 'scripted', folder: '', nonce: '', startedAt: 0, usage: [], apiEquivalent: false, ...over });
const first = 'not ok 1 - adds (12ms)\nAssertionError: expected 3 to be 2';
const later = 'not ok 1 - adds (48ms)\nAssertionError: expected 3 to be 2';
const other = 'TypeError: x is not a function';

describe('a gate that is red again', () => {
  it('counts reds in a row, and those of the last that failed in the same way', () => {
    expect(redTimes([], [red(first)])).toEqual({ times: 1, same: 1 });
    expect(redTimes([gate(1, red(first)), gate(2, red(later))], [red(first)])).toEqual({ times: 3, same: 3 });
    expect(redTimes([gate(1, red(other)), gate(2, red(first))], [red(later)])).toEqual({ times: 3, same: 2 });
    expect(redTimes([gate(1, red(first)), gate(2, red(other))], [red(first)])).toEqual({ times: 3, same: 1 });
    expect(redTimes([gate(1, red(first)), gate(2, { ...red(''), exitCode: 0 }, { verdict: 'green' })], [red(first)])).toEqual({ times: 1, same: 1 });
  });
  it('knows a silent command by how it ended, and another command or exit code as something else', () => {
    expect(redTimes([gate(1, red(''))], [red('')])).toMatchObject({ same: 2 });
    expect(redTimes([gate(1, red('', { exitCode: 2 }))], [red('')])).toMatchObject({ times: 2, same: 1 });
    expect(redTimes([gate(1, red(first, { command: 'npm run lint' }))], [red(first)])).toMatchObject({ times: 2, same: 1 });
  });
  it('does not count one that was stopped, and not the present one twice', () => {
    expect(redTimes([gate(1, red(first)), gate(1, red('', { exitCode: null }), { verdict: 'red', note: 'Stopped.' }), gate(2, red(''), {})], [red(later)])).toEqual({ times: 2, same: 2 });
  });
});

describe('what is said of it', () => {
  const task = { gates: [gate(1, red(first)), gate(2, red(first))], attempts: [attempt(1), attempt(2), attempt(3, { unchanged: true })] };

  it('to the person: how often, the same way, the line, and that the agent is stuck', () => {
    const reason = redReason(task, [red(later)], undefined);
    expect(reason).toEqual({
      kind: 'gate-failed',
      line: 'AssertionError: expected 3 to be 2',
      text: 'The gate failed the same way 3 times: `npm test` failed with exit code 1. Attempt 3 changed nothing. Its agent gets no further with what it was told. Nothing has landed; retry with other feedback, take over, re-plan or drop it.',
    });
    expect(reasonLine(reason)).toBe('AssertionError: expected 3 to be 2');
    expect(reasonHead(reason)).toBe('The gate failed the same way 3 times: `npm test` failed with exit code 1. It says “AssertionError: expected 3 to be 2”.');
    expect(reasonText(reason)).toContain('to be 2”. Attempt 3 changed nothing.');
    expect(redReason({ gates: [], attempts: [attempt(1)] }, [red('')], undefined)).toEqual({ kind: 'gate-failed', text: '`npm test` failed with exit code 1. Nothing has landed; retry with feedback, re-plan, take over or drop it.' });
  });
  it('while it is tried once more, from the second time on', () => {
    expect(againReason({ gates: [], attempts: [attempt(1)] }, [red(first)], 1)).toBeUndefined();
    expect(againReason({ gates: [gate(1, red(first))], attempts: [attempt(1), attempt(2)] }, [red(later)], 0)).toMatchObject({ line: 'AssertionError: expected 3 to be 2', text: expect.stringMatching(/^The gate failed the same way 2 times: .* This is its last automatic retry\.$/) as string });
  });
  it('to the agent, which does not see that it goes round in a circle', () => {
    const { gates, attempts } = task;
    expect(redFeedback({ gates: [], attempts: [attempt(1)] }, [red(first)], undefined)).not.toContain('exactly as it did');
    expect(redFeedback({ gates, attempts: attempts.slice(0, 2) }, [red(later)], undefined)).toContain('It fails exactly as it did before your last change');
    expect(redFeedback(task, [red(later)], undefined)).toContain('You have changed nothing since it failed last.');
  });
});
