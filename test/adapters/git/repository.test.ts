import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { GitProblem, openRepository } from '../../../src/adapters/git/repository.js';
import type { RepositoryProblem } from '../../../src/core/ports.js';
import { processesOf } from '../../support/faults/processes.js';
import { makeEmptyRepo, type TempRepo } from '../../support/tempRepo.js';
import { scene } from './support.js';

const repos: TempRepo[] = [];
afterEach(async () => {
  for (const repo of repos.splice(0)) await repo.cleanup();
});

async function empty(): Promise<TempRepo> {
  const repo = await makeEmptyRepo();
  repos.push(repo);
  return repo;
}

/** A `git` that answers `--version` with this, and is git otherwise. */
async function fakeGit(repo: TempRepo, script: string): Promise<string> {
  const file = join(repo.folder, 'fake-git');
  await writeFile(file, `#!/bin/sh\n${script}\nexec git "$@"\n`);
  await chmod(file, 0o755);
  return file;
}

describe('openRepository', () => {
  const problems: readonly [name: string, reason: RepositoryProblem, says: RegExp, open: (repo: TempRepo) => Promise<unknown>][] = [
    ['a folder that is no repository', 'not-a-repository', /git init/u, (repo) => openRepository(join(repo.folder, 'home'), { environment: repo.env })],
    ['a folder that does not exist', 'not-a-repository', /not a folder/u, (repo) => openRepository(join(repo.folder, 'gone'), { environment: repo.env })],
    ['the git directory itself', 'not-a-repository', /git directory/u, (repo) => openRepository(join(repo.root, '.git'), { environment: repo.env })],
    ['a repository without a commit', 'no-commits', /first commit/u, (repo) => openRepository(repo.root, { environment: repo.env })],
    ['a machine without git', 'git-missing', /Install git/u, (repo) => openRepository(repo.root, { environment: { ...repo.env, PATH: join(repo.folder, 'home') } })],
    [
      'an old git',
      'git-too-old',
      /2\.37\.1 .* 2\.38/u,
      async (repo) => openRepository(repo.root, { environment: repo.env, executable: await fakeGit(repo, 'case "$*" in *--version*) echo "git version 2.37.1 (Apple Git-137.1)"; exit;; esac') }),
    ],
    [
      'a bare repository',
      'bare',
      /clone/u,
      async (repo) => { const bare = join(repo.folder, 'bare.git'); await mkdir(bare); await repo.gitIn(bare, 'init', '-q', '--bare'); return openRepository(bare, { environment: repo.env }); },
    ],
    ['a broken configuration', 'unreadable', /bad config/u, async (repo) => { await writeFile(join(repo.root, '.git/config'), '[broken'); return openRepository(repo.root, { environment: repo.env }); }],
    [
      'somebody else’s repository',
      'unreadable',
      /safe\.directory/u,
      async (repo) => openRepository(repo.root, { environment: repo.env, executable: await fakeGit(repo, 'case "$*" in *rev-parse*) echo "fatal: detected dubious ownership in repository" >&2; exit 128;; esac') }),
    ],
    [
      'somebody else’s repository above the folder',
      'unreadable',
      /run: git config --global --add safe\.directory \/srv\/feed$/u,
      async (repo) => openRepository(repo.root, { environment: repo.env, executable: await fakeGit(repo, 'case "$*" in *rev-parse*) printf "fatal: detected dubious ownership\\n\\tgit config --global --add safe.directory /srv/feed\\n" >&2; exit 128;; esac') }),
    ],
  ];
  it.each(problems)('refuses %s', async (_name, reason, says, open) => {
    const repo = await empty();
    const problem: unknown = await open(repo).then(() => undefined, (error: unknown) => error);
    expect(GitProblem.is(problem, reason)).toBe(true);
    expect(GitProblem.is(problem, reason === 'bare' ? 'no-commits' : 'bare')).toBe(false);
    expect(String(problem)).toMatch(says);
    expect(String(problem)).toMatch(/Nothing was (?:changed|started)/u);
  });

  it('takes any folder inside, and a linked worktree', async () => {
    const here = await scene();
    const inner = await openRepository(join(here.repo.root, 'src'), { environment: here.repo.env });
    expect([inner.root, inner.commonDir]).toEqual([here.repo.root, join(here.repo.root, '.git')]);
    const linked = await openRepository(here.path, { environment: here.repo.env });
    expect([linked.root, linked.commonDir]).toEqual([here.path, join(here.repo.root, '.git')]);
    expect((await linked.facts()).branch).toBe('switchyard/r1/t');
    await inner.settled();
    await linked.settled();
  });

  it('does not follow GIT_DIR from outside', async () => {
    const here = await scene();
    const other = await empty();
    const git = await openRepository(here.repo.root, { environment: { ...here.repo.env, GIT_DIR: join(other.root, '.git'), GIT_WORK_TREE: other.root } });
    expect(git.root).toBe(here.repo.root);
    await git.settled();
  });
});

it('works on a repository with SHA-256 ids', async () => {
  const repo = await empty();
  await repo.git('init', '-q', '--object-format=sha256', join(repo.folder, 'long'));
  const root = join(repo.folder, 'long');
  await repo.write(join(root, 'a.txt'), 'a\n');
  await repo.gitIn(root, 'add', '-A');
  await repo.gitIn(root, 'commit', '-qm', 'Start');
  const git = await openRepository(root, { environment: repo.env });
  const { commit } = await git.facts();
  expect(commit).toHaveLength(64);
  const path = join(repo.folder, 'long.worktrees/t');
  await git.addWorktree({ path, branch: 'switchyard/r/t', commit });
  await repo.gitIn(path, 'update-index', '--assume-unchanged', 'a.txt');
  expect((await git.changes(path, commit)).changed).toEqual([]);
  await repo.write(join(path, 'a.txt'), 'b\n');
  expect((await git.changes(path, commit)).changed).toEqual([{ path: 'a.txt', change: 'modified', hiddenByFlag: true }]);
  await repo.gitIn(path, 'update-index', '--no-assume-unchanged', 'a.txt');
  expect((await git.backup(path, 'x')).commit).toHaveLength(64);
  const done = await git.commitAll(path, 'Work', { name: 'A', email: 'a@b' });
  if ('hookFailed' in done) throw new Error(done.hookFailed);
  expect(await git.advance('main', commit, done.commit)).toEqual({ ok: true });
  await git.settled();
});

describe('facts', () => {
  it('tells what is so', async () => {
    const here = await scene({ '.gitattributes': '*.bin filter=lfs diff=lfs\n', '.gitmodules': '' });
    await here.repo.write('a.txt', 'x');
    await here.repo.write('new.txt', 'x');
    expect(await here.git.facts()).toEqual({
      root: here.repo.root,
      commonDir: join(here.repo.root, '.git'),
      gitVersion: expect.stringMatching(/^2\./u) as string,
      branch: 'main',
      commit: here.base,
      uncommitted: 2,
      hasSubmodules: true,
      usesLfs: true,
      commitsAreSigned: false,
    });
    await here.repo.git('switch', '-q', '--detach');
    expect(await here.git.facts()).not.toHaveProperty('branch');
  });
});

describe('names and objects', () => {
  it.skipIf(process.platform === 'win32')('are read all the same when the process that reads them is killed in between', async () => {
    const here = await scene();
    expect(await here.git.branchCommit('main')).toBe(here.base);
    const reader = (await processesOf(here.repo.folder)).find(({ command }) => command.includes('cat-file'));
    // It has the question and cannot answer it any more.
    process.kill(reader?.pid ?? 0, 'SIGSTOP');
    const asked = here.git.branchCommit('main');
    process.kill(reader?.pid ?? 0, 'SIGKILL');
    expect(await asked).toBe(here.base);
  });

  it('resolves branches, tags and ids, and nothing that is an option or a range', async () => {
    const here = await scene();
    await here.repo.git('tag', '-a', 'v1', '-m', 'Tag');
    for (const rev of ['main', 'v1', 'HEAD', 'refs/heads/main', here.base, here.base.slice(0, 12), 'main~0']) expect(await here.git.resolve(rev)).toBe(here.base);
    for (const rev of ['', '-h', '--all', 'main..HEAD', '^main', 'gone', 'main:a.txt', '@{u}', 'main\nmain', 'HEAD^{tree}']) expect(await here.git.resolve(rev)).toBeUndefined();
    expect(await here.git.branchCommit('main')).toBe(here.base);
    expect(await here.git.branchCommit('v1')).toBeUndefined();
  });

  it('sees a branch at once after it moved, packed or not', async () => {
    const here = await scene();
    const commit = await here.repo.commit('Next');
    expect(await here.git.branchCommit('main')).toBe(commit);
    await here.repo.git('pack-refs', '--all');
    await here.repo.git('gc', '-q');
    expect(await here.git.branchCommit('main')).toBe(commit);
    const next = await here.repo.commit('After packing');
    expect(await here.git.treeOf(next)).toBe(await here.git.treeOf(commit));
  });

  it('knows which prefixes a branch blocks', async () => {
    const here = await scene();
    expect(await here.git.prefixBlocked('switchyard')).toBe(false);
    await here.git.removeWorktree(here.path, { branch: 'switchyard/r1/t' });
    await here.repo.git('branch', 'switchyard');
    expect(await here.git.prefixBlocked('switchyard')).toBe(true);
    expect(await here.git.prefixBlocked('switchyard/r1')).toBe(true);
    expect(await here.git.prefixBlocked('agents')).toBe(false);
  });

  it('lists and reads files at a commit', async () => {
    const here = await scene({ 'big.txt': `${'x'.repeat(1000)}\n`.repeat(2000), 'new\nline': 'n', 'empty.txt': '' });
    expect(await here.git.listFiles(here.base, 100)).toEqual(['.gitignore', 'a.txt', 'big.txt', 'empty.txt', 'new\nline', 'src/b.txt', 'src/c.txt']);
    expect(await here.git.listFiles(here.base, 2)).toHaveLength(2);
    const texts = await Promise.all(['a.txt', 'big.txt', 'empty.txt', 'new\nline', 'gone.txt', 'src'].map((path) => here.git.readFile(here.base, path)));
    expect(texts.map((text) => text?.length)).toEqual([2, 2_002_000, 0, 1, undefined, undefined]);
  });

  it('fails its questions when git cannot answer, and starts again later', async () => {
    const here = await scene();
    await here.git.settled();
    expect(await here.git.branchCommit('main')).toBe(here.base);
    await expect(here.git.treeOf('f'.repeat(40))).rejects.toThrow('no commit');
  });

  it('shows differences of two commits', async () => {
    const here = await scene({ 'bin.dat': '\0\u0001', 'mode.sh': '#!/bin/sh\n', 'old name.txt': 'one\ntwo\nthree\nfour\n', 'gone.txt': '1\n2\n' });
    await here.put('a.txt', 'a\nb\n');
    await here.put('bin.dat', '\0\u0002');
    await chmod(join(here.path, 'mode.sh'), 0o755);
    await here.in('mv', 'old name.txt', 'new name.txt');
    await here.put('new name.txt', 'one\ntwo\nthree\nfive\n');
    await here.in('rm', '-q', 'gone.txt');
    await here.in('add', '-A');
    await here.in('commit', '-qm', 'x');
    const { commit } = await here.git.head(here.path);
    expect(await here.git.diffFiles(here.base, commit)).toEqual([
      { path: 'a.txt', change: 'modified', additions: 1, deletions: 0 },
      { path: 'bin.dat', change: 'modified' },
      { path: 'gone.txt', change: 'deleted', additions: 0, deletions: 2 },
      { path: 'mode.sh', change: 'mode', additions: 0, deletions: 0 },
      { path: 'new name.txt', from: 'old name.txt', change: 'renamed', additions: 1, deletions: 1 },
    ]);
    expect(await here.git.patch(here.base, commit, 'a.txt')).toMatch(/^diff --git a\/a\.txt b\/a\.txt\n[^]*\+b\n$/u);
    expect(await here.git.patch(here.base, commit)).toContain('rename from old name.txt');
    expect(await here.git.patch(here.base, commit, '*')).toBe('');
    await expect(here.git.patch('--output=x', commit)).rejects.toThrow(TypeError);
  });

  it('tells what is dirty', async () => {
    const here = await scene();
    await here.put('a.txt', 'x');
    await here.put('new.txt', 'x');
    await here.put('x.log', 'x');
    expect(await here.git.dirty(here.path, false)).toEqual(['a.txt']);
    expect(await here.git.dirty(here.path, true)).toEqual(['a.txt', 'new.txt']);
  });
});
