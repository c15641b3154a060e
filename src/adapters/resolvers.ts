/** The project's own tools for conflicts: its package managers and its formatter, by argument vector, with a time limit. */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Isolation, IsolationRequest, Resolvers } from '../core/ports.js';
import type { Formatter } from '../core/resolutions.js';
import { formattersOf } from '../core/resolutions.js';
import { readBounded } from './disk.js';
import { COMMON_ENVIRONMENT, pickEnvironment } from './environment.js';
import { removeContainers } from './isolation/containers.js';
import { putInside, type Insider } from './isolation/inside.js';
import { stopTree } from './process.js';

/** A formatter answers in a second or two; a package manager may have to ask a registry about everything. */
const FORMAT_MS = 30_000;
const LOCK_MS = 180_000;
const MOST_OUTPUT = 64 * 1024 * 1024;
const LAST_WORDS = 2_000;

interface Ran {
  readonly code: number | null;
  readonly stdout: Buffer;
  /** The end of what it said on either stream. */
  readonly words: string;
}

interface Start {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly nonce: string;
  readonly input?: string;
  readonly timeoutMs: number;
  readonly isolation?: IsolationRequest | undefined;
  readonly signal?: AbortSignal;
}

/** `undefined`: there is no such program. Its whole process tree is gone when this resolves. */
async function run(start: Start, insider: Insider): Promise<Ran | undefined> {
  const inside = await putInside(insider, { file: start.file, args: start.args, nonce: start.nonce, stdin: start.input !== undefined }, start.isolation, { ...start.env, SWITCHYARD_NONCE: start.nonce }, start.signal);
  // npm installs tools as `.cmd` files there, which only a shell's rules can start; cross-spawn knows them.
  const begin = process.platform === 'win32' ? (await import('cross-spawn')).default : spawn;
  const child = begin(inside.file, [...inside.args], { cwd: start.cwd, env: inside.env, stdio: [start.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], windowsHide: true, detached: process.platform !== 'win32' });
  const output: Buffer[] = [];
  let size = 0;
  let words = '';
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    stopping ??= stopTree(child.pid, start.nonce, { from: 'SIGTERM' }).catch(() => undefined);
  };
  const hear = (chunk: Buffer): void => {
    words = (words + chunk.toString('utf8')).slice(-LAST_WORDS);
  };
  child.stdout?.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MOST_OUTPUT) stop();
    else output.push(chunk);
    hear(chunk);
  });
  child.stderr?.on('data', hear);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(start.input);
  const timer = setTimeout(stop, start.timeoutMs);
  start.signal?.addEventListener('abort', stop, { once: true });
  if (start.signal?.aborted === true) stop();
  try {
    const code = await new Promise<number | null | undefined>((resolve) => {
      child.once('error', () => resolve(undefined));
      child.once('close', (status) => resolve(status));
    });
    // Engines and sandboxes start, whatever they are to start.
    if (code === undefined || (start.isolation !== undefined && code === 127)) return undefined;
    const cutShort = stopping !== undefined;
    await (stopping ?? stopTree(undefined, start.nonce, { from: 'SIGTERM', newerThan: (child.pid ?? 1) - 1 }));
    return { code: cutShort ? null : code, stdout: Buffer.concat(output), words };
  } finally {
    if (inside.container !== undefined) await removeContainers(inside.container, insider.environment);
    clearTimeout(timer);
    start.signal?.removeEventListener('abort', stop);
  }
}

/** From the file's folder up to the worktree's root. */
function foldersOf(worktree: string, path: string): readonly string[] {
  const folders: string[] = [];
  for (let at = dirname(path); at !== '.' && at !== '/'; at = dirname(at)) folders.push(join(worktree, at));
  return [...folders, worktree];
}

async function isConfigured(formatter: Formatter, folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) {
    for (const { name, holds } of formatter.configured) {
      const found = await readBounded(join(folder, name), 5_000_000);
      if (found !== undefined && 'bytes' in found && (holds === undefined || holds.test(found.bytes.toString('utf8')))) return true;
    }
  }
  return false;
}

/** The project's own copy before the machine's. */
async function programOf(tool: string, folders: readonly string[]): Promise<string> {
  const name = process.platform === 'win32' ? `${tool}.cmd` : tool;
  for (const folder of folders) {
    const file = join(folder, 'node_modules', '.bin', name);
    if (await access(file, constants.X_OK).then(() => true, () => false)) return file;
  }
  return tool;
}

/** Tools see the same variables as a gate, without `CI`: it makes package managers refuse to write lock files. */
export function createResolvers(options: { readonly environment: Readonly<Record<string, string | undefined>>; readonly nonce: () => string; readonly isolation?: Isolation }): Resolvers {
  const insider = { isolation: options.isolation, environment: options.environment };
  const environment = (pass: readonly string[]): Record<string, string> => pickEnvironment(options.environment, [...COMMON_ENVIRONMENT, ...pass]);
  const formatWith = async (formatter: Formatter, file: string, { worktree, path, passEnv, isolation, signal }: Parameters<Resolvers['format']>[0], text: string): Promise<string | undefined> => {
    let present = text;
    for (const args of formatter.arguments(path)) {
      const ran = await run({ file, args, cwd: worktree, env: environment(passEnv), nonce: options.nonce(), input: present, timeoutMs: FORMAT_MS, isolation, ...(signal !== undefined && { signal }) }, insider);
      if (ran?.code !== 0) return undefined;
      present = ran.stdout.toString('utf8');
      // A tool that ignores its input would empty the file.
      if (present.trim() === '' && text.trim() !== '') return undefined;
    }
    return present;
  };
  return {
    format: async (request) => {
      const folders = foldersOf(request.worktree, request.path);
      for (const formatter of formattersOf(request.path)) {
        if (!(await isConfigured(formatter, folders))) continue;
        const file = await programOf(formatter.tool, folders);
        const texts: string[] = [];
        for (const text of request.texts) {
          const formatted = await formatWith(formatter, file, request, text);
          if (formatted === undefined) break;
          texts.push(formatted);
        }
        if (texts.length === request.texts.length) return { tool: formatter.tool, texts };
      }
      return undefined;
    },
    regenerate: async ({ folder, commands, passEnv, isolation, signal }) => {
      let why = 'it was not found';
      for (const [file, ...args] of commands) {
        const ran = await run({ file, args, cwd: folder, env: environment(passEnv), nonce: options.nonce(), timeoutMs: LOCK_MS, isolation, ...(signal !== undefined && { signal }) }, insider);
        if (ran?.code === 0) return { ok: true };
        if (ran !== undefined) why = ran.words.trim().split('\n').at(-1) ?? 'it failed';
      }
      return { ok: false, why };
    },
  };
}
