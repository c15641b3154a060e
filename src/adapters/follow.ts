/**
 * Follows files that another process writes, by the system's file events: never by looking again and again.
 * The folder is watched, not the file, so that a file may appear later and be replaced by rename.
 */
import { watch, type FSWatcher } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** Enough for nearly every read; grows for a longer line. */
const FIRST_BUFFER = 64 * 1024;
/** Buffers of that size between two reads: twenty files that are written all the time would ask for megabytes a second. */
const spare: Buffer[] = [];
const MOST_SPARE = 8;
/** A file that is written all the time is read so often, in milliseconds, and not for every write. */
const READ_MS = 30;
const LONGEST_LINE = 64 * 1024 * 1024;

/** Runs one at a time; asking while it runs runs it once more afterwards. The work must not throw. */
export function oneAtATime(work: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  const wanted = (): boolean => again;
  const run = async (): Promise<void> => {
    running = true;
    // A loop: a call of itself that it waits for would keep every earlier one alive as long as the asking goes on.
    do {
      again = false;
      await work();
    } while (wanted());
    running = false;
  };
  return () => {
    if (running) again = true;
    else void run();
  };
}

/**
 * Calls back after something changed in a folder, which is made if missing, and once when watching has begun, because
 * something may have changed before. A folder that is removed is made and watched again when `again` says so. Names may
 * be missing on some platforms. Returns a stop function, after which there are no more calls.
 */
export function watchFolder(
  folder: string,
  changed: (name: string | undefined) => void,
  options: { readonly failed?: ((error: unknown) => void) | undefined; readonly again?: boolean } = {},
): () => void {
  let stopped = false;
  let watcher: FSWatcher | undefined;
  const begin = async (): Promise<void> => {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (stopped) return;
      const mine = watch(folder, { persistent: true }, (event, name) => {
        if (stopped) return;
        // The folder itself went away: Linux reports its own name.
        if (event === 'rename' && name === basename(folder)) restart(mine);
        changed(name ?? undefined);
      });
      mine.on('error', () => restart(mine));
      watcher = mine;
      changed(undefined);
    } catch (error) {
      options.failed?.(error);
    }
  };
  const restart = (old: FSWatcher): void => {
    if (stopped || watcher !== old) return;
    watcher = undefined;
    old.close();
    if (options.again === true) void begin();
  };
  void begin();
  return () => {
    stopped = true;
    watcher?.close();
  };
}

export interface Chunk {
  /** Complete lines, without their newlines. */
  readonly lines: readonly string[];
  /** Offset behind the last complete line. */
  readonly end: number;
}

/** The complete lines of a file from a byte offset on; a partial last line is left for later. No file: no lines. */
export async function readLines(file: string, from: number): Promise<Chunk> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { lines: [], end: from };
    throw error;
  }
  let buffer = spare.pop() ?? Buffer.allocUnsafeSlow(FIRST_BUFFER);
  try {
    const lines: string[] = [];
    let end = from;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, end);
      const last = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
      if (last >= 0) {
        lines.push(...buffer.toString('utf8', 0, last).split('\n'));
        end += last + 1;
        // Less than was asked for: that is all there is now.
        if (bytesRead < buffer.length) return { lines, end };
      } else if (bytesRead < buffer.length || buffer.length >= LONGEST_LINE) {
        return { lines, end };
      } else {
        buffer = Buffer.allocUnsafe(buffer.length * 4);
      }
    }
  } finally {
    if (buffer.length === FIRST_BUFFER && spare.length < MOST_SPARE) spare.push(buffer);
    await handle.close();
  }
}

/**
 * Delivers the complete lines of a file from a byte offset on and everything that is added later: the first of a burst at once,
 * what follows it every so many milliseconds, which are asked for each time.
 */
export function followLines(
  file: string,
  from: number,
  onLines: (lines: readonly string[], end: number) => void,
  failed?: (error: unknown) => void,
  everyMs: () => number = () => READ_MS,
): () => void {
  let stopped = false;
  let end = from;
  const read = oneAtATime(async () => {
    try {
      const chunk = await readLines(file, end);
      end = chunk.end;
      // `stop` may have been called while reading.
      if (chunk.lines.length > 0 && !isStopped()) onLines(chunk.lines, end);
      await new Promise((resolve) => setTimeout(resolve, everyMs()));
    } catch (error) {
      if (!isStopped()) failed?.(error);
    }
  });
  const isStopped = (): boolean => stopped;
  const name = basename(file);
  const unwatch = watchFolder(dirname(file), (changed) => (changed === undefined || changed === name) && read(), { failed });
  return () => {
    stopped = true;
    unwatch();
  };
}
