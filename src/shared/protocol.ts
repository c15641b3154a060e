/**
 * What the dashboard (and the sidebar's plan view) and the host say to each other. One full `Snapshot` with a revision
 * number, coalesced; the agents' activity is a separate sequenced stream. The webview holds no other state than
 * selection, viewport and filters. Calls travel over birpc; every argument is validated by the host.
 */
import type { ActivityLine, FailureReason } from '../core/activity.js';
import type { AgentId, Role } from '../core/ids.js';
import type { Contract, Problem, Tier } from '../core/plan.js';
import type { FileDiff } from '../core/ports.js';
import type { Resolution } from '../core/run.js';
import type { TaskState } from '../core/task.js';
import type { Wish, WishAnswer } from '../core/wishes.js';

/** Why there is nothing to show; each has its own empty state that teaches the next step. */
export type EmptyReason =
  | 'loading'
  | 'no-folder'
  | 'no-repository'
  | 'no-commit'
  | 'untrusted'
  | 'git-missing'
  | 'git-too-old'
  | 'no-agent'
  | 'no-plan';

/** Tokens and money. `usd` sums what is known; `unknownUsd` says that something is not. */
export interface Amount {
  readonly usd: number;
  readonly unknownUsd: boolean;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
}

export interface BillLine extends Amount {
  /** `planner` for the planner's own lines. */
  readonly task: string;
  readonly title: string;
  readonly attempt: number;
  readonly role: Role;
  readonly agent: AgentId;
  readonly model?: string;
  readonly tier?: Tier;
  /** The agent is paid by a subscription: the figure is what the API would have cost. */
  readonly apiEquivalent: boolean;
  /** The CLI told nothing (it failed, or never tells). */
  readonly nothingReported: boolean;
}

export interface BillView {
  readonly total: Amount;
  readonly lines: readonly BillLine[];
  readonly byRole: readonly { readonly key: string; readonly amount: Amount }[];
  readonly byModel: readonly { readonly key: string; readonly amount: Amount }[];
  readonly byTask: readonly { readonly key: string; readonly title: string; readonly amount: Amount }[];
  /** The run's limit from the team file, if there is one. */
  readonly budgetUsd?: number;
  /** How far the known sum is beyond the limit, when it is. */
  readonly overshootUsd?: number;
}

/** Why a task waits, needs you or stopped. `kind` is for icons and tests, `text` for people. */
export interface Why {
  readonly kind:
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
    | 'pull-request'
    | 'worktree-missing'
    | 'interrupted'
    | 'taken-over'
    | 'stopped-by-you'
    | 'limit'
    | 'rate-limit'
    | 'quota'
    | 'network'
    | 'server'
    | 'permission';
  readonly text: string;
  /** Tasks it has to do with. */
  readonly tasks?: readonly string[];
  /** Repository paths it has to do with. */
  readonly paths?: readonly string[];
  readonly failure?: FailureReason;
  /** Milliseconds since the epoch, when waiting ends by itself. */
  readonly until?: number;
}

/** Buttons that make sense for a task now, in order of importance. */
export type TaskAction =
  | 'approve'
  | 'retry'
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
  readonly state: TaskState;
  readonly why?: Why;
  /** When the present state was entered. Milliseconds since the epoch. */
  readonly since: number;
  /** One line: what the agent does right now (`Editing src/a.ts`). Only while working. */
  readonly activity?: string;
  readonly attempts: readonly AttemptView[];
  /** At most so many attempts (1 + retries). */
  readonly maxAttempts: number;
  /** Changes against the merge base; empty until the first commit. */
  readonly files: readonly FileDiff[];
  readonly additions: number;
  readonly deletions: number;
  readonly gates: readonly GateView[];
  /** Present while the work is proven, or after it has landed. */
  readonly receipt?: ReceiptView;
  /** Boundary check of the last attempt: repository paths outside the contract. */
  readonly violations: readonly { readonly path: string; readonly kind: string }[];
  readonly boundaryChecked: boolean;
  /** Open ones; a certain one holds the landing. */
  readonly leaks?: readonly LeakView[];
  readonly amount: Amount;
  /** Something was reported by an agent at all (else show no figure). */
  readonly billed: boolean;
  readonly branch?: string;
  readonly worktree?: string;
  readonly landedCommit?: string;
  /** Repository paths in which it will conflict with the base, forecast before anybody merges; absent when none will. */
  readonly baseConflict?: readonly string[];
  /** Conflicts that were resolved on the way, oldest first. */
  readonly resolved: readonly Resolution[];
  /** The landing is being taken back, was taken back, or could not be. */
  readonly undo?: { readonly state: 'moving' | 'undone' | 'not-done'; readonly text: string; readonly commit?: string; readonly paths?: readonly string[] };
  /** Titles of tasks that build on this one and have landed since. */
  readonly landedDependents?: readonly string[];
  readonly actions: readonly TaskAction[];
  /** In a proposed revision: how the task differs from the plan in force. */
  readonly difference?: 'added' | 'removed' | 'changed' | 'same';
}

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
  readonly notices: readonly { readonly kind: 'info' | 'warning'; readonly text: string }[];
  /** The base's branch on the remote went on without it: said plainly; `diverged` cannot be brought in by a click. */
  readonly upstream?: { readonly text: string; readonly diverged: boolean };
  /** Tasks land on the run's own branch; how it stands with landing that as a whole. */
  readonly landing?: { readonly branch: string; readonly state: 'filling' | 'checking' | 'ready' | 'merging' | 'landed' | 'needs-you'; readonly text?: string; readonly paths?: readonly string[] };
  /** Another process holds the run; this window only follows, and its wishes go through the inbox. */
  readonly heldBy?: string;
}

export interface AgentView {
  readonly id: AgentId;
  readonly name: string;
  readonly found: boolean;
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
}

export interface Snapshot {
  /** Grows by one with every change; the webview ignores an older one. */
  readonly revision: number;
  readonly repository?: { readonly name: string; readonly root: string; readonly branch?: string };
  /** Present when there is no run to show. */
  readonly empty?: EmptyReason;
  readonly run?: RunView;
  readonly runs: readonly RunSummaryView[];
  readonly agents: readonly AgentView[];
  /** The team file has problems; the text names the place. */
  readonly teamProblem?: string;
}

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** Things the host does in the editor for the dashboard; none changes the run by itself. */
export type HostAction =
  | { readonly type: 'decompose' }
  | { readonly type: 'open-dashboard'; readonly task?: string }
  | { readonly type: 'review'; readonly task: string; readonly path?: string }
  | { readonly type: 'try-it'; readonly task: string }
  | { readonly type: 'stray-changes'; readonly task: string }
  /** Opens a leak's patch in an editor. */
  | { readonly type: 'show-patch'; readonly task: string; readonly leak: string }
  | { readonly type: 'take-over'; readonly task: string }
  | { readonly type: 'resolve-conflict'; readonly task: string }
  | { readonly type: 'show-terminal'; readonly task: string }
  | { readonly type: 'cancel-planning' }
  /** With a person's words the wish is sent, review comments along; without, the dashboard asks for them. */
  | { readonly type: 'retry-with-feedback'; readonly task: string; readonly text?: string }
  | { readonly type: 'replan-with-feedback'; readonly task?: string; readonly text?: string }
  | { readonly type: 'ask-changes'; readonly text?: string }
  | { readonly type: 'open-team-file' }
  | { readonly type: 'refresh-agents' }
  | { readonly type: 'trust' }
  | { readonly type: 'open-folder' }
  | { readonly type: 'init-repository' }
  | { readonly type: 'pick-run' }
  /** Asks where, then writes all receipts of the shown run as JSON. */
  | { readonly type: 'export-receipts' }
  | { readonly type: 'copy'; readonly text: string };

/** What the dashboard can ask a person to write. */
export type Composing =
  | { readonly kind: 'retry'; readonly task: string }
  | { readonly kind: 'replan'; readonly task?: string }
  | { readonly kind: 'ask-changes' };

/** Offered by the host, called by the webview. */
export interface HostCalls {
  /** The webview is up: answers with the present snapshot; later ones are pushed. */
  ready(): Promise<Snapshot>;
  /** `ticket` comes back by `accepted` once nothing is left to ask the person. */
  wish(wish: Wish, ticket?: string): Promise<WishAnswer>;
  action(action: HostAction): Promise<WishAnswer>;
  /** The dashboard shows this task now; also the answer to `select` and `compose`. */
  looking(task?: string): Promise<void>;
  /** Activity of one attempt from `afterSeq` on (0 for all; the host may start later when it is very long). */
  activity(task: string, attempt: number, afterSeq: number): Promise<Answer<readonly ActivityLine[]>>;
  /** Unified diff of the task's fixed tree against its merge base, for one path. */
  diff(task: string, path: string): Promise<Answer<string>>;
  /** The whole output of one attempt's gate (the last 200,000 characters). */
  gateOutput(task: string, attempt: number): Promise<Answer<string>>;
}

/** Offered by the webview, called by the host. */
export interface WebviewCalls {
  snapshot(snapshot: Snapshot): void;
  /** New lines of a working agent; a gap in `seq` means: ask for `activity` again. */
  activityLines(task: string, attempt: number, lines: readonly ActivityLine[]): void;
  /** Select a task (from the tree, a notification or the status bar). */
  select(task: string): void;
  /** Opens the place to write in, with its task selected. */
  compose(composing: Composing): void;
  /** A wish with this ticket is being carried out: no question to the person is open any more. */
  accepted(ticket: string): void;
  /** To the sidebar: the task that the dashboard shows, if there is one. */
  shown(task?: string): void;
}

/** How the host tells the page which of its two faces to show: an attribute on the root element. */
export type Face = 'dashboard' | 'sidebar';
