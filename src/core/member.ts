/** Who works on a task: its own choice, its tier's member, or the fallback while that agent has no quota left. */
import type { AgentId } from './ids.js';
import { isAgentId } from './ids.js';
import type { Task } from './plan.js';
import type { RunState, TaskRun } from './run.js';
import type { Member, TierMember } from './team.js';

/** Before any trouble. A task that names another agent than its tier's has no fallback: somebody wanted that one. */
export function ownMember(state: Pick<RunState, 'team'>, task: Task): TierMember {
  const tier = state.team.tiers[task.tier];
  const { agent } = task;
  if (agent === undefined || !isAgentId(agent) || agent === tier.agent) return task.model === undefined ? tier : { ...tier, model: task.model };
  return { agent, ...(task.model !== undefined && { model: task.model }) };
}

/** The agent said that its quota or credit is used up, and nobody has asked for it again since. */
export function withoutQuota(state: Pick<RunState, 'agentWaits'>, agent: AgentId): boolean {
  const wait = state.agentWaits.get(agent);
  return wait?.kind === 'quota' && !wait.over;
}

/** Who would do the task's next attempt. Once the fallback has worked on it, it stays with the fallback: that one knows the work. */
export function memberFor(state: Pick<RunState, 'team' | 'agentWaits'>, run: Pick<TaskRun, 'task' | 'attempts'>): Member {
  const { fallback, isolation: _, ...own } = ownMember(state, run.task);
  if (fallback === undefined || withoutQuota(state, fallback.agent)) return own;
  return withoutQuota(state, own.agent) || run.attempts.at(-1)?.agent === fallback.agent ? fallback : own;
}
