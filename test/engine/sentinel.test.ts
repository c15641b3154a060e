/** Blame, shared looks and what a crash leaves, with real git and agents whose streams the test writes. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpenedGit, openRepository } from '../../src/adapters/git/repository.js';
import type { ActivityLine } from '../../src/core/activity.js';
import type { RunState } from '../../src/core/run.js';
import type { AtWork, SentinelWorld } from '../../src/engine/sentinel.js';
import { Sentinel } from '../../src/engine/sentinel.js';
import { plan, Run, task } from '../core/build.js';
import { makeRepo, type TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
let git: OpenedGit;
let now = 1_000_000;
let streams: Map<string, ActivityLine[]>;
let saved: Set<string>;
let looks: number;
let world: SentinelWorld;
let state: RunState;

beforeEach(async () => {
  repo = await makeRepo({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
  git = await openRepository(repo.root, { environment: repo.env });
  streams = new Map();
  saved = new Set();
  looks = 0;
  state = new Run().approve(plan(task('x'), task('y'))).state;
  const warn = (message: string): void => {
    throw new Error(message);
  };
  world = {
    git: {
      ...git,
      strays: async () => {
        const strays = await git.strays();
        return { ...strays, look: () => ((looks += 1), strays.look()) };
      },
    },
    activities: { read: (folder) => Promise.resolve(streams.get(folder) ?? []), follow: () => () => undefined, watch: () => undefined },
    clock: { now: () => now, after: () => () => undefined },
    log: { info: () => undefined, warn, error: warn },
    saves: { since: (path) => saved.has(path) },
  };
});
afterEach(async () => {
  await git.settled();
  await repo.cleanup();
});

async function agent(id: string, ...edits: readonly string[]): Promise<AtWork> {
  const folder = join(repo.folder, 'attempts', id);
  await mkdir(folder, { recursive: true });
  streams.set(folder, edits.map((path, at) => ({ type: 'edit', path: join(repo.root, path), change: 'modified', seq: at + 1, at })));
  return { state: () => state, task: id, attempt: 1, agent: 'scripted', folder, cwd: join(repo.folder, 'worktrees', id) };
}
const names = (leaks: Awaited<ReturnType<Sentinel['ended']>>) => leaks.map((leak) => [leak.certainty, ...leak.files.map((file) => file.path)]);

test('a save in the editor is the person’s, also of a file that a command line named; an edit tool’s word counts more', async () => {
  const sentinel = new Sentinel(world);
  const x = await agent('x', 'b.txt');
  streams.get(x.folder)?.push({ type: 'tool', id: 't', name: 'bash', title: `$ cat ${repo.root}/a.txt`, seq: 9, at: 9 });
  await sentinel.begin(x);
  await repo.write('a.txt', 'by me\n');
  await repo.write('b.txt', 'by the agent, then by me\n');
  saved = new Set([join(repo.root, 'a.txt'), join(repo.root, 'b.txt')]);
  const leaks = await sentinel.ended(x);
  expect(names(leaks)).toEqual([['certain', 'b.txt']]);
  // The person's own edit is in it: it is kept, and not offered to be undone.
  expect(leaks[0]?.files[0]?.before).toBe('unknown');
  expect(await (await git.strays()).undo(repo.root, leaks[0]?.kept.ref ?? '')).toMatchObject([{ path: 'b.txt' }]);
  expect(await readFile(join(repo.root, 'b.txt'), 'utf8')).toBe('by the agent, then by me\n');
});

test('what one agent names that is still at work is told at its own end; agents that end together share one look', async () => {
  const sentinel = new Sentinel(world);
  const [x, y] = await Promise.all([agent('x'), agent('y', 'b.txt')]);
  await Promise.all([sentinel.begin(x), sentinel.begin(y)]);
  await repo.write('a.txt', 'by somebody\n');
  await repo.write('b.txt', 'by y\n');
  const first = await sentinel.ended(x);
  expect(names(first)).toEqual([['possible', 'a.txt']]);
  expect(first[0]?.others).toEqual(['y']);
  expect(names(await sentinel.ended(y))).toEqual([['certain', 'b.txt']]);
  // Known now: nobody is told again.
  looks = 0;
  now += 60_000;
  await Promise.all([sentinel.begin(x), sentinel.begin(y)]);
  expect(await Promise.all([sentinel.ended(x), sentinel.ended(y)])).toEqual([[], []]);
  expect(looks).toBe(1);
});

test('an agent whose stream came after another’s end is named at its own end, for certain', async () => {
  const sentinel = new Sentinel(world);
  const [x, y] = await Promise.all([agent('x'), agent('y')]);
  await Promise.all([sentinel.begin(x), sentinel.begin(y)]);
  await repo.write('b.txt', 'by y\n');
  expect(names(await sentinel.ended(x))).toEqual([['possible', 'b.txt']]);
  streams.set(y.folder, [{ type: 'edit', path: join(repo.root, 'b.txt'), change: 'modified', seq: 1, at: 1 }]);
  const leaks = await sentinel.ended(y);
  expect(names(leaks)).toEqual([['certain', 'b.txt']]);
  expect(await (await git.strays()).undo(repo.root, leaks[0]?.kept.ref ?? '')).toEqual([]);
  expect(await readFile(join(repo.root, 'b.txt'), 'utf8')).toBe('b\n');
});

test('an agent that outlived its window is judged by what was there when it began', async () => {
  await repo.write('mine.txt', 'before\n');
  const x = await agent('x');
  await new Sentinel(world).begin(x);
  await repo.write('a.txt', 'while nobody looked\n');
  await repo.write('mine.txt', 'changed\n');
  const after = new Sentinel(world);
  await after.begin(x, { adopted: true });
  const [leak] = await after.ended(x);
  expect(leak?.files).toEqual([
    { path: 'a.txt', change: 'modified', before: 'committed' },
    // Its content was only in the memory of the window that is gone.
    { path: 'mine.txt', change: 'modified', before: 'unknown' },
  ]);
});

test('moving HEAD, staging and landing are no stray changes', async () => {
  const x = await agent('x');
  await repo.write('b.txt', 'mine\n');
  const sentinel = new Sentinel(world);
  await sentinel.begin(x);
  await repo.git('add', 'b.txt');
  await repo.git('commit', '-qm', 'mine');
  await repo.git('reset', '-q', '--soft', 'HEAD~1');
  const from = await repo.git('rev-parse', 'HEAD');
  await rm(join(repo.root, '.git/index.lock'), { force: true });
  expect(await sentinel.ended(x)).toEqual([]);
  now += 60_000;
  await repo.git('reset', '-q', '--hard');
  await sentinel.begin(x);
  await repo.git('commit', '-q', '--allow-empty', '-m', 'another');
  await repo.git('checkout', '-q', '-b', 'elsewhere', from);
  expect(await sentinel.ended(x)).toEqual([]);
});
