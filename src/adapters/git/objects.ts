/**
 * Reads refs and objects through one long-lived `git cat-file --batch-command`: a tenth of a millisecond instead of a
 * process each, and a task asks about a dozen times. It answers for the whole repository, refs of other worktrees
 * included (`worktrees/<id>/HEAD`), and always from disk. It starts on the first question and ends after ten idle
 * seconds, so that nothing keeps the repository open.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Sha } from '../../core/ports.js';
import { GitFailure } from './errors.js';
import { isSha } from './names.js';

export interface GitObject {
  readonly id: Sha;
  readonly type: string;
  /** Bytes of the whole object. */
  readonly size: number;
  /** Empty where only the object's name was asked for. */
  readonly body: Buffer;
}

export interface Objects {
  /** The id a revision expression names (`refs/heads/x^{commit}`, `<id>^{tree}`), or `undefined`. */
  id(expression: string): Promise<Sha | undefined>;
  /** An object's size in bytes, without reading it, or `undefined`. */
  size(expression: string): Promise<number | undefined>;
  /** The whole object, or `undefined`. */
  read(expression: string): Promise<GitObject | undefined>;
  /** Ends the process; the next question starts another. */
  close(): Promise<void>;
}

interface Question {
  readonly text: string;
  readonly content: boolean;
  readonly resolve: (answer: GitObject | undefined) => void;
  readonly reject: (error: Error) => void;
}

const IDLE_MS = 10_000;

/** `gitDir` is the common directory; `env` is complete. */
export function openObjects(gitDir: string, env: Readonly<Record<string, string>>, executable = 'git'): Objects {
  let session: Session | undefined;
  const askOnce = (text: string, content: boolean): Promise<GitObject | undefined> => {
    if (session === undefined || session.over) session = startSession(gitDir, env, executable);
    return session.ask(text, content);
  };
  const ask = async (text: string, content: boolean): Promise<GitObject | undefined> => {
    // The protocol is one line per question.
    if (/[\n\0]/u.test(text)) return undefined;
    try {
      return await askOnce(text, content);
    } catch (error) {
      // Somebody killed it (the system, short of memory): asking once more changes nothing, and whoever asks may be in the middle of an act.
      if (error instanceof GitFailure && error.exitCode === undefined) return askOnce(text, content);
      throw error;
    }
  };
  return {
    id: async (expression) => (await ask(expression, false))?.id,
    size: async (expression) => (await ask(expression, false))?.size,
    read: (expression) => ask(expression, true),
    close: async () => {
      const open = session;
      session = undefined;
      await open?.end();
    },
  };
}

interface Session {
  readonly over: boolean;
  ask(text: string, content: boolean): Promise<GitObject | undefined>;
  end(): Promise<void>;
}

function startSession(gitDir: string, env: Readonly<Record<string, string>>, executable: string): Session {
  const child = spawn(executable, [`--git-dir=${gitDir}`, 'cat-file', '--batch-command'], { env, windowsHide: true, cwd: gitDir });
  const waiting: Question[] = [];
  let buffered: Buffer = Buffer.alloc(0);
  let chunks: Buffer[] = [];
  let missing = 0;
  let stderr = '';
  let over = false;
  let idle: NodeJS.Timeout | undefined;
  holdEventLoop(child, false);

  const end = (): void => {
    over = true;
    child.stdin.end();
  };
  const settle = (): void => {
    clearTimeout(idle);
    if (waiting.length > 0) return;
    holdEventLoop(child, false);
    idle = setTimeout(end, IDLE_MS);
    idle.unref();
  };
  const read = (chunk: Buffer): void => {
    chunks.push(chunk);
    missing -= chunk.length;
    // A large object arrives in many pieces; joining them once keeps this linear.
    if (missing > 0) return;
    buffered = Buffer.concat([buffered, ...chunks]);
    chunks = [];
    missing = 0;
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const answer = takeAnswer(buffered, next);
      if (answer === undefined) break;
      if ('missing' in answer) {
        missing = answer.missing;
        break;
      }
      buffered = buffered.subarray(answer.used);
      waiting.shift();
      next.resolve(answer.object);
    }
    settle();
  };
  const fail = (error: Error): void => {
    over = true;
    clearTimeout(idle);
    for (const question of waiting.splice(0)) question.reject(error);
  };
  child.stdout.on('data', read);
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-4000);
  });
  child.stdin.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      fail(error);
      resolve();
    });
    child.once('close', (code) => {
      fail(new GitFailure(['cat-file', '--batch-command'], code ?? undefined, stderr));
      resolve();
    });
  });
  return {
    get over() {
      return over;
    },
    ask: (text, content) =>
      new Promise((resolve, reject) => {
        clearTimeout(idle);
        holdEventLoop(child, true);
        waiting.push({ text, content, resolve, reject });
        child.stdin.write(`${content ? 'contents' : 'info'} ${text}\n`);
      }),
    end: async () => {
      // Whoever waits for the end must see it: an idle child alone would let the program leave first.
      holdEventLoop(child, true);
      end();
      await closed;
    },
  };
}

/** An idle reader must not keep the program alive; one that owes an answer must. */
function holdEventLoop(child: ChildProcessWithoutNullStreams, hold: boolean): void {
  for (const part of [child, child.stdout, child.stderr, child.stdin]) {
    const handle = part as unknown as { ref?: () => void; unref?: () => void };
    if (hold) handle.ref?.();
    else handle.unref?.();
  }
}

type Answer = { readonly object: GitObject | undefined; readonly used: number } | { readonly missing: number } | undefined;

/** `<id> <type> <size>\n` and, for contents, the body and a newline; `<question> missing` or `ambiguous` otherwise. */
function takeAnswer(buffer: Buffer, question: Question): Answer {
  const lineEnd = buffer.indexOf(10);
  if (lineEnd === -1) return undefined;
  const [id = '', type = '', size = ''] = buffer.subarray(0, lineEnd).toString('utf8').split(' ');
  if (!isSha(id) || !/^\d+$/u.test(size)) return { object: undefined, used: lineEnd + 1 };
  if (!question.content) return { object: { id, type, size: Number(size), body: Buffer.alloc(0) }, used: lineEnd + 1 };
  const end = lineEnd + 1 + Number(size);
  if (buffer.length < end + 1) return { missing: end + 1 - buffer.length };
  return { object: { id, type, size: Number(size), body: Buffer.from(buffer.subarray(lineEnd + 1, end)) }, used: end + 1 };
}
