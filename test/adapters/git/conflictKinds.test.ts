/** Every kind of conflict that git knows, with real git: each blocks wherever two histories meet, and changes nothing. */
import { chmod, mkdir, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AUTHOR, type Scene, scene } from './support.js';

/** What one side does in its checkout, at `root`. */
type Act = (root: string, git: (...args: string[]) => Promise<string>) => Promise<unknown>;

interface Kind {
  readonly kind: string;
  readonly mine: Act;
  readonly theirs: Act;
  readonly paths: readonly string[];
  /** In git's own sentence. */
  readonly note: RegExp;
}

const put = (path: string, content: string | Uint8Array): Act => (root) => writeFile(join(root, path), content);
const move = (from: string, to: string): Act => (_root, git) => git('mv', from, to);
const remove = (path: string): Act => (root) => unlink(join(root, path));
const mode = (path: string, bits: number): Act => (root) => chmod(join(root, path), bits);
const link = (path: string, target: string): Act => async (root) => {
  await rm(join(root, path), { force: true });
  await symlink(target, join(root, path));
};
const inFolder = (folder: string, name: string): Act => async (root) => {
  await rm(join(root, folder), { force: true });
  await mkdir(join(root, folder));
  await writeFile(join(root, folder, name), 'inside\n');
};
const submodule = (id: string): Act => (_root, git) => git('update-index', '--add', '--cacheinfo', `160000,${id.repeat(40)},sub`);
const both = (...acts: readonly Act[]): Act => async (root, git) => {
  for (const act of acts) await act(root, git);
};

const KINDS: readonly Kind[] = [
  { kind: 'content', mine: put('a.txt', 'mine\n'), theirs: put('a.txt', 'main\n'), paths: ['a.txt'], note: /\(content\)/ },
  { kind: 'add/add', mine: put('new.txt', 'mine\n'), theirs: put('new.txt', 'main\n'), paths: ['new.txt'], note: /\(add\/add\)/ },
  { kind: 'modify/delete', mine: put('a.txt', 'mine\n'), theirs: remove('a.txt'), paths: ['a.txt'], note: /\(modify\/delete\)/ },
  { kind: 'delete/modify', mine: remove('a.txt'), theirs: put('a.txt', 'main\n'), paths: ['a.txt'], note: /\(modify\/delete\)/ },
  { kind: 'rename/rename of one file', mine: move('src/c.txt', 'mine.txt'), theirs: move('src/c.txt', 'main.txt'), paths: ['main.txt', 'mine.txt', 'src/c.txt'], note: /\(rename\/rename\)/ },
  { kind: 'rename/rename to one name', mine: move('src/c.txt', 'one.txt'), theirs: move('src/d.txt', 'one.txt'), paths: ['one.txt'], note: /\(add\/add\)/ },
  { kind: 'rename/delete', mine: move('src/c.txt', 'mine.txt'), theirs: remove('src/c.txt'), paths: ['mine.txt'], note: /\(rename\/delete\)/ },
  { kind: 'rename/add', mine: both(move('src/c.txt', 'new.txt')), theirs: put('new.txt', 'other\n'), paths: ['new.txt'], note: /\(add\/add\)|\(rename/ },
  { kind: 'file/directory', mine: put('thing', 'mine\n'), theirs: inFolder('thing', 'x.txt'), paths: ['thing'], note: /\(file\/directory\)/ },
  { kind: 'directory/file', mine: inFolder('a.txt', 'x.txt'), theirs: put('a.txt', 'main\n'), paths: ['a.txt'], note: /\(modify\/delete\)|\(file\/directory\)/ },
  { kind: 'binary', mine: put('bin', Uint8Array.of(0, 1, 2)), theirs: put('bin', Uint8Array.of(0, 2, 1)), paths: ['bin'], note: /Cannot merge binary files/ },
  { kind: 'submodule', mine: submodule('2'), theirs: submodule('3'), paths: ['sub'], note: /submodule/ },
  { kind: 'mode and content', mine: both(put('a.txt', 'mine\n'), mode('a.txt', 0o755)), theirs: put('a.txt', 'main\n'), paths: ['a.txt'], note: /\(content\)/ },
  { kind: 'mode of an added file', mine: both(put('run', 'x\n'), mode('run', 0o755)), theirs: put('run', 'x\n'), paths: ['run'], note: /\(add\/add\)|mode/ },
  { kind: 'links', mine: link('way', 'a.txt'), theirs: link('way', 'src/b.txt'), paths: ['way'], note: /way/ },
  { kind: 'file and link', mine: link('a.txt', 'src/b.txt'), theirs: put('a.txt', 'main\n'), paths: ['a.txt'], note: /distinct types|\(modify\/delete\)|a\.txt/ },
];

async function sides(kind: Kind): Promise<{ readonly here: Scene; readonly ours: string; readonly theirs: string }> {
  const here = await scene({ 'src/d.txt': 'd\n'.repeat(20), bin: '\0' });
  for (const [root, act] of [[here.path, kind.mine], [here.repo.root, kind.theirs]] as const) {
    const git = (...args: string[]): Promise<string> => here.repo.gitIn(root, ...args);
    await act(root, git);
    // A submodule's commit is staged already and has no folder that `add` could read.
    if (kind.kind !== 'submodule') await git('add', '--all');
    await git('commit', '--quiet', '--no-verify', '-m', 'Work');
  }
  return { here, ours: await here.in('rev-parse', 'HEAD'), theirs: await here.repo.git('rev-parse', 'HEAD') };
}

const state = (here: Scene): Promise<readonly string[]> =>
  Promise.all([here.in('rev-parse', 'HEAD'), here.in('status', '--porcelain=v2', '--branch', '--ignored', '-uall'), here.in('ls-files', '--stage'), here.repo.git('for-each-ref')]);

describe.each(KINDS)('$kind', (kind) => {
  it('blocks where a branch is brought up to date and where a candidate is built, and is told in git’s words', async () => {
    const { here, ours, theirs } = await sides(kind);
    const before = await state(here);
    expect(await here.git.bringUpToDate(here.path, theirs, 'Up')).toEqual({ ok: false, reason: 'conflict', paths: kind.paths });
    expect(await here.git.mergedTree(theirs, ours)).toEqual({ ok: false, paths: kind.paths });
    const found = await here.git.conflict(ours, theirs);
    expect(found?.notes.join('\n')).toMatch(kind.note);
    expect(found?.paths.map((each) => each.path.replace(/~[0-9a-f]{40}/, ''))).toEqual(expect.arrayContaining([...kind.paths]));
    expect(await state(here)).toEqual(before);
  });
});

it('a conflict that was laid out and left as it is holds markers, or a name that no file may have', async () => {
  for (const kind of KINDS.filter((each) => ['content', 'add/add', 'file/directory', 'file and link'].includes(each.kind))) {
    const { here, theirs } = await sides(kind);
    const opened = await here.git.openConflict(here.path, theirs);
    expect(opened?.paths.length, kind.kind).toBeGreaterThan(0);
    const made = await here.git.commitAll(here.path, 'Left as it is', AUTHOR);
    if ('hookFailed' in made) throw new Error(made.hookFailed);
    const marked = await here.git.newMarkers(theirs, made.commit);
    const named = (await here.git.diffFiles(theirs, made.commit)).map((file) => file.path).filter((path) => /~[0-9a-f]{40}/.test(path));
    expect([...marked, ...named].length, kind.kind).toBeGreaterThan(0);
  }
});

it('an index that is left unmerged is not committed', async () => {
  const { here } = await sides(KINDS[0]!);
  await here.in('merge', 'main').catch(() => 'conflict');
  expect(await here.in('status', '--porcelain')).toBe('UU a.txt');
  expect(await here.git.commitAll(here.path, 'Work', AUTHOR)).toEqual({ hookFailed: expect.stringContaining('a.txt') as string });
  expect(await here.in('status', '--porcelain')).toBe('UU a.txt');
});

describe('newMarkers', () => {
  const MARKED = 'one\n<<<<<<< mine\na\n=======\nb\n>>>>>>> theirs\n';
  const after = async (here: Scene, path: string, text: string): Promise<readonly string[]> => {
    await here.put(path, text);
    await here.in('add', '--all');
    await here.in('commit', '--quiet', '-m', 'Work');
    return here.git.newMarkers(here.base, await here.in('rev-parse', 'HEAD'));
  };

  it.each([
    ['all three lines', MARKED],
    ['with the common ancestor', 'one\n<<<<<<< mine\na\n||||||| base\no\n=======\nb\n>>>>>>> theirs\n'],
    ['with Windows line ends', MARKED.replaceAll('\n', '\r\n')],
    ['longer ones, as an attribute may ask for', `${'<'.repeat(32)} mine\na\n${'='.repeat(32)}\nb\n${'>'.repeat(32)} theirs\n`],
    ['half removed', 'one\na\n=======\nb\n>>>>>>> theirs\n'],
  ])('finds %s', async (_name, text) => {
    expect(await after(await scene(), 'src/b.txt', text)).toEqual(['src/b.txt']);
  });

  it('finds them in a new file, in a renamed one, and where an attribute calls the file binary', async () => {
    const here = await scene({ '.gitattributes': '*.lock -diff binary\n', 'x.lock': 'x\n'.repeat(30) });
    await here.in('mv', 'x.lock', 'y.lock');
    await here.put('new file.txt', MARKED);
    expect(await after(here, 'y.lock', 'x\n'.repeat(30) + MARKED)).toEqual(['new file.txt', 'y.lock']);
  });

  it.each([
    ['a heading', 'Title\n=======\n\ntext\n'],
    ['a quoted mail', '>>>>>>> so you said\n'],
    ['arrows in code', 'a <<<<<<< b ======= c >>>>>>> d\n'],
  ])('does not mistake %s', async (_name, text) => {
    expect(await after(await scene(), 'src/b.txt', text)).toEqual([]);
  });

  it('does not count those that were there before', async () => {
    const here = await scene({ 'about.md': MARKED });
    expect(await after(here, 'about.md', `${MARKED}and more\n`)).toEqual([]);
    expect(await after(here, 'about.md', MARKED + MARKED)).toEqual(['about.md']);
  });
});
