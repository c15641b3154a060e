/** Pushes of the host reach the page once a frame, in order, and a slow page is never behind by more than it keeps. */
import { beforeEach, expect, test } from 'vitest';
import type { ActivityLine } from '../../src/core/activity.js';
import type { Snapshot, WebviewCalls } from '../../src/shared/protocol.js';
import { KEPT_LINES } from '../../webview/activityStream.js';
import { byFrame } from '../../webview/frames.js';

let heard: unknown[];
let frames: (() => void)[];
let calls: WebviewCalls;
const lines = (from: number, to: number): ActivityLine[] => Array.from({ length: to - from + 1 }, (_, at) => ({ type: 'message', text: 'x', seq: from + at, at: 0 }));
const snapshot = (revision: number) => ({ revision }) as Snapshot;
const frame = (): void => frames.splice(0).forEach((act) => act());

beforeEach(() => {
  heard = [];
  frames = [];
  const page: WebviewCalls = {
    snapshot: ({ revision }) => void heard.push(`snapshot ${String(revision)}`),
    activityLines: (task, attempt, list) => void heard.push(`${task}#${String(attempt)} ${String(list[0]?.seq)}-${String(list.at(-1)?.seq)}`),
    select: (task) => void heard.push(`select ${task}`),
    compose: () => void heard.push('compose'),
    accepted: (ticket) => void heard.push(`accepted ${ticket}`),
    shown: () => void heard.push('shown'),
  };
  calls = byFrame(page, (act) => void frames.push(act));
});

test('what came since the last frame is taken together: the last snapshot, and all lines of each attempt', () => {
  calls.snapshot(snapshot(1));
  calls.activityLines('a', 1, lines(1, 3));
  calls.activityLines('b', 2, lines(7, 7));
  calls.snapshot(snapshot(2));
  calls.activityLines('a', 1, lines(4, 9));
  expect(heard).toEqual([]);
  expect(frames).toHaveLength(1);
  frame();
  expect(heard).toEqual(['snapshot 2', 'a#1 1-9', 'b#2 7-7']);
  calls.activityLines('a', 1, lines(10, 10));
  frame();
  expect(heard.at(-1)).toBe('a#1 10-10');
});

test('a selection is made in what was pushed before it', () => {
  calls.snapshot(snapshot(1));
  calls.select('a');
  expect(heard).toEqual(['snapshot 1', 'select a']);
  frame();
  expect(heard).toHaveLength(2);
});

test('a page that draws nothing for long holds the youngest lines only', () => {
  for (let from = 1; from < 10 * KEPT_LINES; from += 1_000) calls.activityLines('a', 1, lines(from, from + 999));
  frame();
  expect(heard).toHaveLength(1);
  const [first = 0, last = 0] = String(heard[0]).slice(4).split('-').map(Number);
  expect(last).toBe(10 * KEPT_LINES);
  expect(last - first).toBeLessThan(2 * KEPT_LINES);
});
