/** How far an agent and its gate are kept from the rest of the machine. */
import { ownMember } from './member.js';
import type { RunState, TaskRun } from './run.js';

/** `worktree`: a folder of its own. `sandbox`: the system also refuses to write elsewhere. */
export const ISOLATION_LEVELS = ['worktree', 'sandbox'] as const;
export type IsolationLevel = (typeof ISOLATION_LEVELS)[number];

/** A plan may ask for more than its tier, never for less: plans are written by models. */
export function isolationOf(state: Pick<RunState, 'team'>, run: Pick<TaskRun, 'task'>): IsolationLevel {
  const levels = [ownMember(state, run.task).isolation, state.team.tiers[run.task.tier].isolation, run.task.isolation];
  return levels.includes('sandbox') ? 'sandbox' : 'worktree';
}

/** The strictest of a run: for gates that judge several tasks' work, or none's. */
export function strictest(state: Pick<RunState, 'team' | 'tasks'>): IsolationLevel {
  return [...state.tasks.values()].some((run) => isolationOf(state, run) === 'sandbox') ? 'sandbox' : 'worktree';
}
