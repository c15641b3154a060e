/** One repository, as the engine uses it. */
import type { IgnoredFile } from '../ignoredFiles.js';
import type { Forecaster } from './forecast.js';
import type {
  AdvanceResult, Author, BackupFacts, ChangeSet, CommitResult, CommitTreeResult, Conflict, FileDiff, KeptPath, LockFiles, PathCommit,
  RemoteResult, RepositoryFacts, Sha, TreeFile, UpdateResult, Upstream, WorktreeRequest,
} from './gitFacts.js';
import type { Strays } from './strays.js';

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
  /**
   * A file's text at a commit, or `undefined` when it is not there. One that is too large to be a text (20 MB) is not read:
   * `instead` says what stands for it, by its size in bytes.
   */
  readFile(commit: Sha, path: string, instead?: (bytes: number) => string): Promise<string | undefined>;

  /** Idempotent: an existing worktree of that branch at that path is kept as it is. Copies `.worktreeinclude` files. */
  addWorktree(request: WorktreeRequest): Promise<void>;
  /** Whether git ignores that path there, also while it does not exist; a folder ends with `/`. */
  ignores(worktree: string, path: string): Promise<boolean>;
  /** Whether the folder is a usable worktree of this repository. */
  worktreeExists(path: string): Promise<boolean>;
  /** Commits everything that is not ignored, through `git commit` so that the person's hooks run. */
  commitAll(worktree: string, message: string, author: Author): Promise<CommitResult | { readonly hookFailed: string }>;
  head(worktree: string): Promise<{ readonly commit: Sha; readonly tree: Sha }>;
  /** Tracked paths that differ from HEAD, and untracked ones when asked for. */
  dirty(worktree: string, untracked: boolean): Promise<readonly string[]>;
  /** Everything between `base` and the worktree's present content. Unknown base or unreadable worktree throws. */
  changes(worktree: string, base: Sha): Promise<ChangeSet>;
  /** When ignored files (as `changes` lists them) came to be and were last changed. */
  ignoredTimes(worktree: string, paths: readonly string[]): Promise<readonly IgnoredFile[]>;
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
  /** Writes one side of conflicting paths into a worktree's files and index, or removes them; the branch does not move. Rejects for what is no file. */
  keepSides(worktree: string, kept: readonly KeptPath[]): Promise<void>;
  /** Paths of a conflict that at `commit` still are as it was laid out, or as a merge editor that nobody used would save them. */
  undecided(conflict: Conflict, commit: Sha): Promise<readonly string[]>;
  /** Records that the worktree's last commit resolves a merge with `base`: a merge commit with the same tree. */
  concludeMerge(worktree: string, base: Sha, message: string): Promise<CommitTreeResult>;
  /** An object's text; `undefined` when it is not there, no UTF-8, or too large to be a text (20 MB). */
  readBlob(id: Sha): Promise<string | undefined>;
  /** The three-way merge of three texts; `undefined` when they conflict. */
  mergeTexts(base: string, ours: string, theirs: string): Promise<string | undefined>;
  /** A tree with some of its files replaced. */
  treeWith(tree: Sha, files: readonly TreeFile[]): Promise<Sha>;
  /** Takes a task's worktree and branch back to an earlier commit, untracked files included; save it before. Ignored files stay. Idempotent. */
  goBack(worktree: string, to: Sha): Promise<void>;
  /** Fast-forwards a task's worktree to a descendant of its commit; changes nothing where a file is in the way. */
  forward(worktree: string, to: Sha): Promise<UpdateResult>;
  /** The last commits (at most 20, newest first) of `to` that are not in `from` and touch one of the paths. */
  commitsTouching(from: Sha, to: Sha, paths: readonly string[]): Promise<readonly PathCommit[]>;
  /** Paths whose content at `commit` holds conflict markers that were not there at `base`. */
  newMarkers(base: Sha, commit: Sha): Promise<readonly string[]>;
  diffFiles(from: Sha, to: Sha): Promise<readonly FileDiff[]>;
  /** Unified diff of two commits, of one path (then its first 4 MB, which it says) or of all. */
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
  /** How much only this backup holds, and whether all of it is on the base by now (`base`: its commit). Several processes. */
  backupFacts(ref: string, base: Sha | undefined): Promise<BackupFacts>;
  /** Bytes on disk of all that only these backups hold. */
  backupBytes(refs: readonly string[]): Promise<number>;
  /** Forgets a backup that still is at that commit; true when it is gone. git frees its bytes in its own time. */
  removeBackup(ref: string, commit: Sha): Promise<boolean>;
  /** Writes a backup's files into a folder that does not exist yet or is empty. Rejects with a message for people. */
  restoreBackup(ref: string, into: string): Promise<{ readonly ref: string; readonly commit: Sha }>;
  /** The tree of a merge, or the paths that conflict; moves and writes no ref. */
  mergedTree(ours: Sha, theirs: Sha): Promise<{ readonly ok: true; readonly tree: Sha } | { readonly ok: false; readonly paths: readonly string[] }>;
  /** The tree of `tip` without what changed between two commits, or the paths that conflict; moves and writes no ref. */
  treeWithout(tip: Sha, before: Sha, after: Sha): Promise<{ readonly ok: true; readonly tree: Sha } | { readonly ok: false; readonly paths: readonly string[] }>;
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
  /** Resolves when the folders of removed worktrees are deleted, and their space is free. */
  deleted(): Promise<void>;
  /** Waits for background deletions; call before the process ends. */
  settled(): Promise<void>;
}
