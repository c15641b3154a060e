/** A run as it is shown, and the snapshot that carries everything to the views. */
import type { ChangeState } from '../../core/change.js';
import type { AgentId } from '../../core/ids.js';
import type { Problem } from '../../core/plan.js';
import type { Amount, BillView } from './billView.js';
import type { LeakView, TaskView } from './taskView.js';

/** Why there is nothing to show; each has its own empty state that teaches the next step. */
export type EmptyReason =
  | 'loading'
  | 'no-folder'
  | 'no-repository'
  /** There is one, and git does not let it be used: a new one must not be offered. */
  | 'unreadable'
  | 'bare'
  | 'no-commit'
  | 'untrusted'
  | 'git-missing'
  | 'git-too-old'
  | 'no-agent'
  | 'no-plan';

export interface EdgeView {
  readonly from: string;
  readonly to: string;
  readonly why: 'depends' | 'overlap' | 'conflict';
  /** For `overlap` and `conflict`: the globs or paths. */
  readonly paths?: readonly string[];
}

export type RunPhase =
  /** A planner works on it. */
  | 'planning'
  /** A plan (or a revision) waits for approval. */
  | 'proposed'
  | 'running'
  | 'paused'
  /** Nothing moves until a person acts. */
  | 'needs-you'
  | 'done'
  | 'stopped'
  | 'failed';

export interface RunView {
  readonly id: string;
  readonly goal: string;
  readonly base: string;
  readonly phase: RunPhase;
  readonly planRevision: number;
  /** While a revision is proposed, the one in force that it would replace (absent for a first plan). */
  readonly revisionInForce?: number;
  /** When its first plan was approved; until then, when the goal was given. */
  readonly startedAt: number;
  readonly endedAt?: number;
  /** The planner's remark to the person. */
  readonly note?: string;
  readonly planner?: {
    readonly agent: AgentId;
    readonly model?: string;
    readonly startedAt: number;
    readonly endedAt?: number;
    readonly activity?: string;
    readonly amount: Amount;
    readonly billed: boolean;
    /** Set when planning failed: what happened, what is safe, what next. */
    readonly failure?: string;
    /** 1 for the first answer; 2 and 3 are corrections of its problems. */
    readonly try: number;
  };
  readonly tasks: readonly TaskView[];
  readonly edges: readonly EdgeView[];
  readonly levels: number;
  /** Warnings of the plan check, for the plan gate. */
  readonly warnings: readonly Problem[];
  readonly bill: BillView;
  readonly limits: { readonly maxParallel: number; readonly gateParallel: number; readonly retries: number };
  /** Said plainly before the first start: uncommitted changes, permissions, who pays, submodules… */
  readonly notices: readonly { readonly kind: 'info' | 'warning'; readonly text: string; readonly offer?: 'source-control' }[];
  /** What a planner, which only reads, changed all the same; waits for the person's choice. */
  readonly leaks?: readonly LeakView[];
  /** The base's branch on the remote went on without it: said plainly; `diverged` cannot be brought in by a click. */
  readonly upstream?: { readonly text: string; readonly diverged: boolean };
  /** Tasks land on the run's own branch; how it stands with landing that as a whole. */
  readonly landing?: { readonly branch: string; readonly state: 'filling' | Exclude<ChangeState, 'in-review'>; readonly text?: string; readonly paths?: readonly string[] };
  /** Another process holds the run; this window only follows, and its wishes go through the inbox. */
  readonly heldBy?: string;
}

export interface AgentView {
  readonly id: AgentId;
  readonly name: string;
  readonly found: boolean;
  /** Nothing is at this path, which the settings name. */
  readonly missingAt?: string;
  readonly version?: string;
  readonly signedIn: 'yes' | 'no' | 'unknown';
  readonly account: 'subscription' | 'api-key' | 'none-needed' | 'unknown';
  readonly problem?: string;
  readonly hint?: string;
  /** How many of its attempts run now. */
  readonly working: number;
}

/** An earlier run, for the run picker. */
export interface RunSummaryView {
  readonly id: string;
  readonly goal: string;
  readonly phase: RunPhase;
  readonly startedAt: number;
  /** It cannot be opened: why, what is safe and what to do next. */
  readonly refused?: string;
  /** What can be read of it can be saved, and gone on from. */
  readonly damaged?: true;
}

export interface Snapshot {
  /** Grows by one with every change; the webview ignores an older one. */
  readonly revision: number;
  /** `oneOfSeveral`: other folders are open in the window too, so it has to be said which one this is. */
  readonly repository?: { readonly name: string; readonly root: string; readonly branch?: string; readonly oneOfSeveral?: true };
  /** Present when there is no run to show. */
  readonly empty?: EmptyReason;
  /** What exactly stands in the way, where the reason alone does not say it: what happened, what is safe, what next. */
  readonly emptyText?: string;
  readonly run?: RunView;
  readonly runs: readonly RunSummaryView[];
  readonly agents: readonly AgentView[];
  /** What the worktrees of all runs take, in bytes, and what *Clean Up* would free. Absent until somebody looks. */
  readonly disk?: { readonly total: number; readonly worktrees: number; readonly text: string; readonly frees?: string };
  /** The team file has problems; the text names the place. */
  readonly teamProblem?: string;
}
