/** An attempt's `activity.jsonl`, for whoever shows it: outside input again, because a crash may have cut it. */
import { join } from 'node:path';
import type { ActivityLine } from '../../core/activity.js';
import type { Activities } from '../../core/ports.js';
import { followLines, READ_MS, readLines } from '../follow.js';
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

/** Of an attempt that nobody looks at only its last words are shown, and edits are counted: they may come this late. */
const UNWATCHED_MS = 250;

/**
 * What agents do, read from the `activity.jsonl` of their attempts. Of all attempts only the watched one is read without a
 * pause.
 */
export function createActivities(): Activities {
  let watched: string | undefined;
  return {
    watch: (folder) => {
      watched = folder;
    },
    read: async (folder, afterSeq) => {
      const { lines } = await readLines(join(folder, FILE.activity), 0);
      return parse(lines, afterSeq);
    },
    follow: (folder, onLines, fromSeq = 1) =>
      followLines(
        join(folder, FILE.activity),
        0,
        (lines) => {
          const wanted = parse(lines, fromSeq - 1);
          if (wanted.length > 0) onLines(wanted);
        },
        undefined,
        () => (watched === folder ? READ_MS : UNWATCHED_MS),
      ),
  };
}
