/** The forecast on real repositories: every kind of conflict and of unsaved work, and that the repository is only read. */
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, expect, it, vi } from 'vitest';
import { type OpenedGit, openRepository } from '../../../src/adapters/git/repository.js';
import type { Forecast, Forecaster, LiveBranch } from '../../../src/core/ports.js';
import { makeRepo, type TempRepo } from '../../support/tempRepo.js';

interface Stage {
  readonly repo: TempRepo;
  readonly git: OpenedGit;
  readonly warnings: string[];
  /** Makes a task's worktree from `main` as it is. */
  live(task: string): Promise<LiveBranch>;
  in(task: string, ...args: string[]): Promise<string>;
  put(task: string, path: string, text: string | Uint8Array): Promise<void>;
  at(task: string, path?: string): string;
  /** Everything computed afresh. */
  forecast(...branches: readonly LiveBranch[]): Promise<Forecast>;
}

const stages: Stage[] = [];
const forecasters: Forecaster[] = [];

async function stage(files: Readonly<Record<string, string>> = {}, executable?: string): Promise<Stage> {
  const repo = await makeRepo({ 'shared.txt': 'one\ntwo\nthree\n', 'b.txt': 'b\n'.repeat(20), 'dir/c.txt': 'c\n'.repeat(20), '.gitignore': '*.log\nbuild/\n', ...files });
  const warnings: string[] = [];
  const git = await openRepository(repo.root, { environment: repo.env, warn: (message) => warnings.push(message), ...(executable !== undefined && { executable }) });
  const at = (task: string, path = ''): string => join(repo.folder, 'repo.worktrees', 'r1', task, path);
  const made: Stage = {
    repo,
    git,
    warnings,
    at,
    live: async (task) => {
      await git.addWorktree({ path: at(task), branch: `switchyard/r1/${task}`, commit: await repo.git('rev-parse', 'main') });
      return { task, worktree: at(task) };
    },
    in: (task, ...args) => repo.gitIn(at(task), ...args),
    put: (task, path, text) => repo.write(at(task, path), text),
    forecast: async (...branches) => {
      const forecaster = git.forecaster();
      try {
        return await forecaster.compute('main', branches);
      } finally {
        await forecaster.close();
      }
    },
  };
  stages.push(made);
  return made;
}

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const each of forecasters.splice(0)) await each.close();
  for (const { git, repo } of stages.splice(0)) {
    await git.settled();
    await repo.cleanup();
  }
});

async function commit(on: Stage, task: string): Promise<void> {
  await on.in(task, 'add', '-A');
  await on.in(task, 'commit', '-qm', 'Work');
}

/** The one pair of a forecast of two branches. */
function pairOf(forecast: Forecast): Forecast['pairs'][number] {
  expect(forecast.pairs).toHaveLength(1);
  return forecast.pairs[0]!;
}

type Act = (on: Stage, task: string) => Promise<unknown>;
const write = (path: string, text: string | Uint8Array): Act => (on, task) => on.put(task, path, text);
const remove = (path: string): Act => (on, task) => rm(on.at(task, path), { recursive: true });
const move = (from: string, to: string): Act => async (on, task) => {
  await mkdir(join(on.at(task, to), '..'), { recursive: true });
  await rename(on.at(task, from), on.at(task, to));
};
const both = (...acts: readonly Act[]): Act => async (on, task) => {
  for (const act of acts) await act(on, task);
};

/** What two tasks do, and the paths that then conflict. */
const KINDS: readonly (readonly [name: string, one: Act, other: Act, paths: readonly string[]])[] = [
  ['different files', write('x.txt', 'x'), write('y.txt', 'y'), []],
  ['different parts of one file', write('b.txt', `first\n${'b\n'.repeat(19)}`), write('b.txt', `${'b\n'.repeat(19)}last\n`), []],
  ['the same change', write('shared.txt', 'same\n'), write('shared.txt', 'same\n'), []],
  ['content', write('shared.txt', 'one\n2\nthree\n'), write('shared.txt', 'one\nzwei\nthree\n'), ['shared.txt']],
  ['add/add', write('new.txt', 'left\n'), write('new.txt', 'right\n'), ['new.txt']],
  ['modify/delete', write('shared.txt', 'more\n'), remove('shared.txt'), ['shared.txt']],
  ['rename/rename', move('b.txt', 'left.txt'), move('b.txt', 'right.txt'), ['b.txt', 'left.txt', 'right.txt']],
  ['two renamed to one', move('b.txt', 'both.txt'), move('dir/c.txt', 'both.txt'), ['both.txt']],
  ['rename/delete', move('b.txt', 'left.txt'), remove('b.txt'), ['left.txt']],
  ['rename and edit', move('b.txt', 'left.txt'), write('b.txt', `first\n${'b\n'.repeat(19)}`), []],
  ['directory/file', write('place', 'a file\n'), write('place/inside.txt', 'in a folder\n'), ['place']],
  ['binary', write('data.bin', Uint8Array.of(0, 1, 2, 0, 255)), write('data.bin', Uint8Array.of(0, 9, 9, 0, 254)), ['data.bin']],
  ['mode', (on, task) => chmod(on.at(task, 'shared.txt'), 0o755), write('shared.txt', 'only text\n'), []],
  ['type', both(remove('shared.txt'), (on, task) => symlink('b.txt', on.at(task, 'shared.txt'))), write('shared.txt', 'text\n'), ['shared.txt']],
  ['a name with a line break, quotes and bytes that look like options', write('--we"ird\n~näme', 'left\n'), write('--we"ird\n~näme', 'right\n'), ['--we"ird\n~näme']],
];

it('a pipe in a file’s place is a file that is gone, and leaves no branch out', async () => {
  const on = await stage();
  const branches = [await on.live('one'), await on.live('other')];
  await on.put('one', 'shared.txt', 'more\n');
  await rm(on.at('other', 'shared.txt'));
  await execa('mkfifo', [on.at('other', 'shared.txt')]);
  expect(pairOf(await on.forecast(...branches))).toMatchObject({ conflict: true, paths: ['shared.txt'], uncommitted: true });
  expect(on.warnings).toEqual([]);
});

it.each(KINDS)('%s: found when committed and when not', async (_name, one, other, paths) => {
  const on = await stage();
  const branches = [await on.live('one'), await on.live('other')];
  await one(on, 'one');
  await other(on, 'other');
  expect(pairOf(await on.forecast(...branches))).toEqual({ a: 'one', b: 'other', conflict: paths.length > 0, paths, uncommitted: true });
  await commit(on, 'one');
  expect(pairOf(await on.forecast(...branches))).toMatchObject({ conflict: paths.length > 0, paths, uncommitted: true });
  await commit(on, 'other');
  expect(pairOf(await on.forecast(...branches))).toEqual({ a: 'one', b: 'other', conflict: paths.length > 0, paths, uncommitted: false });
});

it('what is staged, half staged and ignored counts as it would when committed', async () => {
  const on = await stage();
  const branches = [await on.live('one'), await on.live('other')];
  await on.put('one', 'shared.txt', 'staged\n');
  await on.in('one', 'add', '-A');
  await on.put('one', 'shared.txt', 'and changed again\n');
  await on.put('one', 'noise.log', 'left\n');
  await on.put('one', 'build/out.txt', 'left\n');
  await on.put('other', 'noise.log', 'right\n');
  await on.put('other', 'build/out.txt', 'right\n');
  expect(pairOf(await on.forecast(...branches))).toMatchObject({ conflict: false, uncommitted: true });
  await on.put('other', 'shared.txt', 'and changed again\n');
  expect(pairOf(await on.forecast(...branches))).toMatchObject({ conflict: false });
  await on.put('other', 'shared.txt', 'staged\n');
  expect(pairOf(await on.forecast(...branches))).toMatchObject({ conflict: true, paths: ['shared.txt'] });
});

it('a change that leaves size and times of the file as they were is seen', async () => {
  const on = await stage();
  const branches = [await on.live('one'), await on.live('other')];
  const file = on.at('one', 'shared.txt');
  const index = join(await on.in('one', 'rev-parse', '--absolute-git-dir'), 'index');
  const past = Math.floor(Date.now() / 1000) - 100;
  const writeOld = async (text: string): Promise<number> => {
    await writeFile(file, text);
    await utimes(file, past, past);
    return Math.floor((await stat(file)).ctimeMs / 1000);
  };
  // git compares whole seconds; two writes in one of them are not far away.
  for (let first = 0, second = 1; first !== second; ) {
    first = await writeOld('one\ntwo\nthree\n');
    await on.in('one', 'update-index', '--refresh');
    second = await writeOld('one\nTWO\nthree\n');
  }
  // As old as the file: from times nothing can be told, and git compares contents.
  await utimes(index, past, past);
  await on.put('other', 'shared.txt', 'one\n2\nthree\n');
  expect(pairOf(await on.forecast(...branches))).toMatchObject({ conflict: true, paths: ['shared.txt'] });
});

it('a nested repository is left out, a submodule that both move conflicts', async () => {
  const on = await stage();
  const branches = [await on.live('one'), await on.live('other')];
  await on.repo.gitIn(on.at('one'), 'init', '-q', 'nested');
  await on.put('one', 'nested/file.txt', 'x');
  expect(await on.forecast(...branches)).toMatchObject({ pairs: [{ conflict: false, uncommitted: false }] });
  for (const [task, id] of [['one', '1'], ['other', '2']] as const) {
    await rm(on.at(task, 'nested'), { recursive: true, force: true });
    await on.in(task, 'update-index', '--add', '--cacheinfo', `160000,${id.repeat(40)},sub`);
    await on.in(task, 'commit', '-qm', 'Submodule');
    await mkdir(on.at(task, 'sub'));
  }
  expect(pairOf(await on.forecast(...branches))).toMatchObject({ conflict: true, paths: ['sub'] });
});

it('a base that moved: only branches that touch the same lines conflict with it', async () => {
  const on = await stage();
  const branches = [await on.live('one'), await on.live('other')];
  await on.put('one', 'shared.txt', 'one\n2\nthree\n');
  await on.put('other', 'new.txt', 'new\n');
  expect((await on.forecast(...branches)).base).toEqual([
    { task: 'one', conflict: false, paths: [] },
    { task: 'other', conflict: false, paths: [] },
  ]);
  await on.repo.write('shared.txt', 'one\nmoved\nthree\n');
  await on.repo.commit('The base moves');
  expect((await on.forecast(...branches)).base).toEqual([
    { task: 'one', conflict: true, paths: ['shared.txt'] },
    { task: 'other', conflict: false, paths: [] },
  ]);
});

it('a merge that is being resolved counts as merged', async () => {
  const on = await stage();
  const one = await on.live('one');
  await on.put('one', 'shared.txt', 'one\n2\nthree\n');
  await commit(on, 'one');
  await on.repo.write('shared.txt', 'one\nmoved\nthree\n');
  const base = await on.repo.commit('The base moves');
  expect((await on.forecast(one)).base[0]).toMatchObject({ conflict: true });
  expect((await on.forecast({ ...one, merging: base })).base[0]).toMatchObject({ conflict: false });
  await expect(on.in('one', 'merge', 'main')).rejects.toThrow();
  expect((await on.forecast(one)).base[0]).toMatchObject({ conflict: false });
});

it('a worktree that is gone or cannot be read is left out, the others are compared', async () => {
  const on = await stage();
  const branches = [await on.live('one'), await on.live('gone'), await on.live('broken'), await on.live('other')];
  await rm(on.at('gone'), { recursive: true });
  await writeFile(join(await on.in('broken', 'rev-parse', '--absolute-git-dir'), 'index'), 'no index');
  await on.put('one', 'shared.txt', '1\n');
  await on.put('other', 'shared.txt', '2\n');
  const forecast = await on.forecast(...branches);
  expect(forecast.pairs.map(({ a, b }) => [a, b])).toEqual([['one', 'other']]);
  expect(forecast.base.map(({ task }) => task)).toEqual(['one', 'other']);
  expect(on.warnings.join()).toContain('broken is left out of the forecast');
});

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
}

it('writes nothing into the repository or a worktree and leaves nothing behind', async () => {
  const on = await stage();
  const branches = [await on.live('one'), await on.live('other')];
  await on.put('one', 'shared.txt', '1\n');
  await on.put('one', 'untracked.txt', 'u\n');
  await on.put('other', 'shared.txt', '2\n');
  const present = async (): Promise<unknown> => {
    const files = [...(await filesIn(on.repo.root)), ...(await filesIn(join(on.repo.folder, 'repo.worktrees')))];
    return Promise.all(files.map(async (file) => [file, (await stat(file, { bigint: true })).mtimeNs, (await readFile(file)).toString('latin1')]));
  };
  const before = await present();
  const temporary = join(on.repo.folder, 'temporary: "files"');
  await mkdir(temporary);
  vi.stubEnv('TMPDIR', temporary);
  const forecaster = on.git.forecaster();
  forecasters.push(forecaster);
  expect(pairOf(await forecaster.compute('main', branches)).conflict).toBe(true);
  expect(await present()).toEqual(before);
  expect(await readdir(temporary)).toHaveLength(1);
  await forecaster.close();
  expect(await readdir(temporary)).toEqual([]);
});

it('begins anew when its temporary folder is tidied away, and removes what a killed process left', async () => {
  const on = await stage();
  const branches = [await on.live('one'), await on.live('other')];
  await on.put('one', 'shared.txt', '1\n');
  await on.put('other', 'shared.txt', '2\n');
  const temporary = join(on.repo.folder, 'temporary');
  const { forecaster } = watching(on);
  vi.stubEnv('TMPDIR', temporary);
  await mkdir(temporary);
  const conflicts = async () => pairOf(await forecaster.compute('main', branches)).conflict;
  expect(await conflicts()).toBe(true);
  const [mine = ''] = await readdir(temporary);
  const [, table = '', started = ''] = new RegExp(`^switchyard-forecast-${String(process.pid)}-([0-9a-f]{8})-([0-9a-f]{8})-`, 'u').exec(mine) ?? [];
  // No process has the highest number there can be; ours was somebody else's before; and a container counts its own.
  const dead = `switchyard-forecast-4194305-${table}-${started}-x`;
  const reused = `switchyard-forecast-${String(process.pid)}-${table}-00000000-x`;
  const elsewhere = `switchyard-forecast-4194305-00000000-${started}-x`;
  const old = 'switchyard-forecast-4194305-x';
  for (const name of [dead, reused, elsewhere, old]) await mkdir(join(temporary, name, 'work-1'), { recursive: true });
  await utimes(join(temporary, old), 1_000_000, 1_000_000);
  const other = watching(on).forecaster;
  expect(pairOf(await other.compute('main', branches)).conflict).toBe(true);
  const names = await readdir(temporary);
  expect(names).toHaveLength(3);
  expect(names).toEqual(expect.arrayContaining([mine, elsewhere]));
  for (const name of names) await rm(join(temporary, name), { recursive: true });
  expect(pairOf(await forecaster.compute('main', branches))).toMatchObject({ conflict: true, uncommitted: true });
  expect(on.warnings).toEqual([]);
});

interface Watching {
  readonly forecaster: Forecaster;
  /** Resolves at the next event, or at once when one came since the last call. */
  readonly news: () => Promise<void>;
}

function watching(on: Stage): Watching {
  let told = false;
  let wake: (() => void) | undefined;
  const forecaster = on.git.forecaster({
    changed: () => {
      told = true;
      wake?.();
    },
  });
  forecasters.push(forecaster);
  return {
    forecaster,
    news: async () => {
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('no file event came')), 20_000);
        wake = () => {
          clearTimeout(late);
          resolve();
        };
        if (told) wake();
      });
      told = false;
      wake = undefined;
    },
  };
}

/** A git that writes down each subcommand before it runs it. */
async function countingGit(folder: string): Promise<{ readonly executable: string; calls(): Promise<readonly string[]> }> {
  const log = join(folder, 'calls');
  const executable = join(folder, 'counting-git');
  await writeFile(log, '');
  await writeFile(executable, `#!/bin/sh\nfor word in "$@"; do case "$word" in -c|*=*) ;; *) echo "$word" >> '${log}'; break;; esac; done\nexec git "$@"\n`);
  await chmod(executable, 0o755);
  return {
    executable,
    calls: async () => {
      const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '' && line !== 'cat-file');
      await writeFile(log, '');
      return lines.sort();
    },
  };
}

it('starts no git while nothing changes, and only for what changed', async () => {
  const helper = await makeRepo();
  try {
    const counting = await countingGit(helper.folder);
    const on = await stage({}, counting.executable);
    const branches = [await on.live('one'), await on.live('other'), await on.live('third')];
    const { forecaster, news } = watching(on);
    await forecaster.compute('main', branches);
    // Folders came under watch, so everything is read once more.
    await news();
    await forecaster.compute('main', branches);
    await counting.calls();
    const quiet = await forecaster.compute('main', branches);
    expect(await counting.calls()).toEqual([]);
    expect(quiet.pairs.map((pair) => pair.conflict)).toEqual([false, false, false]);

    await on.put('one', 'shared.txt', '1\n');
    await news();
    await forecaster.compute('main', branches);
    expect(await counting.calls()).toEqual(['merge-tree', 'status', 'update-index', 'write-tree']);
    await on.put('other', 'shared.txt', '2\n');
    await news();
    expect((await forecaster.compute('main', branches)).pairs[0]).toMatchObject({ a: 'one', b: 'other', conflict: true, paths: ['shared.txt'], uncommitted: true });
    await counting.calls();

    // Touched, but the same: it is read and nothing is merged again.
    await on.put('other', 'shared.txt', '2\n');
    await news();
    await forecaster.compute('main', branches);
    expect(await counting.calls()).toEqual(['status', 'update-index', 'write-tree']);

    await on.repo.write('unrelated.txt', 'x');
    await on.repo.commit('The base moves');
    await news();
    await forecaster.compute('main', branches);
    expect(await counting.calls()).toEqual(['merge-tree']);
  } finally {
    await helper.cleanup();
  }
});

it('is told of changes in folders that are new, of commits and of a moved branch', async () => {
  const on = await stage();
  const branches = [await on.live('one'), await on.live('other')];
  await on.put('other', 'deep/er/new.txt', 'right\n');
  const { forecaster, news } = watching(on);
  const settled = async (): Promise<Forecast> => {
    await news();
    await forecaster.compute('main', branches);
    return forecaster.compute('main', branches);
  };
  await forecaster.compute('main', branches);
  await settled();
  await mkdir(on.at('one', 'deep/er'), { recursive: true });
  // The new folders come under watch now, at the latest with the computation after the next.
  await settled();
  await on.put('one', 'deep/er/new.txt', 'left\n');
  expect(pairOf(await settled())).toMatchObject({ conflict: true, paths: ['deep/er/new.txt'] });
  await commit(on, 'one');
  await commit(on, 'other');
  await settled();
  expect(pairOf(await settledUntil(forecaster, branches, news, (forecast) => !pairOf(forecast).uncommitted))).toMatchObject({ conflict: true, uncommitted: false });
  await on.in('one', 'reset', '--quiet', '--hard', 'main');
  expect(pairOf(await settledUntil(forecaster, branches, news, (forecast) => !pairOf(forecast).conflict))).toMatchObject({ conflict: false });
});

/** Computes after each event until the forecast is as wanted. */
async function settledUntil(forecaster: Forecaster, branches: readonly LiveBranch[], news: () => Promise<void>, wanted: (forecast: Forecast) => boolean): Promise<Forecast> {
  for (;;) {
    const forecast = await forecaster.compute('main', branches);
    if (wanted(forecast)) return forecast;
    await news();
  }
}

it('ignored folders are not watched, also when they come later', async () => {
  const on = await stage();
  const branches = [await on.live('one')];
  await on.put('one', 'build/old.txt', 'x');
  let visible = false;
  let early = false;
  let wake: () => void = () => undefined;
  const told = new Promise<void>((resolve) => (wake = resolve));
  const events: (() => void)[] = [];
  const forecaster = on.git.forecaster({
    changed: () => {
      for (const each of events.splice(0)) each();
    },
  });
  forecasters.push(forecaster);
  const next = (): Promise<void> => new Promise((resolve) => events.push(resolve));
  const first = next();
  await forecaster.compute('main', branches);
  await first;
  const second = next();
  await on.put('one', 'deep/build/new.txt', 'x');
  await second;
  const third = next();
  await forecaster.compute('main', branches);
  await third;
  await forecaster.compute('main', branches);
  events.push(function listen() {
    if (!visible) early = true;
    wake();
  });
  await on.put('one', 'build/old.txt', 'noise');
  await on.put('one', 'deep/build/new.txt', 'noise');
  visible = true;
  await on.put('one', 'shared.txt', 'work\n');
  await told;
  expect(early).toBe(false);
});

it('a task that ends is forgotten, one that comes is compared', async () => {
  const on = await stage();
  const one = await on.live('one');
  const other = await on.live('other');
  await on.put('one', 'shared.txt', '1\n');
  await on.put('other', 'shared.txt', '2\n');
  const { forecaster } = watching(on);
  expect((await forecaster.compute('main', [one])).pairs).toEqual([]);
  expect(pairOf(await forecaster.compute('main', [one, other])).conflict).toBe(true);
  expect(await forecaster.compute('main', [other])).toMatchObject({ pairs: [], base: [{ task: 'other' }] });
  expect(await forecaster.compute('main', [])).toEqual({ pairs: [], base: [] });
});
