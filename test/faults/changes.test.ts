/** Crashes, power cuts and errors around every act of an undo, a run's landing, a pull request and a bring-in: done once, or not at all. */
import { afterAll, describe, expect, test } from 'vitest';
import { deal, faultsAt, forgetTemplate, nameOf } from '../support/faults/campaign.js';
import { ACTS, surviveAct } from '../support/faults/changeScenes.js';

afterAll(forgetTemplate);

/** Of the acts before it the other tests tell. */
const ABOUT = /^(?:log\.append\((?:change|integration|pull-request)\.|git\.(?:push|createBranch|removeBranch|treeWithout|advance)|pullRequests\.)/u;
const fired = new Set<string>();

describe.concurrent.each(ACTS)('%s', (act) => {
  test('survives every fault', { timeout: 300_000 }, async () => {
    const { seen } = await surviveAct(act, []);
    const points = seen.filter((point) => ABOUT.test(point));
    for (const faults of deal(faultsAt(points, ['crash', 'crash-after', 'power', 'fail', 'fail-after']), 16)) {
      for (const fault of (await surviveAct(act, faults)).fired) fired.add(`${act}: ${nameOf(fault)}`);
    }
  });
});

test('at more than 60 distinct points', () => {
  expect(fired.size).toBeGreaterThan(60);
});
