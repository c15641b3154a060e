/**
 * Every way to land (merge, squash, integration, pull-request, and the undoing of a landing) with the base branch in every
 * state that a person's checkouts can be in; after each, the person's files are compared byte for byte. And the race: the
 * base moves between the gate and the compare-and-swap.
 */
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRepository } from '../../src/adapters/git/repository.js';
import { headlessLauncher } from '../../src/adapters/runner/launch.js';
import { buildWorld } from '../../src/compose.js';
import { RUN_CHANGE, undoChange } from '../../src/core/change.js';
import type { Event } from '../../src/core/events.js';
import type { Log } from '../../src/core/ports.js';
import type { Reason } from '../../src/core/run.js';
import { EngineSession } from '../../src/engine/session.js';
import type { World } from '../../src/engine/world.js';
import { repositoryRoot } from '../support/root.js';
import { standInGh, withRemote } from '../support/standInGh.js';
import { planOf, scriptedTask } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

type Way = 'merge' | 'squash' | 'integration' | 'pull-request' | 'undo';
const WAYS: readonly Way[] = ['merge', 'squash', 'integration', 'pull-request', 'undo'];
const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Changes a file, adds one and an ignored one, deletes one and an ignored one: landing and undoing both add something. */
const work = scriptedTask(
  't',
  [{ write: { path: 'a.txt', text: 'landed\n' } }, { write: { path: 'new.txt', text: 'landed\n' } }, { write: { path: 'new.log', text: 'landed\n' } }, { run: ['git', 'add', '-f', 'new.log'] }, { delete: { path: 'gone.txt' } }, { delete: { path: 'gone.log' } }],
  { owns: ['**'] },
);

interface Scene {
  readonly repo: TempRepo;
  readonly way: Way;
  readonly world: World;
  readonly session: EngineSession;
  readonly events: Event[];
  /** What the act adds to a checkout: untracked where it is not ignored. */
  readonly adds: { readonly plain: string; readonly ignored: string };
}

/** Everything up to the moment before the landing (or the undoing) that is looked at. */
async function scene(way: Way, run: (scene: Scene) => Promise<void>, wrap: (world: World, repo: TempRepo) => World = (world) => world): Promise<void> {
  const strategy = way === 'undo' ? 'merge' : way;
  const repo = await makeRepo({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'gone.txt': 'was\n', '.gitignore': '*.log\n', '.switchyard/team.jsonc': JSON.stringify({ version: 1, merge: strategy }) });
  let session: EngineSession | undefined;
  try {
    await repo.write('gone.log', 'was\n');
    await repo.git('add', '-f', 'gone.log');
    await repo.commit('An ignored file that is tracked');
    let env = repo.env;
    if (way === 'pull-request') {
      await withRemote(repo);
      env = { ...env, ...(await standInGh(repo)).env };
    }
    const git = await openRepository(repo.root, { environment: env });
    const options = { directory: repo.root, environment: env, launch: headlessLauncher(env), programs: { node: process.execPath, runner: join(repositoryRoot, 'dist/runner.js'), scripted: join(repositoryRoot, 'dist/scripted.js') }, label: 'test', log: quiet };
    const world = wrap(await buildWorld(git, options), repo);
    session = await EngineSession.open(world, { label: 'test', mode: 'writer', autoApprove: false });
    const events: Event[] = [];
    session.onEvents((more) => events.push(...more));
    const started = await session.decompose({ kind: 'plan', plan: planOf(work) });
    expect(started).toEqual({ ok: true, run: 'r1' });
    await session.wish({ type: 'approve-plan', run: 'r1', revision: 1 });
    await session.rested();
    expect(session.current()?.tasks.get('t')).toMatchObject({ state: 'ready' });
    if (way === 'integration' || way === 'undo') {
      await session.wish({ type: 'approve', run: 'r1', task: 't' });
      await session.rested();
    }
    const adds = way === 'undo' ? { plain: 'gone.txt', ignored: 'gone.log' } : { plain: 'new.txt', ignored: 'new.log' };
    await run({ repo, way, world, session, events, adds });
  } finally {
    await session?.close({ stopAgents: true });
    await repo.cleanup();
  }
}

/** The click that is tested. */
async function act({ way, session }: Scene): Promise<void> {
  const answer = await session.wish(way === 'undo' ? { type: 'undo', run: 'r1', task: 't' } : way === 'integration' ? { type: 'land-run', run: 'r1' } : { type: 'approve', run: 'r1', task: 't' });
  expect(answer).toEqual({ ok: true });
  await session.rested();
}

interface Outcome {
  readonly landed: boolean;
  readonly reason?: Reason;
  readonly tree?: string;
}

function outcome({ way, session }: Scene): Outcome {
  const state = session.current();
  if (way === 'undo' || way === 'integration') {
    const change = state?.changes.get(way === 'undo' ? undoChange('t') : RUN_CHANGE);
    return { landed: change?.state === 'landed', ...(change?.reason !== undefined && { reason: change.reason }), ...(change?.receipt !== undefined && { tree: change.receipt.tree }) };
  }
  const task = state?.tasks.get('t');
  return { landed: task?.state === 'landed', ...(task?.reason !== undefined && { reason: task.reason }), ...(task?.receipt !== undefined && { tree: task.receipt.tree }) };
}

/** Every file below a folder but git's own, by content. */
async function bytes(folder: string, below = ''): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (path === '.git') continue;
    if (entry.isDirectory()) for (const [name, text] of await bytes(folder, path)) found.set(name, text);
    else found.set(path, await readFile(join(folder, path), 'latin1'));
  }
  return found;
}

/** What a landing must leave alone in any case: what is staged, and nothing stashed. */
const kept = (repo: TempRepo): Promise<readonly string[]> => Promise.all([repo.git('diff', '--cached', '--name-only', '--diff-filter=A'), repo.git('stash', 'list'), repo.git('symbolic-ref', 'HEAD')]);

interface Cell {
  readonly name: string;
  readonly make: (scene: Scene) => Promise<unknown>;
  /** The one path that a landing would overwrite. */
  readonly inTheWay?: (scene: Scene) => string;
  /** Where the base is checked out now. */
  readonly checkout: (scene: Scene) => string | undefined;
}

const other = ({ repo }: Scene): string => join(repo.folder, 'other');
const CELLS: readonly Cell[] = [
  { name: 'checked out, clean', make: () => Promise.resolve(), checkout: ({ repo }) => repo.root },
  {
    name: 'checked out, dirty elsewhere',
    make: async ({ repo }) => {
      await repo.write('staged.txt', 'mine');
      await repo.git('add', 'staged.txt');
      await repo.write('b.txt', 'mine');
      await repo.write('untracked.txt', 'mine');
      await repo.write('ignored.log', 'mine');
    },
    checkout: ({ repo }) => repo.root,
  },
  { name: 'checked out, dirty in the way', make: ({ repo }) => repo.write('a.txt', 'mine'), inTheWay: () => 'a.txt', checkout: ({ repo }) => repo.root },
  { name: 'checked out, deleted in the way', make: ({ repo }) => rm(join(repo.root, 'a.txt')), inTheWay: () => 'a.txt', checkout: ({ repo }) => repo.root },
  { name: 'checked out, untracked in the way', make: ({ repo, adds }) => repo.write(adds.plain, 'mine'), inTheWay: ({ adds }) => adds.plain, checkout: ({ repo }) => repo.root },
  { name: 'checked out, ignored in the way', make: ({ repo, adds }) => repo.write(adds.ignored, 'mine'), inTheWay: ({ adds }) => adds.ignored, checkout: ({ repo }) => repo.root },
  {
    name: 'checked out in another worktree',
    make: async (here) => {
      await here.repo.git('switch', '-q', '-c', 'mine');
      await here.repo.git('worktree', 'add', '-q', other(here), 'main');
      await here.repo.write('a.txt', 'mine');
    },
    checkout: other,
  },
  {
    name: 'not checked out',
    make: async ({ repo }) => {
      await repo.git('switch', '-q', '-c', 'mine');
      await repo.write('a.txt', 'mine');
    },
    checkout: () => undefined,
  },
];

describe.each(WAYS)('%s', (way) => {
  it.each(CELLS)('$name', async (cell) => {
    await scene(way, async (here) => {
      const { repo } = here;
      const base = await repo.git('rev-parse', 'main');
      await cell.make(here);
      const [before, settings] = [await bytes(repo.root), await kept(repo)];
      const ours = new Map([...before].filter(([path]) => path.startsWith('staged') || path.startsWith('untracked') || path.startsWith('ignored') || before.get(path) === 'mine'));
      await act(here);
      expect(await kept(repo)).toEqual(settings);

      if (way === 'pull-request') {
        // The base here and everything in the checkout are nobody's to touch.
        expect(here.session.current()?.tasks.get('t')).toMatchObject({ state: 'in-review', reason: { kind: 'pull-request' } });
        expect(await repo.git('rev-parse', 'main')).toBe(base);
        expect(await bytes(repo.root)).toEqual(before);
        return;
      }
      const path = cell.inTheWay?.(here);
      if (path !== undefined) {
        expect(outcome(here)).toMatchObject({ landed: false, reason: { kind: 'checkout-in-the-way', paths: [path] } });
        expect(await repo.git('rev-parse', 'main')).toBe(base);
        expect(await bytes(repo.root)).toEqual(before);
        // Out of the way, the same click lands.
        const tracked = (await repo.git('ls-files', '--', path)) !== '';
        if (tracked) await repo.git('checkout', '-q', '--', path);
        else await rm(join(repo.root, path));
        await act(here);
      }
      const result = outcome(here);
      expect(result.landed, result.reason?.text).toBe(true);
      expect(await repo.git('rev-parse', 'main^{tree}')).toBe(result.tree);
      expect(await repo.git('merge-base', '--is-ancestor', base, 'main')).toBe('');
      const folder = cell.checkout(here);
      if (folder !== repo.root) expect(await bytes(repo.root)).toEqual(before);
      if (folder !== undefined) {
        const after = await bytes(folder);
        if (path === undefined && folder === repo.root) for (const [mine, text] of ours) expect(after.get(mine), mine).toBe(text);
        expect(after.get('a.txt')).toBe(way === 'undo' ? 'a\n' : 'landed\n');
        expect(after.get(here.adds.plain)).toBe(way === 'undo' ? 'was\n' : 'landed\n');
        expect(after.get(here.adds.ignored)).toBe(way === 'undo' ? 'was\n' : 'landed\n');
        expect(after.has(way === 'undo' ? 'new.txt' : 'gone.txt')).toBe(false);
      }
    });
  });

  it('a base that moves in the last moment is brought in and gated again; nothing is overwritten', async () => {
    let theirs = '';
    /** A person commits on the base just before the swap (or, with pull requests, before the branch is pushed). */
    const race = (world: World, repo: TempRepo): World => {
      const commit = async (): Promise<void> => {
        if (theirs !== '' || !armed) return;
        await writeFile(join(repo.root, 'theirs.txt'), 'theirs\n');
        theirs = 'on its way';
        theirs = await repo.commit('Theirs');
      };
      return {
        ...world,
        git: {
          ...world.git,
          advance: async (branch, from, to) => {
            if (branch === 'main') await commit();
            return world.git.advance(branch, from, to);
          },
        },
      };
    };
    let armed = false;
    await scene(
      way,
      async (here) => {
        const { repo } = here;
        const gates = (): number => here.events.filter((event) => event.type === 'gate.finished' || event.type === 'change.gated' || event.type === 'candidate.finished').length;
        const before = gates();
        armed = true;
        if (way === 'pull-request') {
          await repo.write('theirs.txt', 'theirs\n');
          theirs = await repo.commit('Theirs');
        }
        await act(here);
        expect(theirs).toMatch(/^[0-9a-f]{40}$/);
        // The undo's first gate is its own; everything else was gated before the click.
        expect(gates() - before).toBe(way === 'undo' ? 2 : 1);
        const tip = way === 'pull-request' ? 'switchyard/r1/t' : 'main';
        expect(await repo.git('merge-base', '--is-ancestor', theirs, tip)).toBe('');
        expect(await repo.git('show', `${tip}:theirs.txt`)).toBe('theirs');
        expect(await readFile(join(repo.root, 'theirs.txt'), 'utf8')).toBe('theirs\n');
        if (way === 'pull-request') return;
        expect(outcome(here).landed).toBe(true);
        expect(await repo.git('rev-parse', 'main^{tree}')).toBe(outcome(here).tree);
        expect(await repo.git('status', '--porcelain')).toBe('');
      },
      race,
    );
  });
});
