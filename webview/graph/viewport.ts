/** What part of the graph is seen. Pure. */
import { NODE_HEIGHT, NODE_WIDTH, type Layout, type Point } from './layout.js';

export interface Viewport extends Point {
  readonly zoom: number;
}
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Below this, titles cannot be read: a first view rather shows a part of the plan. */
export const READABLE_ZOOM = 0.62;
export const SMALLEST_ZOOM = 0.2;
export const LARGEST_ZOOM = 1.6;
const MARGIN = 36;
/** The legend's height. */
const FOOT = 34;

/**
 * The whole plan, centred, never enlarged. With `readable` it is not made smaller than can be read: then the view is
 * on `focus` (top left corner of a task), within the plan's borders.
 */
export function fit(layout: Layout, size: Size, readable: boolean, focus?: Point): Viewport {
  const height = Math.max(1, size.height - FOOT);
  const whole = Math.min(1, (size.width - 2 * MARGIN) / layout.width, (height - 2 * MARGIN) / layout.height);
  const zoom = Math.max(readable ? READABLE_ZOOM : SMALLEST_ZOOM, whole);
  const along = (room: number, extent: number, middle: number): number => {
    const scaled = extent * zoom;
    if (scaled + 2 * MARGIN <= room) return Math.round((room - scaled) / 2);
    return Math.round(Math.min(MARGIN, Math.max(room - scaled - MARGIN, room / 2 - middle * zoom)));
  };
  return {
    x: along(size.width, layout.width, (focus?.x ?? 0) + NODE_WIDTH / 2),
    y: along(height, layout.height, (focus?.y ?? 0) + NODE_HEIGHT / 2),
    zoom,
  };
}

/** The smallest move that brings a task into sight; the same viewport if it is. */
export function reveal(viewport: Viewport, size: Size, box: Point): Viewport {
  const along = (offset: number, start: number, extent: number, room: number): number => {
    const from = start * viewport.zoom + offset;
    const to = from + extent * viewport.zoom;
    if (from < 16) return offset + 16 - from;
    return to > room - 16 ? offset - (to - room + 16) : offset;
  };
  const x = along(viewport.x, box.x, NODE_WIDTH, size.width);
  const y = along(viewport.y, box.y, NODE_HEIGHT, size.height - FOOT);
  return x === viewport.x && y === viewport.y ? viewport : { x, y, zoom: viewport.zoom };
}
