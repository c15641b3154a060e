/** Real SIGKILLs of the engine, the runner, the agent, git and the gate, at events and at seeded moments inside the acts. */
import { afterAll, describe, expect, test } from 'vitest';
import { orphanedGate, surviveKills } from '../support/faults/kills.js';
import type { Kill, Target } from '../support/faults/kills.js';
import { forgetTemplate } from '../support/faults/repository.js';
import { random } from '../support/random.js';

afterAll(forgetTemplate);

const OTHERS: readonly Target[] = ['runner', 'agent', 'git', 'gate'];
const SCENARIOS = 16;

/** The same every time; the explorer takes other seeds. */
function killsOf(scenario: number): readonly Kill[] {
  const next = random(scenario + 1);
  const other = OTHERS[scenario % OTHERS.length] ?? 'git';
  return [
    { target: 'engine', line: 1 + next.below(24), delayMs: 0 },
    { target: 'engine', line: 1 + next.below(8), delayMs: next.below(40) },
    { target: other, line: 1 + next.below(6), delayMs: 0 },
    { target: 'engine', line: 1 + next.below(6), delayMs: next.below(25) },
  ];
}

const killed: Target[] = [];

describe.concurrent('killed', () => {
  test.each(Array.from({ length: SCENARIOS }, (_, scenario) => ({ kills: killsOf(scenario), name: killsOf(scenario).map(({ target, line }) => `${target}@${String(line)}`).join(' ') })))(
    '$name',
    { timeout: 300_000 },
    async ({ kills }) => {
      const report = await surviveKills(kills);
      killed.push(...report.killed);
      expect(report.wrong, report.story.join('\n')).toEqual([]);
    },
  );
});

test('a gate that outlives its engine is ended by recover, and runs once at a time', { timeout: 120_000 }, async () => {
  const report = await orphanedGate();
  expect(report.wrong, report.story.join('\n')).toEqual([]);
});

test('at least 40 times, and each of them', () => {
  expect(killed.length).toBeGreaterThanOrEqual(40);
  expect([...new Set(killed)].toSorted()).toEqual(['engine', ...OTHERS].toSorted());
});
