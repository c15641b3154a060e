/** Runner and host stay small whatever an agent prints. `npm run bench -- flood` does the same with 1 GB. */
import { expect, test } from 'vitest';
import { flood } from '../../support/flood.js';

const MB = 1024 * 1024;
const PATIENCE = 120_000;

test('100 MB of messages: all of it is in the raw record, the activity ends with a word about it, and nobody holds it', async () => {
  const { end, raw, runner, host, kept, followed, last } = await flood('messages', 100);
  expect(end).toMatchObject({ kind: 'exit', record: { outcome: { ok: true, text: 'the end' } } });
  expect(raw).toBeGreaterThan(100 * MB);
  // The bound is on what was kept, not on what was printed.
  expect(kept).toBeLessThan(200_000);
  expect(followed).toBe(kept);
  expect(last).toMatchObject({ type: 'warning', seq: kept, text: expect.stringContaining('raw output') as string });
  expect(runner).toBeLessThan(160 * MB);
  expect(host).toBeLessThan(280 * MB);
}, PATIENCE);

test('one line of 50 MB: neither of them holds it', async () => {
  const { end, raw, runner, host, kept } = await flood('one-line', 50);
  expect(end).toMatchObject({ kind: 'exit', record: { outcome: { ok: true, text: 'the end' } } });
  expect(raw).toBeGreaterThan(50 * MB);
  expect(kept).toBe(3);
  expect(runner).toBeLessThan(160 * MB);
  expect(host).toBeLessThan(160 * MB);
}, PATIENCE);
