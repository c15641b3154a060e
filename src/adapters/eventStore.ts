/**
 * The append-only log: one JSON value per line. A batch is on the disk when its `append` resolves. One writer; any
 * number of followers.
 */
import { constants } from 'node:fs';
import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PRIVATE_FILE, PRIVATE_FOLDER } from './disk.js';
import { followLines } from './follow.js';

export type LogProblem = 'bad-line' | 'disk-full' | 'write-failed' | 'closed';

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

/** `undefined` when some line is not exactly one JSON value. */
function parseTogether(lines: readonly string[]): unknown[] | undefined {
  try {
    const events = JSON.parse(`[${lines.join(',')}]`) as unknown[];
    return events.length === lines.length ? events : undefined;
  } catch {
    return undefined;
  }
}

export interface EventLog {
  /** What was in the log when it was opened. */
  readonly events: readonly unknown[];
  /** A last line that a crash cut short; it has been removed from the file. */
  readonly torn?: string;
  /**
   * Adds lines, in the order of the calls. Calls that come while the disk is busy are written together. Rejects with
   * `LogError`; then none of the batch is in the file, and a later `append` may work again.
   */
  append(lines: readonly object[]): Promise<void>;
  /** Waits for appends under way. */
  close(): Promise<void>;
}

/** The writes of a log, apart so that faults of a disk can be tested. */
export interface LogFile {
  /** Writes all of the bytes at the position. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

function realFile(handle: FileHandle): LogFile {
  return {
    write: async (bytes, position) => {
      for (let done = 0; done < bytes.length; ) {
        done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
      }
    },
    datasync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
}

/** Complete lines. All at once, because a long log opens in half the time; what fails so is looked at line by line. */
function parseLines(file: string, text: string): unknown[] {
  const lines = text.split('\n');
  lines.pop();
  const together = parseTogether(lines);
  if (together !== undefined) return together;
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as unknown;
    } catch (cause) {
      const where = `line ${index + 1} of ${file}`;
      throw new LogError('bad-line', `Could not read ${where}: it is not JSON. Nothing was changed.`, index + 1, cause);
    }
  });
}

function failure(file: string, cause: unknown): LogError {
  const full = ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? '');
  return full
    ? new LogError('disk-full', `Could not write ${file}: the disk is full. What was written before is safe; free some space and go on.`, undefined, cause)
    : new LogError('write-failed', `Could not write ${file}: ${(cause as Error).message}. What was written before is safe.`, undefined, cause);
}

async function readBytes(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
}

/** All that is in a log now, without a last line that is not complete; empty when there is no such file. Changes nothing. */
export async function readLog(file: string): Promise<readonly unknown[]> {
  const bytes = await readBytes(file);
  return parseLines(file, bytes.toString('utf8', 0, bytes.lastIndexOf(0x0a) + 1));
}

/** Every line that can be read, and the numbers (1-based) of those that cannot, a torn last one included. Changes nothing. */
export async function readableLines(file: string): Promise<{ readonly events: readonly unknown[]; readonly bad: readonly number[] }> {
  const lines = (await readBytes(file)).toString('utf8').split('\n');
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

/** Opens a log for writing, made if missing. Throws `LogError` `bad-line` for anything but a torn last line. */
export async function openLog(file: string, wrap: (real: LogFile) => LogFile = (real) => real): Promise<EventLog> {
  await mkdir(dirname(file), { recursive: true, mode: PRIVATE_FOLDER });
  const bytes = await readBytes(file);
  const good = bytes.lastIndexOf(0x0a) + 1;
  const events = parseLines(file, bytes.toString('utf8', 0, good));
  // Not append mode: positions are ours, so that a failed batch can be overwritten.
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT, PRIVATE_FILE);
  const disk = wrap(realFile(handle));
  if (good < bytes.length) await disk.truncate(good);
  const torn = bytes.toString('utf8', good);
  return { events, ...(torn === '' ? {} : { torn }), ...appender(file, disk, good) };
}

interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: LogError) => void;
}

/** Group commit: while one batch is on its way to the disk the next one gathers. */
function appender(file: string, disk: LogFile, start: number): Pick<EventLog, 'append' | 'close'> {
  let end = start;
  let waiting: Waiting[] = [];
  let working: Promise<void> | undefined;
  let closed = false;
  /** Bytes of a failed batch may lie behind `end`; they must go before anything else is written. */
  let dirty = false;

  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    const bytes = Buffer.from(batch.map(({ text }) => text).join(''));
    try {
      if (dirty) await disk.truncate(end);
      dirty = true;
      await disk.write(bytes, end);
      await disk.datasync();
      dirty = false;
      end += bytes.length;
      for (const one of batch) one.resolve();
    } catch (cause) {
      await disk.truncate(end).then(() => (dirty = false), () => undefined);
      // What came after it in order must not stand in the file without it: a log with a gap can never be read again.
      const later = waiting;
      waiting = [];
      for (const one of [...batch, ...later]) one.reject(failure(file, cause));
    }
  };
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await commit(batch);
    }
    working = undefined;
  };
  return {
    append: (lines) => {
      if (closed) return Promise.reject(new LogError('closed', `The log ${file} is closed.`));
      if (lines.length === 0) return working ?? Promise.resolve();
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      return new Promise((resolve, reject) => {
        waiting.push({ text, resolve, reject });
        // After this turn, so that appends of one moment share one write.
        working ??= Promise.resolve().then(work);
      });
    },
    close: async () => {
      closed = true;
      await working;
      await disk.close();
    },
  };
}

/**
 * Follows a log without writing: first everything that is in it, then what is added. A line that is not complete yet is
 * waited for; one that is not JSON goes to `failed`. Returns a stop function.
 */
export function followLog(
  file: string,
  onEvents: (events: readonly unknown[]) => void,
  failed: (error: unknown) => void,
): () => void {
  let seen = 0;
  return followLines(
    file,
    0,
    (lines) => {
      try {
        const events = parseLines(file, `${lines.join('\n')}\n`);
        seen += lines.length;
        onEvents(events);
      } catch (error) {
        failed(error instanceof LogError && error.line !== undefined ? new LogError(error.reason, error.message, error.line + seen, error) : error);
      }
    },
    failed,
  );
}
