/** What an agent could set up in the repository's own configuration to hide a change, or to have something run. */
import { access, chmod, mkdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Scene, scene } from './support.js';

/** A program that leaves a mark when it runs. */
async function trap(here: Scene): Promise<{ readonly program: string; readonly sprung: () => Promise<boolean> }> {
  const program = join(here.repo.folder, 'trap.sh');
  const mark = join(here.repo.folder, 'sprung');
  await writeFile(program, `#!/bin/sh\ntouch '${mark}'\ncat\n`);
  await chmod(program, 0o755);
  return { program, sprung: () => access(mark).then(() => true, () => false) };
}

/** Sets the old time until the change time, which nobody can set, is in another second: git may not look closer. */
async function inAnotherSecond(file: string, time: Date): Promise<void> {
  const second = async (): Promise<number> => Math.floor((await stat(file)).ctimeMs / 1000);
  const before = await second();
  while ((await second()) === before) await utimes(file, time, time);
}

async function paths(here: Scene): Promise<readonly string[]> {
  return (await here.git.changes(here.path, here.base)).changed.map(({ path }) => path);
}

describe('nothing is hidden by', () => {
  const tricks: readonly [name: string, hide: (here: Scene) => Promise<unknown>, expected: readonly string[]][] = [
    ['status.showUntrackedFiles', async (w) => { await w.put('evil.txt', 'x'); await w.in('config', 'status.showUntrackedFiles', 'no'); }, ['evil.txt']],
    [
      'core.excludesFile',
      async (w) => { await w.put('evil.txt', 'x'); await w.repo.write(join(w.repo.folder, 'hide'), 'evil.txt\n'); await w.in('config', 'core.excludesFile', join(w.repo.folder, 'hide')); },
      ['evil.txt'],
    ],
    ['info/exclude', async (w) => { await w.put('evil.txt', 'x'); await w.put('deep/x.txt', 'x'); await writeFile(join(w.repo.root, '.git/info/exclude'), 'evil.txt\ndeep/\n'); }, ['deep/x.txt', 'evil.txt']],
    ['core.fileMode', async (w) => { await chmod(join(w.path, 'a.txt'), 0o755); await w.in('config', 'core.fileMode', 'false'); }, ['a.txt']],
    ['core.ignoreCase', async (w) => { await rename(join(w.path, 'src/c.txt'), join(w.path, 'src/C.txt')); await w.in('config', 'core.ignoreCase', 'true'); }, ['src/C.txt', 'src/c.txt']],
    ['core.autocrlf', async (w) => { await w.put('a.txt', 'a\r\n'); await w.in('config', 'core.autocrlf', 'input'); }, ['a.txt']],
    ['core.worktree', async (w) => { await w.put('evil.txt', 'x'); await w.in('config', 'extensions.worktreeConfig', 'true'); await w.in('config', '--worktree', 'core.worktree', w.repo.root); }, ['evil.txt']],
    ['core.untrackedCache', async (w) => { await w.in('update-index', '--force-untracked-cache'); await w.in('status'); await w.put('src/evil.txt', 'x'); }, ['src/evil.txt']],
    ['submodule settings', async (w) => { await w.in('config', 'diff.ignoreSubmodules', 'all'); await w.in('update-index', '--add', '--cacheinfo', `160000,${w.base},sub`); }, ['sub']],
    ['replaced objects', async (w) => { await w.put('a.txt', 'x'); await w.in('add', '-A'); await w.in('commit', '-qm', 'x'); await w.in('replace', w.base, 'HEAD'); }, ['a.txt']],
    [
      'a changed file with its old time and size',
      async (w) => {
        const old = new Date(1_000_000_000_000);
        await utimes(join(w.path, 'a.txt'), old, old);
        await w.in('status');
        await w.in('config', 'core.trustctime', 'false');
        await w.in('config', 'core.checkStat', 'minimal');
        await w.put('a.txt', 'b\n');
        await inAnotherSecond(join(w.path, 'a.txt'), old);
      },
      ['a.txt'],
    ],
    [
      'a sparse checkout switched on later',
      async (w) => { await w.in('update-index', '--skip-worktree', 'a.txt'); await w.repo.git('config', 'core.sparseCheckout', 'true'); await rename(join(w.path, 'a.txt'), join(w.repo.folder, 'gone')); },
      ['a.txt'],
    ],
    ['diff settings', async (w) => { await w.in('config', 'diff.renames', 'false'); await w.in('config', 'diff.noprefix', 'true'); await w.in('config', 'core.quotePath', 'true'); await w.put('ü', 'x'); }, ['ü']],
  ];
  it.each(tricks)('%s', async (_name, hide, expected) => {
    const here = await scene();
    await hide(here);
    expect(await paths(here)).toEqual(expected);
  });

  it('settings in a worktree that somebody else made', async () => {
    const here = await scene();
    const path = join(here.repo.folder, 'other');
    await here.repo.git('worktree', 'add', '-q', '--detach', path);
    await here.repo.write(join(path, 'evil.txt'), 'x');
    await writeFile(join(here.repo.root, '.git/info/exclude'), 'evil.txt\n');
    await here.repo.write(join(here.repo.folder, 'hide'), '*\n');
    await here.repo.git('config', 'core.excludesFile', join(here.repo.folder, 'hide'));
    expect((await here.git.changes(path, here.base)).changed).toEqual([{ path: 'evil.txt', change: 'added' }]);
  });
});

describe('nothing runs by', () => {
  const traps: readonly [name: string, set: (here: Scene, program: string) => Promise<unknown>][] = [
    ['core.fsmonitor', (w, program) => w.in('config', 'core.fsmonitor', program)],
    ['diff.external', (w, program) => w.in('config', 'diff.external', program)],
    ['core.pager', (w, program) => w.in('config', 'core.pager', program)],
    [
      'a clean filter',
      async (w, program) => { await w.put('.gitattributes', '*.txt filter=x diff=y\n'); await w.in('config', 'filter.x.clean', program); await w.in('config', 'filter.x.required', 'true'); await w.in('config', 'diff.y.textconv', program); await w.in('config', 'diff.y.command', program); },
    ],
    ['a process filter', async (w, program) => { await w.put('.gitattributes', '*.txt filter=a=b\n'); await w.in('config', 'filter.a=b.process', program); }],
  ];
  it.each(traps)('%s', async (_name, set) => {
    const here = await scene();
    const { program, sprung } = await trap(here);
    await set(here, program);
    await here.put('a.txt', 'changed');
    await rename(join(here.path, 'src/c.txt'), join(here.path, 'moved.txt'));
    expect(await paths(here)).toEqual(expect.arrayContaining(['a.txt', 'moved.txt', 'src/c.txt']));
    await here.git.dirty(here.path, true);
    await here.git.backup(here.path, 'tampered');
    expect(await here.git.patch(here.base, here.base)).toBe('');
    expect(await sprung()).toBe(false);
  });
});

describe('no conflict is hidden by', () => {
  /** The task and the base both change `a.txt`. */
  async function conflicting(): Promise<{ readonly here: Scene; readonly now: string; readonly head: string }> {
    const here = await scene();
    await here.put('a.txt', 'the task\n');
    await here.in('commit', '-qam', 'task');
    await here.repo.write('a.txt', 'somebody else\n');
    const now = await here.repo.commit('Else');
    return { here, now, head: await here.in('rev-parse', 'HEAD') };
  }
  const blocks = async ({ here, now, head }: Awaited<ReturnType<typeof conflicting>>): Promise<void> => {
    expect(await here.git.bringUpToDate(here.path, now, 'Merge')).toEqual({ ok: false, reason: 'conflict', paths: ['a.txt'] });
    expect(await here.git.mergedTree(now, head)).toEqual({ ok: false, paths: ['a.txt'] });
    expect((await here.git.conflict(head, now))?.paths.map(({ path }) => path)).toEqual(['a.txt']);
    expect(await here.in('rev-parse', 'HEAD')).toBe(head);
    expect(await readFile(join(here.path, 'a.txt'), 'utf8')).toBe('the task\n');
  };

  it.each(['', 'commit-msg'])('merge.default (hook: %j)', async (hook) => {
    const all = await conflicting();
    if (hook !== '') await all.here.repo.write(join(all.here.repo.root, '.git/hooks', hook), '#!/bin/sh\nexit 0\n');
    await all.here.in('config', 'merge.default', 'union');
    await blocks(all);
  });

  it('attributes outside the tree that take both sides', async () => {
    const all = await conflicting();
    await writeFile(join(all.here.repo.root, '.git/info/attributes'), '* merge=union\n');
    await blocks(all);
  });

  it('another file of attributes', async () => {
    const all = await conflicting();
    const file = join(all.here.repo.folder, 'attributes');
    await writeFile(file, '* merge=union\n');
    await all.here.in('config', 'core.attributesFile', file);
    await blocks(all);
  });

  it('grafts, which would say that the base is in the branch already', async () => {
    const here = await scene();
    await here.put('src/b.txt', 'the task\n');
    await here.in('commit', '-qam', 'task');
    const head = await here.in('rev-parse', 'HEAD');
    await here.repo.write('a.txt', 'somebody else\n');
    const now = await here.repo.commit('Else');
    await mkdir(join(here.repo.root, '.git/info'), { recursive: true });
    await writeFile(join(here.repo.root, '.git/info/grafts'), `${head} ${here.base} ${now}\n`);
    const merged = await here.git.mergedTree(now, head);
    const updated = await here.git.bringUpToDate(here.path, now, 'Merge');
    expect(updated).toMatchObject({ ok: true, tree: 'tree' in merged ? merged.tree : '' });
    expect(await readFile(join(here.path, 'a.txt'), 'utf8')).toBe('somebody else\n');
    expect(await readFile(join(here.path, 'src/b.txt'), 'utf8')).toBe('the task\n');
  });

  it('but attributes that were there before have their say', async () => {
    const here = await scene({}, {}, async (repo) => {
      await mkdir(join(repo.root, '.git/info'), { recursive: true });
      await writeFile(join(repo.root, '.git/info/attributes'), '# mine\na.txt merge=union\n');
    });
    await here.put('a.txt', 'the task\n');
    await here.in('commit', '-qam', 'task');
    await here.repo.write('a.txt', 'somebody else\n');
    const now = await here.repo.commit('Else');
    expect(await here.git.bringUpToDate(here.path, now, 'Merge')).toMatchObject({ ok: true });
    expect(await here.in('show', 'HEAD:a.txt')).toContain('somebody else');
    expect(await here.in('show', 'HEAD:a.txt')).toContain('the task');
  });

  it('a merge driver that was set meanwhile, and it is not started', async () => {
    const all = await conflicting();
    const { program, sprung } = await trap(all.here);
    await all.here.in('config', 'merge.x=y.driver', `${program} < %B > %A`);
    await writeFile(join(all.here.repo.root, '.git/info/attributes'), '*.txt merge=x=y\n');
    await blocks(all);
    expect(await sprung()).toBe(false);
  });

  it('but a driver that was there before has its say', async () => {
    const here = await scene({ '.gitattributes': 'a.txt merge=mine\n' }, {}, async (repo) => {
      await repo.git('config', 'merge.mine.driver', 'cp %B %A');
    });
    await here.put('a.txt', 'the task\n');
    await here.in('commit', '-qam', 'task');
    await here.repo.write('a.txt', 'somebody else\n');
    const now = await here.repo.commit('Else');
    expect(await here.git.bringUpToDate(here.path, now, 'Merge')).toMatchObject({ ok: true });
    expect(await here.in('show', 'HEAD:a.txt')).toBe('somebody else');
    await here.in('config', 'merge.mine.driver', 'cp %A %A');
    await here.put('a.txt', 'the task again\n');
    await here.in('commit', '-qam', 'task');
    await here.repo.write('a.txt', 'somebody else again\n');
    const later = await here.repo.commit('Else');
    expect(await here.git.bringUpToDate(here.path, later, 'Merge')).toEqual({ ok: false, reason: 'conflict', paths: ['a.txt'] });
  });
});

describe('what was set before the worktree was made', () => {
  it('counts: excludes and filters of the person', async () => {
    const here = await scene({ '.gitattributes': '*.up filter=up\n', 'x.up': 'TEXT\n' }, {}, async (repo) => {
      await mkdir(join(repo.root, '.git/info'), { recursive: true });
      await writeFile(join(repo.root, '.git/info/exclude'), '# mine\nnotes/\n');
      await repo.git('config', 'filter.up.clean', 'tr a-z A-Z');
      await repo.git('config', 'filter.up.smudge', 'tr A-Z a-z');
    });
    await here.put('notes/todo.txt', 'x');
    expect(await readFile(join(here.path, 'x.up'), 'utf8')).toBe('text\n');
    await here.put('x.up', 'text\n');
    expect(await here.git.changes(here.path, here.base)).toEqual({ changed: [], ignored: ['notes/todo.txt'], ignoredChanged: [] });
  });

  it('counts: the person’s own ignore file', async () => {
    const here = await scene({}, {}, async (repo) => {
      await repo.write(join(repo.folder, 'home/.config/git/ignore'), '.DS_Store\n');
    });
    await here.put('.DS_Store', 'x');
    expect((await here.git.changes(here.path, here.base)).ignored).toEqual(['.DS_Store']);
    await here.in('config', 'core.excludesFile', '/dev/null');
    await writeFile(join(here.repo.root, '.git/info/exclude'), '*.txt\n');
    await here.put('evil.txt', 'x');
    expect(await here.git.changes(here.path, here.base)).toEqual({ changed: [{ path: 'evil.txt', change: 'added' }], ignored: ['.DS_Store'], ignoredChanged: [] });
  });
});
