/** An attempt's `activity.jsonl`, for whoever shows it: outside input again, because a crash may have cut it. */
import { join } from 'node:path';
import type { ActivityLine } from '../../core/activity.js';
import type { Activities, Onlooker } from '../../core/ports.js';
import { followLines, readLines } from '../follow.js';
import { connectControl, type Connection } from './control.js';
import { FILE, readClaim } from './records.js';

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

/** Its runner has put together already what was said in a moment. */
const WATCHED_MS = 10;
/** Of an attempt that nobody looks at only its last words are shown, and edits are counted: they may come this late. */
const UNWATCHED_MS = 250;

/** Tells the runner of an attempt that somebody looks at it, until it is closed. */
interface Look {
  readonly folder: string;
  /** Tells it again where it was not there yet, or has gone. */
  readonly tell: () => void;
  readonly close: () => void;
}

function lookAt(folder: string): Look {
  let connection: Connection | undefined;
  let asking = false;
  let over = false;
  const tell = async (): Promise<void> => {
    if (asking || connection !== undefined) return;
    asking = true;
    try {
      const claim = await readClaim(folder);
      const made = claim === undefined ? undefined : await connectControl(claim.socket);
      if (over) made?.close();
      else if (made !== undefined) {
        connection = made;
        made.watch();
        void made.closed.then(() => (connection = undefined));
      }
    } catch {
      // Its lines come all the same, only later.
    } finally {
      asking = false;
    }
  };
  void tell();
  return {
    folder,
    tell: () => void tell(),
    close: () => {
      over = true;
      connection?.close();
    },
  };
}

/**
 * What agents do, read from the `activity.jsonl` of their attempts. Of all attempts only the watched ones are written
 * nearly without a pause.
 */
export function createActivities(): Activities {
  const looks = new Map<Onlooker, Look>();
  const onto = (folder: string): readonly Look[] => [...looks.values()].filter((look) => look.folder === folder);
  return {
    watch: (folder, by) => {
      const before = looks.get(by);
      if (folder !== undefined && before?.folder === folder) {
        before.tell();
        return;
      }
      before?.close();
      if (folder === undefined) looks.delete(by);
      else looks.set(by, lookAt(folder));
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
          for (const look of onto(folder)) look.tell();
          if (wanted.length > 0) onLines(wanted);
        },
        undefined,
        () => (looks.get('page')?.folder === folder ? WATCHED_MS : UNWATCHED_MS),
      ),
  };
}
