/** Where the plan's tasks are drawn: a layered graph from left to right. Pure and the same for the same plan. */
import { Graph, layout as dagre } from '@dagrejs/dagre';
import type { EdgeView } from '../../src/shared/protocol.js';

export const NODE_WIDTH = 220;
export const NODE_HEIGHT = 74;
const GAP_X = 84;
const GAP_Y = 26;

export interface Point {
  readonly x: number;
  readonly y: number;
}
/** Top left corner. */
export interface Box extends Point {
  readonly id: string;
}
export interface Route {
  readonly from: string;
  readonly to: string;
  readonly why: EdgeView['why'];
  readonly paths: readonly string[];
  /** From the right middle of one task to the left middle of the other, with bends between. */
  readonly points: readonly Point[];
}
export interface Layout {
  readonly boxes: readonly Box[];
  readonly routes: readonly Route[];
  readonly width: number;
  readonly height: number;
}

/** Equal keys have equal layouts: what a task does or costs does not move it. */
export function structureKey(ids: readonly string[], edges: readonly EdgeView[]): string {
  return `${ids.join(' ')}|${edges.map((edge) => `${edge.from}>${edge.to}:${edge.why}${(edge.paths ?? []).join(',')}`).join(' ')}`;
}

/** dagre gives one bend per layer that an edge passes; there it runs level, so that it stays between the tasks. */
function throughLayers(bends: readonly Point[], start: Point, end: Point): readonly Point[] {
  const passed = bends.filter((bend) => bend.x > start.x + GAP_X / 2 && bend.x < end.x - GAP_X / 2);
  return [start, ...passed.flatMap((bend) => [{ x: bend.x - NODE_WIDTH / 2, y: bend.y }, { x: bend.x + NODE_WIDTH / 2, y: bend.y }]), end];
}

interface Connected {
  readonly boxes: readonly Box[];
  readonly bends: ReadonlyMap<string, readonly Point[]>;
  readonly columns: number;
}

function layered(ids: readonly string[], edges: readonly EdgeView[]): Connected {
  const graph = new Graph({ directed: true });
  // Turned round: dagre's longest-path ranks by the distance to the end, but a column shall hold what can start together.
  graph.setGraph({ rankdir: 'RL', nodesep: GAP_Y, ranksep: GAP_X, edgesep: 14, ranker: 'longest-path' });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) graph.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const edge of edges) graph.setEdge(edge.to, edge.from, {});
  dagre(graph);
  const boxes = ids.map((id) => {
    const { x, y } = graph.node(id) as Point;
    return { id, x: Math.round(x - NODE_WIDTH / 2), y: Math.round(y - NODE_HEIGHT / 2) };
  });
  const bends = new Map(
    edges.map((edge) => [`${edge.from}>${edge.to}`, ((graph.edge(edge.to, edge.from) as { points?: Point[] }).points ?? []).slice(1, -1).reverse()]),
  );
  return { boxes, bends, columns: new Set(boxes.map((box) => box.x)).size };
}

/** Tasks without any edge stand in rows below the graph, not in one endless column. */
function rows(ids: readonly string[], columns: number, top: number): readonly Box[] {
  return ids.map((id, index) => ({
    id,
    x: (index % columns) * (NODE_WIDTH + GAP_X),
    y: top + Math.floor(index / columns) * (NODE_HEIGHT + GAP_Y),
  }));
}

/** Lays the plan out. Conflicts are drawn but move nothing. Unknown ends of edges are ignored. */
export function layoutPlan(ids: readonly string[], edges: readonly EdgeView[]): Layout {
  const known = new Set(ids);
  const usable = edges.filter((edge) => known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to);
  const ordering = usable.filter((edge) => edge.why !== 'conflict');
  const tied = new Set(ordering.flatMap((edge) => [edge.from, edge.to]));
  const loose = ids.filter((id) => !tied.has(id));
  const main: Connected = tied.size === 0 ? { boxes: [], bends: new Map(), columns: 0 } : layered(ids.filter((id) => tied.has(id)), ordering);
  const bottom = Math.max(-GAP_Y, ...main.boxes.map((box) => box.y + NODE_HEIGHT));
  const columns = Math.max(1, main.columns, Math.min(6, Math.ceil(Math.sqrt(loose.length))));
  const boxes = [...main.boxes, ...rows(loose, columns, bottom + GAP_Y)];
  const at = new Map(boxes.map((box) => [box.id, box]));
  const routes = usable.flatMap((edge): Route[] => {
    const from = at.get(edge.from);
    const to = at.get(edge.to);
    if (from === undefined || to === undefined) return [];
    const start = { x: from.x + NODE_WIDTH, y: from.y + NODE_HEIGHT / 2 };
    const end = { x: to.x, y: to.y + NODE_HEIGHT / 2 };
    const points = edge.why === 'conflict' ? [start, end] : throughLayers(main.bends.get(`${edge.from}>${edge.to}`) ?? [], start, end);
    return [{ from: edge.from, to: edge.to, why: edge.why, paths: edge.paths ?? [], points }];
  });
  return {
    boxes,
    routes,
    width: Math.max(NODE_WIDTH, ...boxes.map((box) => box.x + NODE_WIDTH)),
    height: Math.max(NODE_HEIGHT, ...boxes.map((box) => box.y + NODE_HEIGHT)),
  };
}

/** An SVG path through the points, level at each of them. */
export function smoothPath(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      if (before === undefined) return `M${point.x} ${point.y}`;
      if (before.y === point.y) return `L${point.x} ${point.y}`;
      const middle = (before.x + point.x) / 2;
      return `C${middle} ${before.y} ${middle} ${point.y} ${point.x} ${point.y}`;
    })
    .join('');
}
