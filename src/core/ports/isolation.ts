/** Commands in a sandbox or in a container. */
import type { AgentId } from '../ids.js';

/** A program and its words: never a shell string. */
export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
}

/** What a container is made from. Without an image: the repository's own dev container. */
export interface ContainerChoice {
  /** The first that is found when absent. */
  readonly engine?: 'podman' | 'docker';
  readonly image?: string;
  /** `devcontainer.json` as it is at the run's base, never as an agent left it: parts of it would run on this machine. */
  readonly devcontainer?: { readonly path: string; readonly text: string };
}

/** What an isolated command may write beside caches: its worktree, its attempt's temporary folder, its agent's own state. */
export interface IsolationRequest {
  readonly level: 'sandbox' | 'container';
  readonly cwd: string;
  /** The worktree, when the command runs in a folder of it. */
  readonly worktree?: string;
  readonly commonDir: string;
  /** A temporary folder is made in it. */
  readonly folder: string;
  readonly network: boolean;
  /** Whose state may be written; none for gates. */
  readonly agent?: AgentId;
  /** The worktree may only be read. */
  readonly readOnly?: true;
  readonly container?: ContainerChoice;
}

/** Which containers belong to a command: those of this engine that carry the nonce as a label. */
export interface ContainerRef {
  /** The engine's program. */
  readonly engine: string;
  readonly nonce: string;
}

export interface IsolatedCommand extends CommandLine {
  readonly setEnv: Readonly<Record<string, string>>;
  /** Run to their end before it; when one fails, it is not started. */
  readonly before?: readonly CommandLine[];
  /** Names that the engine's own program needs of this machine. They do not reach the command inside. */
  readonly passEnv?: readonly string[];
  /** What has to be removed after it. */
  readonly container?: ContainerRef;
}

/** What is to be put inside. */
export interface OpenCommand extends CommandLine {
  readonly nonce: string;
  /** Names of the variables that it may inherit; a trailing `*` is a prefix. */
  readonly variables: readonly string[];
  /** Names of variables that it is given values for. */
  readonly fixed?: readonly string[];
  /** It reads standard input. */
  readonly stdin?: boolean;
  /** Files of this machine that it needs. */
  readonly reads?: readonly string[];
}

export interface Isolation {
  /** Why there is no such sandbox or container on this machine, and how to get one; `undefined` when there is. */
  problem(request: Pick<IsolationRequest, 'level' | 'container'>): Promise<string | undefined>;
  /** The id of the image whose programs are inside a container; `undefined` where this machine's are, or nobody can tell. */
  image(request: Pick<IsolationRequest, 'level' | 'container'>): Promise<string | undefined>;
  /** The command inside. Rejects with that problem: never silently weaker. */
  wrap(command: OpenCommand, request: IsolationRequest): Promise<IsolatedCommand>;
}
