/** A task as it is shown: its state in words, what can be done, its diff, gate, receipt and attempts. */
import type { ViolationKind } from '../../core/contract.js';
import type { FailureReason } from '../../core/activity.js';
import type { AgentId } from '../../core/ids.js';
import type { Contract, Tier } from '../../core/plan.js';
import type { FileDiff } from '../../core/ports.js';
import type { Reason, Resolution } from '../../core/run.js';
import type { TaskState } from '../../core/task.js';
import type { Amount, PrintedAmount } from './billView.js';

/** Why a task waits, needs you or stopped. */
export type Why = Reason;

/** Buttons that make sense for a task now, in order of importance. */
export type TaskAction =
  | 'approve'
  | 'retry'
  | 'back'
  | 'replan'
  | 'take-over'
  | 'try-it'
  | 'drop'
  | 'stop'
  | 'check'
  | 'allow-paths'
  | 'resolve-conflict'
  | 'undo'
  | 'stray-changes'
  | 'review'
  | 'show-terminal';

/** Changes that an agent left outside its worktree (or may have), which wait for the person's choice. */
export interface LeakView {
  readonly id: string;
  readonly certainty: 'certain' | 'possible';
  /** One sentence: who, what, where. */
  readonly text: string;
  readonly root: string;
  readonly files: readonly { readonly path: string; readonly change: 'added' | 'modified' | 'deleted'; readonly undoable: boolean }[];
  /** How many more there are. */
  readonly more: number;
  /** Absolute path of the patch that keeps them. */
  readonly patch: string;
  /** The task takes them in: it rests, and its worktree is there. */
  readonly movable: boolean;
}

export interface GateCommandView {
  readonly command: string;
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** It printed without end and was stopped. */
  readonly overflowed?: true;
  readonly ms: number;
  /** Tests that ran; absent is unknown. */
  readonly tests?: number;
  /** It was red before on the same tree; this is its clean re-run. */
  readonly earlier?: { readonly exitCode: number | null; readonly ms: number; readonly tail: string };
  /** The last lines, with ANSI colours. */
  readonly tail: string;
}

export interface GateView {
  readonly attempt: number;
  readonly state: 'running' | 'green' | 'red' | 'unproven' | 'broken-on-base';
  readonly commands: readonly GateCommandView[];
  /** Of how many commands, for a run in progress. */
  readonly of: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Why it is `unproven` or `broken-on-base`, or what is flaky. */
  readonly note?: string;
  /** What the task changes of how it is judged, like `package.json scripts.test`. */
  readonly changesJudge?: readonly string[];
}

/** What a task lands by, or would: the exact things that a green is bound to. */
export interface ReceiptView {
  readonly id: string;
  readonly tree: string;
  readonly base: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly commands: readonly { readonly command: string; readonly tests?: number; readonly flaky?: true }[];
  /** A missing version is unknown; no list at all: an earlier version of Switchyard made it. */
  readonly tools?: readonly { readonly name: string; readonly version?: string }[];
  /** `null`: the tree has no lock file. */
  readonly lock?: { readonly hash: string; readonly files: readonly string[] } | null;
  /** No gate proved it: a person accepted it. */
  readonly unproven?: true;
  readonly landed?: string;
  /** Other tasks that landed by it. */
  readonly others?: readonly string[];
  /** The whole of it, to be copied. */
  readonly json: string;
}

export interface AttemptView {
  readonly attempt: number;
  readonly agent: AgentId;
  readonly model?: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** It ended while no window was open. */
  readonly unattended?: true;
  /** `undefined` while it runs. */
  readonly result?: 'done' | 'failed' | 'stopped';
  /** It ended well and left everything as it was. */
  readonly unchanged?: true;
  /** A person went back to an earlier result: its work is kept as a backup. */
  readonly aside?: true;
  /** It has a green result that one can go back to. */
  readonly green?: true;
  readonly reason?: FailureReason;
  readonly message?: string;
  /** What was sent back to the agent for this attempt, if it is a retry. */
  readonly feedback?: string;
  /** Why this agent and not the one that the team names. */
  readonly insteadOf?: { readonly agent: AgentId; readonly why: string };
  readonly denied: readonly { readonly tool: string; readonly why: string }[];
}

export interface TaskView {
  readonly id: string;
  readonly title: string;
  readonly instructions: string;
  readonly contract: Contract;
  readonly dependsOn: readonly string[];
  readonly tier: Tier;
  readonly agent: AgentId;
  readonly model?: string;
  /** Absent for a worktree of its own and no more. */
  readonly isolation?: 'sandbox' | 'container';
  readonly state: TaskState;
  readonly why?: Why;
  /** When the present state was entered. Milliseconds since the epoch. */
  readonly since: number;
  /** One line: what the agent does right now (`Editing src/a.ts`). Only while working. */
  readonly activity?: string;
  readonly attempts: readonly AttemptView[];
  /** The attempt that *Back* goes to: the last other one with a green result. */
  readonly backTo?: number;
  /** At most so many attempts (1 + retries). */
  readonly maxAttempts: number;
  /** Changes against the merge base; empty until the first commit. */
  readonly files: readonly FileDiff[];
  readonly additions: number;
  readonly deletions: number;
  readonly gates: readonly GateView[];
  /** Present while the work is proven, or after it has landed. */
  readonly receipt?: ReceiptView;
  /** Paths outside what it owns that a person let it keep. */
  readonly allowedPaths?: readonly string[];
  /** Boundary check of the last attempt: repository paths outside the contract. */
  readonly violations: readonly { readonly path: string; readonly kind: ViolationKind }[];
  readonly boundaryChecked: boolean;
  /** Open ones; a certain one holds the landing. */
  readonly leaks?: readonly LeakView[];
  /** `printed`: its known money as the bill prints it, so that both say the same to the cent. */
  readonly amount: Amount & Partial<Pick<PrintedAmount, 'printed'>>;
  /** Something was reported by an agent at all (else show no figure). */
  readonly billed: boolean;
  /** A subscription covers some of it: the money is what the API would have cost. */
  readonly apiEquivalent?: true;
  readonly branch?: string;
  readonly worktree?: string;
  /** How its worktree got its dependency folders, a sentence for each. */
  readonly dependencyFolders?: readonly string[];
  /** What its worktree takes on the disk, in bytes, as it was after the last thing that happened in it. */
  readonly diskBytes?: number;
  readonly landedCommit?: string;
  /** Repository paths in which it will conflict with the base, forecast before anybody merges; absent when none will. */
  readonly baseConflict?: readonly string[];
  /** Conflicts that were resolved on the way, oldest first. */
  readonly resolved: readonly Resolution[];
  /** The landing is being taken back, was taken back, or could not be. */
  readonly undo?: { readonly state: 'moving' | 'undone' | 'not-done'; readonly text: string; readonly commit?: string; readonly paths?: readonly string[] };
  /** Its open (or closed) pull request's address. */
  readonly pullRequest?: string;
  /** Titles of tasks that build on this one and have landed since. */
  readonly landedDependents?: readonly string[];
  readonly actions: readonly TaskAction[];
  /** In a proposed revision: how the task differs from the plan in force. */
  readonly difference?: 'added' | 'removed' | 'changed' | 'same';
}
