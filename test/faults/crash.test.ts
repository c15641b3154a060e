/** The engine's process dies around every act and every record of a six-task run: nothing is lost and nothing runs twice. */
import { afterAll, describe, expect, test } from 'vitest';
import { deal, faultsAt, forgetTemplate, nameOf, record, survive } from '../support/faults/campaign.js';

afterAll(forgetTemplate);

const runs = deal(faultsAt(await record(), ['crash', 'crash-after']), 16);
const fired = new Set<string>();

describe.concurrent('a crash', () => {
  test.each(runs.map((faults) => ({ name: faults.map(nameOf).join(', '), faults })))('$name', { timeout: 300_000 }, async ({ faults }) => {
    const report = await survive(faults);
    for (const fault of report.fired) fired.add(nameOf(fault));
    // Agents live on through a crash, so no attempt is ever begun again.
    expect(report.extraAttempts).toBeLessThanOrEqual(0);
  });
});

test('at more than 350 distinct points', () => {
  expect(fired.size).toBeGreaterThan(350);
});
