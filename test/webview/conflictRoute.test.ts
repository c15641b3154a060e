import { expect, it } from 'vitest';
import { conflictRoute } from '../../webview/graph/conflictRoute.js';

const SIZE = { width: 200, height: 60, gap: 20 };
const box = (id: string, x: number, y: number) => ({ id, x, y });
const [a, b, c, d] = [box('a', 0, 0), box('b', 0, 80), box('c', 0, 160), box('d', 300, 80)];
const boxes = [a, b, c, d];

it('joins neighbours of a column through the gap between them, whichever comes first', () => {
  const route = { points: [{ x: 100, y: 60 }, { x: 100, y: 80 }], label: { x: 100, y: 70 } };
  expect(conflictRoute(a, b, boxes, 'right', SIZE)).toEqual(route);
  expect(conflictRoute(b, a, boxes, 'right', SIZE)).toEqual(route);
});

it('goes round a task that stands between, with its words in a gap', () => {
  expect(conflictRoute(a, c, boxes, 'right', SIZE)).toEqual({ points: [{ x: 200, y: 30 }, { x: 216, y: 30 }, { x: 216, y: 190 }, { x: 200, y: 190 }], label: { x: 100, y: 70 } });
});

it('keeps its words off those of others', () => {
  const at = (...taken: readonly { x: number; y: number }[]) => conflictRoute(a, c, boxes, 'right', SIZE, taken).label;
  expect(at({ x: 100, y: 70 })).toEqual({ x: 100, y: 150 });
  expect(at({ x: 100, y: 70 }, { x: 120, y: 145 })).toEqual({ x: 216, y: 110 });
});

it('runs from the earlier column to the later', () => {
  const route = { points: [{ x: 200, y: 30 }, { x: 300, y: 110 }], label: { x: 250, y: 70 } };
  expect(conflictRoute(a, d, boxes, 'right', SIZE)).toEqual(route);
  expect(conflictRoute(d, a, boxes, 'right', SIZE)).toEqual(route);
});

it('downwards: below the tasks of a row, and from row to row', () => {
  expect(conflictRoute(d, b, boxes, 'down', SIZE)).toEqual({ points: [{ x: 100, y: 140 }, { x: 100, y: 156 }, { x: 400, y: 156 }, { x: 400, y: 140 }], label: { x: 250, y: 156 } });
  expect(conflictRoute(d, a, boxes, 'down', SIZE)).toEqual({ points: [{ x: 100, y: 60 }, { x: 400, y: 80 }], label: { x: 250, y: 70 } });
});
