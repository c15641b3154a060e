/** Sizes against what the system itself says of each file. */
import { link, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { folderUse } from '../../src/adapters/diskUse.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-test-'));
  await mkdir(join(folder, 'tree/deps/deep'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (path: string) => join(folder, path);
const allocated = async (...paths: string[]) => (await Promise.all(paths.map((path) => stat(at(path))))).reduce((sum, { blocks }) => sum + blocks * 512, 0);

test('counts what is allocated, folders too, and follows no link', async () => {
  await writeFile(at('outside'), 'x'.repeat(100_000));
  await writeFile(at('tree/a'), 'x'.repeat(50_000));
  await writeFile(at('tree/deps/deep/b'), 'x'.repeat(20_000));
  await symlink(at('outside'), at('tree/link'));
  const use = await folderUse(at('tree'), ['deps']);
  expect(use.bytes).toBe(await allocated('tree/a', 'tree/deps', 'tree/deps/deep', 'tree/deps/deep/b'));
  expect(use.frees).toBe(use.bytes);
  expect(use.apart).toBe(await allocated('tree/deps', 'tree/deps/deep', 'tree/deps/deep/b'));
});

test('a file with several names counts once, and frees nothing while a name is left elsewhere', async () => {
  await writeFile(at('outside'), 'x'.repeat(50_000));
  await link(at('outside'), at('tree/shared'));
  await writeFile(at('tree/own'), 'y'.repeat(30_000));
  await link(at('tree/own'), at('tree/deps/own'));
  const use = await folderUse(at('tree'));
  const folders = await allocated('tree/deps', 'tree/deps/deep');
  expect(use.bytes).toBe(folders + (await allocated('outside', 'tree/own')));
  expect(use.frees).toBe(folders + (await allocated('tree/own')));
});

test('what is not there takes nothing', async () => {
  expect(await folderUse(at('gone'))).toEqual({ bytes: 0, frees: 0, apart: 0 });
});

test('a walk that is not wanted any more ends', async () => {
  await writeFile(at('tree/a'), 'x'.repeat(50_000));
  expect(await folderUse(at('tree'), [], AbortSignal.abort())).toEqual({ bytes: 0, frees: 0, apart: 0 });
});
