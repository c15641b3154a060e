/** Worktrees that the engine makes for a moment: a candidate, the untouched base, the planner's copy. They hold nothing of anybody's. */
import { PLANNER } from '../core/events.js';
import type { Sha } from '../core/ports.js';
import { messageOf } from './attempts.js';
import type { RunContext } from './context.js';
import { paths } from './world.js';

/** No task's id has a dot, and "planner" is reserved. */
export const CANDIDATE = '.candidate';
export const UNTOUCHED_BASE = '.base';

/** One for each change of the base beside the tasks: several may be gated at once. */
export function changeScratch(change: string): string {
  return `.${change.replace(':', '.')}`;
}

/** Where a task's gate is proven without what git ignores in its worktree. */
export const cleanScratch = (task: string): string => `.clean-${task}`;

/** Where a task's lock files are made anew. */
export const lockScratch = (task: string): string => `.lock-${task}`;

/** Makes one at a commit. What a crash left there is of another commit, and would be gated in this one's place. */
export async function makeScratch(context: RunContext, name: string, commit: Sha): Promise<string> {
  const { git } = context.world;
  const path = paths.worktree(context.world, context.store.state.run, name);
  if (await git.worktreeExists(path)) await git.removeWorktree(path, { backedUp: true });
  await git.addWorktree({ path, branch: undefined, commit });
  return path;
}

/** Removes one. What cannot go stays until the next start or Clean Up; it is never used again as it is. */
export async function removeScratch(context: RunContext, name: string): Promise<void> {
  const { world } = context;
  const path = paths.worktree(world, context.store.state.run, name);
  await world.git.removeWorktree(path, { backedUp: true }).catch((error: unknown) => world.log.warn(`Could not remove ${path}: ${messageOf(error)}`));
}

/** Removes what a crash left. Only while nothing of the run is at work. */
export async function sweepScratch(context: RunContext): Promise<void> {
  const { world, store } = context;
  for (const name of [CANDIDATE, UNTOUCHED_BASE, PLANNER, ...[...store.state.changes.keys()].map(changeScratch), ...[...store.state.tasks.keys()].flatMap((task) => [lockScratch(task), cleanScratch(task)])]) {
    if (await world.git.worktreeExists(paths.worktree(world, store.state.run, name))) await removeScratch(context, name);
  }
}
