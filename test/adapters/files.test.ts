import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pickEnvironment, COMMON_ENVIRONMENT, withCarriedCa, CARRIED_CA } from '../../src/adapters/environment.js';
import { createExclusive } from '../../src/adapters/disk.js';
import { createFiles } from '../../src/adapters/files.js';
import { followLines, readLines } from '../../src/adapters/follow.js';

let root: string;
const stops: (() => void)[] = [];
const files = createFiles();
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'files-'))));
afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  await rm(root, { recursive: true, force: true });
});

test('write makes folders, is private, replaces at once and leaves no litter', async () => {
  const path = join(root, 'a', 'b', 'c.json');
  await files.write(path, 'one');
  await files.write(path, 'two');
  expect(await files.read(path)).toBe('two');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(root, 'a'))).mode & 0o777).toBe(0o700);
  expect(await readdir(join(root, 'a', 'b'))).toEqual(['c.json']);
});

test('a write that cannot be finished leaves the old content and no litter', async () => {
  const path = join(root, 'folder');
  await mkdir(path);
  await writeFile(join(path, 'in'), '');
  await expect(files.write(path, 'x')).rejects.toThrow();
  expect(await readdir(root)).toEqual(['folder']);
});

test('what is not there reads as nothing, lists as nothing and is removed without complaint', async () => {
  expect(await files.read(join(root, 'no'))).toBeUndefined();
  expect(await files.list(join(root, 'no'))).toEqual([]);
  await files.remove(join(root, 'no'));
  await expect(files.read(root)).rejects.toThrow('EISDIR');
});

test('list is sorted and leaves out what is being written', async () => {
  await Promise.all(['b', 'a', '.c.1-1.tmp'].map((name) => writeFile(join(root, name), '')));
  expect(await files.list(root)).toEqual(['a', 'b']);
});

test('of many makers of one file exactly one wins, and its content is whole', async () => {
  const path = join(root, 'claim');
  const made = await Promise.all(Array.from({ length: 20 }, (_, index) => createExclusive(path, JSON.stringify({ index }))));
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(JSON.parse((await files.read(path)) ?? '')).toEqual({ index: made.indexOf(true) });
});

/** Resolves when `good` holds, looking after each change. */
function watched(folder: string, good: () => Promise<boolean>): Promise<void> {
  return new Promise((resolve) => {
    stops.push(files.watch(folder, () => void good().then((yes) => yes && resolve())));
  });
}

test('watch makes the folder and tells of changes, also after the folder was removed', async () => {
  const folder = join(root, 'inbox');
  await watched(folder, async () => (await readdir(root)).includes('inbox'));
  const first = watched(folder, async () => (await files.list(folder)).includes('one'));
  await files.write(join(folder, 'one'), '');
  await first;
  await rm(folder, { recursive: true });
  const second = watched(folder, async () => (await files.list(folder)).includes('two'));
  await files.write(join(folder, 'two'), '');
  await second;
});

test('a stopped watch says nothing more', async () => {
  let calls = 0;
  const stop = files.watch(root, () => (calls += 1));
  stop();
  const seen = watched(root, async () => (await files.list(root)).includes('x'));
  await files.write(join(root, 'x'), '');
  await seen;
  expect(calls).toBe(0);
});

test('lines are followed from before the file is there; half a line is waited for', async () => {
  const path = join(root, 'log');
  const seen: string[] = [];
  let wake = (): void => undefined;
  const until = (number: number): Promise<void> =>
    new Promise((resolve) => {
      wake = () => seen.length >= number && resolve();
      wake();
    });
  stops.push(
    followLines(path, 0, (lines) => {
      seen.push(...lines);
      wake();
    }),
  );
  await writeFile(path, 'one\ntw');
  await until(1);
  await writeFile(path, 'o\nthrée\n', { flag: 'a' });
  await until(3);
  expect(seen).toEqual(['one', 'two', 'thrée']);
});

test('a line longer than the buffer is read whole', async () => {
  const path = join(root, 'long');
  const long = 'é'.repeat(300_000);
  await writeFile(path, `a\n${long}\nb`);
  const { lines, end } = await readLines(path, 0);
  expect(lines.map(({ length }) => length)).toEqual([1, 300_000]);
  expect(end).toBe(2 + 600_000 + 1);
});

test('the environment: exact names, prefixes, nothing by a lone star, never the switch of Electron', () => {
  const env = { PATH: '/bin', LC_ALL: 'C', LC_TIME: 'C', TOKEN: 'secret', ELECTRON_RUN_AS_NODE: '1', path: 'other' };
  expect(pickEnvironment(env, COMMON_ENVIRONMENT, 'linux')).toEqual({ PATH: '/bin', LC_ALL: 'C', LC_TIME: 'C' });
  expect(pickEnvironment(env, ['*', 'ELECTRON_*', 'TOK*'], 'linux')).toEqual({ TOKEN: 'secret' });
  expect(pickEnvironment({ Path: 'C:\\' }, ['PATH'], 'win32')).toEqual({ Path: 'C:\\' });
  expect(withCarriedCa({ A: '1', [CARRIED_CA]: '/ca.pem' })).toEqual({ A: '1', NODE_EXTRA_CA_CERTS: '/ca.pem' });
});
