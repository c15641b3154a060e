import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createActivities } from '../../../src/adapters/runner/activity.js';
import { openControl } from '../../../src/adapters/runner/control.js';
import { makeClaim } from '../../../src/adapters/runner/records.js';
import { RunnerError } from '../../../src/adapters/runner/runners.js';
import type { ActivityLine } from '../../../src/core/activity.js';
import { buildPrograms, END, ended, exists, lives, sandbox, says, START, untilFile, type Programs, type Sandbox } from './support.js';

const activities = createActivities();

let programs: Programs;
let box: Sandbox;
beforeAll(async () => (programs = await buildPrograms()));
afterAll(() => rm(programs.folder, { recursive: true }));
beforeEach(async () => (box = await sandbox(programs)));
afterEach(() => box.clean());

const STAYS = 'setTimeout(() => {}, 1e8);';

test('start writes private files, also in sub-folders, and resolves with the claiming pid', async () => {
  const attempt = await box.runners().start(await box.spec(says([START, END])), { 'prompt.txt': 'do it', 'cfg/settings.json': '{}' });
  expect(attempt.pid).toBe((await box.claim()).pid);
  expect(await box.read('prompt.txt')).toBe('do it');
  expect((await stat(join(box.folder, 'cfg/settings.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(box.folder)).mode & 0o777).toBe(0o700);
  await attempt.ended;
});

test('a file outside the folder is refused before anything starts', async () => {
  const start = box.runners().start(await box.spec(says([START, END])), { '../evil': 'x' });
  await expect(start).rejects.toSatisfy((error: unknown) => RunnerError.is(error, 'bad-file'));
  expect(await exists(join(box.root, 'evil'))).toBe(false);
});

test('a runner is told that somebody looks at its attempt, for as long as they do', async () => {
  const control = await openControl('n', () => undefined);
  try {
    await mkdir(box.folder, { recursive: true });
    await makeClaim(box.folder, { v: 1, nonce: 'n', pid: process.pid, startTime: '', socket: control.path });
    expect(control.watched()).toBe(false);
    const looking = createActivities();
    looking.watch(box.folder, 'page');
    await vi.waitFor(() => expect(control.watched()).toBe(true));
    looking.watch(undefined, 'page');
    await vi.waitFor(() => expect(control.watched()).toBe(false));
  } finally {
    await control.close();
  }
});

test('an attempt that was looked at before its runner was there is told with its first line', async () => {
  const looking = createActivities();
  await mkdir(box.folder, { recursive: true });
  looking.watch(box.folder, 'page');
  const control = await openControl('n', () => undefined);
  const stop = looking.follow(box.folder, () => undefined);
  try {
    await makeClaim(box.folder, { v: 1, nonce: 'n', pid: process.pid, startTime: '', socket: control.path });
    await writeFile(join(box.folder, 'activity.jsonl'), `${JSON.stringify({ seq: 1, at: 1, type: 'message', text: 'hello' })}\n`);
    await vi.waitFor(() => expect(control.watched()).toBe(true));
  } finally {
    stop();
    looking.watch(undefined, 'page');
    await control.close();
  }
});

test('a running attempt is adopted, and its end is seen by both', async () => {
  const first = await box.runners().start(await box.spec(says([START], STAYS)), {});
  const second = await box.runners().adopt(box.folder);
  expect(second?.pid).toBe(first.pid);
  await second?.stop();
  expect(await first.ended).toMatchObject({ kind: 'exit', record: { ended: 'stopped' } });
});

test('an attempt that has ended is adopted with its record', async () => {
  const first = await box.runners().start(await box.spec(says([START, END])), {});
  await first.ended;
  const again = await box.runners().adopt(box.folder);
  expect(await again?.ended).toEqual(await first.ended);
});

test('an attempt whose runner died while nobody looked is lost, and its agent is ended', async () => {
  await box.put(await box.spec(says([START], STAYS)));
  const runner = box.start(['--headless']);
  const agent = JSON.parse(await untilFile(join(box.folder, 'agent.json'), (text) => text !== '')) as { pid: number };
  runner.kill('SIGKILL');
  await ended(runner);
  const adopted = await box.runners().adopt(box.folder);
  expect(await adopted?.ended).toEqual({ kind: 'lost' });
  expect(await lives(agent.pid)).toBe(false);
});

test('a runner that can no longer be reached is stopped, and its own record counts', async () => {
  await box.runners().start(await box.spec(says([START], STAYS)), {});
  await rm((await box.claim()).socket);
  const adopted = await box.runners().adopt(box.folder);
  expect(await adopted?.ended).toMatchObject({ kind: 'exit', record: { ended: 'stopped' } });
});

test('what was never claimed is not adopted and can never start any more', async () => {
  expect(await box.runners().adopt(box.folder)).toBeUndefined();
  await box.put(await box.spec(says([START], "require('node:fs').writeFileSync('started', '')")));
  expect(await box.runners().adopt(box.folder)).toBeUndefined();
  expect((await ended(box.start())).code).toBe(0);
  expect(await exists(join(box.cwd, 'started'))).toBe(false);
  expect(await box.runners().adopt(box.folder)).toBeUndefined();
});

test('a launch that fails is told at once', async () => {
  const start = box.runners(() => Promise.resolve({ gone: Promise.resolve('the terminal was closed') })).start(await box.spec(''), {});
  await expect(start).rejects.toThrow('the terminal was closed');
});

test('a launch that never comes up is given up, and a late runner starts nothing', async () => {
  const spec = await box.spec(says([START], "require('node:fs').writeFileSync('started', '')"));
  const start = box.runners(() => Promise.resolve({}), { claimMs: 30 }).start(spec, {});
  await expect(start).rejects.toSatisfy((error: unknown) => RunnerError.is(error, 'not-claimed'));
  expect((await ended(box.start())).code).toBe(0);
  expect(await exists(join(box.cwd, 'started'))).toBe(false);
});

test('an attempt is started once', async () => {
  const spec = await box.spec(says([START, END]));
  await (await box.runners().start(spec, {})).ended;
  await expect(box.runners().start(spec, {})).rejects.toSatisfy((error: unknown) => RunnerError.is(error, 'already-claimed'));
});

test('activity is followed live and read from any number on', async () => {
  const program = says(
    [START, { type: 'say', text: 'one' }],
    `const fs = require('node:fs');
     const done = () => { if (fs.existsSync('go')) { console.log(JSON.stringify({ type: 'say', text: 'two' })); console.log('${JSON.stringify(END)}'); process.exit(0); } };
     fs.watch('.', done); done();`,
  );
  const seen: ActivityLine[] = [];
  let wake = (): void => undefined;
  const stop = activities.follow(box.folder, (lines) => {
    seen.push(...lines);
    wake();
  });
  const attempt = await box.runners().start(await box.spec(program), {});
  const count = (number: number): Promise<void> =>
    new Promise((resolve) => {
      wake = () => seen.length >= number && resolve();
      wake();
    });
  await count(2);
  await writeFile(join(box.cwd, 'go'), '');
  await count(3);
  stop();
  await attempt.ended;
  expect(seen.map((line) => [line.seq, line.type])).toEqual([[1, 'session'], [2, 'message'], [3, 'message']]);
  expect(await activities.read(box.folder, 2)).toEqual(seen.slice(2));
  expect(await activities.read(join(box.folder, 'nowhere'), 0)).toEqual([]);
});
