/** How the edge of a forecast conflict runs: between tasks that usually stand side by side, so round them. */
import type { Box, Flow, Point } from './layout.js';

export interface ConflictRoute {
  readonly points: readonly Point[];
  /** Where its words stand: in a gap, beside no other task's words. */
  readonly label: Point;
}

/** Words closer than this would cover each other. */
const NEAR_X = 200;
const NEAR_Y = 18;

/** Distance from the tasks that it passes. */
const ASIDE = 16;

/**
 * Tasks of one layer are joined by a straight line or a bracket, others like any edge, from the earlier to the later.
 * `taken`: where the words of others stand.
 */
export function conflictRoute(
  one: Box,
  other: Box,
  boxes: readonly Box[],
  flow: Flow,
  size: { readonly width: number; readonly height: number; readonly gap: number },
  taken: readonly Point[] = [],
): ConflictRoute {
  const { width, height } = size;
  const center = (box: Box): Point => ({ x: box.x + width / 2, y: box.y + height / 2 });
  if (flow === 'down') {
    const [first, last] = one.y < other.y || (one.y === other.y && one.x <= other.x) ? [one, other] : [other, one];
    const start = { x: center(first).x, y: first.y + height };
    if (first.y !== last.y) return between(start, { x: center(last).x, y: last.y });
    const y = start.y + ASIDE;
    const end = { x: center(last).x, y: start.y };
    return { points: [start, { x: start.x, y }, { x: end.x, y }, end], label: { x: (start.x + end.x) / 2, y } };
  }
  const [first, last] = one.x < other.x || (one.x === other.x && one.y <= other.y) ? [one, other] : [other, one];
  if (first.x !== last.x) return between({ x: first.x + width, y: center(first).y }, { x: last.x, y: center(last).y });
  const below = { x: center(first).x, y: first.y + height };
  if (!boxes.some((box) => box.x === first.x && box.y > first.y && box.y < last.y)) return between(below, { x: below.x, y: last.y });
  const start = { x: first.x + width, y: center(first).y };
  const end = { x: start.x, y: center(last).y };
  const x = start.x + ASIDE;
  const gaps = [below.y, ...boxes.filter((box) => box.x === first.x && box.y > first.y && box.y < last.y).map((box) => box.y + height)].map((bottom) => ({ x: below.x, y: bottom + size.gap / 2 }));
  const free = gaps.find((gap) => !taken.some((label) => Math.abs(label.x - gap.x) < NEAR_X && Math.abs(label.y - gap.y) < NEAR_Y));
  return { points: [start, { x, y: start.y }, { x, y: end.y }, end], label: free ?? { x, y: (start.y + end.y) / 2 } };
}

function between(start: Point, end: Point): ConflictRoute {
  return { points: [start, end], label: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 } };
}
