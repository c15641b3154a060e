/** The agent CLIs. */
import type { AgentOutcome } from '../activity.js';
import type { AgentId, Permissions, Role } from '../ids.js';
import type { Script } from '../plan.js';

export interface AgentStatus {
  readonly id: AgentId;
  readonly name: string;
  readonly found: boolean;
  readonly path?: string;
  /** Nothing is at this path, which the settings name. */
  readonly missingAt?: string;
  readonly version?: string;
  readonly signedIn: 'yes' | 'no' | 'unknown';
  /** Who pays: a subscription's figures are API-equivalents. */
  readonly account: 'subscription' | 'api-key' | 'none-needed' | 'unknown';
  /** Why it cannot be used, for people. */
  readonly problem?: string;
  /** How to install or sign in, for people; one command where there is one. */
  readonly hint?: string;
}

export interface StartRequest {
  readonly role: Role;
  readonly attempt: number;
  /** Where the agent works: the task's worktree. */
  readonly cwd: string;
  /** The attempt's folder; the adapter's files are written there before the start. */
  readonly folder: string;
  /** The repository's common git directory, which some CLIs must be told about. */
  readonly commonDir: string;
  readonly prompt: string;
  readonly model?: string;
  /** A UUID for CLIs that let the caller choose the session. */
  readonly newSession: string;
  /** Resume this session instead. */
  readonly resume?: string;
  readonly permissions: Permissions;
  /** A JSON schema that the answer must follow, for CLIs that can be told. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** For CLIs with a limit of their own. */
  readonly budgetUsd?: number;
  /** Only the scripted agent uses it. */
  readonly script?: Script;
  /** Only the scripted planner uses it: the goal as typed. */
  readonly goal?: string;
  /** It runs in a container, where this machine's programs are not: the CLI's bare name is started. */
  readonly contained?: true;
  /** Executable found by `detect`; the adapter's default name otherwise. */
  readonly executable?: string;
}

/** How to start a CLI: an argument vector (never a shell string) and the names of variables it may inherit. */
export interface AgentCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** What the CLI reads from standard input; none means `ignore`. */
  readonly stdin?: string;
  /** Fixed, harmless values (telemetry off and the like). Never a secret. */
  readonly setEnv: Readonly<Record<string, string>>;
  /** Names beyond the common allow-list that this CLI may inherit (its own key and base URL). */
  readonly passEnv: readonly string[];
  /** Files of this machine that a container must be given, beside the attempt's folder. */
  readonly reads?: readonly string[];
  /** Files to write into the attempt's folder before the start: name to content. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Reads one CLI's stream. A fresh one per attempt; it never throws on any input. */
export interface StreamParser {
  /** One line of standard output, without its newline. Unknown lines give an empty list. */
  line(text: string): readonly import('../activity.js').AgentEvent[];
  /** Standard error as it comes; most CLIs say nothing of use there. */
  stderr(text: string): readonly import('../activity.js').AgentEvent[];
  /** The verdict once the process is gone. */
  end(exit: { readonly code: number | null; readonly signal: string | null }): AgentOutcome;
}

/** One agent CLI: one file each implements this. */
export interface AgentAdapter {
  readonly id: AgentId;
  readonly name: string;
  /** How a person signs in: a command, or a sentence. */
  readonly signIn?: string;
  /** Can the CLI be told a JSON schema for its answer? */
  readonly answersBySchema: boolean;
  /** Can a finished session be resumed with feedback? */
  readonly resumes: boolean;
  detect(environment: Readonly<Record<string, string | undefined>>): Promise<AgentStatus>;
  command(request: StartRequest): AgentCommand;
  parser(): StreamParser;
  /** The interactive CLI on that session, for a person, in that directory; `undefined` for an agent that has none. */
  takeOver(session: string | undefined, request: { readonly cwd: string; readonly model?: string; readonly executable?: string }): AgentCommand | undefined;
}

export interface Agents {
  adapter(id: string): AgentAdapter | undefined;
  /** One agent; probing is cached. Unknown ids are `undefined`. */
  status(id: string): Promise<AgentStatus | undefined>;
  /** Every known agent; probing is cached until `refresh`. */
  detect(refresh?: boolean): Promise<readonly AgentStatus[]>;
}
