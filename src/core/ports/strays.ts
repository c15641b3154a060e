/** Watching over the person’s checkout while agents run. */
import type { Sha } from './gitFacts.js';

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
  /** Every ref and what it points at; `HEAD`: the full name of the branch that is checked out, or a commit. One git process. */
  refs(): Promise<ReadonlyMap<string, string>>;
  /** Saves commits under `refs/switchyard/backup/<name>` as parents of one, and a text as a file (mode 0600). */
  keepCommits(commits: readonly Sha[], name: string, file: string, text: string): Promise<{ readonly ref: string; readonly commit: Sha; readonly patch: string }>;
  /** The same change, where a person's own edit is in it too: it is not to be undone. */
  mixed(stray: Stray): Stray;
  /** Saves stray changes of one checkout under `refs/switchyard/backup/<name>` and as a patch file (mode 0600). */
  keep(strays: readonly Stray[], name: string, patch: string): Promise<{ readonly ref: string; readonly commit: Sha; readonly patch: string }>;
  /** Takes kept changes back where the file still is as it was kept. Idempotent. Returns what was left. */
  undo(root: string, ref: string): Promise<readonly LeftStray[]>;
  /** Applies kept changes to a worktree, all or none, then takes them back as `undo` does. */
  move(root: string, ref: string, worktree: string): Promise<{ readonly left: readonly LeftStray[] } | { readonly refused: string }>;
}
