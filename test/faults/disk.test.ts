/** The disk under the log is full or broken, a write is torn, the power goes (agents die too): the run still comes to its end. */
import { afterAll, describe, expect, test } from 'vitest';
import { deal, faultsAt, forgetTemplate, nameOf, record, survive } from '../support/faults/campaign.js';

afterAll(forgetTemplate);

const points = await record();
const log = faultsAt(points.filter((point) => point.startsWith('disk.')), ['fail', 'torn', 'power']).filter((_fault, index) => index % 4 === 0);
const power = faultsAt(points.filter((point) => !point.startsWith('disk.')), ['power']).filter((_fault, index) => index % 2 === 0);
const runs = deal([...log, ...power], 10);
const fired = new Set<string>();

describe.concurrent('a disk', () => {
  test.each(runs.map((faults) => ({ name: faults.map(nameOf).join(', '), faults })))('$name', { timeout: 300_000 }, async ({ faults }) => {
    const report = await survive(faults);
    for (const fault of report.fired) fired.add(nameOf(fault));
    expect(report.fired.length).toBeGreaterThan(0);
  });
});

test('at more than 100 distinct points', () => {
  expect(fired.size).toBeGreaterThan(100);
});
