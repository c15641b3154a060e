/** What every file of the git adapter works with: one opened repository. */
import type { Environment } from './env.js';
import type { Mutex } from './mutex.js';
import type { Objects } from './objects.js';
import type { RunGit } from './run.js';

export interface RepositoryOptions {
  /** Where the allow-listed variables come from. Default: `process.env`. */
  readonly environment?: Environment;
  /** Names of further variables that git and the person's hooks may inherit. */
  readonly passEnv?: readonly string[];
  /** The git program. Default: `git` from PATH. */
  readonly executable?: string;
  /** Time limit of one commit with the person's hooks, in milliseconds. Default: ten minutes. */
  readonly hookTimeoutMs?: number;
  /** Time limit of one signature, in milliseconds. Default: one minute. */
  readonly signTimeoutMs?: number;
  /** For what is not worth an error: a failing post-checkout hook, an ignored file that could not be copied. */
  readonly warn?: (message: string) => void;
}

export interface Repository {
  /** Real path of the root of the checkout that was opened. */
  readonly root: string;
  /** Real path of the common git directory. */
  readonly commonDir: string;
  readonly gitVersion: string;
  readonly env: Environment;
  readonly executable: string;
  readonly run: RunGit;
  readonly objects: Objects;
  /** Serialises adding, removing and pruning worktrees. */
  readonly mutex: Mutex;
  readonly hookTimeoutMs: number;
  readonly signTimeoutMs: number;
  readonly warn: (message: string) => void;
  /** Work that goes on in the background (deletions); `settled` waits for it. */
  readonly background: Set<Promise<void>>;
}
