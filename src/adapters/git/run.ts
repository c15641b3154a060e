/**
 * Runs git and tells the truth about its exit code. Argument vectors only; every call carries the settings below, so
 * that nothing in the repository's configuration starts a program or hides a file behind our back.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { type Environment, personEnvironment, readEnvironment } from './env.js';
import { GitFailure, WorktreeProblem } from './errors.js';

/**
 * Settings for every call, on the command line because that outranks every file. An agent can run `git config`; none
 * of these may then decide what we see. `core.fsmonitor` may name a program, the untracked cache may be stale by design.
 */
const SETTINGS: readonly string[] = settings([
  'core.trustctime=true',
  'core.checkStat=default',
  'core.ignoreStat=false',
  'core.quotePath=false',
  // What is `.git` to a colleague's file system must not land from this one.
  'core.protectHFS=true',
  'core.protectNTFS=true',
  'diff.autoRefreshIndex=true',
  // `union` here would take both sides of every conflict and call it merged; a path's own attribute still counts.
  'merge.default=text',
  'gc.auto=0',
  'maintenance.auto=false',
  'advice.addEmbeddedRepo=false',
]);
const NO_CACHES: readonly string[] = settings(['core.fsmonitor=false', 'core.untrackedCache=false']);

function settings(list: readonly string[]): readonly string[] {
  return list.flatMap((setting) => ['-c', setting]);
}

/** As durable as Switchyard's own log: what recovery relies on must survive a power cut. */
export const DURABLE: readonly string[] = ['-c', 'core.fsync=committed,reference'];

/** The same for many objects at once: one flush for all of them. */
export const DURABLE_BATCH: readonly string[] = [...DURABLE, '-c', 'core.fsyncMethod=batch'];

/** Landing and bookkeeping run no hooks. A path that cannot be a folder on any system. */
export const NO_HOOKS: readonly string[] = ['-c', `core.hooksPath=${process.platform === 'win32' ? 'NUL' : '/dev/null'}`];

export interface RunOptions {
  readonly cwd: string;
  /** Further `-c` settings or global options, before the subcommand. */
  readonly before?: readonly string[];
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are answers, not failures. Default: 0. `any` for all. */
  readonly ok?: readonly number[] | 'any';
  /** For writing in a person's checkout: their index keeps the caches that their own git has in it. */
  readonly keepCaches?: boolean;
  /** Of a longer answer only so many bytes are read, and git is ended: `cut` says so. For what somebody looks at. */
  readonly most?: number;
  /** The person's words and locks instead of ours: for what runs their hooks. */
  readonly asPerson?: boolean;
  /** Milliseconds after which git and everything it started is stopped; `WorktreeProblem` `time-limit`. */
  readonly timeoutMs?: number;
}

export interface GitOutput {
  readonly code: number;
  readonly stdout: Buffer;
  /** Both streams' text for people, standard error only where nothing else is said. */
  readonly stderr: string;
  /** There is more than was asked for by `most`. */
  readonly cut?: true;
}

export type RunGit = (args: readonly string[], options: RunOptions) => Promise<GitOutput>;

/** A runner on one environment. Failing to start git at all rejects with the system's error (`code: 'ENOENT'`). */
export function gitRunner(from: Environment, pass: readonly string[] = [], executable = 'git'): RunGit {
  const person = personEnvironment(from, pass);
  const read = readEnvironment(person);
  return async (args, options) => {
    const env = options.asPerson === true ? person : read;
    const argv = [...SETTINGS, ...(options.keepCaches === true ? [] : NO_CACHES), ...(options.before ?? []), ...args];
    const result = await start(executable, argv, { ...options, env: { ...env, ...options.env } });
    if (result.cut === true) return { code: 0, stdout: result.stdout, stderr: result.stderr, cut: true };
    if (result.code === undefined) throw new GitFailure(args, undefined, result.stderr);
    const ok = options.ok ?? [0];
    if (ok !== 'any' && !ok.includes(result.code)) throw new GitFailure(args, result.code, result.stderr);
    return { code: result.code, stdout: result.stdout, stderr: result.stderr };
  };
}

interface Ended {
  readonly code: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly cut?: true;
}

/**
 * node's own `spawn`: a task starts about fifteen gits, and a wrapper with more comfort costs each of them two to
 * three milliseconds of processor time.
 */
function start(file: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  const { timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
      // Its own group, so that a hook that hangs can be stopped together with what it started.
      detached: timeoutMs !== undefined && process.platform !== 'win32',
    });
    const output = collect(child.stdout);
    let cut = false;
    if (options.most !== undefined) stopAfter(child, options.most, () => (cut = true));
    const errors = collect(child.stderr);
    // git may end without having read everything; its exit code says what that means.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input);
    let passed = false;
    const dropPipes = (): void => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            passed = true;
            stopGroup(child.pid);
            // A survivor that holds the pipes must not hold us.
            dropPipes();
          }, timeoutMs);
    // A hook may leave a daemon behind that keeps the pipes open; git itself is done when it exits.
    if (timeoutMs !== undefined) child.once('exit', () => setTimeout(dropPipes, 1000).unref());
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      const stderr = Buffer.concat(errors).toString('utf8');
      if (passed) {
        const seconds = Math.round((timeoutMs ?? 0) / 1000);
        reject(new WorktreeProblem('time-limit', `git was stopped after ${seconds} s. ${stderr.trim().slice(-2000)}`.trim()));
      } else {
        const stdout = Buffer.concat(output);
        resolve({ code: code ?? undefined, stdout: cut ? stdout.subarray(0, options.most) : stdout, stderr, ...(cut && { cut: true as const }) });
      }
    });
  });
}

function collect(stream: NodeJS.ReadableStream | null): Buffer[] {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return chunks;
}

/** What git still has to say is not wanted: its pipe is closed, which ends it, and it is told so as well. */
function stopAfter(child: ChildProcess, most: number, cut: () => void): void {
  let size = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= most) return;
    cut();
    child.stdout?.destroy();
    child.kill();
  });
}

function stopGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/T', '/F', '/PID', String(pid)], { stdio: 'ignore', windowsHide: true }).once('error', () => undefined);
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
