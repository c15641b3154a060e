/** What the editor's UI and the headless command drive. The composition roots build it; nobody else sees its insides. */
import type { ActivityLine } from '../core/activity.js';
import type { KnownBackup } from '../core/backups.js';
import type { DiskUse } from '../core/disk.js';
import type { Plan } from '../core/plan.js';
import type { AgentStatus, ConflictSides, FileDiff, Forecast, RepositoryFacts, Sha } from '../core/ports.js';
import type { Reason, RunState } from '../core/run.js';
import type { AgentId } from '../core/ids.js';
import type { Limits, Team } from '../core/team.js';
import type { Wish, WishAnswer } from '../core/wishes.js';
import type { SalvagedRun } from './salvage.js';

export interface Disposable {
  dispose(): void;
}

export type Listen<T> = (listener: (value: T) => void) => Disposable;

/** Where a plan comes from. */
export type PlanSource = (
  | { readonly kind: 'goal'; readonly goal: string }
  /** A Markdown outline; no model is asked. */
  | { readonly kind: 'outline'; readonly text: string; readonly goal?: string }
  | { readonly kind: 'plan'; readonly plan: Plan }
) & { readonly overrides?: TeamOverrides };

/** What a command line says over the team file. */
export interface TeamOverrides {
  readonly planner?: { readonly agent: AgentId; readonly model?: string };
  readonly limits?: Partial<Limits>;
}

export interface RunSummary {
  readonly run: string;
  readonly goal: string;
  readonly createdAt: number;
  readonly ended: boolean;
  /** Its log is damaged or a newer Switchyard's: why, what is safe and what to do next. It cannot be opened. */
  readonly refused?: string;
  /** Refused for damage: what can be read of it can be saved, and gone on from. */
  readonly damaged?: true;
  /** A worktree of a task that landed or was dropped is still there: a crash came before its removal, or it could not go. */
  readonly untidy?: true;
  /** Its plan was discarded before anything was started. */
  readonly discarded?: true;
}

/** A terminal is opened for each of these (the editor), or nothing is (headless). */
export interface AttemptRef {
  readonly run: string;
  /** A task's id, or `planner`. */
  readonly task: string;
  readonly attempt: number;
  readonly folder: string;
}

/** One repository's engine in this process. */
export interface Session {
  readonly facts: RepositoryFacts;
  /** The run that is shown and acted on, or `undefined`. */
  current(): RunState | undefined;
  /** Why each waiting task of the current run waits, by task id. */
  waits(): ReadonlyMap<string, Reason>;
  /**
   * Which live branches of the current run will conflict. The first call begins to keep it up to date (`onDidChange` tells);
   * `undefined` until the first is computed.
   */
  forecast(): Forecast | undefined;
  /** Sizes of the worktrees of all runs. The first call begins to keep them up to date (`onDidChange` tells); `undefined` until the first measuring. */
  disk(): DiskUse | undefined;
  /** The same, measured now. */
  diskNow(): Promise<DiskUse>;
  runs(): Promise<readonly RunSummary[]>;
  /** What can be saved of a run whose log is damaged; `undefined` when there is no such run. Reads only. */
  salvage(run: string): Promise<SalvagedRun | undefined>;
  /** Shows another run. */
  open(run: string): Promise<void>;
  /** `undefined` when this process is the writer or nobody is; else who holds the repository. */
  readonly heldBy: string | undefined;
  /** State, waits or holder changed; coalesced by the listener's side. */
  readonly onDidChange: Listen<void>;
  /** New activity of a running attempt (also the planner's). */
  readonly onActivity: Listen<{ readonly ref: AttemptRef; readonly lines: readonly ActivityLine[] }>;

  /**
   * Starts a run: asks the planner or takes the given plan. Resolves with the run's id once the run exists; planning goes on.
   * `problems` are what is wrong with a plan or outline that was brought along, each by itself.
   */
  decompose(source: PlanSource): Promise<{ readonly ok: true; readonly run: string } | { readonly ok: false; readonly reason: string; readonly problems?: readonly string[] }>;
  /** Validates and carries out a wish, or passes it on to the holder through the inbox. */
  wish(wish: Wish): Promise<WishAnswer>;

  /** `named` are the agents that the team file names itself. */
  team(): Promise<{ readonly team: Team; readonly problems: readonly string[]; readonly file: string; readonly named: readonly AgentId[] }>;
  /** May agents of this repository have full permission? Asked once; the answer is this clone's. */
  hasConsent(): Promise<boolean>;
  giveConsent(): Promise<void>;
  agents(refresh?: boolean): Promise<readonly AgentStatus[]>;
  activity(ref: { task: string; attempt: number }, afterSeq: number): Promise<readonly ActivityLine[]>;
  /** A person has the terminal of this attempt before them, or of none: it is printed to at once, all others now and then. */
  terminalInFront(ref: { task: string; attempt: number } | undefined): void;
  gateOutput(task: string, attempt: number): Promise<string | undefined>;
  /** The fixed pair a person reviews: merge base and the attempt's commit, with the files between them. */
  review(task: string): Promise<{ readonly from: Sha; readonly to: Sha; readonly files: readonly FileDiff[] } | undefined>;
  patch(task: string, path: string): Promise<string | undefined>;
  /** The sides of a conflict that is laid out in a task's worktree for a person, and where; `undefined` when none is. */
  conflict(task: string): Promise<{ readonly worktree: string; readonly paths: readonly ConflictSides[] } | undefined>;
  /** The text of one side of a conflict, by its object's id. */
  sideText(id: Sha): Promise<string | undefined>;
  /** A file's text at a commit, or `undefined` when it is not there. */
  fileAt(commit: Sha, path: string): Promise<string | undefined>;
  /** The command that opens the agent's own interactive CLI on the task's session, in its worktree; `undefined` where there is none. */
  takeOverCommand(task: string): Promise<{ readonly file: string; readonly args: readonly string[]; readonly cwd: string; readonly env: Readonly<Record<string, string>> } | undefined>;
  /** Everything that was saved before a removal, newest first, with what became of it since. */
  backups(): Promise<readonly KnownBackup[]>;
  /** Writes a backup's files into a folder that does not exist yet or is empty. */
  restore(ref: string, into: string): Promise<{ readonly ok: true; readonly commit: Sha } | { readonly ok: false; readonly reason: string }>;
  /** Removes worktrees and branches of landed and dropped tasks and expired backups; never anything unsaved. `dryRun`: says what would go. */
  clean(options?: { readonly dryRun: boolean }): Promise<{ readonly removed: readonly string[]; readonly kept: readonly { readonly path: string; readonly why: string }[]; readonly backups: readonly KnownBackup[] }>;
  /**
   * Leaves word that agents are to stop unless a window comes back; gives its file, or `undefined` where nobody is at work here.
   * Who opens the repository in a window takes the word away.
   */
  leave(): Promise<string | undefined>;
  /** Stops following, keeps agents running (they are adopted at the next start) unless asked to stop them. */
  close(options: { readonly stopAgents: boolean }): Promise<void>;
}
