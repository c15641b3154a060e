/** Calls of git, of the runner and of gates fail (ENOSPC, EIO, EMFILE), before the act or after it: nothing is lost or doubled. */
import { afterAll, describe, expect, test } from 'vitest';
import { deal, faultsAt, forgetTemplate, nameOf, record, survive } from '../support/faults/campaign.js';

afterAll(forgetTemplate);

const points = (await record()).filter((point) => !point.startsWith('disk.'));
const runs = deal(faultsAt(points, ['fail', 'fail-after']), 10);
const fired = new Set<string>();

describe.concurrent('an error', () => {
  test.each(runs.map((faults) => ({ name: faults.map(nameOf).join(', '), faults })))('$name', { timeout: 300_000 }, async ({ faults }) => {
    const report = await survive(faults);
    for (const fault of report.fired) fired.add(nameOf(fault));
    expect(report.fired.length).toBeGreaterThan(0);
  });
});

test('at more than 120 distinct points', () => {
  expect(fired.size).toBeGreaterThan(120);
});
