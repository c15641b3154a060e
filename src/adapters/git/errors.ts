/** What can go wrong with git, as errors that carry a `reason` for code and a message for people. */
import type { RepositoryProblem } from '../../core/ports.js';

/** The repository cannot be used at all; `openRepository` throws it. */
export class GitProblem extends Error {
  override readonly name = 'GitProblem';

  constructor(
    readonly reason: RepositoryProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  static is(error: unknown, reason?: RepositoryProblem): error is GitProblem {
    return error instanceof GitProblem && (reason === undefined || error.reason === reason);
  }
}

export type WorktreeReason =
  /** Something that is not ours is at the path. */
  | 'path-taken'
  /** The folder is no worktree of this repository (any more). */
  | 'not-a-worktree'
  /** Git settings of the worktree were turned against it, e.g. `core.worktree`. */
  | 'tampered'
  /** The worktree is not on the branch it was made for. */
  | 'wrong-branch'
  /** The branch exists and does not contain the commit it should start from. */
  | 'branch-elsewhere'
  | 'unknown-base'
  | 'signing'
  | 'time-limit'
  /** The person locked it with `git worktree lock`. */
  | 'locked'
  | 'backup-name'
  | 'not-empty';

/** One worktree or one act is refused; nothing was changed unless the message says so. */
export class WorktreeProblem extends Error {
  override readonly name = 'WorktreeProblem';

  constructor(
    readonly reason: WorktreeReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  static is(error: unknown, reason?: WorktreeReason): error is WorktreeProblem {
    return error instanceof WorktreeProblem && (reason === undefined || error.reason === reason);
  }
}

/** Git itself failed in a way nobody designed for: the command and what it said. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure';

  constructor(
    readonly args: readonly string[],
    readonly exitCode: number | undefined,
    readonly stderr: string,
  ) {
    super(`git ${subcommand(args)} failed${exitCode === undefined ? '' : ` with exit code ${exitCode}`}: ${lastWords(stderr)}`);
  }

  static is(error: unknown): error is GitFailure {
    return error instanceof GitFailure;
  }
}

/** The subcommand without the `-c` settings that every call carries. */
function subcommand(args: readonly string[]): string {
  return args[0] ?? '';
}

/** The end of git's own words, short enough for a message. */
export function lastWords(stderr: string): string {
  const text = stderr.trim();
  return text === '' ? 'it said nothing' : text.slice(-2000);
}
