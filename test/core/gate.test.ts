import { describe, expect, it } from 'vitest';
import { FEEDBACK_LINES, gateFeedback, greenText, gateSummary, judge, listed } from '../../src/core/gate.js';
import type { CommandResult } from '../../src/core/ports.js';

const ran = (parts: Partial<CommandResult> = {}): CommandResult => ({ command: 'npm test', exitCode: 0, ms: 1, tail: '', ...parts });
const failed = (tail = '') => ran({ exitCode: 1, tail });

describe('judge', () => {
  it.each<[string, readonly string[], readonly CommandResult[], readonly string[], string]>([
    ['no command', [], [], [], 'unproven'],
    ['no command, whatever is dirty', [], [], ['x'], 'unproven'],
    ['all passed', ['a', 'b'], [ran(), ran()], [], 'green'],
    ['the first failed', ['a', 'b'], [failed()], [], 'red'],
    ['the last failed', ['a', 'b'], [ran(), failed()], [], 'red'],
    ['killed', ['a'], [ran({ exitCode: null, signal: 'SIGKILL' })], [], 'red'],
    ['timed out', ['a'], [ran({ exitCode: null, timedOut: true })], [], 'red'],
    ['stopped for its output', ['a'], [ran({ exitCode: null, overflowed: true })], [], 'red'],
    ['timed out, though it then exited with 0', ['a'], [ran({ timedOut: true })], [], 'red'],
    ['it did not finish', ['a', 'b'], [ran()], [], 'red'],
    ['nothing ran', ['a'], [], [], 'red'],
    ['it changed tracked files', ['a'], [ran()], ['dist/x.js'], 'red'],
    ['a test command that ran no test', ['a'], [ran({ tests: 0 })], [], 'unproven'],
    ['a test command that ran some', ['a'], [ran({ tests: 3 })], [], 'green'],
    ['a command that says nothing of tests', ['a'], [ran({ tail: 'compiled' })], [], 'green'],
    ['exit code 0 over a summary with failures', ['a'], [ran({ tests: 3, failures: 1 })], [], 'unproven'],
  ])('%s: %s', (_what, commands, results, dirtied, verdict) => expect(judge(commands, results, dirtied).verdict).toBe(verdict));

  it('says what is not plain', () => {
    expect(judge([], [], []).note).toMatch(/no gate command/);
    expect(judge(['a'], [ran()], ['x', 'y']).note).toContain('(x, y)');
    expect(judge(['a', 'b'], [ran()], []).note).toBe('The gate did not finish.');
    expect(judge(['a'], [failed()], ['x'])).toEqual({ verdict: 'red' });
    expect(judge(['a'], [ran()], [])).toEqual({ verdict: 'green' });
    expect(judge(['a'], [ran({ tests: 3, failures: 2 })], []).note).toBe('`npm test` ended well, but its own summary says that 2 tests failed: nothing was proven.');
  });
});

describe('beside the exit codes', () => {
  const onBase = (tests: number) => ({ branch: 'main', tests: new Map([['npm test', tests]]) });
  it.each<[string, number | undefined, number, string]>([
    ['as many tests as on the base', 12, 12, 'green'],
    ['more', 13, 12, 'green'],
    ['fewer', 11, 12, 'unproven'],
    ['an unknown number', undefined, 12, 'unproven'],
    ['an unknown number, and none on the base', undefined, 0, 'green'],
  ])('%s', (_what, tests, before, verdict) => expect(judge(['npm test'], [ran(tests === undefined ? {} : { tests })], [], onBase(before)).verdict).toBe(verdict));
  it('says how many are missing', () => {
    expect(judge(['npm test'], [ran({ tests: 9 })], [], onBase(12)).note).toBe('`npm test` passed but ran 9 tests, and 12 on main: what the missing 3 proved is not proven.');
    expect(judge(['npm test'], [ran({ tests: 1 })], [], onBase(2)).note).toContain('ran 1 test, and 2 on main: what the missing one proved');
  });
  it('says what no longer tells that a test ran', () => {
    expect(judge(['npm test'], [ran()], [], onBase(12)).note).toBe('`npm test` passed, but nothing that it printed tells that a test ran; on main it ran 12: what they proved is not proven.');
  });
  it('of another command the count on the base says nothing', () => expect(judge(['b'], [ran({ command: 'b', tests: 1 })], [], onBase(12)).verdict).toBe('green'));
  const earlier = { exitCode: 1, ms: 1, tail: 'no' };
  it('a command that was red and then passed is green and flaky', () => {
    const judged = judge(['npm test'], [ran({ earlier })], []);
    expect(judged).toEqual({ verdict: 'green', note: '`npm test` is flaky: red once, and passed when run again on the same, clean tree.' });
    expect(greenText({ results: [ran({ earlier })], changesJudge: ['package.json scripts.test'] })).toEqual([
      '`npm test` is flaky: red once, and passed when run again on the same, clean tree',
      'it changes how it is judged: package.json scripts.test',
    ]);
    expect(greenText({ results: [ran()] })).toEqual([]);
    expect(greenText(undefined)).toEqual([]);
  });
  it('one that was red twice is red, and the agent is told so', () => {
    expect(judge(['npm test'], [ran({ exitCode: 1, earlier })], []).verdict).toBe('red');
    expect(gateFeedback([ran({ exitCode: 1, earlier })], undefined)).toContain('failed with exit code 1, twice in a row, run on');
  });
});

describe('feedback', () => {
  const lines = Array.from({ length: 80 }, (_, at) => `line ${at + 1}`);
  it('is the command, how it failed, and its last 50 lines', () => {
    const text = gateFeedback([ran({ command: 'npm run lint' }), failed(`${lines.join('\n')}\n`)], undefined);
    expect(text).toContain('`npm test` failed with exit code 1');
    expect(text).toContain('do not weaken the tests');
    expect(text.split('\n').slice(-FEEDBACK_LINES)).toEqual(lines.slice(-FEEDBACK_LINES));
    expect(text).not.toContain('line 30\n');
    expect(FEEDBACK_LINES).toBe(50);
  });
  it('has no terminal colours', () => expect(gateFeedback([failed('\u001b[31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007')], undefined)).toMatch(/\nred link$/));
  it.each([
    [ran({ exitCode: null, timedOut: true, ms: 900_000 }), 'took longer than its 15 minutes and was stopped'],
    [ran({ exitCode: 0, timedOut: true, ms: 2_400 }), 'took longer than its 2 s and was stopped'],
    [ran({ exitCode: null, overflowed: true }), 'printed without end and was stopped'],
    [ran({ exitCode: null, signal: 'SIGSEGV' }), 'was ended by SIGSEGV'],
    [ran({ exitCode: null }), 'was ended by a signal'],
    [ran({ exitCode: 127 }), 'failed with exit code 127'],
  ])('%j: %s', (result, words) => expect(gateFeedback([result], undefined)).toContain(`\`npm test\` ${words}`));
  it('is the note where no command failed', () => {
    expect(gateFeedback([ran()], 'It changed files.')).toBe('It changed files.');
    expect(gateFeedback([], undefined)).toBe('The gate failed.');
  });
});

describe('in one line', () => {
  it.each<[readonly CommandResult[], string | undefined, string]>([
    [[failed()], undefined, '`npm test` failed with exit code 1'],
    [[ran({ exitCode: null, timedOut: true })], undefined, '`npm test` took longer than its 1 s and was stopped with all it had started'],
    [[ran({ exitCode: null, signal: 'SIGKILL' })], undefined, '`npm test` was ended by SIGKILL'],
    [[ran()], 'A note', 'A note'],
    [[], undefined, 'Gate failed'],
  ])('%j', (results, note, expected) => expect(gateSummary(results, note)).toBe(expected));
  it('lists a few paths and counts the rest', () => {
    expect(listed(['a', 'b'])).toBe('a, b');
    expect(listed(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e and 2 more');
    expect(listed(['a', 'b', 'c'], 1)).toBe('a and 2 more');
    expect(listed([])).toBe('');
  });
});
