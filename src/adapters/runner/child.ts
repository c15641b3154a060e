/** Starts the agent CLI: an argument vector, its own process group, an allow-listed environment. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { AttemptSpec } from '../../core/ports.js';
import { askProgram } from '../askProgram.js';
import { exists } from '../disk.js';
import { letOthersFirst } from '../politeness.js';
import { agentEnvironment } from './agentEnvironment.js';
import { tap, type Tap } from './tap.js';

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly pid: number;
  readonly stdout: Tap;
  readonly stderr: Tap;
  readonly exited: Promise<ChildExit>;
}

/** Why a CLI could not be started, for people. */
export class StartError extends Error {
  readonly reason = 'not-started';
  static is(error: unknown): error is StartError {
    return error instanceof StartError;
  }
}

async function explain(spec: AttemptSpec, cause: unknown): Promise<StartError> {
  const { file } = spec.command;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  // The system says ENOENT for a missing working directory too.
  const hasFolder = await exists(spec.cwd);
  if (!hasFolder) return new StartError(`The worktree ${spec.cwd} is not there. Nothing was started.`, { cause });
  if (code === 'ENOENT') return new StartError(`"${file}" was not found. Nothing was started; install it or choose another agent.`, { cause });
  return new StartError(`"${file}" could not be started (${code === '' ? (cause as Error).message : code}). Nothing was changed.`, { cause });
}

/** A dev container may have to be built first. */
const BEFORE_MS = 30 * 60_000;

/** What has to be there before the agent: a dev container. Rejects with the last line that it said. */
async function prepare(spec: AttemptSpec): Promise<void> {
  for (const { file, args } of spec.before ?? []) {
    const said = await askProgram(file, args, { env: agentEnvironment(spec, process.env), cwd: spec.cwd, timeoutMs: BEFORE_MS });
    if (said.failed) throw new Error(`The container could not be made: ${said.lastLine}. Nothing was changed; try it by hand, or name an image in the team file (container.image), then retry.`);
  }
}

async function launch(spec: AttemptSpec): Promise<ChildProcess> {
  const { file, args, stdin } = spec.command;
  // npm installs CLIs as `.cmd` files there, which only a shell's rules can start; cross-spawn knows them.
  const start = process.platform === 'win32' ? (await import('cross-spawn')).default : spawn;
  return start(file, [...args], {
    cwd: spec.cwd,
    env: agentEnvironment(spec, process.env),
    // A session of its own: Ctrl+C in the terminal reaches the runner only, and whoever stays behind can be told.
    detached: process.platform !== 'win32',
    windowsHide: true,
    // An open standard input makes some CLIs wait for ever.
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
}

/** Resolves when the CLI runs; throws `StartError` when it cannot be started. */
export async function startChild(spec: AttemptSpec): Promise<Child> {
  await prepare(spec);
  let child: ChildProcess;
  try {
    child = await launch(spec);
  } catch (cause) {
    throw await explain(spec, cause);
  }
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null) {
    const cause = await new Promise<unknown>((resolve) => child.once('error', resolve));
    throw await explain(spec, cause);
  }
  // Not the runner itself: it does little, and what it passes on is waited for by whoever watches the agent.
  letOthersFirst(pid);
  const exited = new Promise<ChildExit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  child.on('error', () => undefined);
  // A CLI that does not read its input to the end closes it under our hands.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(spec.command.stdin);
  return { pid, stdout: tap(stdout), stderr: tap(stderr), exited };
}
