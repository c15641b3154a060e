/** What is done about a planner that did not end well: the same table as for tasks, with a plan in place of a worktree. */
import type { AgentOutcome } from './activity.js';
import type { EventBody } from './events.js';
import { PLANNER } from './events.js';
import type { AgentId } from './ids.js';
import { withoutQuota } from './member.js';
import type { AgentWait, RunState } from './run.js';
import type { Member } from './team.js';
import { nextWait, TROUBLE, type AgentWords } from './trouble.js';

/** Who plans: the team's planner, or its fallback while that one has no quota. */
export function plannerMember(state: Pick<RunState, 'team' | 'agentWaits'>): Member {
  const { fallback, isolation: _, ...own } = state.team.planner;
  return fallback !== undefined && withoutQuota(state, own.agent) && !withoutQuota(state, fallback.agent) ? fallback : own;
}

/** The wait that holds the planner at this moment. */
export function plannerWait(state: Pick<RunState, 'team' | 'agentWaits'>): AgentWait | undefined {
  const wait = state.agentWaits.get(plannerMember(state).agent);
  return wait === undefined || wait.over ? undefined : wait;
}

export type PlannerStep =
  /** Ask again: when its agent goes on, with another agent, or (`fresh`) in a new session. */
  | { readonly step: 'again'; readonly events: readonly EventBody[]; readonly fresh?: true }
  | { readonly step: 'failed'; readonly failure: string; readonly events: readonly EventBody[] };

/** Decides on an ended attempt of the planner. `fresh`: a fresh session was tried before. `now`: milliseconds since the epoch. */
export function afterPlannerTrouble(state: RunState, agent: AgentId, outcome: Omit<AgentOutcome, 'answer' | 'text'>, words: AgentWords, { fresh, now }: { readonly fresh: boolean; readonly now: number }): PlannerStep {
  const reason = outcome.reason ?? 'crashed';
  const { handling } = TROUBLE[reason];
  const failed: PlannerStep = { step: 'failed', failure: failure(outcome, words), events: [] };
  if (handling === 'hand-off') return fresh ? failed : { step: 'again', events: [], fresh: true };
  if (handling !== 'wait' && handling !== 'fallback') return failed;
  const wait = nextWait(state, agent, PLANNER, outcome, now);
  if (wait === undefined) return failed;
  const moves = reason === 'quota' && state.team.planner.fallback !== undefined && state.team.planner.agent === agent && !withoutQuota(state, state.team.planner.fallback.agent);
  // Without a time and without another agent nobody would ever ask again.
  return wait.until !== undefined || moves ? { step: 'again', events: wait.events } : { ...failed, events: wait.events };
}

function failure(outcome: Pick<AgentOutcome, 'reason' | 'message'>, words: AgentWords): string {
  const { what, next } = TROUBLE[outcome.reason ?? 'crashed'];
  const said = outcome.message === undefined || outcome.message === '' ? '' : `: ${outcome.message.replace(/[.\s]+$/, '')}`;
  const todo = PLANNER_NEXT[outcome.reason ?? 'crashed'] ?? next;
  return `${words.name} did not answer a plan: it ${what}${said}. Nothing was changed. ${todo.replace('{signIn}', (words.signIn ?? 'in its own terminal').replace(/\.$/, ''))}`;
}

/** Where the next step is another one than a task's. */
const PLANNER_NEXT: Readonly<Partial<Record<NonNullable<AgentOutcome['reason']>, string>>> = {
  'rate-limit': 'Plan again when the limit is over, or name another planner in the team file.',
  quota: 'Top it up, or name a fallback for the planner in the team file, then plan again.',
  'signed-out': 'Sign in ({signIn}), then plan again.',
  'bad-model': "Change the planner's model in the team file, then plan again.",
  'context-full': 'Make the goal smaller, or name another planner in the team file, then plan again.',
  network: 'Look after the connection, then plan again.',
  server: "Look at the service's status, then plan again.",
  silent: 'Plan again; a longer limits.idleMinutes in the team file gives it more time.',
  permission: 'A planner may only read. Plan again with a clearer goal, or write an outline.',
  'time-limit': 'Plan again with a smaller goal; limits.attemptMinutes in the team file gives it more time.',
  budget: 'Raise the limit, then plan again.',
  'turn-limit': 'Plan again with a smaller goal, or write an outline.',
  refused: 'Change the goal or the planner in the team file, then plan again.',
  interrupted: 'Plan again.',
  'missing-cli': 'Install it or name another planner in the team file, then plan again.',
  'wrong-version': 'Update it, then plan again.',
  crashed: 'Look into its terminal; plan again, or name another planner in the team file.',
};
