/** One attempt's activity as the page keeps it: in order, without gaps, bounded. Pure. */
import type { ActivityLine } from '../src/core/activity.js';

/** More lines than anybody scrolls through; the whole stream stays in the attempt's folder. */
export const KEPT_LINES = 5_000;
/** They are cut back only when so many more are there: each cut copies them all. */
const SLACK = 1_000;

export interface Stream {
  readonly lines: readonly ActivityLine[];
  /** Sequence number of the last line; 0 before the first. */
  readonly last: number;
  /** `loading` while an answer of the host is on its way. */
  readonly state: 'loading' | 'live' | 'failed';
  readonly error?: string;
  /** Lines that came while loading; they are appended after the answer. */
  readonly early: readonly ActivityLine[];
}

export const NO_STREAM: Stream = { lines: [], last: 0, state: 'loading', early: [] };

function extended(stream: Stream, fresh: readonly ActivityLine[]): Stream {
  const last = fresh.at(-1)?.seq ?? stream.last;
  const lines = [...stream.lines, ...fresh];
  return { ...stream, lines: lines.length > KEPT_LINES + SLACK ? lines.slice(-KEPT_LINES) : lines, last };
}

/**
 * Appends pushed lines. Lines that are there already are skipped; with a gap nothing is appended and `gap` says that
 * the host must be asked again. While loading, lines are put aside.
 */
export function append(stream: Stream, pushed: readonly ActivityLine[]): { readonly stream: Stream; readonly gap: boolean } {
  if (stream.state === 'loading') return { stream: { ...stream, early: [...stream.early, ...pushed].slice(-KEPT_LINES) }, gap: false };
  const fresh = pushed.filter((line) => line.seq > stream.last);
  const first = fresh[0];
  if (first === undefined) return { stream, gap: false };
  if (first.seq !== stream.last + 1) return { stream, gap: true };
  return { stream: extended(stream, fresh), gap: false };
}

/**
 * Takes the host's answer to "everything after `last`", then the lines put aside. The host may start later when the
 * stream is very long, so a jump at the start of its answer is no gap.
 */
export function answered(stream: Stream, lines: readonly ActivityLine[]): { readonly stream: Stream; readonly gap: boolean } {
  const fresh = lines.filter((line) => line.seq > stream.last);
  const live = extended({ lines: stream.lines, last: stream.last, state: 'live', early: [] }, fresh);
  return append(live, stream.early);
}
