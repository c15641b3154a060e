/**
 * What goes wrong with agents, told apart. For each reason: what people read, what they do next, and what is done
 * without them. One table for all CLIs; each CLI's parser finds the reason (adapters/agents).
 */
import type { AgentOutcome, FailureReason } from './activity.js';
import { wasCutShort } from './budget.js';
import type { EventBody } from './events.js';
import type { AgentId } from './ids.js';
import { memberFor } from './member.js';
import type { AgentWait, Reason, RunState, TaskRun } from './run.js';
import { STOPPED_BY_YOU } from './stopping.js';
import { clockTime } from './text.js';

/**
 * - `wait`: the agent's tasks wait until the time it told (or a growing while), then go on by themselves in the same session
 * - `fallback`: the team's fallback agent goes on; without one the tasks wait for the told time, or for the person
 * - `hand-off`: a fresh session goes on from a checkpoint, once; then the person
 * - `stop`: it was ended from outside; Go On continues it
 * - `person`: only a person can move it on
 */
export type Handling = 'wait' | 'fallback' | 'hand-off' | 'stop' | 'person';

export interface Trouble {
  readonly handling: Handling;
  /** Follows the agent's name: "Claude Code is not signed in". */
  readonly what: string;
  /** What the person does, as a sentence; `{signIn}` is the agent's own way to sign in. */
  readonly next: string;
}

export const TROUBLE: Readonly<Record<FailureReason, Trouble>> = {
  'rate-limit': { handling: 'wait', what: 'is rate limited', next: 'Retry when the limit is over, or change the tier to another agent.' },
  quota: { handling: 'fallback', what: 'has no quota or credit left', next: 'Top it up, or name a fallback for the tier in the team file, then retry.' },
  'signed-out': { handling: 'person', what: 'is not signed in', next: 'Sign in ({signIn}), then retry.' },
  'bad-model': { handling: 'person', what: 'does not know the model', next: 'Change the model in the team file or the task, then retry.' },
  'context-full': { handling: 'hand-off', what: 'ran out of context again, in a fresh session', next: 'Cut the task smaller with Re-plan, or retry in another fresh session.' },
  network: { handling: 'wait', what: 'lost the network', next: 'Look after the connection, then retry; it resumes its session.' },
  server: { handling: 'wait', what: 'got errors from its service', next: "Look at the service's status, then retry; it resumes its session." },
  silent: { handling: 'person', what: 'said nothing for too long and was stopped', next: 'Retry resumes its session; a longer limits.idleMinutes in the team file gives it more time.' },
  permission: { handling: 'person', what: 'asked for a permission that nobody can give it here', next: 'Widen permissions in the team file or change the instructions, then retry; or take over and answer it yourself.' },
  'time-limit': { handling: 'person', what: 'reached the time limit and was stopped', next: 'Retry resumes its session; limits.attemptMinutes in the team file gives it more time.' },
  budget: { handling: 'person', what: 'reached its budget and was stopped', next: 'Raise the limit, then retry.' },
  'turn-limit': { handling: 'person', what: 'reached its turn limit', next: 'Retry resumes its session.' },
  refused: { handling: 'person', what: 'refused the task', next: 'Change its instructions or the agent, then retry.' },
  stopped: { handling: 'stop', what: 'was stopped', next: 'Retry continues it.' },
  interrupted: { handling: 'stop', what: 'was interrupted', next: 'Go On or Retry continues it in its own session.' },
  'missing-cli': { handling: 'person', what: 'was not found', next: 'Install it or change the tier, then retry.' },
  'wrong-version': { handling: 'person', what: 'has a version that cannot be used', next: 'Update it, then retry.' },
  crashed: { handling: 'person', what: 'ended without finishing', next: 'Look into its terminal; retry resumes its session.' },
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Where nobody told until when: 1, 2, 4, … minutes, at most half an hour. */
const FIRST_WAIT = MINUTE;
const LONGEST_WAIT = 30 * MINUTE;
/** A told time that is past or at once: the clocks differ. */
const SHORTEST_WAIT = SECOND;
/** A told time beyond this is not believed. */
const LONGEST_TOLD = 31 * 24 * 60 * MINUTE;
/** Waits in a row, without a success between, before a person is asked. */
const MOST_WAITS: Readonly<Record<AgentWait['kind'], number>> = { 'rate-limit': 24, quota: 24, network: 3, server: 6 };

/** What is to be done about an attempt that did not end well. */
export type TroubleStep =
  | { readonly step: 'needs-you' | 'stopped'; readonly reason: Reason; readonly events: readonly EventBody[] }
  /** The scheduler starts it again when its agent goes on, or its fallback at once. */
  | { readonly step: 'wait'; readonly events: readonly EventBody[] };

export interface AgentWords {
  /** For people: `Claude Code`. */
  readonly name: string;
  /** How one signs in. */
  readonly signIn?: string;
}

/** Decides on an ended attempt. `now`: milliseconds since the epoch. The same arguments give the same answer. */
export function afterTrouble(state: RunState, task: TaskRun, outcome: Omit<AgentOutcome, 'answer' | 'text'>, words: AgentWords, now: number): TroubleStep {
  const reason = outcome.reason ?? 'crashed';
  const { handling } = TROUBLE[reason];
  const id = task.task.id;
  const attempt = task.attempts.at(-1);
  const person: TroubleStep = { step: 'needs-you', reason: failure(reason, outcome, words), events: [] };
  if (handling === 'stop') return { step: 'stopped', reason: stopped(reason, outcome), events: [] };
  if (reason === 'budget' && wasCutShort(state, task)) return { step: 'wait', events: [] };
  if (handling === 'person' || attempt === undefined) return person;
  if (handling === 'hand-off') return (task.handOffs ?? 0) > 0 ? person : { step: 'wait', events: [{ type: 'task.handed-off', task: id, attempt: attempt.attempt }] };
  const wait = nextWait(state, attempt.agent, id, outcome, now);
  if (wait === undefined) return person;
  const { kind, count, told, until, already, events } = wait;
  const held = until !== undefined || already;
  if (held || (kind === 'quota' && canMove(state, task, { agent: attempt.agent, kind, count, told, since: now, over: false }))) return { step: 'wait', events };
  return { ...person, events };
}

/** How long an agent waits that met its limit by `by`; `undefined`: it has waited often enough, a person is asked. */
export function nextWait(state: Pick<RunState, 'agentWaits'>, agent: AgentId, by: string, outcome: Pick<AgentOutcome, 'reason' | 'retryAt'>, now: number): { readonly kind: AgentWait['kind']; readonly count: number; readonly told: boolean; readonly until: number | undefined; readonly already: boolean; readonly events: readonly EventBody[] } | undefined {
  const { reason, retryAt } = outcome;
  const kind = reason === 'quota' || reason === 'network' || reason === 'server' ? reason : 'rate-limit';
  const present = state.agentWaits.get(agent);
  const already = present !== undefined && !present.over ? present : undefined;
  const count = already?.count ?? (present?.kind === kind ? present.count : 0) + 1;
  if (count > MOST_WAITS[kind]) return undefined;
  const until = waitUntil(kind, retryAt, count, now);
  // Whoever meets the same limit while it is known only waits with the others; what was asked of the person stays asked.
  const longer = already === undefined || (already.until !== undefined && until !== undefined && until > already.until) || (kind === 'quota' && already.kind !== 'quota');
  const told = isTold(retryAt, now);
  return { kind, count, told, until, already: already !== undefined, events: longer ? [{ type: 'agent.waits', agent, by, kind, count, told, ...(until !== undefined && { until }) }] : [] };
}

/** Another agent goes on with the task, now or at a known time. */
function canMove(state: RunState, task: TaskRun, wait: AgentWait): boolean {
  const next = memberFor({ ...state, agentWaits: new Map([...state.agentWaits, [wait.agent, wait]]) }, task).agent;
  const other = state.agentWaits.get(next);
  return next !== wait.agent && (other === undefined || other.over || other.until !== undefined);
}

function isTold(retryAt: number | undefined, now: number): boolean {
  return retryAt !== undefined && Number.isFinite(retryAt) && retryAt <= now + LONGEST_TOLD;
}

/** `undefined`: nobody knows, and trying again by itself would only meet the same. */
function waitUntil(kind: AgentWait['kind'], retryAt: number | undefined, count: number, now: number): number | undefined {
  const growing = now + Math.min(FIRST_WAIT * 2 ** (count - 1), LONGEST_WAIT);
  if (retryAt === undefined || !isTold(retryAt, now)) return kind === 'quota' ? undefined : growing;
  const told = Math.max(retryAt, now + SHORTEST_WAIT);
  // A time that turned out too early three times is not trusted alone.
  return count > 3 ? Math.max(told, now + Math.min(FIRST_WAIT * 2 ** (count - 4), LONGEST_WAIT)) : told;
}

function failure(reason: FailureReason, outcome: Pick<AgentOutcome, 'message' | 'retryAt'>, words: AgentWords): Reason {
  const { what, next } = TROUBLE[reason];
  const said = outcome.message === undefined || outcome.message === '' ? '.' : `: ${outcome.message.replace(/[.\s]+$/, '')}.`;
  const todo = next.replace('{signIn}', (words.signIn ?? 'in its own terminal').replace(/\.$/, ''));
  return {
    kind: reason === 'permission' || reason === 'quota' ? reason : 'agent-failed',
    text: `${words.name} ${what}${said} Its work so far is kept in its worktree. ${todo}`,
    failure: reason,
  };
}

function stopped(reason: FailureReason, outcome: Pick<AgentOutcome, 'message'>): Reason {
  if (reason === 'stopped') return STOPPED_BY_YOU;
  return { kind: 'interrupted', failure: reason, text: `${outcome.message ?? 'The agent was interrupted.'} ${TROUBLE[reason].next}` };
}

const WAIT_WORDS: Readonly<Record<AgentWait['kind'], string>> = {
  'rate-limit': 'is rate limited',
  quota: 'has no quota or credit left',
  network: 'lost the network',
  server: 'got errors from its service',
};

/** Why a task waits for its agent: "claude is rate limited until 14:05". */
export function waitReason(wait: AgentWait): Reason {
  const what = `${wait.agent} ${WAIT_WORDS[wait.kind]}`;
  const shared = { kind: wait.kind, failure: wait.kind } as const;
  if (wait.until === undefined) return { ...shared, text: `${what}. ${TROUBLE[wait.kind].next} Go On tries it again.` };
  const at = clockTime(wait.until, wait.since);
  if (wait.told) return { ...shared, text: `${what} until ${at}`, until: wait.until };
  return { ...shared, text: `${what} and did not say until when; tries again at ${at}${wait.count > 1 ? ` (wait ${String(wait.count)})` : ''}`, until: wait.until };
}

/** The agents whose waiting is over at `now`. */
export function due(state: Pick<RunState, 'agentWaits'>, now: number): readonly AgentWait[] {
  return [...state.agentWaits.values()].filter((wait) => !wait.over && wait.until !== undefined && wait.until <= now);
}

/** When the next agent goes on by itself; milliseconds since the epoch. */
export function nextDue(state: Pick<RunState, 'agentWaits'>): number | undefined {
  const times = [...state.agentWaits.values()].flatMap((wait) => (wait.over || wait.until === undefined ? [] : [wait.until]));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** What a person's word ends: waits that are our guess or have no end. What the agent told itself is believed. */
export function releases(state: Pick<RunState, 'agentWaits'>, agent?: string): readonly EventBody[] {
  return [...state.agentWaits.values()]
    .filter((wait) => !wait.over && (agent === undefined || wait.agent === agent) && !(wait.told && wait.until !== undefined))
    .map((wait) => ({ type: 'agent.goes-on' as const, agent: wait.agent, by: 'person' as const }));
}
