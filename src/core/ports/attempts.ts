/** Attempts of agents: what the runner is given, and what it leaves in the attempt’s folder. */
import type { ActivityLine, AgentOutcome } from '../activity.js';
import type { AgentId, Role } from '../ids.js';
import type { AgentCommand } from './agents.js';
import type { CommandLine, ContainerRef } from './isolation.js';

/** `spec.json` in the attempt's folder: all that the runner needs. Holds no secret: only names of variables. */
export interface AttemptSpec {
  readonly v: 1;
  readonly run: string;
  /** The task's id, or `planner`. */
  readonly task: string;
  /** For the terminal's name and the transcript's head. */
  readonly title: string;
  readonly role: Role;
  readonly attempt: number;
  readonly agent: AgentId;
  readonly model?: string;
  readonly cwd: string;
  readonly folder: string;
  /** A small number that no other live agent or gate has; in the environment as `SWITCHYARD_SLOT`. */
  readonly slot?: number;
  /** Random; in the environment of every process of the attempt as `SWITCHYARD_NONCE`. */
  readonly nonce: string;
  readonly command: Omit<AgentCommand, 'files'>;
  /** Names that only the command's own program needs, e.g. a container engine's. */
  readonly enginePassEnv?: readonly string[];
  /** Run to their end before the command; when one fails, the agent is not started. */
  readonly before?: readonly CommandLine[];
  /** The agent runs in there. */
  readonly container?: ContainerRef;
  /** Every name the agent may inherit, common list and additions together. */
  readonly passEnv: readonly string[];
  readonly setEnv: Readonly<Record<string, string>>;
  readonly limits: {
    /** No output for so long: stopped as `silent`. */
    readonly idleMs: number;
    /** The whole attempt: stopped as `time-limit`. */
    readonly totalMs: number;
    /** Stop when the CLI's own running total passes it. */
    readonly usd?: number;
  };
}

/** How an attempt ended: `exit.json`, written by atomic rename as the runner's last act. */
export interface ExitRecord {
  readonly v: 1;
  readonly nonce: string;
  /** Absent in records of before it was kept. */
  readonly role?: Role;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** `exited` is the CLI's own end; the others are the runner's doing. */
  readonly ended: 'exited' | 'stopped' | 'idle' | 'time-limit' | 'budget' | 'not-started';
  /** With `reason` already set for the runner's own stops (`silent`, `time-limit`, `budget`, `stopped`). */
  readonly outcome: AgentOutcome;
}

/** `claim.json`, created exclusively by the runner that really starts the agent. */
export interface Claim {
  readonly v: 1;
  readonly nonce: string;
  /** The runner. */
  readonly pid: number;
  /** The operating system's own notion of when that pid started; equal strings mean the same process. */
  readonly startTime: string;
  /** The agent CLI, once it runs. */
  readonly agentPid?: number;
  /** Removed when the runner cannot do it any more. */
  readonly container?: ContainerRef;
  /** Where the runner listens (unix socket or named pipe); a closed connection means that it is gone. */
  readonly socket: string;
}

export type AttemptEnd =
  | { readonly kind: 'exit'; readonly record: ExitRecord }
  /** The runner is gone and left no exit record: killed, or the machine went down. */
  | { readonly kind: 'lost' };

export interface RunningAttempt {
  readonly folder: string;
  /** The runner's pid; a terminal is matched by it. */
  readonly pid: number;
  /** Resolves once, when the attempt is over and none of its processes is left. */
  readonly ended: Promise<AttemptEnd>;
  /** Stops the whole process tree; resolves when nothing of it is left. */
  stop(): Promise<void>;
}

export interface Runners {
  /** Writes the spec and files and starts the runner; resolves when the claim is made. */
  start(spec: AttemptSpec, files: Readonly<Record<string, string>>): Promise<RunningAttempt>;
  /** Finds an attempt again after a restart; `undefined` when it was never claimed. */
  adopt(folder: string): Promise<RunningAttempt | undefined>;
}

/** What agents said and did, by the folders of their attempts. */
export interface Activities {
  /** Every complete line after a sequence number; none when there is no such file yet. */
  read(folder: string, afterSeq: number): Promise<readonly ActivityLine[]>;
  /** First the lines that are there, then each as it is written, several together when they come fast. Returns a stop function. */
  follow(folder: string, onLines: (lines: readonly ActivityLine[]) => void, fromSeq?: number): () => void;
  /**
   * Somebody looks at this attempt now, or at none: its lines are brought with more haste than those of others. Each of the two
   * looks at one attempt at a time.
   */
  watch(folder: string | undefined, by: Onlooker): void;
}

/** A page that shows what the agent does, or a person who has its terminal before them. */
export type Onlooker = 'page' | 'terminal';
