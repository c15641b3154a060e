/** How many gits each operation starts: the promise in the docstrings, and most of what Switchyard adds to a task. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openRepository } from '../../../src/adapters/git/repository.js';
import { AUTHOR, BRANCH, scene } from './support.js';

it('each operation starts as few processes as it says', async () => {
  const here = await scene();
  const log = join(here.repo.folder, 'calls');
  const counter = join(here.repo.folder, 'counting-git');
  await writeFile(log, '');
  await writeFile(counter, `#!/bin/sh\nfor word in "$@"; do case "$word" in -c|*=*) ;; *) echo "$word" >> '${log}'; break;; esac; done\nexec git "$@"\n`);
  await chmod(counter, 0o755);
  const calls = async (act: () => Promise<unknown>): Promise<readonly string[]> => {
    await writeFile(log, '');
    await act();
    return (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '').sort();
  };

  let opened: Awaited<ReturnType<typeof openRepository>> | undefined;
  expect(await calls(async () => (opened = await openRepository(here.repo.root, { environment: here.repo.env, executable: counter })))).toEqual(['--version', 'cat-file', 'rev-parse']);
  const git = opened!;
  const path = join(here.repo.folder, 'counted');
  const branch = 'switchyard/r1/counted';
  expect(await calls(() => git.addWorktree({ path, branch, commit: here.base }))).toEqual(['checkout', 'config', 'worktree']);
  expect(await calls(() => git.addWorktree({ path, branch, commit: here.base }))).toEqual([]);
  expect(await calls(() => git.changes(path, here.base))).toEqual(['status']);
  await here.repo.write(join(path, 'new.txt'), 'x');
  expect(await calls(() => git.commitAll(path, 'Work', AUTHOR))).toEqual(['add', 'commit']);
  expect(await calls(() => git.commitAll(path, 'Work', AUTHOR))).toEqual(['add', 'diff-index']);
  expect(await calls(() => git.changes(path, here.base))).toEqual(['status']);
  expect(await calls(async () => git.newMarkers(here.base, (await git.head(path)).commit))).toEqual([]);
  expect(await calls(() => git.dirty(path, false))).toEqual(['status']);
  expect(await calls(() => git.bringUpToDate(path, here.base, 'Up'))).toEqual([]);

  await here.repo.write('main.txt', 'x');
  const base = await here.repo.commit('Main');
  expect(await calls(() => git.branchCommit('main'))).toEqual([]);
  expect(await calls(() => git.bringUpToDate(path, base, 'Up'))).toEqual(['commit-tree', 'merge', 'merge-tree']);
  const head = await git.head(path);
  expect(await calls(() => git.isAncestor(base, head.commit))).toEqual([]);
  expect(await calls(() => git.diffFiles(base, head.commit))).toEqual(['diff-tree']);
  let landed = '';
  expect(
    await calls(async () => {
      const made = await git.commitTree(head.tree, [base, head.commit], 'Land');
      if (made.ok) landed = made.commit;
    }),
  ).toEqual(['commit-tree']);
  expect(await calls(() => git.advance('main', base, landed))).toEqual(['merge']);
  expect(await calls(() => git.lockFiles(head.tree))).toEqual(['ls-tree']);
  expect(await calls(async () => git.lockFiles(await git.treeOf(here.base)))).toEqual([]);
  expect(await calls(() => git.advance('main', base, landed))).toEqual([]);
  expect(await calls(() => git.advance(BRANCH, here.base, here.base))).toEqual([]);
  expect(await calls(() => git.removeWorktree(path, { branch, branchAt: head.commit }))).toEqual(['status', 'update-ref', 'worktree']);
  await git.settled();
});
