/** Folders that go: away at once, deleted behind the person's back, and finished by the next start. */
import { chmod, mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import type { Repository } from '../../../src/adapters/git/context.js';
import { openRepository } from '../../../src/adapters/git/repository.js';
import { moveAway, sweepTrash } from '../../../src/adapters/git/trash.js';
import { type Scene, scene } from './support.js';

const there = (path: string) => stat(path).then(() => true, () => false);
const trashOf = (here: Scene) => join(here.repo.root, '.git/switchyard/trash');

/** What the trash needs of a repository, with the background in the test's hand. */
function held(here: Scene): Repository {
  return { root: here.repo.root, commonDir: join(here.repo.root, '.git'), background: new Set(), warn: (message: string) => here.warnings.push(message) } as unknown as Repository;
}

/** The trash is on another disk than the worktrees. */
const otherDisk = (here: Scene) => async (from: string, to: string) => {
  if (to.startsWith(trashOf(here))) throw Object.assign(new Error('EXDEV: cross-device link'), { code: 'EXDEV' });
  await rename(from, to);
};

async function filled(here: Scene): Promise<string> {
  const folder = join(here.repo.folder, 'repo.worktrees', 'r9', 't');
  await mkdir(join(folder, 'deep/er'), { recursive: true });
  await writeFile(join(folder, 'deep/er/file.txt'), 'x');
  await chmod(join(folder, 'deep/er'), 0o500);
  return folder;
}

it('goes into the trash of its own disk and is deleted, folders without write permission too', async () => {
  const here = await scene();
  const folder = await filled(here);
  const repository = held(here);
  await moveAway(repository, folder);
  expect(await there(folder)).toBe(false);
  await Promise.all(repository.background);
  expect(await readdir(trashOf(here))).toEqual([]);
});

it('on another disk it waits beside its old place, is noted, and its run folder goes with it', async () => {
  const here = await scene();
  const folder = await filled(here);
  const repository = held(here);
  await moveAway(repository, folder, otherDisk(here));
  expect(await there(folder)).toBe(false);
  await Promise.all(repository.background);
  expect(await there(dirname(folder))).toBe(false);
  expect(await readdir(trashOf(here))).toEqual([]);
  expect(here.warnings).toEqual([]);
});

it('what the last process left on another disk is finished by the next start, and nothing but that', async () => {
  const here = await scene();
  const leftover = join(here.repo.folder, 'repo.worktrees', 'r9', '.trash-t-00ff');
  const foreign = join(here.repo.folder, 'repo.worktrees', 'r9', 'mine');
  await mkdir(join(leftover, 'deep'), { recursive: true });
  await mkdir(foreign);
  await mkdir(trashOf(here), { recursive: true });
  await writeFile(join(trashOf(here), 't-00ff.elsewhere'), leftover);
  await writeFile(join(trashOf(here), 'mine.elsewhere'), foreign);
  const again = await openRepository(here.repo.root, { environment: here.repo.env, warn: (message) => here.warnings.push(message) });
  await again.deleted();
  expect(await there(leftover)).toBe(false);
  expect(await there(foreign)).toBe(true);
  expect(await readdir(trashOf(here))).toEqual(['mine.elsewhere']);
  expect(here.warnings.join('\n')).toContain('does not name a folder of Switchyard');
  await again.settled();
});

it('a disk that is not mounted is waited for', async () => {
  const here = await scene();
  const repository = held(here);
  await mkdir(trashOf(here), { recursive: true });
  await writeFile(join(trashOf(here), 't-00ff.elsewhere'), join(here.repo.folder, 'unplugged', '.trash-t-00ff'));
  await sweepTrash(repository);
  await Promise.all(repository.background);
  expect(await readdir(trashOf(here))).toEqual(['t-00ff.elsewhere']);
});

it('a folder that cannot be moved stays whole, and no note of it', async () => {
  const here = await scene();
  const folder = await filled(here);
  const repository = held(here);
  let asked = 0;
  const refuses = () => {
    asked += 1;
    return Promise.reject(Object.assign(new Error('no'), { code: asked === 1 ? 'EXDEV' : 'EACCES' }));
  };
  await expect(moveAway(repository, folder, refuses)).rejects.toMatchObject({ code: 'EACCES' });
  expect(await there(join(folder, 'deep/er/file.txt'))).toBe(true);
  expect(await readdir(trashOf(here))).toEqual([]);
  await chmod(join(folder, 'deep/er'), 0o700);
});
