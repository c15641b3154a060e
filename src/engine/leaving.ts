/**
 * What becomes of agents when the window that holds them closes and they are to stop with it. Nobody is told whether a
 * window reloads or quits, so it leaves word; a process that stays behind stops the agents unless a window has come back
 * by then and taken the word away.
 */
import type { RunState } from '../core/run.js';
import { isActive } from '../core/task.js';
import type { OpenRuns } from './openRuns.js';
import type { World } from './world.js';
import { paths } from './world.js';

/** Something of the run is at work: an agent, a set-up, a gate, a landing or the planner. */
export function isAtWork(state: RunState): boolean {
  const plans = state.planner !== undefined && state.planner.endedAt === undefined;
  return plans || [...state.tasks.values()].some((task) => isActive(task.state));
}

/** Leaves word; gives its file, or `undefined` where this process has nobody at work. */
export async function leaveWord(world: World, runs: OpenRuns): Promise<string | undefined> {
  if (!runs.all.some((loop) => isAtWork(loop.context.store.state))) return undefined;
  const file = paths.left(world);
  await world.files.write(file, JSON.stringify({ v: 1, nonce: world.ids.nonce() }));
  return file;
}

/** A window is here (again): agents go on. */
export function comeBack(world: World): Promise<void> {
  return world.files.remove(paths.left(world));
}

/** What stopping needs of a session that holds the repository. */
interface Stopping {
  runs(): Promise<readonly { readonly run: string; readonly ended: boolean }[]>;
  holdStill(run: string): Promise<void>;
  current(): RunState | undefined;
  wish(wish: { readonly type: 'stop'; readonly run: string; readonly by: 'quit' }): Promise<unknown>;
  rested(): Promise<void>;
}

/** Stops every run in which somebody is at work, as Stop does: work is kept, Go On continues it. Nothing new begins. */
export async function stopRuns(session: Stopping): Promise<void> {
  for (const { run, ended } of await session.runs()) {
    if (ended) continue;
    await session.holdStill(run);
    const state = session.current();
    // Opening it has ended a planner's attempt by then; its tasks are as they were left.
    if (state !== undefined && isAtWork(state)) await session.wish({ type: 'stop', run, by: 'quit' });
    await session.rested();
  }
}
