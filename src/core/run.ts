/** The state of a run: the fold of its event log. Plain data; nobody but the fold writes it. */
import type { AgentOutcome, FailureReason, Usage } from './activity.js';
import type { Change, Integration } from './change.js';
import type { ProvidedDependency } from './dependencies.js';
import type { EarlierResult } from './earlier.js';
import type { AgentId, Role } from './ids.js';
import type { Violation } from './contract.js';
import type { Leak } from './leak.js';
import type { Edge, Plan, Task } from './plan.js';
import type { CommandResult, FileDiff, LockFiles, Sha, ToolVersion } from './ports.js';
import type { ReceiptRecord } from './receipt.js';
import type { TaskState } from './task.js';
import type { Team } from './team.js';
import type { Ahead } from './upstream.js';
import type { ReviewComment } from './wishes.js';

/** Why a task waits, needs you or stopped: `kind` for code and icons, `text` for people. */
export interface Reason {
  readonly kind: ReasonKind;
  readonly text: string;
  readonly tasks?: readonly string[];
  readonly paths?: readonly string[];
  /** The one line of what failed that says most, as it was printed. */
  readonly line?: string;
  readonly failure?: FailureReason;
  /** Milliseconds since the epoch, when the waiting ends by itself. */
  readonly until?: number;
}

export type ReasonKind =
  | 'dependency'
  | 'overlap'
  | 'agent-slots'
  | 'gate-slot'
  | 'budget'
  | 'paused'
  | 'blocked'
  | 'approval'
  | 'set-up-failed'
  | 'agent-failed'
  | 'nothing-changed'
  | 'boundary'
  | 'gate-failed'
  | 'gate-broken-on-base'
  | 'unproven'
  | 'conflict'
  | 'checkout-in-the-way'
  | 'merge-failed'
  /** Approved: the merge queue lands it with others, or after another. */
  | 'queue'
  | 'pull-request'
  | 'worktree-missing'
  | 'interrupted'
  | 'taken-over'
  | 'stopped-by-you'
  | 'stopped-with-run'
  | 'limit'
  /** Its agent waits: see `AgentWait`. */
  | 'rate-limit'
  | 'quota'
  | 'network'
  | 'server'
  /** Too little space for its worktree. */
  | 'disk'
  | 'permission';

/** An agent that cannot work for now. Its tasks wait; other agents' go on. */
export interface AgentWait {
  readonly agent: AgentId;
  readonly kind: 'rate-limit' | 'quota' | 'network' | 'server';
  /** When it goes on by itself, milliseconds since the epoch; absent: only a person's word ends it. */
  readonly until?: number;
  /** The agent told the time itself. */
  readonly told: boolean;
  readonly since: number;
  /** Waits in a row without a success between. */
  readonly count: number;
  /** It goes on again; kept for the count until an attempt ends well. */
  readonly over: boolean;
}

export interface AttemptState {
  /** 1-based, per task; planner tries count by themselves. */
  readonly attempt: number;
  readonly role: Role;
  readonly agent: AgentId;
  readonly model?: string;
  readonly folder: string;
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt?: number;
  /** It ended while no window or command was there to see it. */
  readonly unattended?: true;
  readonly outcome?: Omit<AgentOutcome, 'answer' | 'text'>;
  /** The last commit of its work. */
  readonly commit?: Sha;
  /** It ended well and left everything as it was. */
  readonly unchanged?: true;
  /** A person asked for something to be different. */
  readonly asked?: true;
  /** A person went back to an earlier result: what it made is kept as a backup. */
  readonly aside?: true;
  /** This attempt's own share, after differences were taken and prices looked up; a missing `usd` is an unknown price. */
  readonly usage: readonly Usage[];
  /** What was sent back to the agent, when this is a retry. */
  readonly feedback?: string;
  readonly apiEquivalent: boolean;
  /** `SWITCHYARD_SLOT` of its processes. */
  readonly slot?: number;
  /** Dollars that were promised to it: its share of the budgets when it began. */
  readonly budgetUsd?: number;
  /** Why this agent and not the one that the team names. */
  readonly insteadOf?: { readonly agent: AgentId; readonly why: string };
}

/**
 * What a person keeps of a conflicting path, whole: `ours` the task's, `theirs` what has landed, `base` what both began
 * with, `as-is` what stands in the worktree.
 */
export type KeptSide = 'ours' | 'theirs' | 'base' | 'as-is';

/** How the conflict in one path was resolved. */
export interface Resolution {
  readonly path: string;
  /** `regenerated` by its package manager, `formatted` by the project's formatter, or by somebody's hand. */
  readonly how: 'regenerated' | 'formatted' | 'agent' | 'person';
  /** The tool or the agent. */
  readonly tool?: string;
}

export interface OpenConflict {
  readonly base: Sha;
  readonly paths: readonly string[];
  readonly notes: readonly string[];
  readonly by: 'agent' | 'person';
  /** Paths that a person has said to keep as they now are in the worktree. */
  readonly decided?: readonly string[];
}

export type GateVerdict = 'green' | 'red' | 'unproven' | 'broken-on-base';

export interface ReceiptCommand {
  readonly command: string;
  readonly exitCode: number;
  readonly ms: number;
  /** Tests that ran; absent is unknown. */
  readonly tests?: number;
  /** It was red once and passed on a clean re-run. */
  readonly flaky?: true;
}

/** Proof that one exact tree passed one exact gate. */
export interface Receipt {
  readonly id: string;
  readonly tree: Sha;
  /** The base commit that the tree contains. */
  readonly base: Sha;
  readonly commands: readonly ReceiptCommand[];
  /** Lock files that stood in the tree; `null`: none did. Absent in receipts of earlier versions. */
  readonly lock?: LockFiles | null;
  /** Absent in receipts of earlier versions. */
  readonly tools?: readonly ToolVersion[];
  readonly at: number;
  /** No gate proved it: a person looked at it and accepted it. */
  readonly unproven?: true;
}

export interface GateState {
  readonly attempt: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly of: number;
  readonly results: readonly CommandResult[];
  /** Absent while it runs. */
  readonly verdict?: GateVerdict;
  readonly note?: string;
  /** What was gated: the branch's commit then, its tree, and what it was brought up to date with. */
  readonly commit?: Sha;
  readonly tree?: Sha;
  readonly base?: Sha;
  /** What the task changes of how it is judged (`package.json scripts.test`): for the reviewer to know, not a fault. */
  readonly changesJudge?: readonly string[];
  /** Green beside a build that git ignores, where no clean checkout can run the gate: these paths will not land. */
  readonly beside?: readonly string[];
}

export interface TaskRun {
  readonly task: Task;
  readonly state: TaskState;
  readonly since: number;
  readonly reason?: Reason;
  /** What a person said when they approved or dropped it. */
  readonly note?: string;
  readonly attempts: readonly AttemptState[];
  readonly worktree?: string;
  readonly branch?: string;
  /** The base commit the worktree was made from. */
  readonly startedFrom?: Sha;
  /** The agent's session, for resuming and taking over. */
  readonly session?: string;
  /** What the branch holds: the last commit Switchyard knows, and what it was last brought up to date with. */
  readonly head?: { readonly commit: Sha; readonly tree: Sha; readonly base: Sha };
  /** The earlier attempt whose result the branch holds again. */
  readonly backTo?: number;
  /** Where a person wants it back to; the check that follows takes it there. */
  readonly goingBack?: EarlierResult;
  /** A merge with `base` that is being resolved in the worktree: `notes` are git's words, `by` is who had it last. */
  readonly conflict?: OpenConflict;
  /** Conflicts that were resolved on the way, oldest first. */
  readonly resolved: readonly Resolution[];
  readonly files: readonly FileDiff[];
  readonly gates: readonly GateState[];
  readonly violations: readonly Violation[];
  readonly boundaryChecked: boolean;
  /** How many boundary violations were already fed back. */
  readonly boundaryRetries: number;
  /** Red gates that cost a retry so far. */
  readonly gateRetries: number;
  /** Fresh sessions begun because the context was full, since a person last spoke. */
  readonly handOffs?: number;
  readonly allowedPaths: readonly string[];
  /** Files that a person lets hold conflict markers: they are about them. */
  readonly allowedMarkers: readonly string[];
  readonly receipt?: Receipt;
  /** Approved by a person (or `--yes`): lands as soon as it is green. */
  readonly approved: boolean;
  /** Words for the next attempt. */
  readonly feedback?: string;
  /** The words are a person's own. */
  readonly asked?: true;
  readonly comments?: readonly ReviewComment[];
  /** `with`: the commit by which the run's integration branch brought it to the base. */
  readonly landed?: { readonly commit: Sha; readonly at: number; readonly with?: Sha };
  /** Strategy `pull-request`: what was pushed where; `url` once it is open. */
  readonly pullRequest?: { readonly remote: string; readonly branch: string; readonly commit: Sha; readonly url?: string };
  /** The commit that took the landing back. */
  readonly undone?: { readonly commit: Sha; readonly at: number };
  readonly mergeIntended?: { readonly from: Sha; readonly to: Sha };
  /** Changes outside its worktree, in the order they were found; absent in runs of earlier versions. */
  readonly leaks?: readonly Leak[];
  readonly cleaned: boolean;
  /** How its worktree got its dependency folders. */
  readonly dependencies?: readonly ProvidedDependency[];
  /** The worktree was made and its set-up commands have passed. */
  readonly prepared: boolean;
}

export interface Proposal {
  readonly revision: number;
  readonly plan: Plan;
  readonly at: number;
}

export interface PlannerState {
  readonly kind: 'plan' | 'replan' | 'changes';
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly tries: readonly AttemptState[];
  /** What happened, what is safe, what next. */
  readonly failure?: string;
  readonly cancelled?: boolean;
}

export interface RunState {
  readonly run: string;
  readonly goal: string;
  readonly base: { readonly branch: string; readonly commit: Sha };
  readonly team: Team;
  readonly createdAt: number;
  /** When the first plan was approved: from then on agents worked. Milliseconds since the epoch. */
  readonly approvedAt?: number;
  readonly endedAt?: number;
  /** When its plan was done: taking a landing back later makes the run no longer. */
  readonly workedUntil?: number;
  /** When a plan was last proposed, edited, discarded or approved. */
  readonly planChangedAt?: number;
  /** 0 until a plan was approved. */
  readonly revision: number;
  readonly plan?: Plan;
  readonly edges: readonly Edge[];
  readonly proposal?: Proposal;
  /** Highest revision number given out. */
  readonly lastRevision: number;
  /** The last planning that was started. */
  readonly planner?: PlannerState;
  /** Every planner attempt of the run, for the bill. */
  readonly plannerAttempts: readonly AttemptState[];
  /** What planners changed outside their copy; absent while there is none. */
  readonly plannerLeaks?: readonly Leak[];
  /** By agent. */
  readonly agentWaits: ReadonlyMap<AgentId, AgentWait>;
  /** So little was free, in bytes, when a worktree was to be made; absent while there is room. */
  readonly shortOfSpace?: { readonly free: number; readonly floor: number; readonly since: number };
  readonly paused: boolean;
  /** Set by *Stop*: nothing runs and nothing starts until *Go On* or `resume`. */
  readonly stopped: boolean;
  /** Whose word that was, where it was nobody at work in it: the editor was quit. */
  readonly stoppedBy?: 'quit';
  readonly discarded: boolean;
  /** Every receipt of the run, oldest first. */
  readonly receipts: readonly ReceiptRecord[];
  /** Insertion order is plan order. */
  readonly tasks: ReadonlyMap<string, TaskRun>;
  /** The base's branch on the remote went on without it. */
  readonly upstream?: Ahead;
  /** Approved tasks that are gated together now. */
  readonly candidate?: readonly string[];
  /** With the strategy `integration`: the branch that tasks land on. */
  readonly integration?: Integration;
  /** Changes of the base beside the tasks, by name. */
  readonly changes: ReadonlyMap<string, Change>;
  /** Sequence number of the last folded event. */
  readonly seq: number;
}
