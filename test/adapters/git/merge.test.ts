import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorktreeProblem } from '../../../src/adapters/git/repository.js';
import type { TempRepo } from '../../support/tempRepo.js';
import { BRANCH, type Scene, scene } from './support.js';

async function work(here: Scene, path: string, text: string): Promise<string> {
  await here.put(path, text);
  await here.in('add', '-A');
  await here.in('commit', '-q', '--no-verify', '-m', `Work on ${path}`);
  return here.in('rev-parse', 'HEAD');
}

async function onMain(here: Scene, path: string, text: string): Promise<string> {
  await here.repo.write(path, text);
  await here.repo.git('add', '-f', path);
  await here.repo.git('commit', '-q', '--no-verify', '-m', `Main: ${path}`);
  return here.repo.git('rev-parse', 'HEAD');
}

const state = (here: Scene): Promise<readonly string[]> =>
  Promise.all([here.in('rev-parse', 'HEAD'), here.in('status', '--porcelain=v2', '--branch', '--ignored', '-uall'), here.in('diff'), here.in('diff', '--cached')]);

const logHook = (name: string, code: number) => async (repo: TempRepo): Promise<void> => {
  await repo.write(`.git/hooks/${name}`, `#!/bin/sh\necho "${name} says no" >&2\necho ${name} >> "$HOME/ran"\nexit ${code}\n`);
  await chmod(join(repo.root, '.git/hooks', name), 0o755);
};

describe('bringUpToDate', () => {
  it('has nothing to do when the branch contains the base', async () => {
    const here = await scene();
    const commit = await work(here, 'new.txt', 'x');
    expect(await here.git.bringUpToDate(here.path, here.base, 'Up')).toEqual({ ok: true, commit, tree: await here.git.treeOf(commit) });
  });

  it('merges the base into the branch and its files', async () => {
    const here = await scene();
    const mine = await work(here, 'new.txt', 'x');
    const theirs = await onMain(here, 'a.txt', 'main\n');
    const result = await here.git.bringUpToDate(here.path, theirs, 'Bring t up to date');
    if (!result.ok) throw new Error(result.reason);
    expect(await here.in('show', '-s', '--format=%P|%s', result.commit)).toBe(`${mine} ${theirs}|Bring t up to date`);
    expect(await here.git.head(here.path)).toEqual({ commit: result.commit, tree: result.tree });
    expect(await here.git.branchCommit(BRANCH)).toBe(result.commit);
    expect(await here.in('status', '--porcelain')).toBe('');
    expect(await readFile(join(here.path, 'a.txt'), 'utf8')).toBe('main\n');
  });

  it('keeps a merge commit where both sides made the same change', async () => {
    const here = await scene();
    await work(here, 'same.txt', 'same\n');
    const theirs = await onMain(here, 'same.txt', 'same\n');
    const result = await here.git.bringUpToDate(here.path, theirs, 'Up');
    expect(result.ok && (await here.git.isAncestor(theirs, result.commit))).toBe(true);
  });

  it('keeps unrelated edits and untracked files', async () => {
    const here = await scene();
    const theirs = await onMain(here, 'a.txt', 'main\n');
    await here.put('src/b.txt', 'mine');
    await here.put('new.txt', 'mine');
    expect(await here.git.bringUpToDate(here.path, theirs, 'Up')).toMatchObject({ ok: true });
    expect(await here.in('status', '--porcelain')).toBe(' M src/b.txt\n?? new.txt');
  });

  it.each<[string, (here: Scene) => Promise<unknown>, string]>([
    ['an untracked file', (w) => w.put('from-main.txt', 'mine'), 'from-main.txt'],
    ['an ignored file', (w) => w.put('from-main.log', 'mine'), 'from-main.log'],
    ['an edited file', (w) => w.put('a.txt', 'mine'), 'a.txt'],
  ])('never overwrites %s', async (_name, make, path) => {
    for (const hooks of [false, true]) {
      const here = await scene({}, {}, hooks ? logHook('commit-msg', 0) : undefined);
      await work(here, 'work.txt', 'x');
      await onMain(here, 'a.txt', 'main\n');
      await onMain(here, 'from-main.txt', 'main\n');
      const base = await onMain(here, 'from-main.log', 'main\n');
      await make(here);
      const before = await state(here);
      expect(await here.git.bringUpToDate(here.path, base, 'Up')).toEqual({ ok: false, reason: 'conflict', paths: [path] });
      expect(await state(here)).toEqual(before);
    }
  });

  it('runs the person’s hooks for merges', async () => {
    const here = await scene({}, {}, logHook('pre-merge-commit', 0));
    const mine = await work(here, 'work.txt', 'x');
    const theirs = await onMain(here, 'a.txt', 'main\n');
    const result = await here.git.bringUpToDate(here.path, theirs, 'Up we go');
    if (!result.ok) throw new Error(result.reason);
    expect(await here.in('show', '-s', '--format=%P|%s')).toBe(`${mine} ${theirs}|Up we go`);
    expect(result.tree).toBe(await here.in('rev-parse', 'HEAD^{tree}'));
    expect(await readFile(join(here.repo.folder, 'home/ran'), 'utf8')).toBe('pre-merge-commit\n');
  });

  it.each(['pre-merge-commit', 'commit-msg'])('takes the merge back whole when the %s hook refuses', async (name) => {
    const here = await scene({}, {}, logHook(name, 1));
    await work(here, 'work.txt', 'x');
    const theirs = await onMain(here, 'a.txt', 'main\n');
    await here.put('untracked.txt', 'x');
    const before = await state(here);
    expect(await here.git.bringUpToDate(here.path, theirs, 'Up')).toEqual({ ok: false, reason: 'hook', output: expect.stringContaining(`${name} says no`) as string });
    expect(await state(here)).toEqual(before);
    await expect(stat(join(here.repo.root, '.git/worktrees/t/MERGE_HEAD'))).rejects.toThrow('ENOENT');
  });

  it('refuses a base that does not exist', async () => {
    const here = await scene();
    await expect(here.git.bringUpToDate(here.path, 'f'.repeat(40), 'Up')).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'unknown-base'));
  });

  it('gives the tree of a merge without moving anything', async () => {
    const here = await scene();
    const mine = await work(here, 'a.txt', 'mine\n');
    const clean = await onMain(here, 'src/b.txt', 'main\n');
    const merged = await here.git.mergedTree(clean, mine);
    if (!merged.ok) throw new Error('conflict');
    expect(await here.repo.git('diff', '--name-only', here.base, merged.tree)).toBe('a.txt\nsrc/b.txt');
    expect(await here.git.mergedTree(await onMain(here, 'a.txt', 'main\n'), mine)).toEqual({ ok: false, paths: ['a.txt'] });
  });
});

describe('isAncestor', () => {
  it('is right near and far', async () => {
    const here = await scene();
    let tip = here.base;
    const tree = await here.git.treeOf(here.base);
    const first = await here.repo.git('commit-tree', '-p', tip, '-m', '0', tree);
    tip = first;
    for (let n = 1; n < 70; n += 1) {
      const made = await here.git.commitTree(tree, [tip], String(n));
      if (!made.ok) throw new Error(made.message);
      tip = made.commit;
    }
    expect(await here.git.isAncestor(tip, tip)).toBe(true);
    expect(await here.git.isAncestor(here.base, first)).toBe(true);
    expect(await here.git.isAncestor(first, tip)).toBe(true);
    expect(await here.git.isAncestor(tip, first)).toBe(false);
  });
});
