/** How the composition root opens a repository's engine; the only door between this folder and the world. */
import type { AgentId } from '../core/ids.js';
import type { Log, RepositoryProblem, Saves } from '../core/ports.js';
import type { Session } from '../engine/api.js';

export interface OpenRequest {
  /** Absolute path of a workspace folder. */
  readonly directory: string;
  readonly executables: Partial<Record<AgentId, string>>;
  /** Where worktrees go; a sibling folder of the repository when absent. */
  readonly worktreesFolder?: string;
  readonly log: Log;
  /** What the person saved in this window. */
  readonly saves: Saves;
}

export type Opened = { readonly ok: true; readonly session: Session } | { readonly ok: false; readonly reason: RepositoryProblem; readonly message: string };

export type OpenRepository = (request: OpenRequest) => Promise<Opened>;
