/**
 * The event log's vocabulary. Decisions and outcomes only; an agent's activity stays in its attempt's folder.
 * Persisted: an event is never changed, only new versions are added beside old ones. Intentions (`…-ing`, `merge.intended`)
 * are on disk before the act, outcomes after it.
 */
import type { AgentOutcome, Usage } from './activity.js';
import type { ChangeState } from './change.js';
import type { Violation } from './contract.js';
import type { ProvidedDependency } from './dependencies.js';
import type { AgentId, Role } from './ids.js';
import type { FoundLeak, LeakChoice } from './leak.js';
import type { Plan } from './plan.js';
import type { CommandResult, FileDiff, Sha } from './ports.js';
import type { AgentWait, GateVerdict, KeptSide, Reason, Receipt, Resolution } from './run.js';
import type { TaskState } from './task.js';
import type { Ahead } from './upstream.js';
import type { Limits, Team } from './team.js';
import type { ReviewComment } from './wishes.js';

/** Planner attempts use this in place of a task's id. */
export const PLANNER = 'planner';

export type EventBody =
  | { readonly type: 'run.created'; readonly run: string; readonly goal: string; readonly base: { readonly branch: string; readonly commit: Sha }; readonly team: Team }
  | { readonly type: 'planner.started'; readonly kind: 'plan' | 'replan' | 'changes' }
  | { readonly type: 'planner.ended'; readonly failure?: string; readonly cancelled?: boolean }
  | { readonly type: 'plan.proposed'; readonly revision: number; readonly plan: Plan }
  | { readonly type: 'plan.edited'; readonly revision: number; readonly plan: Plan }
  | { readonly type: 'plan.discarded'; readonly revision: number }
  | { readonly type: 'plan.approved'; readonly revision: number }
  | { readonly type: 'run.discarded' }
  | { readonly type: 'run.paused' }
  /** `by`: not a person at work in it, but the editor that was quit. */
  | { readonly type: 'run.stopped'; readonly by?: 'quit' }
  | { readonly type: 'run.resumed' }
  | { readonly type: 'run.ended' }
  /** A person raised (or lowered) a limit for the rest of the run. */
  | { readonly type: 'limits.changed'; readonly limits: Partial<Limits> }
  /** An agent met its rate limit, has no quota, or lost its service: its tasks wait until then (milliseconds since the epoch), or for a person. `by`: the task that met it. */
  | { readonly type: 'agent.waits'; readonly agent: AgentId; readonly by: string; readonly kind: AgentWait['kind']; readonly until?: number; readonly told: boolean; readonly count: number }
  | { readonly type: 'agent.goes-on'; readonly agent: AgentId; readonly by: 'time' | 'person' }
  /** The attempt's context was full; a fresh session goes on from a checkpoint. */
  | { readonly type: 'task.handed-off'; readonly task: string; readonly attempt: number }
  /** `note`: what the person said who dropped it. */
  | { readonly type: 'task.state'; readonly task: string; readonly from: TaskState; readonly to: TaskState; readonly reason?: Reason; readonly note?: string }
  | { readonly type: 'worktree.creating'; readonly task: string; readonly path: string; readonly branch: string; readonly commit: Sha }
  | { readonly type: 'worktree.created'; readonly task: string; readonly dependencies?: readonly ProvidedDependency[] }
  | { readonly type: 'worktree.removing'; readonly task: string; readonly backup?: string }
  | { readonly type: 'worktree.removed'; readonly task: string }
  | {
      readonly type: 'attempt.starting';
      readonly task: string;
      readonly attempt: number;
      readonly role: Role;
      readonly agent: AgentId;
      readonly model?: string;
      readonly folder: string;
      readonly nonce: string;
      readonly resume?: string;
      readonly feedback?: string;
      readonly apiEquivalent: boolean;
      readonly slot?: number;
      /** Dollars that it may spend, where a budget is set. */
      readonly budgetUsd?: number;
      readonly insteadOf?: { readonly agent: AgentId; readonly why: string };
    }
  | { readonly type: 'attempt.started'; readonly task: string; readonly attempt: number; readonly pid: number }
  | {
      readonly type: 'attempt.ended';
      readonly task: string;
      readonly attempt: number;
      readonly outcome: Omit<AgentOutcome, 'answer' | 'text'>;
      /** This attempt's own share, priced; `outcome.usage` is what the CLI said. */
      readonly usage: readonly Usage[];
      /** ISO 8601: when it really ended, if that was before anybody was there to write it down (no window was open). */
      readonly endedAt?: string;
    }
  /** An agent changed files outside its worktree (or may have); they are kept, and a person decides. */
  | { readonly type: 'leak.found'; readonly task: string; readonly leak: FoundLeak }
  /** `left`: files that were not taken back, because they have changed since or their earlier content is not known. */
  | { readonly type: 'leak.settled'; readonly task: string; readonly leak: string; readonly choice: LeakChoice; readonly left: readonly string[] }
  | { readonly type: 'work.committed'; readonly task: string; readonly attempt: number; readonly commit: Sha; readonly tree: Sha; readonly base: Sha; readonly files: readonly FileDiff[] }
  /** The attempt ended well, and nothing in the worktree is other than before it. */
  | { readonly type: 'attempt.unchanged'; readonly task: string; readonly attempt: number }
  | { readonly type: 'boundary.checked'; readonly task: string; readonly violations: readonly Violation[]; readonly fedBack: boolean }
  | { readonly type: 'paths.allowed'; readonly task: string; readonly paths: readonly string[] }
  | { readonly type: 'branch.updated'; readonly task: string; readonly commit: Sha; readonly tree: Sha; readonly base: Sha; readonly files: readonly FileDiff[] }
  /** The conflicted merge with `base` was laid into the worktree, for the next attempt or the person to resolve. */
  | { readonly type: 'conflict.opened'; readonly task: string; readonly base: Sha; readonly paths: readonly string[]; readonly notes?: readonly string[]; readonly by?: 'agent' | 'person' }
  /** A person keeps one side of these paths, whole; `backup` holds the worktree as it was before. */
  | { readonly type: 'conflict.kept'; readonly task: string; readonly keep: KeptSide; readonly paths: readonly string[]; readonly backup?: string }
  /** How a conflict with `base` was resolved, and by what; the merge is `commit`. */
  | { readonly type: 'conflict.resolved'; readonly task: string; readonly base: Sha; readonly commit: Sha; readonly resolutions: readonly Resolution[] }
  | { readonly type: 'gate.started'; readonly task: string; readonly attempt: number; readonly of: number; readonly tree: Sha; readonly base: Sha; readonly changesJudge?: readonly string[] }
  | {
      readonly type: 'gate.finished';
      readonly task: string;
      readonly attempt: number;
      readonly verdict: GateVerdict;
      readonly results: readonly CommandResult[];
      readonly note?: string;
      readonly receipt?: Receipt;
      /** See `GateState`. */
      readonly beside?: readonly string[];
      /** A red gate that sends the agent back costs one retry. */
      readonly costsRetry: boolean;
    }
  /** A person wants an earlier green result back; the check that follows does it. */
  | { readonly type: 'task.going-back'; readonly task: string; readonly attempt: number; readonly commit: Sha; readonly tree: Sha; readonly base: Sha }
  /** The branch holds that result again; `backup` has what was there before, `receipt` proves it where one still holds. */
  | { readonly type: 'task.went-back'; readonly task: string; readonly attempt: number; readonly commit: Sha; readonly tree: Sha; readonly base: Sha; readonly files: readonly FileDiff[]; readonly backup: string; readonly receipt?: Receipt }
  /** `asks`: in words of the person's own, so that something is to be different afterwards. */
  | { readonly type: 'feedback.given'; readonly task: string; readonly feedback: string; readonly comments?: readonly ReviewComment[]; readonly byPerson: boolean; readonly asks?: true }
  /** Several approved tasks were merged into one candidate, which is gated as a whole. */
  | { readonly type: 'candidate.started'; readonly tasks: readonly string[]; readonly tree: Sha; readonly base: Sha }
  | { readonly type: 'candidate.finished'; readonly tasks: readonly string[]; readonly verdict: GateVerdict; readonly results: readonly CommandResult[] }
  | { readonly type: 'receipt.made'; readonly receipt: Receipt }
  /** Tools or lock files are others than when the gate ran: it runs again. `why` is for people. */
  | { readonly type: 'receipt.outdated'; readonly task: string; readonly receipt: string; readonly why: string }
  /** `note`: what the person said beside it. */
  | { readonly type: 'task.approved'; readonly task: string; readonly by: 'person' | 'yes'; readonly note?: string }
  /** A person lands a task whose gate proved nothing; the receipt says so. */
  | { readonly type: 'unproven.accepted'; readonly task: string; readonly receipt: Receipt }
  | { readonly type: 'approval.withdrawn'; readonly task: string }
  | { readonly type: 'merge.intended'; readonly task: string; readonly from: Sha; readonly to: Sha; readonly receipt: string }
  | { readonly type: 'merge.landed'; readonly task: string; readonly commit: Sha }
  | { readonly type: 'merge.refused'; readonly task: string; readonly reason: string }
  /** Strategy `pull-request`: the branch is being pushed and a pull request opened for it. */
  | { readonly type: 'pull-request.opening'; readonly task: string; readonly remote: string; readonly branch: string; readonly commit: Sha; readonly receipt: string }
  | { readonly type: 'pull-request.opened'; readonly task: string; readonly url: string }
  /** Too little is free for another worktree (both in bytes): tasks that need one wait until there is room. */
  | { readonly type: 'space.short'; readonly free: number; readonly floor: number }
  | { readonly type: 'space.found' }
  /** The base's branch on the remote has commits that the base has not; without `ahead`: not any more. */
  | { readonly type: 'upstream.moved'; readonly ahead?: Ahead }
  /** The branch that the run's tasks land on, with the strategy `integration`. */
  | { readonly type: 'integration.creating'; readonly branch: string; readonly commit: Sha }
  | { readonly type: 'integration.created' }
  | { readonly type: 'integration.removed' }
  /** A change of the base beside the tasks is asked for, or asked for again. `by`: approved at once. */
  | { readonly type: 'change.opened'; readonly change: string; readonly kind: 'run' | 'undo'; readonly undoes?: string; readonly by?: 'person' | 'yes'; readonly accepts?: string }
  | { readonly type: 'change.made'; readonly change: string; readonly commit: Sha; readonly tree: Sha; readonly base: Sha }
  | { readonly type: 'change.gated'; readonly change: string; readonly verdict: GateVerdict; readonly results: readonly CommandResult[]; readonly note?: string; readonly receipt?: Receipt }
  | { readonly type: 'change.state'; readonly change: string; readonly to: Exclude<ChangeState, 'landed'>; readonly reason?: Reason }
  | { readonly type: 'change.approved'; readonly change: string; readonly by: 'person' | 'yes' }
  /** Strategy `pull-request`: the revert is being pushed and a pull request opened for it. */
  | { readonly type: 'change.opening'; readonly change: string; readonly remote: string; readonly branch: string; readonly commit: Sha; readonly receipt: string }
  | { readonly type: 'change.pull-request'; readonly change: string; readonly url: string }
  | { readonly type: 'change.intended'; readonly change: string; readonly from: Sha; readonly to: Sha; readonly receipt: string }
  | { readonly type: 'change.landed'; readonly change: string; readonly commit: Sha }
  | { readonly type: 'change.refused'; readonly change: string; readonly reason: string };

export type Event = EventBody & {
  readonly v: 1;
  /** From 1, without gaps. */
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly at: string;
};

export type EventType = EventBody['type'];
