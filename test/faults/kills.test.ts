/** Real SIGKILLs of the engine, the runner, the agent, git, the gate and all of them at once, at events and at seeded moments inside the acts. */
import { afterAll, describe, expect, test } from 'vitest';
import { killsOf, orphanedGate, OTHERS, surviveKills } from '../support/faults/kills.js';
import type { Target } from '../support/faults/kills.js';
import { forgetTemplate } from '../support/faults/repository.js';

afterAll(forgetTemplate);

const SCENARIOS = 16;

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
