/**
 * What the engine needs from the world. Adapters implement these; tests replace them only for faults that reality
 * will not produce on demand. Every path is absolute unless it says "repository path" (relative to the root, `/`).
 */
import type { AgentOutcome, Usage } from './activity.js';
import type { AgentId, Permissions, Role } from './ids.js';
import type { Contract, Script } from './plan.js';

/** A full hexadecimal git object id. */
export type Sha = string;

// ---------------------------------------------------------------- git

export interface RepositoryFacts {
  /** The main worktree's root or, when opened from a linked one, that worktree's root. */
  readonly root: string;
  /** The common git directory; Switchyard's state lives in `<commonDir>/switchyard`. */
  readonly commonDir: string;
  readonly gitVersion: string;
  /** Absent when HEAD is detached. */
  readonly branch?: string;
  readonly commit: Sha;
  /** Paths with staged, unstaged or untracked changes in the person's checkout (at most 1,000 are counted). */
  readonly uncommitted: number;
  readonly hasSubmodules: boolean;
  readonly usesLfs: boolean;
  readonly commitsAreSigned: boolean;
}

/** A designed refusal: the `reason` is for code, the message for people (what happened, what is safe, what next). */
export type RepositoryProblem =
  | 'not-a-repository'
  | 'no-commits'
  | 'git-missing'
  | 'git-too-old'
  | 'bare'
  | 'unreadable';

export interface WorktreeRequest {
  readonly path: string;
  /** Full short name, e.g. `switchyard/r1/db`; `undefined` makes a detached worktree (planner). */
  readonly branch: string | undefined;
  readonly commit: Sha;
}

export type ChangeKind = 'added' | 'modified' | 'deleted' | 'renamed-from' | 'renamed-to' | 'mode' | 'type';

export interface ChangedPath {
  /** Repository path. Bytes that are not UTF-8 appear as `\xNN`. */
  readonly path: string;
  readonly change: ChangeKind;
  /** Present when the path now is a symlink: the target as stored, and whether it resolves outside the worktree. */
  readonly link?: { readonly target: string; readonly escapes: boolean };
  readonly submodule?: true;
  /** The path's change is hidden from `git status` by `assume-unchanged` or `skip-worktree`. */
  readonly hiddenByFlag?: true;
}

/** Everything that differs between a base commit and a worktree, so that nothing can hide. */
export interface ChangeSet {
  /** Sorted by path; committed, staged, unstaged and untracked together. */
  readonly changed: readonly ChangedPath[];
  /** Ignored files that exist in the worktree; directories end with `/`. */
  readonly ignored: readonly string[];
  /** Ignored files that were copied in at set-up and have another content now. */
  readonly ignoredChanged: readonly string[];
}

export interface FileDiff {
  readonly path: string;
  /** Present for renames. */
  readonly from?: string;
  readonly change: 'added' | 'modified' | 'deleted' | 'renamed' | 'mode' | 'type';
  /** Absent for binary files. */
  readonly additions?: number;
  readonly deletions?: number;
}

export interface CommitResult {
  readonly commit: Sha;
  readonly tree: Sha;
  /** False when there was nothing to commit. */
  readonly committed: boolean;
}

export type UpdateResult =
  | { readonly ok: true; readonly commit: Sha; readonly tree: Sha }
  /** Nothing in the worktree was changed. */
  | { readonly ok: false; readonly reason: 'conflict'; readonly paths: readonly string[] }
  | { readonly ok: false; readonly reason: 'hook'; readonly output: string };

/** One side of a conflicting path: the file's mode as git writes it (`100644`) and its object. */
export interface ConflictSide {
  readonly mode: string;
  readonly id: Sha;
}

/** A conflicting path and what each side has there; a side that is absent does not have it. */
export interface ConflictSides {
  /** Repository path, or `<path>~<commit>` where two sides want one name for different things. */
  readonly path: string;
  readonly base?: ConflictSide;
  readonly ours?: ConflictSide;
  readonly theirs?: ConflictSide;
}

export interface Conflict {
  readonly ours: Sha;
  readonly theirs: Sha;
  /** The merged tree, conflict markers included. */
  readonly tree: Sha;
  /** Sorted by path. */
  readonly paths: readonly ConflictSides[];
  /** git's own sentence for each conflict; it names the two commits by their ids. */
  readonly notes: readonly string[];
}

/** A file to put into a tree: a text, or an object that is there. */
export type TreeFile = { readonly path: string; readonly mode: string } & ({ readonly text: string } | { readonly id: Sha });

/** A commit as people read it. */
export interface PathCommit {
  readonly commit: Sha;
  readonly author: string;
  /** Subject, body and trailers. */
  readonly message: string;
}

export type AdvanceResult =
  | { readonly ok: true }
  /** The branch is not where the receipt says; nothing was changed. */
  | { readonly ok: false; readonly reason: 'base-moved'; readonly now: Sha | undefined }
  /** A checkout of the branch has changes in the way; nothing was changed. */
  | { readonly ok: false; readonly reason: 'blocked'; readonly checkout: string; readonly paths: readonly string[] }
  | { readonly ok: false; readonly reason: 'failed'; readonly message: string };

export type CommitTreeResult =
  | { readonly ok: true; readonly commit: Sha }
  | { readonly ok: false; readonly reason: 'signing'; readonly message: string };

export interface Author {
  readonly name: string;
  readonly email: string;
}

/** The lock files that stand in a tree, and one hash over their paths and contents. */
export interface LockFiles {
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  /** Repository paths, sorted. */
  readonly files: readonly string[];
}

/** A branch's counterpart on a remote, as the last fetch left it. */
export interface Upstream {
  /** E.g. `origin/main`. */
  readonly name: string;
  /** The full remote-tracking ref. */
  readonly ref: string;
  readonly remote: string;
  /** The branch's name on the remote. */
  readonly branch: string;
  readonly commit: Sha;
  /** Commits that only the local branch has. */
  readonly ahead: number;
  /** Commits that only the remote-tracking branch has. */
  readonly behind: number;
}

export type RemoteResult = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** One repository. Implementations serialise what git cannot do in parallel (adding, removing, pruning worktrees). */
export interface Git {
  facts(): Promise<RepositoryFacts>;
  /** The commit a branch, tag or id names, or `undefined`. Option-like and range-like input is `undefined` too. */
  resolve(rev: string): Promise<Sha | undefined>;
  /** The commit of a local branch, or `undefined`. Cheap. */
  branchCommit(branch: string): Promise<Sha | undefined>;
  /** True when a ref exists that prevents `<prefix>/…` branches, e.g. a branch named `switchyard`. */
  prefixBlocked(prefix: string): Promise<boolean>;
  treeOf(commit: Sha): Promise<Sha>;
  isAncestor(ancestor: Sha, descendant: Sha): Promise<boolean>;
  /** Tracked paths at a commit, for planning and for previews of globs. */
  listFiles(commit: Sha, limit: number): Promise<readonly string[]>;
  /** The lock files of a tree, `undefined` when it has none. Contents are not read: git has their hashes. Remembered per tree. */
  lockFiles(tree: Sha): Promise<LockFiles | undefined>;
  /** A file's text at a commit, or `undefined` when it is not there. */
  readFile(commit: Sha, path: string): Promise<string | undefined>;

  /** Idempotent: an existing worktree of that branch at that path is kept as it is. Copies `.worktreeinclude` files. */
  addWorktree(request: WorktreeRequest): Promise<void>;
  /** Whether the folder is a usable worktree of this repository. */
  worktreeExists(path: string): Promise<boolean>;
  /** Commits everything that is not ignored, through `git commit` so that the person's hooks run. */
  commitAll(worktree: string, message: string, author: Author): Promise<CommitResult | { readonly hookFailed: string }>;
  head(worktree: string): Promise<{ readonly commit: Sha; readonly tree: Sha }>;
  /** Tracked paths that differ from HEAD, and untracked ones when asked for. */
  dirty(worktree: string, untracked: boolean): Promise<readonly string[]>;
  /** Everything between `base` and the worktree's present content. Unknown base or unreadable worktree throws. */
  changes(worktree: string, base: Sha): Promise<ChangeSet>;
  /** Merges `base` into the worktree's branch. On a conflict nothing is changed. */
  bringUpToDate(worktree: string, base: Sha, message: string): Promise<UpdateResult>;
  /**
   * Lays the conflicted result of merging `base` into the worktree as plain files, markers included, and returns the
   * conflict (`undefined`: there is none any more). The branch does not move. Rejects, and changes nothing, when files
   * are in the way.
   */
  openConflict(worktree: string, base: Sha): Promise<Conflict | undefined>;
  /** What conflicts between two commits; `undefined` when nothing does. Moves nothing. */
  conflict(ours: Sha, theirs: Sha): Promise<Conflict | undefined>;
  /** Records that the worktree's last commit resolves a merge with `base`: a merge commit with the same tree. */
  concludeMerge(worktree: string, base: Sha, message: string): Promise<CommitTreeResult>;
  /** An object's text; `undefined` when it is not there or no UTF-8. */
  readBlob(id: Sha): Promise<string | undefined>;
  /** The three-way merge of three texts; `undefined` when they conflict. */
  mergeTexts(base: string, ours: string, theirs: string): Promise<string | undefined>;
  /** A tree with some of its files replaced. */
  treeWith(tree: Sha, files: readonly TreeFile[]): Promise<Sha>;
  /** Fast-forwards a task's worktree to a descendant of its commit; changes nothing where a file is in the way. */
  forward(worktree: string, to: Sha): Promise<UpdateResult>;
  /** The last commits (at most 20, newest first) of `to` that are not in `from` and touch one of the paths. */
  commitsTouching(from: Sha, to: Sha, paths: readonly string[]): Promise<readonly PathCommit[]>;
  /** Paths whose content at `commit` holds conflict markers that were not there at `base`. */
  newMarkers(base: Sha, commit: Sha): Promise<readonly string[]>;
  diffFiles(from: Sha, to: Sha): Promise<readonly FileDiff[]>;
  /** Unified diff of two commits, of one path or of all. */
  patch(from: Sha, to: Sha, path?: string): Promise<string>;

  /** `commit-tree` with the person's identity, signed when they sign. Moves nothing. */
  commitTree(tree: Sha, parents: readonly Sha[], message: string): Promise<CommitTreeResult>;
  /**
   * Compare-and-swap of a local branch. Every checkout of it is fast-forwarded, only when git can do that without
   * touching changed, staged, untracked or ignored files. Idempotent: a branch that already contains `to` is ok.
   */
  advance(branch: string, from: Sha, to: Sha): Promise<AdvanceResult>;
  /** Saves a worktree's whole state, untracked files included, under `refs/switchyard/backup/<name>`. */
  backup(worktree: string, name: string): Promise<{ readonly ref: string; readonly commit: Sha }>;
  /** Every backup of the repository, newest first. `at` is milliseconds since the epoch. */
  listBackups(): Promise<readonly { readonly ref: string; readonly commit: Sha; readonly at: number; readonly subject: string }[]>;
  /** Writes a backup's files into a folder that does not exist yet or is empty. Rejects with a message for people. */
  restoreBackup(ref: string, into: string): Promise<{ readonly ref: string; readonly commit: Sha }>;
  /** The tree of a merge, or the paths that conflict; moves and writes no ref. */
  mergedTree(ours: Sha, theirs: Sha): Promise<{ readonly ok: true; readonly tree: Sha } | { readonly ok: false; readonly paths: readonly string[] }>;
  /** The tree of `tip` without what `landed` brought over its first parent, or the paths that conflict; moves and writes no ref. */
  revertedTree(tip: Sha, landed: Sha): Promise<{ readonly ok: true; readonly tree: Sha } | { readonly ok: false; readonly paths: readonly string[] }>;
  /** What a local branch follows, without asking the remote; `undefined` when it follows nothing that was fetched. */
  upstreamOf(branch: string): Promise<Upstream | undefined>;
  /** Asks the remote for that one branch: only its remote-tracking ref moves. */
  fetchUpstream(upstream: Upstream): Promise<RemoteResult>;
  /** Puts a commit on a branch of the remote, never over something else. */
  push(remote: string, commit: Sha, branch: string): Promise<RemoteResult>;
  /** Calls back when a ref may have moved, by file events; resolves to a stop function. */
  watchRef(ref: string, changed: () => void): Promise<() => void>;
  /** Makes one of Switchyard's own branches. Idempotent; rejects when a branch of that name holds something else. */
  createBranch(branch: string, commit: Sha): Promise<void>;
  /** Deletes a branch only where it is expected and nobody has it checked out; true when it is gone. */
  removeBranch(branch: string, at: Sha): Promise<boolean>;
  /**
   * Removes a worktree and, when given, its branch if it still is at `branchAt`. Refuses while there is unsaved work
   * (`dirty`); `backedUp` says that this state was saved. The folder is renamed away at once and deleted in the background.
   */
  removeWorktree(
    path: string,
    options: { readonly branch?: string; readonly branchAt?: Sha; readonly backedUp?: boolean },
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly dirty: readonly string[] }>;
  /**
   * Computes which branches will conflict. With `watching` it is told by file events what changed and reads only that
   * again; without, every computation reads everything. Whoever opens it closes it.
   */
  forecaster(watching?: { readonly changed: () => void }): Forecaster;
  /** Watches over the person's checkout while agents run. One per process. */
  strays(): Promise<Strays>;
  /** Waits for background deletions; call before the process ends. */
  settled(): Promise<void>;
}

/**
 * What was there before a stray change: the committed content, a person's uncommitted content that was seen before,
 * nothing, or something that nobody kept (a change of it cannot be undone).
 */
export type Before = 'committed' | 'unsaved' | 'nothing' | 'unknown';

/** A file of a checkout that is not as it was. */
export interface Stray {
  /** Real path of the checkout. */
  readonly root: string;
  /** Repository path. */
  readonly path: string;
  readonly change: 'added' | 'modified' | 'deleted';
  readonly before: Before;
  /** git ignores it there. */
  readonly ignored?: true;
}

/** A stray change that was left as it is, with the reason for people. */
export interface LeftStray {
  readonly path: string;
  readonly why: string;
}

/**
 * Notices what changes in the person's checkout, and in one file of any other one. Ignored files are only seen by
 * `inspect`. Calls must not overlap. Nothing is changed but by `undo` and `move`.
 */
export interface Strays {
  /** Real path of the person's checkout. */
  readonly root: string;
  /** Remembers the checkout as it is now. One git process. */
  mark(): Promise<void>;
  /** Takes up what an earlier process remembered; false when nothing is remembered. */
  recall(): Promise<boolean>;
  /** What differs from what is remembered. One git process. */
  look(): Promise<readonly Stray[]>;
  /** Remembers these as they were at the last look; others of that look are found again by the next one. */
  accept(strays: readonly Stray[]): Promise<void>;
  /**
   * Compares one file of a checkout with what is committed there; `undefined` when it is the same.
   * @param options whether nobody had uncommitted changes there before, and whether there was no such file
   */
  inspect(root: string, path: string, options: { readonly cleanBefore: boolean; readonly wasAbsent: boolean }): Promise<Stray | undefined>;
  /** The same change, where a person's own edit is in it too: it is not to be undone. */
  mixed(stray: Stray): Stray;
  /** Saves stray changes of one checkout under `refs/switchyard/backup/<name>` and as a patch file (mode 0600). */
  keep(strays: readonly Stray[], name: string, patch: string): Promise<{ readonly ref: string; readonly commit: Sha; readonly patch: string }>;
  /** Takes kept changes back where the file still is as it was kept. Idempotent. Returns what was left. */
  undo(root: string, ref: string): Promise<readonly LeftStray[]>;
  /** Applies kept changes to a worktree, all or none, then takes them back as `undo` does. */
  move(root: string, ref: string, worktree: string): Promise<{ readonly left: readonly LeftStray[] } | { readonly refused: string }>;
}

/** A task whose work has not landed, for the forecast. */
export interface LiveBranch {
  readonly task: string;
  readonly worktree: string;
  /** A base commit whose merge is being resolved there: it counts as merged. */
  readonly merging?: Sha;
}

export interface Forecast {
  /** Every two live branches once, in plan order. `paths`: repository paths, sorted. */
  readonly pairs: readonly {
    readonly a: string;
    readonly b: string;
    readonly conflict: boolean;
    readonly paths: readonly string[];
    /** Work that is not committed yet went into it, from either side. */
    readonly uncommitted: boolean;
  }[];
  /** Every live branch against the base. */
  readonly base: readonly { readonly task: string; readonly conflict: boolean; readonly paths: readonly string[] }[];
}

/** Holds what it knows between computations, in a temporary folder; the repository and the worktrees are only read. */
export interface Forecaster {
  /**
   * All pairs and each against the base branch, uncommitted and untracked work included, ignored files not. Only what
   * changed since the last call is read and merged again. A branch whose worktree cannot be read is left out. One at a time.
   */
  compute(base: string, branches: readonly LiveBranch[]): Promise<Forecast>;
  /** Somebody says that a worktree changed. Heeded where the system's file events do not reach. */
  touch(worktree: string): void;
  /** Stops watching and removes the temporary folder. */
  close(): Promise<void>;
}

// ---------------------------------------------------------------- agents

export interface AgentStatus {
  readonly id: AgentId;
  readonly name: string;
  readonly found: boolean;
  readonly path?: string;
  readonly version?: string;
  readonly signedIn: 'yes' | 'no' | 'unknown';
  /** Who pays: a subscription's figures are API-equivalents. */
  readonly account: 'subscription' | 'api-key' | 'none-needed' | 'unknown';
  /** Why it cannot be used, for people. */
  readonly problem?: string;
  /** How to install or sign in, for people; one command where there is one. */
  readonly hint?: string;
}

export interface StartRequest {
  readonly role: Role;
  readonly attempt: number;
  /** Where the agent works: the task's worktree. */
  readonly cwd: string;
  /** The attempt's folder; the adapter's files are written there before the start. */
  readonly folder: string;
  /** The repository's common git directory, which some CLIs must be told about. */
  readonly commonDir: string;
  readonly prompt: string;
  readonly model?: string;
  /** A UUID for CLIs that let the caller choose the session. */
  readonly newSession: string;
  /** Resume this session instead. */
  readonly resume?: string;
  readonly permissions: Permissions;
  /** A JSON schema that the answer must follow, for CLIs that can be told. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** For CLIs with a limit of their own. */
  readonly budgetUsd?: number;
  /** Only the scripted agent uses it. */
  readonly script?: Script;
  /** Only the scripted planner uses it: the goal as typed. */
  readonly goal?: string;
  /** Executable found by `detect`; the adapter's default name otherwise. */
  readonly executable?: string;
}

/** How to start a CLI: an argument vector (never a shell string) and the names of variables it may inherit. */
export interface AgentCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** What the CLI reads from standard input; none means `ignore`. */
  readonly stdin?: string;
  /** Fixed, harmless values (telemetry off and the like). Never a secret. */
  readonly setEnv: Readonly<Record<string, string>>;
  /** Names beyond the common allow-list that this CLI may inherit (its own key and base URL). */
  readonly passEnv: readonly string[];
  /** Files to write into the attempt's folder before the start: name to content. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Reads one CLI's stream. A fresh one per attempt; it never throws on any input. */
export interface StreamParser {
  /** One line of standard output, without its newline. Unknown lines give an empty list. */
  line(text: string): readonly import('./activity.js').AgentEvent[];
  /** Standard error as it comes; most CLIs say nothing of use there. */
  stderr(text: string): readonly import('./activity.js').AgentEvent[];
  /** The verdict once the process is gone. */
  end(exit: { readonly code: number | null; readonly signal: string | null }): AgentOutcome;
}

/** One agent CLI: one file each implements this. */
export interface AgentAdapter {
  readonly id: AgentId;
  readonly name: string;
  /** How a person signs in: a command, or a sentence. */
  readonly signIn?: string;
  /** Can the CLI be told a JSON schema for its answer? */
  readonly answersBySchema: boolean;
  /** Can a finished session be resumed with feedback? */
  readonly resumes: boolean;
  detect(environment: Readonly<Record<string, string | undefined>>): Promise<AgentStatus>;
  command(request: StartRequest): AgentCommand;
  parser(): StreamParser;
  /** The interactive CLI on that session, for a person, in that directory; `undefined` for an agent that has none. */
  takeOver(session: string | undefined, request: { readonly cwd: string; readonly model?: string; readonly executable?: string }): AgentCommand | undefined;
}

export interface Agents {
  adapter(id: string): AgentAdapter | undefined;
  /** One agent; probing is cached. Unknown ids are `undefined`. */
  status(id: string): Promise<AgentStatus | undefined>;
  /** Every known agent; probing is cached until `refresh`. */
  detect(refresh?: boolean): Promise<readonly AgentStatus[]>;
}

// ---------------------------------------------------------------- attempts

/** `spec.json` in the attempt's folder: all that the runner needs. Holds no secret: only names of variables. */
export interface AttemptSpec {
  readonly v: 1;
  readonly run: string;
  /** The task's id, or `planner`. */
  readonly task: string;
  /** For the terminal's name and the transcript's head. */
  readonly title: string;
  readonly role: Role;
  readonly attempt: number;
  readonly agent: AgentId;
  readonly model?: string;
  readonly cwd: string;
  readonly folder: string;
  /** A small number that no other live agent or gate has; in the environment as `SWITCHYARD_SLOT`. */
  readonly slot?: number;
  /** Random; in the environment of every process of the attempt as `SWITCHYARD_NONCE`. */
  readonly nonce: string;
  readonly command: Omit<AgentCommand, 'files'>;
  /** Every name the agent may inherit, common list and additions together. */
  readonly passEnv: readonly string[];
  readonly setEnv: Readonly<Record<string, string>>;
  readonly limits: {
    /** No output for so long: stopped as `silent`. */
    readonly idleMs: number;
    /** The whole attempt: stopped as `time-limit`. */
    readonly totalMs: number;
    /** Stop when the CLI's own running total passes it. */
    readonly usd?: number;
  };
}

/** How an attempt ended: `exit.json`, written by atomic rename as the runner's last act. */
export interface ExitRecord {
  readonly v: 1;
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** `exited` is the CLI's own end; the others are the runner's doing. */
  readonly ended: 'exited' | 'stopped' | 'idle' | 'time-limit' | 'budget' | 'not-started';
  /** With `reason` already set for the runner's own stops (`silent`, `time-limit`, `budget`, `stopped`). */
  readonly outcome: AgentOutcome;
}

/** `claim.json`, created exclusively by the runner that really starts the agent. */
export interface Claim {
  readonly v: 1;
  readonly nonce: string;
  /** The runner. */
  readonly pid: number;
  /** The operating system's own notion of when that pid started; equal strings mean the same process. */
  readonly startTime: string;
  /** The agent CLI, once it runs. */
  readonly agentPid?: number;
  /** Where the runner listens (unix socket or named pipe); a closed connection means that it is gone. */
  readonly socket: string;
}

export type AttemptEnd =
  | { readonly kind: 'exit'; readonly record: ExitRecord }
  /** The runner is gone and left no exit record: killed, or the machine went down. */
  | { readonly kind: 'lost' };

export interface RunningAttempt {
  readonly folder: string;
  /** The runner's pid; a terminal is matched by it. */
  readonly pid: number;
  /** Resolves once, when the attempt is over and none of its processes is left. */
  readonly ended: Promise<AttemptEnd>;
  /** Stops the whole process tree; resolves when nothing of it is left. */
  stop(): Promise<void>;
}

export interface Runners {
  /** Writes the spec and files and starts the runner; resolves when the claim is made. */
  start(spec: AttemptSpec, files: Readonly<Record<string, string>>): Promise<RunningAttempt>;
  /** Finds an attempt again after a restart; `undefined` when it was never claimed. */
  adopt(folder: string): Promise<RunningAttempt | undefined>;
}

// ---------------------------------------------------------------- isolation

/** What an isolated command may write beside the caches: its worktree, its attempt's temporary folder, its agent's own state. */
export interface IsolationRequest {
  readonly cwd: string;
  readonly commonDir: string;
  /** A temporary folder is made in it. */
  readonly folder: string;
  readonly network: boolean;
  /** Whose state may be written; none for gates. */
  readonly agent?: AgentId;
}

export interface Isolation {
  /** Why there is no sandbox on this machine, and how to get one; `undefined` when there is. */
  problem(): Promise<string | undefined>;
  /** The command inside of the sandbox. Rejects with that problem: never silently weaker. */
  wrap(
    command: { readonly file: string; readonly args: readonly string[] },
    request: IsolationRequest,
  ): Promise<{ readonly file: string; readonly args: readonly string[]; readonly setEnv: Readonly<Record<string, string>> }>;
}

// ---------------------------------------------------------------- gate

export interface CommandResult {
  readonly command: string;
  /** `null` when it was killed. */
  readonly exitCode: number | null;
  readonly signal?: string;
  readonly timedOut?: true;
  /** It printed more than any log is worth and was stopped, before it filled the disk. */
  readonly overflowed?: true;
  readonly ms: number;
  /** The same command was red on the same tree before; this is its clean re-run. */
  readonly earlier?: Pick<CommandResult, 'exitCode' | 'signal' | 'ms' | 'tail'>;
  /** Tests that ran, as the runner's own summary says; absent: no runner was recognised, or it does not tell. */
  readonly tests?: number;
  /** The last lines, for feedback (ANSI kept). The whole output is in the attempt's folder. */
  readonly tail: string;
}

export interface GateRequest {
  readonly cwd: string;
  readonly commands: readonly string[];
  /** The whole output goes here, with a header line per command. Of very much the beginning and the end are kept. */
  readonly outputFile: string;
  /** Goes on with what the file holds, for a re-run. */
  readonly append?: true;
  readonly slot: number;
  readonly passEnv: readonly string[];
  readonly timeoutMs: number;
  readonly nonce: string;
  /** In the sandbox; without one in the worktree only. */
  readonly isolation?: IsolationRequest;
  readonly signal?: AbortSignal;
}

export interface Gates {
  /** Runs the commands in order and stops at the first that fails. */
  run(request: GateRequest): Promise<readonly CommandResult[]>;
}

/** A program that a gate's commands name, as their shell would find it. */
export interface ToolVersion {
  readonly name: string;
  /** Absent: it is not there, or does not tell. */
  readonly version?: string;
  /**
   * The program's real path and when it was last changed, in milliseconds since the epoch: both equal, same program.
   * Absent where a version manager's shim decides by folder.
   */
  readonly path?: string;
  readonly modified?: number;
}

export interface Tools {
  /**
   * The tools that these command lines name. Each program is asked once; later only its file is looked at. `known` are
   * answers of an earlier session. Never rejects.
   */
  versions(commands: readonly string[], at: Pick<GateRequest, 'cwd' | 'passEnv'>, known?: readonly ToolVersion[]): Promise<readonly ToolVersion[]>;
}

// ---------------------------------------------------------------- tools for conflicts

/** The project's own formatter and package managers. Argument vectors, allow-listed variables, a time limit. */
export interface Resolvers {
  /**
   * The texts as the project's formatter writes a file of that path; `undefined` when none is configured there, it is not
   * installed or it fails. Nothing is written.
   */
  format(request: {
    readonly worktree: string;
    readonly path: string;
    readonly texts: readonly string[];
    readonly passEnv: readonly string[];
    readonly signal?: AbortSignal;
  }): Promise<{ readonly tool: string; readonly texts: readonly string[] } | undefined>;
  /** Runs the first command that ends well in a folder, where it writes its lock file. */
  regenerate(request: {
    readonly folder: string;
    readonly commands: readonly (readonly [file: string, ...args: string[]])[];
    readonly passEnv: readonly string[];
    readonly signal?: AbortSignal;
  }): Promise<{ readonly ok: true } | { readonly ok: false; readonly why: string }>;
}

// ---------------------------------------------------------------- pull requests

export interface PullRequestRequest {
  /** The branch that was pushed, and the one it asks to be merged into; names on the remote. */
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

/** Where pull requests are opened. Every refusal is a message for people. */
export interface PullRequests {
  /** Whether they can be opened at all: the program is there and signed in. */
  ready(): Promise<RemoteResult>;
  /** Opens one, or finds the open one of that branch. */
  open(request: PullRequestRequest): Promise<{ readonly ok: true; readonly url: string } | { readonly ok: false; readonly message: string }>;
  /** How one stands; `undefined` when that could not be found out. */
  state(url: string): Promise<{ readonly state: 'open' | 'merged' | 'closed'; readonly commit?: Sha } | undefined>;
}

// ---------------------------------------------------------------- the rest

export interface Prices {
  /** Dollars for one model's tokens, or `undefined` when the price is not known. Never 0 for unknown. */
  usd(agent: AgentId, usage: Usage): Promise<number | undefined>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once; returns a cancel function. */
  after(ms: number, act: () => void): () => void;
}

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string, cause?: unknown): void;
}

export interface Ids {
  /** A random nonce, at least 128 bits, hexadecimal. */
  nonce(): string;
  uuid(): string;
}

/** Text files in Switchyard's own folders (attempts, inbox). */
export interface Files {
  read(path: string): Promise<string | undefined>;
  /** By atomic rename, mode 0600. */
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  list(folder: string): Promise<readonly string[]>;
  /** Calls back after something changed in the folder (made if missing); returns a stop function. */
  watch(folder: string, changed: () => void): () => void;
}

/** What the person saved in this editor. Headless, nothing is known. */
export interface Saves {
  /** Whether a file (absolute path) was saved, made, renamed or deleted by the person's hand at or after a moment. */
  since(path: string, ms: number): boolean;
}

export interface BoundaryInput {
  readonly contract: Pick<Contract, 'owns' | 'offLimits'>;
  readonly changes: ChangeSet;
}
