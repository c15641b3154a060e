/** Gate commands and the tools they name. */
import type { IsolationRequest } from './isolation.js';

export interface CommandResult {
  readonly command: string;
  /** `null` when it was killed. */
  readonly exitCode: number | null;
  readonly signal?: string;
  readonly timedOut?: true;
  /** It printed more than any log is worth and was stopped, before it filled the disk. */
  readonly overflowed?: true;
  readonly ms: number;
  /** The same command was red on the same tree before; this is its clean re-run. */
  readonly earlier?: Pick<CommandResult, 'exitCode' | 'signal' | 'ms' | 'tail'>;
  /** Tests that ran, as the runner's own summary says; absent: no runner was recognised, or it does not tell. */
  readonly tests?: number;
  /** Tests that failed by the runner's own summary, whatever the exit code says; absent: none. */
  readonly failures?: number;
  /** The last lines, for feedback (ANSI kept). The whole output is in the attempt's folder. */
  readonly tail: string;
}

export interface GateRequest {
  readonly cwd: string;
  readonly commands: readonly string[];
  /** The whole output goes here, with a header line per command. Of very much the beginning and the end are kept. */
  readonly outputFile: string;
  /** Goes on with what the file holds, for a re-run; the words say for which. */
  readonly append?: string;
  readonly slot: number;
  readonly passEnv: readonly string[];
  readonly timeoutMs: number;
  readonly nonce: string;
  /** In a sandbox or container; without one in the worktree only. */
  readonly isolation?: IsolationRequest;
  readonly signal?: AbortSignal;
}

export interface Gates {
  /** Runs the commands in order and stops at the first that fails. */
  run(request: GateRequest): Promise<readonly CommandResult[]>;
}

/** A program that a gate's commands name, as their shell would find it. */
export interface ToolVersion {
  readonly name: string;
  /** Absent: it is not there, or does not tell. */
  readonly version?: string;
  /**
   * The program's real path and when it was last changed, in milliseconds since the epoch: both equal, same program.
   * Absent where a version manager's shim decides by folder.
   */
  readonly path?: string;
  readonly modified?: number;
}

export interface Tools {
  /**
   * The tools that these command lines name. Each program is asked once; later only its file is looked at. `known` are
   * answers of an earlier session. Never rejects.
   */
  versions(commands: readonly string[], at: Pick<GateRequest, 'cwd' | 'passEnv' | 'isolation'>, known?: readonly ToolVersion[]): Promise<readonly ToolVersion[]>;
}
