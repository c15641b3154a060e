import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRepository, WorktreeProblem } from '../../../src/adapters/git/repository.js';
import { BRANCH, type Scene, scene } from './support.js';

const there = (path: string): Promise<boolean> => lstat(path).then(() => true, () => false);

describe('addWorktree', () => {
  it('makes a full checkout on its own branch, without an upstream', async () => {
    const here = await scene();
    expect(await here.in('status', '--porcelain', '--branch')).toBe(`## ${BRANCH}`);
    expect(await here.in('rev-parse', 'HEAD')).toBe(here.base);
    expect(await readFile(join(here.path, 'src/b.txt'), 'utf8')).toBe('b\n');
    expect(await here.git.worktreeExists(here.path)).toBe(true);
  });

  it('starts at the commit that is asked for, also with branch.autoSetupMerge', async () => {
    const here = await scene();
    await here.repo.git('config', 'branch.autoSetupMerge', 'always');
    await here.repo.write('later.txt', 'x');
    await here.repo.commit('Later');
    const path = join(here.repo.folder, 'second');
    await here.git.addWorktree({ path, branch: 'switchyard/r1/second', commit: here.base });
    expect(await there(join(path, 'later.txt'))).toBe(false);
    expect(await here.repo.git('config', '--get-regexp', '^branch\\.switchyard').catch(() => 'none')).toBe('none');
  });

  it('keeps an existing worktree as it is', async () => {
    const here = await scene();
    await here.put('a.txt', 'work');
    await here.put('new.txt', 'work');
    await here.git.addWorktree({ path: here.path, branch: BRANCH, commit: here.base });
    expect(await here.in('status', '--porcelain')).toBe(' M a.txt\n?? new.txt');
  });

  it('keeps a worktree that the person made for the branch', async () => {
    const here = await scene();
    const path = join(here.repo.folder, 'mine');
    await here.repo.git('worktree', 'add', '-q', '-b', 'switchyard/r1/mine', path);
    await here.repo.write(join(path, 'a.txt'), 'work');
    await here.git.addWorktree({ path, branch: 'switchyard/r1/mine', commit: here.base });
    expect(await readFile(join(path, 'a.txt'), 'utf8')).toBe('work');
  });

  it('makes eight at once', async () => {
    const here = await scene(Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`many/${n}.txt`, `${n}\n`])));
    const paths = Array.from({ length: 8 }, (_, n) => join(here.repo.folder, 'repo.worktrees', 'r2', `t${n}`));
    await Promise.all(paths.map((path, n) => here.git.addWorktree({ path, branch: `switchyard/r2/t${n}`, commit: here.base })));
    for (const path of paths) expect(await here.repo.gitIn(path, 'status', '--porcelain')).toBe('');
    expect((await here.repo.git('worktree', 'list')).split('\n')).toHaveLength(10);
  });

  it('makes one without a branch', async () => {
    const here = await scene();
    const path = join(here.repo.folder, 'planner');
    await here.git.addWorktree({ path, branch: undefined, commit: here.base });
    await here.git.addWorktree({ path, branch: undefined, commit: here.base });
    expect(await here.repo.gitIn(path, 'status', '--porcelain', '--branch')).toBe('## HEAD (no branch)');
    expect(await here.git.removeWorktree(path, {})).toEqual({ ok: true });
  });

  it('brings back a folder that was deleted underneath, with the commits of its branch', async () => {
    const here = await scene();
    await here.put('done.txt', 'work');
    await here.in('add', '-A');
    await here.in('commit', '-qm', 'Work');
    await rm(here.path, { recursive: true });
    expect(await here.git.worktreeExists(here.path)).toBe(false);
    await here.git.addWorktree({ path: here.path, branch: BRANCH, commit: here.base });
    expect(await readFile(join(here.path, 'done.txt'), 'utf8')).toBe('work');
    expect(await here.in('status', '--porcelain', '--branch')).toBe(`## ${BRANCH}`);
  });

  it('leaves the records of other missing worktrees alone', async () => {
    const here = await scene();
    const away = join(here.repo.folder, 'unmounted');
    await here.repo.git('worktree', 'add', '-q', '--detach', away);
    await rm(away, { recursive: true });
    await rm(here.path, { recursive: true });
    await here.git.addWorktree({ path: here.path, branch: BRANCH, commit: here.base });
    await here.git.removeWorktree(here.path, {});
    expect(await here.repo.git('worktree', 'list')).toContain('unmounted');
  });

  it('finishes what a crash left: registered, nothing checked out', async () => {
    const here = await scene();
    const path = join(here.repo.folder, 'second');
    await here.repo.git('worktree', 'add', '-q', '--detach', '--no-checkout', path, here.base);
    await writeFile(join(path, 'a.txt'), 'half writ');
    await writeFile(join(here.repo.root, '.git/worktrees/second/index.lock'), '');
    await here.git.addWorktree({ path, branch: 'switchyard/r1/second', commit: here.base });
    expect(await here.repo.gitIn(path, 'status', '--porcelain', '--branch')).toBe('## switchyard/r1/second');
  });

  it('finishes what a crash left: checked out, not yet on its branch', async () => {
    const here = await scene();
    const path = join(here.repo.folder, 'second');
    await here.repo.git('worktree', 'add', '-q', '--detach', path, here.base);
    await here.git.addWorktree({ path, branch: 'switchyard/r1/second', commit: here.base });
    expect(await here.repo.gitIn(path, 'status', '--porcelain', '--branch')).toBe('## switchyard/r1/second');
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['a folder with files', async (path) => { await mkdir(path); await writeFile(join(path, 'mine.txt'), 'x'); }],
    ['a file', (path) => writeFile(path, 'x')],
    ['a link', (path) => symlink('/', path)],
  ])('refuses %s at the path', async (_name, make) => {
    const here = await scene();
    const path = join(here.repo.folder, 'taken');
    await make(path);
    await expect(here.git.addWorktree({ path, branch: 'switchyard/r1/x', commit: here.base })).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'path-taken'));
    expect(await here.git.branchCommit('switchyard/r1/x')).toBeUndefined();
  });

  it('takes an empty folder', async () => {
    const here = await scene();
    const path = join(here.repo.folder, 'empty');
    await mkdir(path);
    await here.git.addWorktree({ path, branch: 'switchyard/r1/x', commit: here.base });
    expect(await here.git.worktreeExists(path)).toBe(true);
  });

  it('refuses a branch that is elsewhere, and a worktree on another branch', async () => {
    const here = await scene();
    await here.repo.git('branch', 'switchyard/r1/x', await here.repo.git('commit-tree', '-m', 'Other', `${here.base}^{tree}`));
    const path = join(here.repo.folder, 'x');
    await expect(here.git.addWorktree({ path, branch: 'switchyard/r1/x', commit: here.base })).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'branch-elsewhere'));
    await expect(here.git.addWorktree({ path: here.path, branch: 'switchyard/r1/x', commit: here.base })).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'wrong-branch'));
    await expect(here.git.addWorktree({ path, branch: '--detach', commit: here.base })).rejects.toThrow(TypeError);
  });

  it('runs the post-checkout hook and survives its failure', async () => {
    const here = await scene({}, {}, async (repo) => {
      await repo.write('.git/hooks/post-checkout', '#!/bin/sh\necho "$3" > hook-ran\nexit 3\n');
      await chmod(join(repo.root, '.git/hooks/post-checkout'), 0o755);
    });
    expect(await readFile(join(here.path, 'hook-ran'), 'utf8')).toBe('1\n');
    expect(here.warnings).toEqual([expect.stringContaining('post-checkout hook failed')]);
    expect(await here.in('branch', '--show-current')).toBe(BRANCH);
  });
});

describe('.worktreeinclude', () => {
  const tree = async (here: Scene): Promise<readonly string[]> =>
    (await readdir(here.path, { recursive: true, withFileTypes: true }))
      .filter((item) => !item.isDirectory() && item.name !== '.git')
      .map((item) => join(item.parentPath, item.name).slice(here.path.length + 1))
      .sort();

  it('copies what is ignored and matches, and only that', async () => {
    const here = await scene({ '.gitignore': '.env*\nconfig/local/\nnode_modules/\n*.key\n', '.worktreeinclude': '# needed\n.env*\n!.env.example\nconfig/local/\nnode_modules/tool/cache.bin\nnot-ignored.txt\n' }, {}, async (repo) => {
      for (const path of ['.env', '.env.example', 'packages/x/.env', 'config/local/a/b.json', 'node_modules/tool/cache.bin', 'node_modules/other/.env', 'x.key', 'not-ignored.txt']) await repo.write(path, path);
      await chmod(join(repo.root, '.env'), 0o600);
    });
    expect((await tree(here)).filter((path) => !['.gitignore', '.worktreeinclude', 'a.txt', 'src/b.txt', 'src/c.txt'].includes(path))).toEqual(['.env', 'config/local/a/b.json', 'node_modules/tool/cache.bin', 'packages/x/.env']);
    expect((await stat(join(here.path, '.env'))).mode & 0o777).toBe(0o600);
    expect(await here.in('status', '--porcelain')).toBe('');
    expect(here.warnings).toEqual([]);
  });

  it('writes through no link and over no file', async () => {
    const here = await scene({ '.gitignore': '*.local\n', '.worktreeinclude': '*.local\n' }, {}, async (repo) => {
      await symlink('../../../home', join(repo.root, 'link'));
      await repo.commit('Link');
      await repo.write('tracked.local', 'tracked');
      await repo.git('add', '-f', 'tracked.local');
      await repo.git('commit', '-qm', 'Tracked');
      await repo.write('secret.txt', 'secret');
      await symlink('secret.txt', join(repo.root, 'x.local'));
      await unlink(join(repo.root, 'link'));
      await repo.write('link/y.local', 'y');
    });
    expect(await readFile(join(here.path, 'x.local'), 'utf8')).toBe('secret');
    expect((await lstat(join(here.path, 'x.local'))).isSymbolicLink()).toBe(false);
    expect(await there(join(here.repo.folder, 'home/y.local'))).toBe(false);
    expect(await there(join(here.path, 'link/y.local'))).toBe(false);
  });
});

describe('removeWorktree', () => {
  it('removes the folder, the record and the branch', async () => {
    const here = await scene();
    expect(await here.git.removeWorktree(here.path, { branch: BRANCH, branchAt: here.base })).toEqual({ ok: true });
    expect(await there(here.path)).toBe(false);
    expect(await here.repo.git('worktree', 'list')).not.toContain('repo.worktrees');
    expect(await here.git.branchCommit(BRANCH)).toBeUndefined();
    await here.git.settled();
    expect(await readdir(join(here.repo.root, '.git/switchyard/trash'))).toEqual([]);
    expect(await here.git.removeWorktree(here.path, { branch: BRANCH, branchAt: here.base })).toEqual({ ok: true });
  });

  it.each<[string, (here: Scene) => Promise<unknown>, readonly string[]]>([
    ['a changed file', (w) => w.put('a.txt', 'x'), ['a.txt']],
    ['a staged file', async (w) => { await w.put('a.txt', 'x'); await w.in('add', '-A'); }, ['a.txt']],
    ['an untracked file', (w) => w.put('deep/new.txt', 'x'), ['deep/new.txt']],
    ['a nested repository', async (w) => { await w.put('nested/x', 'x'); await w.repo.gitIn(join(w.path, 'nested'), 'init', '-q'); }, ['nested']],
    ['a hidden change', async (w) => { await w.in('update-index', '--assume-unchanged', 'a.txt'); await w.put('a.txt', 'x'); }, ['a.txt']],
    ['a change hidden by settings', async (w) => { await w.put('new.txt', 'x'); await writeFile(join(w.repo.root, '.git/info/exclude'), '*\n'); }, ['new.txt']],
  ])('refuses while there is %s, and changes nothing', async (_name, make, dirty) => {
    const here = await scene();
    await make(here);
    const before = await here.in('status', '--porcelain=v2', '-uall');
    expect(await here.git.removeWorktree(here.path, { branch: BRANCH, branchAt: here.base })).toEqual({ ok: false, dirty });
    expect(await here.in('status', '--porcelain=v2', '-uall')).toBe(before);
    expect(await here.git.removeWorktree(here.path, { branch: BRANCH, branchAt: here.base, backedUp: true })).toEqual({ ok: true });
  });

  it('refuses to lose commits that only the branch holds', async () => {
    const here = await scene();
    await here.put('a.txt', 'x');
    await here.in('commit', '-qam', 'Work');
    const commit = await here.in('rev-parse', 'HEAD');
    expect(await here.git.removeWorktree(here.path, { branch: BRANCH })).toEqual({ ok: false, dirty: [`${BRANCH}@${commit.slice(0, 10)}`] });
    expect(await here.git.removeWorktree(here.path, {})).toEqual({ ok: true });
    expect(await here.git.branchCommit(BRANCH)).toBe(commit);
    await here.repo.git('merge', '-q', BRANCH);
    expect(await here.git.removeWorktree(here.path, { branch: BRANCH })).toEqual({ ok: true });
    expect(await here.git.branchCommit(BRANCH)).toBeUndefined();
  });

  it('refuses to lose commits on no branch', async () => {
    const here = await scene();
    await here.in('switch', '-q', '--detach');
    await here.put('a.txt', 'x');
    await here.in('commit', '-qam', 'Loose');
    const commit = await here.in('rev-parse', 'HEAD');
    expect(await here.git.removeWorktree(here.path, { branch: BRANCH, branchAt: here.base })).toEqual({ ok: false, dirty: [`HEAD@${commit.slice(0, 10)}`] });
  });

  it('keeps a branch that is not where it is expected, or that is checked out elsewhere', async () => {
    const here = await scene();
    await here.put('a.txt', 'x');
    await here.in('commit', '-qam', 'Work');
    expect(await here.git.removeWorktree(here.path, { branch: BRANCH, branchAt: here.base })).toEqual({ ok: true });
    expect(await here.git.branchCommit(BRANCH)).toBeDefined();
    await here.repo.git('switch', '-q', BRANCH);
    const at = await here.repo.git('rev-parse', 'HEAD');
    expect(await here.git.removeWorktree(here.path, { branch: BRANCH, branchAt: at })).toEqual({ ok: true });
    expect(await here.repo.git('rev-parse', 'HEAD')).toBe(at);
  });

  it('keeps commits that nothing else holds as a backup: those of a squashed landing, or of a folder that is gone', async () => {
    const here = await scene();
    await here.put('a.txt', 'first thought');
    await here.in('commit', '-qam', 'Work');
    await rm(here.path, { recursive: true });
    const at = await here.git.branchCommit(BRANCH);
    expect(await here.git.removeWorktree(here.path, { branch: BRANCH, branchAt: at ?? '' })).toEqual({ ok: true });
    expect(await here.git.branchCommit(BRANCH)).toBeUndefined();
    expect((await here.git.listBackups()).map(({ ref, commit }) => ({ ref, commit }))).toEqual([{ ref: 'refs/switchyard/backup/r1/t/branch', commit: at }]);
  });

  it('deletes folders without write permission, and what an earlier process left', async () => {
    const here = await scene();
    await here.put('build/cache/x', 'x');
    await chmod(join(here.path, 'build/cache'), 0o500);
    const trash = join(here.repo.root, '.git/switchyard/trash');
    await mkdir(join(trash, 'left'), { recursive: true });
    const again = await openRepository(here.repo.root, { environment: here.repo.env });
    expect(await again.removeWorktree(here.path, {})).toEqual({ ok: true });
    await again.settled();
    expect(await readdir(trash)).toEqual([]);
  });

  it('forgets a folder that is gone', async () => {
    const here = await scene();
    await rm(here.path, { recursive: true });
    expect(await here.git.removeWorktree(here.path, { branch: BRANCH, branchAt: here.base })).toEqual({ ok: true });
    expect(await here.git.branchCommit(BRANCH)).toBeUndefined();
    expect(await here.repo.git('worktree', 'list')).not.toContain('repo.worktrees');
  });

  it('refuses the person’s checkout, foreign folders and locked worktrees', async () => {
    const here = await scene();
    await expect(here.git.removeWorktree(here.repo.root, {})).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'not-a-worktree'));
    await expect(here.git.removeWorktree(join(here.repo.folder, 'home'), {})).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'not-a-worktree'));
    await here.repo.git('worktree', 'lock', '--reason', 'mine', here.path);
    await expect(here.git.removeWorktree(here.path, {})).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'locked'));
    expect(await there(here.path)).toBe(true);
  });
});
