/** The project’s own tools, for conflicts. */
import type { IsolationRequest } from './isolation.js';

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
    readonly isolation?: IsolationRequest;
    readonly signal?: AbortSignal;
  }): Promise<{ readonly tool: string; readonly texts: readonly string[] } | undefined>;
  /** Runs the first command that ends well in a folder, where it writes its lock file. */
  regenerate(request: {
    readonly folder: string;
    readonly commands: readonly (readonly [file: string, ...args: string[]])[];
    readonly passEnv: readonly string[];
    readonly isolation?: IsolationRequest;
    readonly signal?: AbortSignal;
  }): Promise<{ readonly ok: true } | { readonly ok: false; readonly why: string }>;
}
