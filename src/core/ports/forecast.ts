/** Which branches will conflict. */
import type { Sha } from './gitFacts.js';

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
