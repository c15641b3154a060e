import { chmod, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRepository } from '../../../src/adapters/git/repository.js';
import { BRANCH, type Scene, scene } from './support.js';

interface Landing extends Scene {
  /** A commit on top of the base that changes `a.txt`, adds `new/file.txt` and `x.log`, deletes `src/b.txt`. */
  readonly to: string;
}

async function landing(prepare?: Parameters<typeof scene>[2]): Promise<Landing> {
  const here = await scene({}, {}, prepare);
  await here.put('a.txt', 'landed\n');
  await here.put('new/file.txt', 'landed\n');
  await here.put('x.log', 'landed\n');
  await unlink(join(here.path, 'src/b.txt'));
  await here.in('add', '-A');
  await here.in('add', '-f', 'x.log');
  await here.in('commit', '-qm', 'Work');
  return { ...here, to: await here.in('rev-parse', 'HEAD') };
}

/** Everything of the person's checkout that a refused landing must leave alone. */
async function state(here: Scene, cwd = here.repo.root): Promise<readonly string[]> {
  return Promise.all([
    here.repo.gitIn(cwd, 'rev-parse', 'HEAD', 'main'),
    here.repo.gitIn(cwd, 'status', '--porcelain=v2', '--ignored', '-uall'),
    here.repo.gitIn(cwd, 'diff'),
    here.repo.gitIn(cwd, 'diff', '--cached'),
    here.repo.gitIn(cwd, 'stash', 'list'),
  ]);
}

describe('advance', () => {
  it('fast-forwards a clean checkout', async () => {
    const here = await landing();
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: true });
    expect(await here.repo.git('rev-parse', 'main')).toBe(here.to);
    expect(await here.repo.git('status', '--porcelain')).toBe('');
    expect(await readFile(join(here.repo.root, 'a.txt'), 'utf8')).toBe('landed\n');
  });

  it('leaves edits elsewhere as they are: changed, staged, untracked and ignored', async () => {
    const here = await landing();
    await here.repo.write('src/c.txt', 'mine');
    await here.repo.write('staged.txt', 'mine');
    await here.repo.git('add', 'staged.txt');
    await here.repo.write('new/other.txt', 'mine');
    await here.repo.write('y.log', 'mine');
    const before = (await here.repo.git('status', '--porcelain=v2', '--ignored', '-uall')).split('\n').sort();
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: true });
    expect((await here.repo.git('status', '--porcelain=v2', '--ignored', '-uall')).split('\n').sort()).toEqual(before);
    expect(await here.repo.git('stash', 'list')).toBe('');
  });

  const obstacles: readonly [name: string, make: (here: Landing) => Promise<unknown>, paths: readonly string[]][] = [
    ['a changed file', (w) => w.repo.write('a.txt', 'mine'), ['a.txt']],
    ['a staged file', async (w) => { await w.repo.write('a.txt', 'mine'); await w.repo.git('add', 'a.txt'); }, ['a.txt']],
    ['a file that landing deletes', (w) => w.repo.write('src/b.txt', 'mine'), ['src/b.txt']],
    ['an untracked file', (w) => w.repo.write('new/file.txt', 'mine'), ['new/file.txt']],
    ['an untracked file where a folder comes', (w) => w.repo.write('new', 'mine'), ['new']],
    ['an ignored file', (w) => w.repo.write('x.log', 'mine'), ['x.log']],
    ['a staged new file', async (w) => { await w.repo.write('new/file.txt', 'mine'); await w.repo.git('add', '-A'); }, ['new/file.txt']],
    ['several at once', async (w) => { await w.repo.write('a.txt', 'mine'); await w.repo.write('x.log', 'mine'); await w.repo.write('src/c.txt', 'not in the way'); }, ['a.txt', 'x.log']],
    ['an edit with merge.autoStash on', async (w) => { await w.repo.git('config', 'merge.autoStash', 'true'); await w.repo.write('a.txt', 'mine'); }, ['a.txt']],
  ];
  it.each(obstacles)('is blocked by %s, and touches nothing', async (_name, make, paths) => {
    const here = await landing();
    await make(here);
    const before = await state(here);
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: false, reason: 'blocked', checkout: here.repo.root, paths });
    expect(await state(here)).toEqual(before);
  });

  it.each([
    ['A merge', ['merge', '-q', '--no-ff', '--no-commit', 'side'], 'git merge --abort'],
    ['A cherry-pick', ['cherry-pick', 'side'], 'git cherry-pick --abort'],
  ] as const)('%s that is not concluded is named, with the way out, and touches nothing', async (what, command, abort) => {
    const { repo, git, base: start, to: work } = await landing();
    await repo.git('switch', '-q', '-c', 'side');
    await repo.write('aside.txt', 'side');
    await repo.commit('Aside');
    await repo.git('switch', '-q', 'main');
    await repo.write('aside.txt', 'main');
    const base = what === 'A merge' ? start : await repo.commit('Against it');
    const to = what === 'A merge' ? work : await repo.git('commit-tree', `${base}^{tree}`, '-p', base, '-m', 'Onwards');
    if (what === 'A merge') await unlink(join(repo.root, 'aside.txt'));
    await repo.git(...command).catch(() => '');
    const before = await repo.git('status', '--porcelain=v2');
    expect(before).not.toBe('');
    expect(await git.advance('main', base, to)).toEqual({ ok: false, reason: 'failed', message: expect.stringMatching(new RegExp(`^${what} is under way in .*${abort}`)) as string });
    expect(await repo.git('rev-parse', 'main')).toBe(base);
    expect(await repo.git('status', '--porcelain=v2')).toBe(before);
  });

  it('names the checkout that is in the way, be it another worktree', async () => {
    const other = (here: Scene): string => join(here.repo.folder, 'other');
    const here = await landing();
    await here.repo.git('switch', '-q', '-c', 'mine');
    await here.repo.git('worktree', 'add', '-q', other(here), 'main');
    await here.repo.write(join(other(here), 'a.txt'), 'mine');
    const before = await state(here, other(here));
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: false, reason: 'blocked', checkout: other(here), paths: ['a.txt'] });
    expect(await state(here, other(here))).toEqual(before);
    await here.repo.gitIn(other(here), 'checkout', '-q', 'a.txt');
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: true });
    expect(await here.repo.gitIn(other(here), 'status', '--porcelain')).toBe('');
    expect(await here.repo.git('rev-parse', 'HEAD')).toBe(here.base);
  });

  it('moves every checkout of a branch that is checked out twice, or none', async () => {
    const here = await landing();
    const other = join(here.repo.folder, 'other');
    await here.repo.git('worktree', 'add', '-q', '-f', other, 'main');
    await here.repo.write(join(other, 'x.log'), 'mine');
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: false, reason: 'blocked', checkout: other, paths: ['x.log'] });
    expect(await here.repo.git('rev-parse', 'main')).toBe(here.base);
    await unlink(join(other, 'x.log'));
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: true });
    for (const cwd of [here.repo.root, other]) expect(await here.repo.gitIn(cwd, 'status', '--porcelain')).toBe('');
  });

  it('moves a branch that is not checked out', async () => {
    const here = await landing();
    await here.repo.git('switch', '-q', '--detach');
    await here.repo.write('a.txt', 'mine');
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: true });
    expect(await here.repo.git('rev-parse', 'main')).toBe(here.to);
    expect(await here.repo.git('status', '--porcelain')).toBe(' M a.txt');
  });

  it('takes the person’s files along where somebody has called their repository bare', async () => {
    const here = await landing();
    await here.repo.git('config', 'core.bare', 'true');
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: true });
    await here.repo.git('config', 'core.bare', 'false');
    expect(await here.repo.git('rev-parse', 'main')).toBe(here.to);
    expect(await here.repo.git('status', '--porcelain')).toBe('');
  });

  it('moves the branch of a bare repository that only has worktrees, and puts no files into it', async () => {
    const here = await landing();
    const bare = join(here.repo.folder, 'bare');
    const checkout = join(bare, 'checkout');
    await here.repo.gitIn(here.repo.folder, 'clone', '-q', '--bare', here.repo.root, join(bare, '.git'));
    await here.repo.gitIn(join(bare, '.git'), 'worktree', 'add', '-q', '-b', 'other', checkout, here.base);
    const git = await openRepository(checkout, { environment: here.repo.env });
    expect(await git.advance('main', here.base, here.to)).toEqual({ ok: true });
    expect(await readdir(bare)).toEqual(['.git', 'checkout']);
    expect(await here.repo.gitIn(checkout, 'rev-parse', 'main')).toBe(here.to);
    await git.settled();
  });

  it('says where the base is when it has moved', async () => {
    const here = await landing();
    await here.repo.write('c.txt', 'x');
    const now = await here.repo.commit('Somebody else');
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: false, reason: 'base-moved', now });
    expect(await here.git.advance('gone', here.base, here.to)).toEqual({ ok: false, reason: 'base-moved', now: undefined });
    expect(await here.repo.git('rev-parse', 'main')).toBe(now);
  });

  it('is done when the branch is there, or further on', async () => {
    const here = await landing();
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: true });
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: true });
    await here.repo.commit('More');
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: true });
  });

  it('finishes a fast-forward that died after the files and before the branch', async () => {
    const here = await landing();
    await here.repo.git('read-tree', '-m', '-u', here.base, here.to);
    expect(await here.repo.git('rev-parse', 'main')).toBe(here.base);
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: true });
    expect(await here.repo.git('rev-parse', 'main')).toBe(here.to);
    expect(await here.repo.git('status', '--porcelain')).toBe('');
  });

  it('never loses commits: the new tip must contain the old one', async () => {
    const here = await landing();
    const to = await here.repo.git('commit-tree', '-m', 'Unrelated', `${here.to}^{tree}`);
    expect(await here.git.advance('main', here.base, to)).toMatchObject({ ok: false, reason: 'failed' });
    expect(await here.repo.git('rev-parse', 'main')).toBe(here.base);
  });

  it('waits for another git that holds the index', async () => {
    const here = await landing();
    const lock = join(here.repo.root, '.git/index.lock');
    await here.repo.write('.git/index.lock', '');
    const moved = here.git.advance('main', here.base, here.to);
    await here.git.facts();
    await unlink(lock);
    expect(await moved).toEqual({ ok: true });
  });

  it('refuses while the branch is being rebased, or merged, and says so', async () => {
    const here = await landing();
    await here.repo.write('a.txt', 'mine\n');
    const now = await here.repo.commit('Mine');
    await here.repo.git('rebase', here.to).catch(() => undefined);
    const to = await here.repo.git('commit-tree', '-p', now, '-m', 'x', `${here.to}^{tree}`);
    expect(await here.git.advance('main', now, to)).toMatchObject({ ok: false, reason: 'failed', message: expect.stringContaining('rebase') as string });
    await here.repo.git('rebase', '--abort');
    await here.repo.git('merge', here.to).catch(() => undefined);
    expect(await here.git.advance('main', now, to)).toMatchObject({ ok: false });
    expect(await here.repo.git('rev-parse', 'main', 'MERGE_HEAD')).toBe(`${now}\n${here.to}`);
  });

  it('runs no hooks', async () => {
    const here = await landing(async (repo) => {
      for (const hook of ['post-merge', 'reference-transaction', 'pre-merge-commit']) {
        await repo.write(`.git/hooks/${hook}`, `#!/bin/sh\necho ${hook} >> "$HOME/ran"\n[ "$1" != prepared ]\n`);
        await repo.git('config', 'core.hooksPath', join(repo.root, 'off'));
      }
    });
    for (const hook of ['post-merge', 'reference-transaction', 'pre-merge-commit']) await chmod(join(here.repo.root, '.git/hooks', hook), 0o755);
    await here.repo.git('config', '--unset', 'core.hooksPath');
    expect(await here.git.advance('main', here.base, here.to)).toEqual({ ok: true });
    await expect(readFile(join(here.repo.folder, 'home/ran'), 'utf8')).rejects.toThrow('ENOENT');
  });

  it('refuses what is no branch and no id', async () => {
    const here = await landing();
    await expect(here.git.advance('--all', here.base, here.to)).rejects.toThrow(TypeError);
    await expect(here.git.advance('main', 'main', here.to)).rejects.toThrow(TypeError);
    expect(await here.git.branchCommit(BRANCH)).toBe(here.to);
  });
});
