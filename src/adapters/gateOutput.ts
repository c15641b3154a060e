/**
 * What a gate command printed, in a file that it writes itself: its last lines, the tests it ran, and how a file stays of
 * a bearable size. Memory is bounded by the pieces that are read at a time, whatever was printed.
 */
import { watch } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { CommandResult } from '../core/ports.js';
import { SECRET, secretPattern } from '../core/secrets.js';
import { createTestCounter } from '../core/testCount.js';

export const TAIL_LINES = 50;
export const LONGEST_TAIL_LINE = 2000;
/** Where the last lines are looked for; 50 lines of the longest kept length fit. */
const TAIL_BYTES = 1024 * 1024;
const PIECE_BYTES = 256 * 1024;
/** So much of the end is read: summaries come last, and those of more than this are nobody's. */
const COUNTED_BYTES = 64 * 1024 * 1024;

export interface OutputLimits {
  /** Bytes that are kept of one command's output, at its beginning and again at its end. */
  readonly keep: number;
  /** Bytes of the whole file at which the gate is stopped: an endless print must not fill the disk. */
  readonly stop: number;
}

export const OUTPUT_LIMITS: OutputLimits = { keep: 8 * 1024 * 1024, stop: 4 * 1024 * 1024 * 1024 };

/** The last lines of a text: at most 50, each cut to 2,000 characters. */
export function tailOf(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n').slice(-TAIL_LINES);
  return lines.map((line) => (line.length > LONGEST_TAIL_LINE ? `${line.slice(0, LONGEST_TAIL_LINE)} … (cut)` : line)).join('\n');
}

/** The last lines of what stands in the file from `from` on. */
export async function readTail(output: FileHandle, from: number): Promise<string> {
  const { size } = await output.stat();
  const start = Math.max(from, size - TAIL_BYTES);
  const text = (await bytes(output, start, size - start)).toString('utf8');
  // The first line is a piece of one, unless it is all there is.
  const first = start > from ? text.indexOf('\n') + 1 : 0;
  return tailOf(first < text.length ? text.slice(first) : text);
}

/** Tests that ran (absent is unknown) and that failed, from what `command` has written into the file from `from` on. */
export async function countTests(output: FileHandle, from: number, command: string): Promise<Pick<CommandResult, 'tests' | 'failures'>> {
  const { size } = await output.stat();
  const counter = createTestCounter(command);
  const decoder = new TextDecoder();
  for (let at = Math.max(from, size - COUNTED_BYTES); at < size; at += PIECE_BYTES) {
    counter.feed(decoder.decode(await bytes(output, at, Math.min(PIECE_BYTES, size - at)), { stream: true }));
  }
  const tests = counter.end();
  const failures = counter.failures();
  return { ...(tests !== undefined && { tests }), ...(failures > 0 && { failures }) };
}

/** Takes the middle out of what stands in the file from `from` on, where it is longer than twice `keep`, and says so. */
export async function cutMiddle(output: FileHandle, from: number, keep: number): Promise<void> {
  const { size } = await output.stat();
  const cut = size - from - 2 * keep;
  if (cut <= 0) return;
  const end = await bytes(output, size - keep, keep);
  await output.truncate(from + keep);
  await output.appendFile(`\n… ${megabytes(cut)} of output left out by Switchyard …\n`);
  await output.appendFile(end);
}

/** Masks what stands in the file from `from` on; call it once that is of a bounded size. */
export async function maskOutput(output: FileHandle, from: number, values: readonly string[]): Promise<void> {
  const { size } = await output.stat();
  const before = (await bytes(output, from, size - from)).toString('latin1');
  const after = before.replace(secretPattern(values.map((value) => Buffer.from(value).toString('latin1'))), Buffer.from(SECRET).toString('latin1'));
  if (after === before) return;
  await output.truncate(from);
  await output.appendFile(Buffer.from(after, 'latin1'));
}

const megabytes = (count: number): string => `${Math.max(1, Math.round(count / 1024 / 1024)).toLocaleString('en')} MB`;

async function bytes(output: FileHandle, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await output.read(buffer, 0, length, start);
  return buffer.subarray(0, bytesRead);
}

/** Calls back once when the file has grown beyond `most`, told by file events. Returns a stop function. */
export function watchSize(file: string, output: FileHandle, most: number, beyond: () => void): () => void {
  let looking = false;
  let over = false;
  const look = async (): Promise<void> => {
    if (looking || over) return;
    looking = true;
    try {
      const { size } = await output.stat();
      if (size > most) {
        over = true;
        beyond();
      }
    } catch {
      // Closed meanwhile: the command is over.
    } finally {
      looking = false;
    }
  };
  try {
    const watcher = watch(file, () => void look());
    // Where the system has no file events for it, the time limit is what is left.
    watcher.on('error', () => watcher.close());
    return () => {
      over = true;
      watcher.close();
    };
  } catch {
    return () => undefined;
  }
}
