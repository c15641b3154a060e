/** Clean Up: worktrees and branches of what landed or was dropped go, and expired backups; nothing that is unlanded or unsaved does. */
import type { KnownBackup } from '../core/backups.js';
import { isOver, stateClause } from '../core/task.js';
import { messageOf } from './attempts.js';
import type { Look } from './backups.js';
import { knownBackups, removeExpired } from './backups.js';
import { cleanUp } from './landing.js';
import type { OpenRuns } from './openRuns.js';
import { isFinished } from './runReader.js';
import { RunRefused } from './refused.js';
import type { RunReader } from './runReader.js';
import { sweepScratch } from './scratch.js';
import type { World } from './world.js';
import { paths } from './world.js';

/** Paths of worktrees that are gone (or would be), and of those that stay, with the reason. */
export interface Cleaned {
  readonly removed: string[];
  readonly kept: { path: string; why: string }[];
  /** Backups that are gone (or would be). */
  readonly backups: KnownBackup[];
}

/** Reads any run: from memory where it is open here, else from its log. */
export function lookIn(reader: RunReader, runs: OpenRuns): Look {
  return async (run) => runs.get(run)?.context.store.state ?? reader.look(run);
}

/** What `clean` would do; opens nothing, because opening a run ends what was under way in it. */
export async function wouldClean(world: World, reader: RunReader, runs: OpenRuns): Promise<Cleaned> {
  const look = lookIn(reader, runs);
  const cleaned: Cleaned = { removed: [], kept: [], backups: (await knownBackups(world, look)).filter((backup) => backup.expired) };
  for (const run of await reader.ids()) {
    const state = await look(run);
    if (state instanceof RunRefused) {
      cleaned.kept.push({ path: run, why: state.message });
      continue;
    }
    for (const task of state?.tasks.values() ?? []) {
      if (task.worktree === undefined || task.cleaned) continue;
      if (isOver(task.state)) cleaned.removed.push(task.worktree);
      else cleaned.kept.push({ path: task.worktree, why: `${task.task.title} ${stateClause(task.state)}` });
    }
  }
  return cleaned;
}

/** Cleans every run of the repository; needs the lock. */
export async function clean(world: World, reader: RunReader, runs: OpenRuns): Promise<Cleaned> {
  const cleaned: Cleaned = { removed: [], kept: [], backups: [] };
  for (const run of await reader.ids()) {
    const known = runs.has(run);
    if (!known) runs.keepStill(run);
    try {
      await cleanRun(await runs.open(run), cleaned);
    } catch (error) {
      cleaned.kept.push({ path: paths.run(world, run), why: messageOf(error) });
    }
    if (!known) await runs.forget(run);
  }
  // Last: what was saved a moment ago is judged too, and is young.
  cleaned.backups.push(...(await removeExpired(world, await knownBackups(world, lookIn(reader, runs)))));
  return cleaned;
}

async function cleanRun(loop: Awaited<ReturnType<OpenRuns['open']>>, { removed, kept }: Cleaned): Promise<void> {
  const { context } = loop;
  for (const [id, task] of context.store.state.tasks) {
    if (task.worktree === undefined || task.cleaned) continue;
    if (!isOver(task.state)) {
      kept.push({ path: task.worktree, why: `${task.task.title} ${stateClause(task.state)}` });
      continue;
    }
    // The loop may be at it already.
    await loop.driven(id);
    const result = context.task(id).cleaned ? { removed: true } : await cleanUp(context, id);
    if (result.removed) removed.push(task.worktree);
    else kept.push({ path: task.worktree, why: result.why ?? 'it is gone already' });
  }
  if (isFinished(context.store.state)) await sweepScratch(context);
}
