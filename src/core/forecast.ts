/** The forecast: which live branches will conflict, found before anybody merges. What is compared, and how it is told. */
import type { Forecast, LiveBranch } from './ports.js';
import type { RunState, TaskRun } from './run.js';
import { isOver } from './task.js';

export const NO_FORECAST: Forecast = { pairs: [], base: [] };

/** Tasks with work that has not landed yet and a worktree that holds it, in plan order. */
export function liveBranches(state: RunState): readonly LiveBranch[] {
  return [...state.tasks.values()].flatMap((run) => {
    const worktree = liveWorktree(run);
    return worktree === undefined ? [] : [{ task: run.task.id, worktree, ...(run.conflict !== undefined && { merging: run.conflict.base }) }];
  });
}

function liveWorktree(run: TaskRun): string | undefined {
  if (isOver(run.state) || run.cleaned) return undefined;
  // Being checked out: files that are still missing would look like deletions, and no agent has worked yet.
  if (run.state === 'setting-up' && run.attempts.length === 0) return undefined;
  return run.worktree;
}

export interface ConflictEdge {
  readonly from: string;
  readonly to: string;
  readonly why: 'conflict';
  readonly paths: readonly string[];
}

/** One edge for each pair of tasks that will conflict. */
export function conflictEdges(forecast: Forecast | undefined): readonly ConflictEdge[] {
  return (forecast?.pairs ?? []).filter((pair) => pair.conflict).map(({ a, b, paths }) => ({ from: a, to: b, why: 'conflict', paths }));
}

/** One line for people for each conflict that is ahead, or one that there is none. */
export function forecastLines(forecast: Forecast, base: string): readonly string[] {
  const tasks = forecast.base.length;
  if (tasks === 0) return ['No task has unlanded work, so nothing can conflict.'];
  const lines = [
    ...forecast.base.filter((each) => each.conflict).map(({ task, paths }) => `${task} will conflict with ${base} in ${paths.join(', ')}`),
    ...forecast.pairs
      .filter((pair) => pair.conflict)
      .map(({ a, b, paths, uncommitted }) => `${a} and ${b} will conflict in ${paths.join(', ')}${uncommitted ? ' (with uncommitted work)' : ''}`),
  ];
  if (lines.length > 0) return lines;
  return [tasks === 1 ? `1 branch with unlanded work: no conflict with ${base}.` : `${String(tasks)} branches with unlanded work: no conflict among them or with ${base}.`];
}

/** Whether two forecasts say the same: nobody needs to draw it again then. */
export function sameForecast(one: Forecast | undefined, other: Forecast | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
