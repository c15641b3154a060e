/** Real SIGKILLs of the engine, the runner, the agent, git and the gate, at events and at seeded moments inside the acts. */
import { afterAll, describe, expect, test } from 'vitest';
import { surviveKills } from '../support/faults/kills.js';
import type { Kill, Target } from '../support/faults/kills.js';
import { forgetTemplate } from '../support/faults/repository.js';
import { random } from '../support/random.js';

afterAll(forgetTemplate);

const TARGETS: readonly Target[] = ['engine', 'runner', 'engine', 'agent', 'engine', 'git', 'engine', 'gate'];
const SCENARIOS = 12;
const KILLS = 4;

/** The same every time: the explorer takes other seeds. */
function killsOf(scenario: number): readonly Kill[] {
  const next = random(scenario + 1);
  return Array.from({ length: KILLS }, (_, index) => ({
    target: TARGETS[(scenario + index * 3) % TARGETS.length] ?? 'engine',
    line: 1 + next.below(index === 0 ? 40 : 14),
    delayMs: index % 2 === 0 ? 0 : next.below(40),
  }));
}

let killed = 0;

describe.concurrent('killed', () => {
  test.each(Array.from({ length: SCENARIOS }, (_, scenario) => ({ kills: killsOf(scenario), name: killsOf(scenario).map(({ target, line }) => `${target}@${String(line)}`).join(' ') })))(
    '$name',
    { timeout: 300_000 },
    async ({ kills }) => {
      const report = await surviveKills(kills);
      killed += report.killed.length;
      expect(report.wrong, report.story.join('\n')).toEqual([]);
    },
  );
});

test('at least 40 times', () => {
  expect(killed).toBeGreaterThanOrEqual(40);
});
