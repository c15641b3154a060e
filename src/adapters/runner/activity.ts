/** An attempt's `activity.jsonl`, for whoever shows it: outside input again, because a crash may have cut it. */
import { join } from 'node:path';
import type { ActivityLine } from '../../core/activity.js';
import { followLines, readLines } from '../follow.js';
import { FILE } from './records.js';

function parse(lines: readonly string[], afterSeq: number): readonly ActivityLine[] {
  return lines.flatMap((line) => {
    try {
      const value = JSON.parse(line) as ActivityLine;
      return typeof value.seq === 'number' && value.seq > afterSeq ? [value] : [];
    } catch {
      return [];
    }
  });
}

/** Every complete line after a sequence number; none when there is no such file yet. */
export async function readActivity(folder: string, afterSeq: number): Promise<readonly ActivityLine[]> {
  const { lines } = await readLines(join(folder, FILE.activity), 0);
  return parse(lines, afterSeq);
}

/** Delivers the lines from a sequence number on: first those that are there, then each as it is written. Returns a stop function. */
export function followActivity(folder: string, onLines: (lines: readonly ActivityLine[]) => void, fromSeq = 1): () => void {
  return followLines(join(folder, FILE.activity), 0, (lines) => {
    const wanted = parse(lines, fromSeq - 1);
    if (wanted.length > 0) onLines(wanted);
  });
}
