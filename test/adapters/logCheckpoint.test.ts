import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepCheckpoint, loadCheckpoint } from '../../src/adapters/logCheckpoint.js';
import { readLog } from '../../src/adapters/logLines.js';
import type { LogPlace } from '../../src/core/ports.js';

let root: string;
let log: string;
let place: LogPlace;
const state = { goal: 'é ✓ 🙂\u2028', tasks: [['a', { seq: 3 }]] };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  log = join(root, 'events.jsonl');
  await writeFile(log, '{"seq":1}\n{"seq":2}\n{"seq":3,"text":"✓"}\n');
  place = await readLog(log, () => undefined);
  await keepCheckpoint(log, place, state);
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('what was kept comes back with its place, also when the log has grown since', async () => {
  expect(await loadCheckpoint(log)).toEqual({ at: place, state });
  await writeFile(log, `${await readFile(log, 'utf8')}{"seq":4}\n{"se`);
  expect(await loadCheckpoint(log)).toEqual({ at: place, state });
});

test.each([
  ['a log whose middle was damaged', (text: string) => text.replace('"seq":2', '"seq":7')],
  ['a log that was cut back', (text: string) => text.slice(0, 20)],
  ['another log', () => '{"seq":1}\n'.repeat(9)],
  ['an empty log', () => ''],
])('%s makes it worthless', async (_what, change) => {
  await writeFile(log, change(await readFile(log, 'utf8')));
  expect(await loadCheckpoint(log)).toBeUndefined();
});

test.each([
  ['cut short', (text: string) => text.slice(0, -5)],
  ['changed', (text: string) => text.replace('"seq":3', '"seq":4')],
  ['of another program', (text: string) => text.replace('"by":"source"', '"by":"another"')],
  ['of a later version', (text: string) => text.replace('"v":1', '"v":2')],
  ['empty', () => ''],
  ['no checkpoint at all', () => 'hello\n'],
])('one that is %s is not believed', async (_what, change) => {
  const file = `${log}.checkpoint`;
  const text = await readFile(file, 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  await writeFile(file, changed);
  expect(await loadCheckpoint(log)).toBeUndefined();
});

test('without one there is none', async () => {
  await rm(`${log}.checkpoint`);
  expect(await loadCheckpoint(log)).toBeUndefined();
});
