/** Commands in a sandbox. */
import type { AgentId } from '../ids.js';

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
