/**
 * The forecast (see `Git.forecaster`): a snapshot of each worktree, and a merge of each two of them and of each with the
 * base. Snapshots are kept until their worktree changes; outcomes by the two commits that were merged, which stand for
 * trees and merge base.
 */
import { mkdtemp } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Forecast, Forecaster, LiveBranch, Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { lastWords } from './errors.js';
import { type MergeOutcome, mergePairs } from './forecastMerge.js';
import { discard, isThere, makeRoot } from './forecastObjects.js';
import { takeSnapshot, type WorkFolder, type WorkSnapshot } from './forecastSnapshot.js';
import { openWatches, type Watches } from './forecastWatch.js';
import { isBranchName } from './names.js';
import { type Place, tryLocate } from './place.js';

/** What is known of one live branch. */
interface Known {
  readonly branch: LiveBranch;
  readonly place: Place;
  readonly snapshot: WorkSnapshot;
}

const SAME: MergeOutcome = { conflict: false, paths: [] };

/**
 * Keeps outcomes of merges and looks again only at what changed. With `watching` file events say what did; without, every look
 * is a full one.
 */
export function forecaster(repository: Repository, watching?: { readonly changed: () => void }): Forecaster {
  const known = new Map<string, Known>();
  const folders = new Map<string, WorkFolder>();
  const stale = new Set<string>();
  let outcomes: ReadonlyMap<string, MergeOutcome> = new Map();
  let root: string | undefined;
  const watches: Watches | undefined =
    watching === undefined
      ? undefined
      : openWatches(repository.commonDir, (worktree) => {
          if (worktree !== undefined) stale.add(worktree);
          watching.changed();
        });

  const reset = async (): Promise<void> => {
    const old = root;
    root = undefined;
    known.clear();
    folders.clear();
    await discard(old);
  };
  const forget = async (worktree: string): Promise<void> => {
    known.delete(worktree);
    const folder = folders.get(worktree);
    folders.delete(worktree);
    await discard(folder?.path);
  };
  const folderOf = async (worktree: string, within: string): Promise<WorkFolder> => {
    const folder = folders.get(worktree) ?? { path: await mkdtemp(join(within, 'work-')) };
    folders.set(worktree, folder);
    return folder;
  };
  const refresh = async (branch: LiveBranch, within: string): Promise<Known | undefined> => {
    const { worktree } = branch;
    const old = known.get(worktree);
    if (watches !== undefined && old !== undefined && old.branch.merging === branch.merging && !stale.has(worktree)) return old;
    // Before reading: what changes meanwhile is news.
    stale.delete(worktree);
    const place = await tryLocate(repository.commonDir, worktree);
    if (place === undefined) {
      await forget(worktree);
      return undefined;
    }
    try {
      const snapshot = await takeSnapshot(repository, place, branch, await folderOf(worktree, within));
      const now: Known = { branch, place, snapshot };
      known.set(worktree, now);
      await discard(old?.snapshot.objects);
      return now;
    } catch (error) {
      repository.warn(`${branch.task} is left out of the forecast: ${lastWords(error instanceof Error ? error.message : String(error))}`);
      await forget(worktree);
      return undefined;
    }
  };
  const cover = async (branches: readonly LiveBranch[], base: string): Promise<void> => {
    if (watches === undefined) return;
    watches.keep(new Set(branches.map(({ worktree }) => worktree)));
    await watches.base(base);
    for (const { branch, place, snapshot } of known.values()) {
      // What happened in a folder before it was watched went unseen.
      if (await watches.cover(branch.worktree, place, snapshot.ignored)) {
        stale.add(branch.worktree);
        watching?.changed();
      }
    }
  };

  return {
    compute: async (base, branches) => {
      const wanted = new Set(branches.map(({ worktree }) => worktree));
      for (const worktree of [...known.keys()]) if (!wanted.has(worktree)) await forget(worktree);
      if (branches.length === 0) {
        await cover(branches, base);
        return { pairs: [], base: [] };
      }
      if (root !== undefined && !(await isThere(root))) await reset();
      const folder = (root ??= await makeRoot());
      try {
        const states = (await inTurns(branches, Math.max(2, availableParallelism()), (branch) => refresh(branch, folder))).filter((state) => state !== undefined);
        await cover(branches, base);
        const tip = isBranchName(base) ? await repository.objects.id(`refs/heads/${base}^{commit}`) : undefined;
        const next = await mergeMissing(repository, states, tip, outcomes, folder);
        outcomes = next;
        return matrix(states, tip, next);
      } catch (error) {
        // Whatever it was, the next computation begins anew.
        await reset();
        throw error;
      }
    },
    touch: (worktree) => {
      if (watches === undefined || watches.reaches(worktree)) return;
      stale.add(worktree);
      watching?.changed();
    },
    close: async () => {
      watches?.close();
      await reset();
    },
  };
}

function keyOf(one: Sha, other: Sha): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

/** Merges the pairs that have no outcome yet; gives the outcomes of all present pairs and no others. */
async function mergeMissing(repository: Repository, states: readonly Known[], tip: Sha | undefined, present: ReadonlyMap<string, MergeOutcome>, folder: string): Promise<ReadonlyMap<string, MergeOutcome>> {
  const outcomes = new Map<string, MergeOutcome>();
  const missing = new Map<string, { readonly ours: Sha; readonly theirs: Sha }>();
  const commits = [...(tip === undefined ? [] : [tip]), ...states.map(({ snapshot }) => snapshot.commit)];
  for (const [index, ours] of commits.entries()) {
    for (const theirs of commits.slice(index + 1)) {
      const key = keyOf(ours, theirs);
      const outcome = ours === theirs ? SAME : present.get(key);
      if (outcome === undefined) missing.set(key, { ours, theirs });
      else outcomes.set(key, outcome);
    }
  }
  const objects = states.flatMap(({ snapshot }) => (snapshot.objects === undefined ? [] : [snapshot.objects]));
  const found = await mergePairs(repository, [...missing.values()], objects, folder);
  for (const [index, key] of [...missing.keys()].entries()) {
    const outcome = found[index];
    if (outcome !== undefined) outcomes.set(key, outcome);
  }
  return outcomes;
}

/** Pairs without an outcome are left out: nothing is claimed about them. */
function matrix(states: readonly Known[], tip: Sha | undefined, outcomes: ReadonlyMap<string, MergeOutcome>): Forecast {
  const between = (one: Sha, other: Sha): MergeOutcome | undefined => outcomes.get(keyOf(one, other));
  return {
    pairs: states.flatMap((one, index) =>
      states.slice(index + 1).flatMap((other) => {
        const outcome = between(one.snapshot.commit, other.snapshot.commit);
        return outcome === undefined ? [] : [{ a: one.branch.task, b: other.branch.task, ...outcome, uncommitted: one.snapshot.uncommitted || other.snapshot.uncommitted }];
      }),
    ),
    base: states.flatMap(({ branch, snapshot }) => {
      const outcome = tip === undefined ? undefined : between(tip, snapshot.commit);
      return outcome === undefined ? [] : [{ task: branch.task, ...outcome }];
    }),
  };
}

/** Results in order, at most so many at once. */
async function inTurns<T, R>(items: readonly T[], atOnce: number, act: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const rest = [...items.entries()];
  const work = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) results[next[0]] = await act(next[1]);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return results;
}
