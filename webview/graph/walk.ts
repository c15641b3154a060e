/** Walking the graph by arrow keys. Pure. */
import type { Layout } from './layout.js';

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The direction of an arrow key; `undefined` for any other key. */
export function directionOf(key: string): Direction | undefined {
  return key === 'ArrowLeft' ? 'left' : key === 'ArrowRight' ? 'right' : key === 'ArrowUp' ? 'up' : key === 'ArrowDown' ? 'down' : undefined;
}

/**
 * The task one step away. Along the plan's direction edges are followed first (the nearest to straight ahead), else the
 * nearest task on that side; across it the walk stays in the layer, else takes the nearest. `undefined` at the border.
 */
export function step(layout: Layout, from: string, direction: Direction): string | undefined {
  const here = layout.boxes.find((box) => box.id === from);
  if (here === undefined) return layout.boxes[0]?.id;
  const sideways = direction === 'left' || direction === 'right';
  const along = sideways === (layout.flow === 'right');
  const forward = direction === 'right' || direction === 'down';
  const sign = forward ? 1 : -1;
  const linked = new Set(layout.routes.filter((route) => (forward ? route.from : route.to) === from).map((route) => (forward ? route.to : route.from)));
  const ahead = layout.boxes.filter((box) => box.id !== from && (sideways ? (box.x - here.x) * sign : (box.y - here.y) * sign) > 0);
  const tied = along ? ahead.filter((box) => linked.has(box.id)) : ahead.filter((box) => (sideways ? box.y === here.y : box.x === here.x));
  // Straight ahead counts more than to the side.
  const far = (box: { x: number; y: number }): number =>
    sideways ? Math.abs(box.x - here.x) + 3 * Math.abs(box.y - here.y) : Math.abs(box.y - here.y) + 3 * Math.abs(box.x - here.x);
  return [...(tied.length > 0 ? tied : ahead)].sort((a, b) => far(a) - far(b))[0]?.id;
}
