/**
 * The append-only log: one JSON value per line. A batch is on the disk when its `append` resolves. One writer; any
 * number of followers.
 */
import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogPlace } from '../core/ports.js';
import { PRIVATE_FILE, PRIVATE_FOLDER } from './disk.js';
import { bytesBehind, LogError, START, takeLines } from './logLines.js';

export interface EventLog {
  /** What was in the log behind the given place when it was opened. */
  readonly events: readonly unknown[];
  /** A last line that a crash cut short; it has been removed from the file. */
  readonly torn?: string;
  /**
   * Adds lines, in the order of the calls. Calls that come while the disk is busy are written together. Rejects with
   * `LogError`; then none of the batch is in the file, and a later `append` may work again.
   */
  append(lines: readonly object[]): Promise<void>;
  /** Behind the last line that is safely on the disk. */
  readonly end: LogPlace;
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

function failure(file: string, cause: unknown): LogError {
  const full = ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? '');
  return full
    ? new LogError('disk-full', `Could not write ${file}: the disk is full. What was written before is safe; free some space and go on.`, undefined, cause)
    : new LogError('write-failed', `Could not write ${file}: ${(cause as Error).message}. What was written before is safe.`, undefined, cause);
}

/**
 * Opens a log for writing, made if missing, and reads what is in it behind `from`. Throws `LogError` `bad-line` for anything
 * but a torn last line.
 */
export async function openLog(file: string, from: LogPlace = START, wrap: (real: LogFile) => LogFile = (real) => real): Promise<EventLog> {
  await mkdir(dirname(file), { recursive: true, mode: PRIVATE_FOLDER });
  const bytes = await bytesBehind(file, from);
  const events: unknown[] = [];
  const end = takeLines(file, bytes, from, (event) => events.push(event));
  const torn = bytes.toString('utf8', end.bytes - from.bytes);
  // Not append mode: positions are ours, so that a failed batch can be overwritten.
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT, PRIVATE_FILE);
  const disk = wrap(realFile(handle));
  if (torn !== '') await disk.truncate(end.bytes);
  return Object.assign(appender(file, disk, end), { events, ...(torn !== '' && { torn }) });
}

interface Waiting {
  readonly lines: readonly string[];
  readonly resolve: () => void;
  readonly reject: (error: LogError) => void;
}

/** Group commit: while one batch is on its way to the disk the next one gathers. */
function appender(file: string, disk: LogFile, start: LogPlace): Pick<EventLog, 'append' | 'close' | 'end'> {
  let place = start;
  let waiting: Waiting[] = [];
  let working: Promise<void> | undefined;
  let closed = false;
  /** Bytes of a failed batch may lie behind `end`; they must go before anything else is written. */
  let dirty = false;

  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    const bytes = Buffer.from(batch.map(({ lines }) => lines.map((line) => `${line}\n`).join('')).join(''));
    const { bytes: end } = place;
    try {
      if (dirty) await disk.truncate(end);
      dirty = true;
      await disk.write(bytes, end);
      await disk.datasync();
      dirty = false;
      place = { bytes: end + bytes.length, lines: place.lines + batch.reduce((sum, { lines }) => sum + lines.length, 0), last: batch.at(-1)?.lines.at(-1) ?? place.last };
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
    get end() {
      return place;
    },
    append: (lines) => {
      if (closed) return Promise.reject(new LogError('closed', `The log ${file} is closed.`));
      if (lines.length === 0) return working ?? Promise.resolve();
      const texts = lines.map((line) => JSON.stringify(line));
      return new Promise((resolve, reject) => {
        waiting.push({ lines: texts, resolve, reject });
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
