import { chmod, mkdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { WorktreeProblem } from '../../../src/adapters/git/repository.js';
import type { ChangedPath } from '../../../src/core/ports.js';
import { type Scene, scene } from './support.js';

type Expected = Partial<ChangedPath> & { path: string };

async function changed(here: Scene): Promise<readonly ChangedPath[]> {
  return (await here.git.changes(here.path, here.base)).changed;
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const at = (here: Scene, name: Buffer): Buffer => Buffer.concat([Buffer.from(`${here.path}/`), name]);
/** A named pipe in the place of a file: opening it for reading waits for a writer. */
async function pipeAt(here: Scene, path: string): Promise<void> {
  await rm(join(here.path, path), { force: true });
  await execa('mkfifo', [join(here.path, path)]);
}
const commit = (here: Scene): Promise<string> => here.in('commit', '--quiet', '--no-verify', '-m', 'Agent');

const cases: readonly [name: string, act: (here: Scene) => Promise<unknown>, expected: readonly Expected[]][] = [
  ['nothing', async () => undefined, []],
  ['an unstaged change', (w) => w.put('a.txt', 'x'), [{ path: 'a.txt', change: 'modified' }]],
  ['a staged change', async (w) => { await w.put('a.txt', 'x'); await w.in('add', '-A'); }, [{ path: 'a.txt', change: 'modified' }]],
  ['a committed change', async (w) => { await w.put('a.txt', 'x'); await w.in('add', '-A'); await commit(w); }, [{ path: 'a.txt', change: 'modified' }]],
  [
    'a committed change undone in the files',
    async (w) => { await w.put('a.txt', 'x'); await w.in('add', '-A'); await commit(w); await w.put('a.txt', 'a\n'); },
    [{ path: 'a.txt', change: 'modified' }],
  ],
  [
    'a staged new file that is gone again',
    async (w) => { await w.put('evil.txt', 'x'); await w.in('add', '-A'); await unlink(join(w.path, 'evil.txt')); },
    [{ path: 'evil.txt', change: 'added' }],
  ],
  ['an untracked file', (w) => w.put('deep/er/new.txt', 'x'), [{ path: 'deep/er/new.txt', change: 'added' }]],
  ['intent to add', async (w) => { await w.put('new.txt', 'x'); await w.in('add', '-N', 'new.txt'); }, [{ path: 'new.txt', change: 'added' }]],
  ['a deleted file', (w) => unlink(join(w.path, 'a.txt')), [{ path: 'a.txt', change: 'deleted' }]],
  ['a file taken out of the index only', (w) => w.in('rm', '--cached', '-q', 'a.txt'), [{ path: 'a.txt', change: 'modified' }]],
  [
    'an unstaged rename',
    (w) => rename(join(w.path, 'src/c.txt'), join(w.path, 'moved.txt')),
    [{ path: 'moved.txt', change: 'renamed-to' }, { path: 'src/c.txt', change: 'renamed-from' }],
  ],
  [
    'a staged rename with an edit',
    async (w) => { await w.in('mv', 'src/c.txt', 'moved.txt'); await w.put('moved.txt', `${'c\n'.repeat(20)}more\n`); },
    [{ path: 'moved.txt', change: 'renamed-to' }, { path: 'src/c.txt', change: 'renamed-from' }],
  ],
  [
    'a committed rename',
    async (w) => { await w.in('mv', 'src/c.txt', 'moved.txt'); await commit(w); },
    [{ path: 'moved.txt', change: 'renamed-to' }, { path: 'src/c.txt', change: 'renamed-from' }],
  ],
  [
    'a case-only rename',
    (w) => w.in('mv', 'src/c.txt', 'src/C.txt'),
    [{ path: 'src/C.txt', change: 'renamed-to' }, { path: 'src/c.txt', change: 'renamed-from' }],
  ],
  ['a copy', (w) => w.put('copy.txt', 'c\n'.repeat(20)), [{ path: 'copy.txt', change: 'added' }]],
  ['a mode change', (w) => chmod(join(w.path, 'a.txt'), 0o755), [{ path: 'a.txt', change: 'mode' }]],
  ['a committed mode change', async (w) => { await w.in('update-index', '--chmod=+x', 'a.txt'); await commit(w); await w.in('checkout', '-q', '.'); }, [{ path: 'a.txt', change: 'mode' }]],
  [
    'a mode and content change',
    async (w) => { await w.put('a.txt', 'x'); await chmod(join(w.path, 'a.txt'), 0o755); },
    [{ path: 'a.txt', change: 'modified' }],
  ],
  [
    'a file that became a link',
    async (w) => { await unlink(join(w.path, 'a.txt')); await symlink('src/b.txt', join(w.path, 'a.txt')); },
    [{ path: 'a.txt', change: 'type', link: { target: 'src/b.txt', escapes: false } }],
  ],
  [
    'a folder that became a link',
    async (w) => { await rm(join(w.path, 'src'), { recursive: true }); await symlink('.', join(w.path, 'src')); },
    [
      { path: 'src', change: 'added', link: { target: '.', escapes: false } },
      { path: 'src/b.txt', change: 'deleted' },
      { path: 'src/c.txt', change: 'deleted' },
    ],
  ],
  [
    'a file that became a folder',
    async (w) => { await unlink(join(w.path, 'a.txt')); await w.put('a.txt/in.txt', 'x'); },
    [{ path: 'a.txt', change: 'deleted' }, { path: 'a.txt/in.txt', change: 'added' }],
  ],
  ['names with quotes and newlines', (w) => w.put('we"ird\n\tname\\x.txt', 'x'), [{ path: 'we"ird\n\tname\\x.txt', change: 'added' }]],
  ['names that look like options and pathspecs', async (w) => { await w.put('--force', 'x'); await w.put(':(glob)x', 'x'); }, [{ path: '--force', change: 'added' }, { path: ':(glob)x', change: 'added' }]],
  ['names that are no UTF-8', async (w) => writeFile(at(w, bytes('caf\xe9 \xc3\xa9')), 'x'), [{ path: 'caf\\xe9 é', change: 'added' }]],
  [
    'a rename of a name that is no UTF-8',
    async (w) => { await rename(join(w.path, 'src/c.txt'), at(w, bytes('\xff'))); },
    [{ path: '\\xff', change: 'renamed-to' }, { path: 'src/c.txt', change: 'renamed-from' }],
  ],
  [
    'a nested repository',
    async (w) => { await w.put('nested/x.txt', 'x'); await w.repo.gitIn(join(w.path, 'nested'), 'init', '-q'); },
    [{ path: 'nested', change: 'added', submodule: true }],
  ],
  [
    'a nested repository with a commit',
    async (w) => { await w.put('nested/x.txt', 'x'); const inner = join(w.path, 'nested'); await w.repo.gitIn(inner, 'init', '-q'); await w.repo.gitIn(inner, 'add', '-A'); await w.repo.gitIn(inner, 'commit', '-qm', 'x'); },
    [{ path: 'nested', change: 'added', submodule: true }],
  ],
  [
    'what is in a tracked folder that was made a repository of its own',
    async (w) => { await w.repo.gitIn(join(w.path, 'src'), 'init', '-q'); await w.put('src/evil.txt', 'x'); await w.put('src/b.txt', 'x'); },
    [{ path: 'src/b.txt', change: 'modified' }, { path: 'src/evil.txt', change: 'added' }],
  ],
  [
    'a folder that only pretends to be a repository',
    async (w) => { await w.put('odd/.git', 'gitdir: /nowhere\n'); await w.put('odd/evil.txt', 'x'); },
    [{ path: 'odd/evil.txt', change: 'added' }],
  ],
  ['a submodule entry made by hand', (w) => w.in('update-index', '--add', '--cacheinfo', `160000,${w.base},sub`), [{ path: 'sub', change: 'added', submodule: true }]],
  [
    'assume-unchanged',
    async (w) => { await w.in('update-index', '--assume-unchanged', 'a.txt'); await w.put('a.txt', 'x'); },
    [{ path: 'a.txt', change: 'modified', hiddenByFlag: true }],
  ],
  [
    'skip-worktree on a deleted file',
    async (w) => { await w.in('update-index', '--skip-worktree', 'a.txt'); await unlink(join(w.path, 'a.txt')); },
    [{ path: 'a.txt', change: 'deleted', hiddenByFlag: true }],
  ],
  [
    'skip-worktree and a mode change',
    async (w) => { await w.in('update-index', '--skip-worktree', 'a.txt'); await chmod(join(w.path, 'a.txt'), 0o755); },
    [{ path: 'a.txt', change: 'mode', hiddenByFlag: true }],
  ],
  [
    'a pipe behind assume-unchanged',
    async (w) => { await w.in('update-index', '--assume-unchanged', 'a.txt'); await pipeAt(w, 'a.txt'); },
    [{ path: 'a.txt', change: 'deleted', hiddenByFlag: true }],
  ],
  ['flags without a change', (w) => w.in('update-index', '--assume-unchanged', 'a.txt', 'src/b.txt'), []],
];

describe('the change set tells', () => {
  it.each(cases)('%s', async (_name, act, expected) => {
    const here = await scene();
    await act(here);
    expect(await changed(here)).toEqual(expected);
  });

  it('a pipe in the place of a program', async () => {
    const here = await scene({ 'run.sh': 'x\n' }, {}, async (repo) => {
      await repo.git('update-index', '--chmod=+x', 'run.sh');
      await repo.git('commit', '-qm', 'Program');
    });
    await pipeAt(here, 'run.sh');
    expect((await changed(here)).map(({ path }) => path)).toEqual(['run.sh']);
  });

  it('flagged files whose content only differs by line ends as unchanged', async () => {
    const here = await scene({ '.gitattributes': '*.crlf text eol=crlf\n', 'x.crlf': 'one\ntwo\n' });
    await here.in('update-index', '--assume-unchanged', 'x.crlf');
    expect(await changed(here)).toEqual([]);
    await here.put('x.crlf', 'one\r\nthree\r\n');
    expect(await changed(here)).toEqual([{ path: 'x.crlf', change: 'modified', hiddenByFlag: true }]);
  });

  it('a moved and a removed submodule', async () => {
    const here = await scene({}, {}, async (repo) => {
      await repo.git('update-index', '--add', '--cacheinfo', `160000,${await repo.git('rev-parse', 'HEAD')},sub`);
      await repo.git('commit', '-qm', 'Submodule');
    });
    expect(await changed(here)).toEqual([]);
    await here.in('update-index', '--cacheinfo', `160000,${here.base},sub`);
    expect(await changed(here)).toEqual([{ path: 'sub', change: 'modified', submodule: true }]);
    await here.in('rm', '-q', '--cached', 'sub');
    await rm(join(here.path, 'sub'), { recursive: true });
    expect(await changed(here)).toEqual([{ path: 'sub', change: 'deleted', submodule: true }]);
  });

  it('work in the person’s own checkout the same way', async () => {
    const here = await scene();
    await here.repo.write('new.txt', 'x');
    expect((await here.git.changes(here.repo.root, here.base)).changed).toEqual([{ path: 'new.txt', change: 'added' }]);
  });

  it('five hundred changed files', async () => {
    const here = await scene();
    await Promise.all(Array.from({ length: 500 }, (_, n) => here.put(`many/${n % 20}/${n}.txt`, `${n}\n`)));
    expect(await changed(here)).toHaveLength(500);
  });
});

describe('every form of the index', () => {
  const forms: readonly [name: string, make: (here: Scene) => Promise<unknown>][] = [
    ['version 4', (w) => w.in('update-index', '--index-version', '4')],
    ['split', (w) => w.in('update-index', '--split-index')],
    ['with an untracked cache', (w) => w.in('update-index', '--force-untracked-cache')],
  ];
  it.each(forms)('%s', async (_name, make) => {
    const here = await scene();
    await make(here);
    await here.in('update-index', '--skip-worktree', 'a.txt');
    await here.in('update-index', '--assume-unchanged', 'src/b.txt');
    expect(await changed(here)).toEqual([]);
    await here.put('a.txt', 'x');
    await here.put('src/b.txt', 'x');
    await rename(join(here.path, 'src/c.txt'), join(here.path, 'moved.txt'));
    expect(await changed(here)).toEqual([
      { path: 'a.txt', change: 'modified', hiddenByFlag: true },
      { path: 'moved.txt', change: 'renamed-to' },
      { path: 'src/b.txt', change: 'modified', hiddenByFlag: true },
      { path: 'src/c.txt', change: 'renamed-from' },
    ]);
    const { commit } = await here.git.backup(here.path, 'x');
    expect(await here.repo.git('diff', '--name-status', here.base, commit)).toBe('M\ta.txt\nR100\tsrc/c.txt\tmoved.txt\nM\tsrc/b.txt');
  });

  it('sparse, as the person has it', async () => {
    const here = await scene({ 'docs/a.md': 'x' }, {}, async (repo) => {
      await repo.git('sparse-checkout', 'set', '--cone', 'src');
    });
    expect((await here.in('ls-files', '-t')).split('\n')).toContain('S docs/a.md');
    expect(await changed(here)).toEqual([]);
    await here.put('docs/a.md', 'brought back and changed');
    await here.put('src/b.txt', 'x');
    // git itself drops the flag of a file that is there.
    expect(await changed(here)).toEqual([{ path: 'docs/a.md', change: 'modified' }, { path: 'src/b.txt', change: 'modified' }]);
    const { commit } = await here.git.backup(here.path, 'x');
    expect(await here.repo.git('diff', '--name-status', here.base, commit)).toBe('M\tdocs/a.md\nM\tsrc/b.txt');
  });
});

describe('links', () => {
  const links: readonly [name: string, make: (here: Scene) => Promise<unknown>, expected: readonly [path: string, target: string, escapes: boolean][]][] = [
    ['to a neighbour', (w) => symlink('b.txt', join(w.path, 'src/l')), [['src/l', 'b.txt', false]]],
    ['up and down inside', (w) => symlink('../src/./b.txt', join(w.path, 'src/l')), [['src/l', '../src/./b.txt', false]]],
    ['above the root', (w) => symlink('../../outside', join(w.path, 'src/l')), [['src/l', '../../outside', true]]],
    ['above the root and back', (w) => symlink('../../t/a.txt', join(w.path, 'src/l')), [['src/l', '../../t/a.txt', true]]],
    ['absolute', (w) => symlink('/etc/passwd', join(w.path, 'l')), [['l', '/etc/passwd', true]]],
    ['to nothing', (w) => symlink('no/such', join(w.path, 'l')), [['l', 'no/such', false]]],
    ['into .git', (w) => symlink('.git', join(w.path, 'l')), [['l', '.git', true]]],
    ['into .git by another case', (w) => symlink('../.GIT/config', join(w.path, 'src/l')), [['src/l', '../.GIT/config', true]]],
    ['to itself', (w) => symlink('l', join(w.path, 'l')), [['l', 'l', true]]],
    [
      'through a folder link',
      async (w) => { await symlink('../..', join(w.path, 'src/out')); await symlink('out/x', join(w.path, 'src/l')); },
      [['src/l', 'out/x', true], ['src/out', '../..', true]],
    ],
    [
      'through an ignored link',
      async (w) => { await symlink('/etc', join(w.path, 'x.log')); await symlink('x.log/passwd', join(w.path, 'l')); },
      [['l', 'x.log/passwd', true]],
    ],
    [
      'along a chain',
      async (w) => { await symlink('two', join(w.path, 'one')); await symlink('three', join(w.path, 'two')); await symlink('../../..', join(w.path, 'three')); },
      [['one', 'two', true], ['three', '../../..', true], ['two', 'three', true]],
    ],
  ];
  it.each(links)('%s', async (_name, make, expected) => {
    const here = await scene();
    await make(here);
    expect((await changed(here)).map(({ path, link }) => [path, link?.target, link?.escapes])).toEqual(expected);
  });

  it('retargeted later', async () => {
    const here = await scene();
    await symlink('a.txt', join(here.path, 'l'));
    await here.in('add', '-A');
    await commit(here);
    expect(await changed(here)).toEqual([{ path: 'l', change: 'added', link: { target: 'a.txt', escapes: false } }]);
    await unlink(join(here.path, 'l'));
    await symlink('/etc/passwd', join(here.path, 'l'));
    expect(await changed(here)).toEqual([{ path: 'l', change: 'added', link: { target: '/etc/passwd', escapes: true } }]);
  });

  it('committed, with a plain file over it', async () => {
    const here = await scene();
    await symlink('/etc/passwd', join(here.path, 'l'));
    await here.in('add', '-A');
    await commit(here);
    await unlink(join(here.path, 'l'));
    await here.put('l', 'harmless');
    expect(await changed(here)).toEqual([{ path: 'l', change: 'added', link: { target: '/etc/passwd', escapes: true } }]);
  });
});

describe('ignored files', () => {
  it('are listed: small folders file by file, large ones as one entry', async () => {
    const here = await scene();
    await here.put('x.log', 'x');
    await here.put('build/deep/out.js', 'x');
    await Promise.all(Array.from({ length: 501 }, (_, n) => here.put(`src/build/${n}`, '')));
    const { changed: none, ignored } = await here.git.changes(here.path, here.base);
    expect(none).toEqual([]);
    expect(ignored).toEqual(['build/deep/out.js', 'src/build/', 'x.log']);
  });

  it('that were copied in count when their content changed, else not at all', async () => {
    const here = await scene({ '.worktreeinclude': '.env\n*.log\n' }, {}, async (repo) => {
      await repo.write('.env', 'SECRET=1');
      await repo.write('src/x.log', 'log');
    });
    expect(await here.git.changes(here.path, here.base)).toEqual({ changed: [], ignored: [], ignoredChanged: [] });
    await here.put('.env', 'SECRET=2');
    await unlink(join(here.path, 'src/x.log'));
    expect(await here.git.changes(here.path, here.base)).toEqual({ changed: [], ignored: ['.env'], ignoredChanged: ['.env', 'src/x.log'] });
  });
});

describe('there is never an empty pass', () => {
  it.each(['0'.repeat(40), 'nonsense', '--all', 'HEAD'])('for the base %s', async (base) => {
    const here = await scene();
    await expect(here.git.changes(here.path, base)).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'unknown-base'));
  });

  it('for a base that is a tree', async () => {
    const here = await scene();
    await expect(here.git.changes(here.path, await here.git.treeOf(here.base))).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'unknown-base'));
  });

  it('for a folder that is gone or no worktree', async () => {
    const here = await scene();
    const other = join(here.repo.folder, 'other');
    await mkdir(other);
    for (const path of [other, join(here.repo.folder, 'gone')]) {
      await expect(here.git.changes(path, here.base)).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'not-a-worktree'));
    }
  });

  it('for a worktree whose .git leads to another repository', async () => {
    const here = await scene();
    await here.put('evil.txt', 'x');
    await unlink(join(here.path, '.git'));
    await here.in('init', '-q');
    await expect(here.git.changes(here.path, here.base)).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'not-a-worktree'));
  });

  it('for an unreadable index', async () => {
    const here = await scene();
    await writeFile(join(here.repo.root, '.git/worktrees/t/index'), 'garbage');
    await expect(here.git.changes(here.path, here.base)).rejects.toThrow(/index/u);
  });
});
