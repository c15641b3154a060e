/** How far an agent and its gate are kept from the rest of the machine. */
import { ownMember } from './member.js';
import type { RunState, TaskRun } from './run.js';

/**
 * `worktree`: a folder of its own. `sandbox`: the system also refuses to write elsewhere. `container`: the rest of the
 * machine is not even there. From the least to the strictest.
 */
export const ISOLATION_LEVELS = ['worktree', 'sandbox', 'container'] as const;
export type IsolationLevel = (typeof ISOLATION_LEVELS)[number];

function strictestOf(levels: readonly (IsolationLevel | undefined)[]): IsolationLevel {
  return ISOLATION_LEVELS.findLast((level) => levels.includes(level)) ?? 'worktree';
}

/** A plan may ask for more than its tier, never for less: plans are written by models. */
export function isolationOf(state: Pick<RunState, 'team'>, run: Pick<TaskRun, 'task'>): IsolationLevel {
  return strictestOf([ownMember(state, run.task).isolation, state.team.tiers[run.task.tier].isolation, run.task.isolation]);
}

/** The strictest of a run: for gates that judge several tasks' work, or none's. */
export function strictest(state: Pick<RunState, 'team' | 'tasks'>): IsolationLevel {
  return strictestOf([...state.tasks.values()].map((run) => isolationOf(state, run)));
}

/** The planner's own, else the strictest of the tiers: whoever does not trust executors has said nothing of planners. */
export function plannerIsolation({ team }: Pick<RunState, 'team'>): IsolationLevel {
  return team.planner.isolation ?? strictestOf(Object.values(team.tiers).map((tier) => tier.isolation));
}
