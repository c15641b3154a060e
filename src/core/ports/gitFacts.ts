/** What git tells the engine: repositories, changes, conflicts, results. Paths are repository paths unless they say absolute. */
import type { Contract } from '../plan.js';

/** A full hexadecimal git object id. */
export type Sha = string;

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

/** What a conflicting path becomes; without a side it is removed. */
export interface KeptPath {
  readonly path: string;
  readonly side?: ConflictSide;
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

/** What is known about a backup beside its name. */
export interface BackupFacts {
  /** Bytes on disk that only it holds. */
  readonly bytes: number;
  /** All its content is on the base by now. What is in doubt is not. */
  readonly landed: boolean;
  /** Milliseconds since the epoch; absent for backups of earlier versions, whose commit has about that time. */
  readonly savedAt?: number;
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

export interface BoundaryInput {
  readonly contract: Pick<Contract, 'owns' | 'offLimits'>;
  readonly changes: ChangeSet;
}
