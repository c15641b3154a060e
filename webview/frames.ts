/** What the host pushes, taken at most once a frame: a page that draws slowly gets more at once instead of falling behind. */
import type { ActivityLine } from '../src/core/activity.js';
import type { Snapshot, WebviewCalls } from '../src/shared/protocol.js';
import { KEPT_LINES } from './activityStream.js';

/** @param nextFrame calls back once, before the next frame is drawn */
export function byFrame(calls: WebviewCalls, nextFrame: (act: () => void) => void): WebviewCalls {
  let snapshot: Snapshot | undefined;
  let lines = new Map<string, { readonly task: string; readonly attempt: number; list: ActivityLine[] }>();
  let asked = false;

  const take = (): void => {
    const [latest, streams] = [snapshot, lines];
    snapshot = undefined;
    lines = new Map();
    if (latest !== undefined) calls.snapshot(latest);
    for (const { task, attempt, list } of streams.values()) calls.activityLines(task, attempt, list);
  };
  const soon = (): void => {
    if (asked) return;
    asked = true;
    nextFrame(() => {
      asked = false;
      take();
    });
  };
  return {
    ...calls,
    // Each holds everything, so only the last counts.
    snapshot: (pushed) => {
      snapshot = pushed;
      soon();
    },
    activityLines: (task, attempt, pushed) => {
      const key = `${task}#${String(attempt)}`;
      const present = lines.get(key) ?? { task, attempt, list: [] };
      present.list.push(...pushed);
      // The page keeps no more; a jump makes it ask again.
      if (present.list.length > 2 * KEPT_LINES) present.list = present.list.slice(-KEPT_LINES);
      lines.set(key, present);
      soon();
    },
    select: (task) => {
      take();
      calls.select(task);
    },
    compose: (composing) => {
      take();
      calls.compose(composing);
    },
  };
}
