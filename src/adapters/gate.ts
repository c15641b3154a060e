/**
 * Runs a contract's commands. Gate commands are command lines that people write, so this is the one place with a shell;
 * nothing is ever put into the line. The shell writes straight into the output file: order of both streams is kept,
 * no amount of output passes through our memory, and a crash of ours neither loses nor breaks anything.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CommandResult, ContainerRef, GateRequest, Gates, Isolation } from '../core/ports.js';
import { maskOf, secretValues } from '../core/secrets.js';
import { COMMON_ENVIRONMENT, pickEnvironment } from './environment.js';
import { exists, PRIVATE_FILE, PRIVATE_FOLDER, readText, removeFile, writeWhole } from './disk.js';
import { countTests, cutMiddle, maskOutput, OUTPUT_LIMITS, readTail, watchSize, type OutputLimits } from './gateOutput.js';
import { removeContainers } from './isolation/containers.js';
import { putInside, type Insider } from './isolation/inside.js';
import { letOthersFirst } from './politeness.js';
import { stopTree } from './process.js';

/** See `YOUNG_MS` of the runner. */
const YOUNG_MS = 10_000;

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

function shell(line: string): { readonly file: string; readonly args: readonly string[]; readonly verbatim: boolean } {
  // `/s` makes cmd take everything between the outer quotes as it stands.
  if (process.platform === 'win32') {
    return { file: process.env['ComSpec'] ?? 'cmd.exe', args: ['/d', '/s', '/c', `"${line}"`], verbatim: true };
  }
  return { file: '/bin/sh', args: ['-c', line], verbatim: false };
}

/**
 * What a gate sees: the allowed variables, `CI=true` (test runners then neither watch nor prompt nor colour by
 * guessing), its slot, and the mark by which everything it started is found again.
 */
export function gateEnvironment(request: Pick<GateRequest, 'passEnv' | 'slot' | 'nonce'>, own: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return {
    ...pickEnvironment(own, [...COMMON_ENVIRONMENT, ...request.passEnv]),
    CI: 'true',
    SWITCHYARD_SLOT: String(request.slot),
    SWITCHYARD_NONCE: request.nonce,
  };
}

function ending(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** Why a gate's shell was ended by us; the tree is gone when `ended` resolves. */
interface Guard {
  readonly timedOut: () => boolean;
  readonly overflowed: () => boolean;
  readonly stopped: () => Promise<void>;
  clear(): void;
}

function guard(child: ChildProcess, request: GateRequest, output: FileHandle, limits: OutputLimits): Guard {
  let timedOut = false;
  let overflowed = false;
  let stopping: Promise<void> = Promise.resolve();
  const end = (from: 'SIGINT' | 'SIGKILL'): void => {
    stopping = stopTree(child.pid, request.nonce, { from });
    stopping.catch(() => undefined);
  };
  const stop = (): void => end('SIGINT');
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, request.timeoutMs);
  request.signal?.addEventListener('abort', stop, { once: true });
  // Stopped while the command was being started: nobody will say so again.
  if (request.signal?.aborted === true) stop();
  const unwatch = watchSize(request.outputFile, output, limits.stop, () => {
    overflowed = true;
    // What is asked politely goes on printing for seconds.
    end('SIGKILL');
  });
  return {
    timedOut: () => timedOut,
    overflowed: () => overflowed,
    stopped: () => stopping,
    clear: () => {
      clearTimeout(timer);
      unwatch();
      request.signal?.removeEventListener('abort', stop);
    },
  };
}

/** The gate could not run at all: nothing is known about the work. */
export class GateError extends Error {
  readonly reason = 'not-run';
  static is(error: unknown): error is GateError {
    return error instanceof GateError;
  }
}

async function explain(cwd: string, cause: unknown): Promise<GateError> {
  const hasFolder = await exists(cwd);
  const why = hasFolder ? `the shell could not be started (${(cause as Error).message})` : `the worktree ${cwd} is not there`;
  return new GateError(`Could not run the gate: ${why}. Nothing was changed.`, { cause });
}

interface Ran {
  readonly pid: number | undefined;
  readonly result: CommandResult;
  readonly container?: ContainerRef;
}

async function runOne(line: string, request: GateRequest, env: Record<string, string>, output: FileHandle, limits: OutputLimits, insider: Insider): Promise<Ran> {
  await output.appendFile(`$ ${line}\n`);
  const from = (await output.stat()).size;
  const began = performance.now();
  const { verbatim, ...plain } = shell(line);
  const inside = await putInside(insider, { ...plain, nonce: request.nonce }, request.isolation, env, request.signal).catch((cause: unknown) => {
    throw new GateError((cause as Error).message, { cause });
  });
  if (inside.container !== undefined) await writeWhole(markOf(request), markWords(inside.container));
  const child = spawn(inside.file, [...inside.args], {
    cwd: request.cwd,
    env: inside.env,
    stdio: ['ignore', output.fd, output.fd],
    detached: process.platform !== 'win32',
    windowsHide: true,
    windowsVerbatimArguments: verbatim,
  });
  letOthersFirst(child.pid);
  const mask = maskOf(env);
  const watched = guard(child, request, output, limits);
  try {
    const { code, signal } = await ending(child).catch(async (cause: unknown) => {
      throw await explain(request.cwd, cause);
    });
    watched.clear();
    await watched.stopped();
    // A shell that traps the signal still exits with a code of its own.
    const killed = watched.timedOut() || watched.overflowed() || request.signal?.aborted === true;
    const ms = Math.round(performance.now() - began);
    const counted = await countTests(output, from, line);
    const result: CommandResult = {
      command: line,
      exitCode: killed ? null : code,
      ...(signal !== null && { signal }),
      ...(watched.timedOut() && { timedOut: true }),
      ...(watched.overflowed() && { overflowed: true }),
      ms,
      ...counted,
      tail: mask(await readTail(output, from)),
    };
    await cutMiddle(output, from, limits.keep);
    await maskOutput(output, from, secretValues(env));
    return { pid: child.pid, result, ...(inside.container !== undefined && { container: inside.container }) };
  } finally {
    watched.clear();
  }
}

/**
 * `<output file>.running` holds the nonce while a gate runs, and the engine of its container. A gate outlives our own end by a crash: whoever comes to the
 * same output file next ends it first, or two of them would work in one worktree.
 */
const markOf = (request: GateRequest): string => `${request.outputFile}.running`;

const markWords = ({ nonce, engine }: ContainerRef): string => `${nonce}\n${engine}`;

async function endLeftover(request: GateRequest, environment: Insider['environment']): Promise<void> {
  const [nonce, engine] = (await readText(markOf(request)))?.split('\n') ?? [];
  if (nonce === undefined) return;
  await stopTree(undefined, nonce, { from: 'SIGTERM' });
  if (engine !== undefined) await removeContainers({ nonce, engine }, environment);
  await removeFile(markOf(request));
}

/**
 * Gates of this machine. Rejects when the worktree or the output folder is not there; a command that cannot be found
 * is an ordinary failure (the shell exits 127). After the last command whatever the gate left running is ended.
 */
export function createGates(options: { readonly environment: Readonly<Record<string, string | undefined>>; readonly limits?: OutputLimits; readonly isolation?: Isolation }): Gates {
  const limits = options.limits ?? OUTPUT_LIMITS;
  return {
    run: async (request) => {
      await endLeftover(request, options.environment);
      if (request.commands.length === 0) return [];
      await mkdir(dirname(request.outputFile), { recursive: true, mode: PRIVATE_FOLDER });
      // Append mode, so that the shell and we never overwrite each other; emptied first, so that it is this gate's alone.
      const output = await open(request.outputFile, 'a+', PRIVATE_FILE);
      const env = gateEnvironment(request, options.environment);
      const began = performance.now();
      try {
        if (request.append === undefined) await output.truncate(0);
        else await output.appendFile(`\n… ${request.append} …\n`);
        await writeWhole(markOf(request), request.nonce);
        const results: CommandResult[] = [];
        let first: number | undefined;
        let inside: ContainerRef | undefined;
        for (const line of request.commands) {
          if (request.signal?.aborted === true) break;
          const { pid, result, container } = await runOne(line, request, env, output, limits, { isolation: options.isolation, environment: options.environment });
          first ??= pid;
          inside = container;
          results.push(result);
          if (result.exitCode !== 0) break;
        }
        const young = first !== undefined && performance.now() - began < YOUNG_MS ? { newerThan: first - 1 } : {};
        await stopTree(undefined, request.nonce, { from: 'SIGTERM', ...young });
        if (inside !== undefined) await removeContainers(inside, options.environment);
        await removeFile(markOf(request));
        return results;
      } finally {
        await output.close();
      }
    },
  };
}
