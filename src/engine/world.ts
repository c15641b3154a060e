/** Everything the engine needs from the world, bundled: built once by a composition root. */
import type { Dependency, ProvidedDependency } from '../core/dependencies.js';
import type { FolderUse } from '../core/disk.js';
import type { Event } from '../core/events.js';
import type { Activities, Agents, Checkpoint, Clock, Files, Gates, Git, Ids, Isolation, Log, LogPlace, Prices, PullRequests, Resolvers, Runners, Saves, Tools } from '../core/ports.js';

/** One run's append-only log, open for writing. */
export interface OpenLog {
  /** What it held behind the given place when it was opened, parsed but not yet believed. */
  readonly events: readonly unknown[];
  /** A torn last line that was cut off. */
  readonly torn?: string;
  /** Resolves when the lines are on disk; a failure leaves the file as it was. */
  append(lines: readonly Event[]): Promise<void>;
  /** Behind the last line that is safely on the disk. */
  readonly end: LogPlace;
  close(): Promise<void>;
}

export interface Logs {
  /** Opens it for writing; what stands before `from` was read by this process before. */
  open(file: string, from?: LogPlace): Promise<OpenLog>;
  /** Gives what there is now behind a place, without a torn last line; nothing when there is no such file. Resolves with the place behind it. */
  read(file: string, take: (event: unknown, line: number) => void, from?: LogPlace): Promise<LogPlace>;
  /** Every line that can be read of a log that is damaged, and which cannot (1-based). */
  readable(file: string): Promise<{ readonly events: readonly unknown[]; readonly bad: readonly number[] }>;
  /** Reads without writing, from a place on (`undefined`: all), and goes on with what is appended later. */
  follow(file: string, from: LogPlace | undefined, onEvents: (events: readonly unknown[]) => void): () => void;
  /** What was kept of a long log, if it still is that log's beginning. */
  checkpoint(file: string): Promise<Checkpoint | undefined>;
  keepCheckpoint(file: string, at: LogPlace, state: unknown): Promise<void>;
}

/** Who holds the repository. `label` says what it is, e.g. `VS Code window`. */
export interface Holder {
  readonly pid: number;
  readonly label: string;
}

export interface Locks {
  acquire(folder: string, label: string): Promise<{ readonly ok: true; release(): Promise<void> } | { readonly ok: false; readonly holder: Holder }>;
  /** Who holds it now, if that process lives. */
  holder(folder: string): Promise<Holder | undefined>;
  /** Calls back with who holds it, at once and each time that this may have changed, by a crash too. Returns a stop function. */
  watch(folder: string, looked: (holder: Holder | undefined) => void): () => void;
}

export interface World {
  readonly git: Git;
  readonly agents: Agents;
  readonly runners: Runners;
  readonly gates: Gates;
  readonly isolation: Isolation;
  readonly tools: Tools;
  readonly resolvers: Resolvers;
  readonly prices: Prices;
  readonly pullRequests: PullRequests;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly files: Files;
  readonly logs: Logs;
  readonly locks: Locks;
  readonly activities: Activities;
  readonly log: Log;
  /** What this machine, or the container that it is, has. */
  readonly memoryBytes: number;
  /** Bytes that may still be written where a folder is (or will be); `undefined` when the system does not say. */
  freeBytes(folder: string): Promise<number | undefined>;
  /** What a folder takes on the disk; `apart`: paths in it whose bytes are told by themselves. One that is not there takes nothing. */
  folderUse(folder: string, apart: readonly string[], signal?: AbortSignal): Promise<FolderUse>;
  /** Gives a new worktree its dependency folders from the checkout. `note`: a file that remembers a half filled one. */
  provideDependencies(request: { readonly worktree: string; readonly dependencies: readonly Dependency[]; readonly note: string }): Promise<readonly ProvidedDependency[]>;
  /** Replaces secrets in text that is shown or kept. */
  readonly mask: (text: string) => string;
  /** Absent without an editor. */
  readonly saves?: Saves;
  /** Switchyard's own folder in the common git directory. */
  readonly stateFolder: string;
  /** Worktrees go to `<worktreesFolder>/<run>/<task>`. */
  readonly worktreesFolder: string;
  /** Names that every agent and gate may inherit; a trailing `*` is a prefix. */
  readonly commonEnvironment: readonly string[];
  /** The repository's `.switchyard/team.jsonc` as it is in the person's checkout, or `undefined`. */
  readTeamFile(): Promise<{ readonly file: string; readonly text: string | undefined; readonly parse: (text: string) => { readonly value: unknown } | { readonly problem: string } }>;
}

export const paths = {
  runs: (world: Pick<World, 'stateFolder'>) => `${world.stateFolder}/runs`,
  run: (world: Pick<World, 'stateFolder'>, run: string) => `${world.stateFolder}/runs/${run}`,
  log: (world: Pick<World, 'stateFolder'>, run: string) => `${world.stateFolder}/runs/${run}/events.jsonl`,
  attempt: (world: Pick<World, 'stateFolder'>, run: string, task: string, attempt: number) =>
    `${world.stateFolder}/runs/${run}/attempts/${task}/${String(attempt)}`,
  lock: (world: Pick<World, 'stateFolder'>) => `${world.stateFolder}/lock`,
  inbox: (world: Pick<World, 'stateFolder'>) => `${world.stateFolder}/inbox`,
  left: (world: Pick<World, 'stateFolder'>) => `${world.stateFolder}/left.json`,
  consent: (world: Pick<World, 'stateFolder'>) => `${world.stateFolder}/consent.json`,
  worktree: (world: Pick<World, 'worktreesFolder'>, run: string, task: string) => `${world.worktreesFolder}/${run}/${task}`,
};
