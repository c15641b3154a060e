/**
 * Reads the append-only log: one JSON value per line. Each line is parsed and given away at once, so that a long log is
 * never in memory as a whole but for its bytes.
 */
import { open } from 'node:fs/promises';
import type { LogPlace } from '../core/ports.js';
import { followLines } from './follow.js';

export type LogProblem = 'bad-line' | 'other-log' | 'disk-full' | 'write-failed' | 'closed';

/** What is wrong with a log, for code (`reason`) and for people (the message). */
export class LogError extends Error {
  constructor(
    readonly reason: LogProblem,
    message: string,
    /** 1-based, for `bad-line`. */
    readonly line?: number,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
  static is(error: unknown, reason: LogProblem): error is LogError {
    return error instanceof LogError && error.reason === reason;
  }
}

export const NEWLINE = 0x0a;
export const START: LogPlace = { bytes: 0, lines: 0, last: '' };

/** `line` is 1-based. */
export type TakeEvent = (event: unknown, line: number) => void;

function parseLine(file: string, text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LogError('bad-line', `Could not read line ${line} of ${file}: it is not JSON. Nothing was changed.`, line, cause);
  }
}

/** Complete lines of `bytes`, which stand in the file from `from` on; gives the place behind the last. Throws `LogError` `bad-line`. */
export function takeLines(file: string, bytes: Buffer, from: LogPlace, take: TakeEvent): LogPlace {
  let { lines, last } = from;
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    lines += 1;
    last = bytes.toString('utf8', start, end);
    start = end + 1;
    take(parseLine(file, last, lines), lines);
  }
  return { bytes: from.bytes + start, lines, last };
}

/** The bytes of a file from an offset on; empty when there is no such file, or nothing there. One read: `readFile` takes a long log in many small ones. */
export async function bytesFrom(file: string, offset = 0): Promise<Buffer> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return Buffer.alloc(0);
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.allocUnsafe(Math.max(0, size - offset));
    let done = 0;
    for (let read = -1; done < bytes.length && read !== 0; done += read) read = (await handle.read(bytes, done, bytes.length - done, offset + done)).bytesRead;
    return bytes.subarray(0, done);
  } finally {
    await handle.close();
  }
}

/** What stands in the file behind a place. Throws `LogError` `other-log` when the line before it is not the one that was read. */
export async function bytesBehind(file: string, from: LogPlace): Promise<Buffer> {
  const before = Buffer.byteLength(from.last) + (from.lines === 0 ? 0 : 1);
  const bytes = await bytesFrom(file, from.bytes - before);
  if (before > 0 && bytes.toString('utf8', 0, before) !== `${from.last}\n`) throw new LogError('other-log', `The log ${file} has changed while it was read. Nothing was changed; try again.`);
  return bytes.subarray(before);
}

/**
 * Gives what is in a log now, from a place on, without a last line that is not complete; nothing when there is no such
 * file. Resolves with the place behind it. Changes nothing.
 */
export async function readLog(file: string, take: TakeEvent, from: LogPlace = START): Promise<LogPlace> {
  return takeLines(file, await bytesBehind(file, from), from, take);
}

/** Every line that can be read, and the numbers (1-based) of those that cannot, a torn last one included. Changes nothing. */
export async function readableLines(file: string): Promise<{ readonly events: readonly unknown[]; readonly bad: readonly number[] }> {
  const lines = (await bytesFrom(file)).toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const events: unknown[] = [];
  const bad: number[] = [];
  lines.forEach((line, at) => {
    try {
      events.push(JSON.parse(line) as unknown);
    } catch {
      bad.push(at + 1);
    }
  });
  return { events, bad };
}

/**
 * Follows a log without writing: everything behind a place, then what is added. A line that is not complete yet is
 * waited for; one that is not JSON goes to `failed`. Returns a stop function.
 */
export function followLog(
  file: string,
  from: LogPlace,
  onEvents: (events: readonly unknown[]) => void,
  failed: (error: unknown) => void,
): () => void {
  let seen = from.lines;
  return followLines(
    file,
    from.bytes,
    (lines) => {
      try {
        const events = lines.map((line, at) => parseLine(file, line, seen + at + 1));
        seen += lines.length;
        onEvents(events);
      } catch (error) {
        failed(error);
      }
    },
    failed,
  );
}
