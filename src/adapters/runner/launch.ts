/** How a runner's process comes to life: injected, because the editor starts it in a terminal. */
import { spawn } from 'node:child_process';
import type { AttemptSpec } from '../../core/ports.js';
import { CARRIED_CA } from '../environment.js';

/** What to start. `env` is to be added to the environment; `null` means that the variable must be absent. */
export interface RunnerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | null>>;
}

export interface Launched {
  /** Resolves, with a reason for people, when what was launched ended or never came up. Absent where nobody can tell. */
  readonly gone?: Promise<string>;
}

/** Starts a runner, in a terminal or without one; need not wait for it. */
export type Launcher = (spec: AttemptSpec, command: RunnerCommand) => Promise<Launched>;

export interface RunnerProgram {
  /** The Node that runs it; the editor's own program, which becomes one by `ELECTRON_RUN_AS_NODE`, on the desktop. */
  readonly node: string;
  /** `dist/runner.js`. */
  readonly runnerPath: string;
  /** What the launched process will inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The command line of one attempt's runner. */
export function runnerCommand({ node, runnerPath, environment }: RunnerProgram, folder: string): RunnerCommand {
  const certificates = environment['NODE_EXTRA_CA_CERTS'];
  return {
    file: node,
    args: [runnerPath, folder],
    env: {
      ...(certificates !== undefined && certificates !== '' && { NODE_EXTRA_CA_CERTS: null, [CARRIED_CA]: certificates }),
      ...(process.versions['electron'] !== undefined && { ELECTRON_RUN_AS_NODE: '1' }),
    },
  };
}

/** Adds to an environment; `null` removes. */
export function applied(
  env: Readonly<Record<string, string | undefined>>,
  changes: Readonly<Record<string, string | null>>,
): Record<string, string | undefined> {
  return { ...env, ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, value ?? undefined])) };
}

/** Starts one of our programs so that it outlives this process. */
export function startBehind({ node, environment }: Pick<RunnerProgram, 'node' | 'environment'>, args: readonly string[]): void {
  const env = { ...environment, ...(process.versions['electron'] !== undefined && { ELECTRON_RUN_AS_NODE: '1' }) };
  const child = spawn(node, [...args], { env, detached: true, stdio: 'ignore', windowsHide: true });
  child.on('error', () => undefined);
  child.unref();
}

/** Without a terminal: in a session of its own, so that neither Ctrl+C nor the end of this process reaches it. */
export function headlessLauncher(env: Readonly<Record<string, string | undefined>> = process.env): Launcher {
  return (_spec, command) => {
    const child = spawn(command.file, [...command.args, '--headless'], {
      env: applied(env, command.env),
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
    });
    const gone = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${String(code)}` : signal));
    });
    child.unref();
    return Promise.resolve({ gone });
  };
}
