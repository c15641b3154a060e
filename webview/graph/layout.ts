/** Where the plan's tasks are drawn: a layered graph, to the right or downwards. Pure and the same for the same plan. */
import { Graph, layout as dagre } from '@dagrejs/dagre';
import type { EdgeView } from '../../src/shared/protocol.js';
import { conflictRoute } from './conflictRoute.js';

export const NODE_WIDTH = 220;
export const NODE_HEIGHT = 74;
/** Between columns and between the tasks of one, where the plan runs to the right. */
const GAP_X = 84;
const GAP_Y = 26;
/** Between rows and between the tasks of one, where it runs downwards: edges need less room along than across. */
const DOWN_GAP_X = 28;
const DOWN_GAP_Y = 52;

/** Which way a plan reads; the page takes the one that shows more of it. */
export type Flow = 'right' | 'down';

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
  /** From the far middle of one task to the near middle of the other, with bends between. */
  readonly points: readonly Point[];
  /** Where the words of a conflict stand. */
  readonly label?: Point;
}
export interface Layout {
  readonly flow: Flow;
  readonly boxes: readonly Box[];
  readonly routes: readonly Route[];
  readonly width: number;
  readonly height: number;
}

/** Equal keys have equal layouts: what a task does or costs does not move it. */
export function structureKey(ids: readonly string[], edges: readonly EdgeView[]): string {
  return `${ids.join(' ')}|${edges.map((edge) => `${edge.from}>${edge.to}:${edge.why}${(edge.paths ?? []).join(',')}`).join(' ')}`;
}

/** dagre gives one bend per layer that an edge passes; there it runs straight on, so that it stays between the tasks. */
function throughLayers(bends: readonly Point[], start: Point, end: Point, flow: Flow): readonly Point[] {
  if (flow === 'down') {
    const passed = bends.filter((bend) => bend.y > start.y + DOWN_GAP_Y / 2 && bend.y < end.y - DOWN_GAP_Y / 2);
    return [start, ...passed.flatMap((bend) => [{ x: bend.x, y: bend.y - NODE_HEIGHT / 2 }, { x: bend.x, y: bend.y + NODE_HEIGHT / 2 }]), end];
  }
  const passed = bends.filter((bend) => bend.x > start.x + GAP_X / 2 && bend.x < end.x - GAP_X / 2);
  return [start, ...passed.flatMap((bend) => [{ x: bend.x - NODE_WIDTH / 2, y: bend.y }, { x: bend.x + NODE_WIDTH / 2, y: bend.y }]), end];
}

interface Connected {
  readonly boxes: readonly Box[];
  readonly bends: ReadonlyMap<string, readonly Point[]>;
  readonly columns: number;
}

function layered(ids: readonly string[], edges: readonly EdgeView[], flow: Flow): Connected {
  const graph = new Graph({ directed: true });
  // Turned round: dagre's longest-path ranks by the distance to the end, but a column shall hold what can start together.
  graph.setGraph(
    flow === 'right'
      ? { rankdir: 'RL', nodesep: GAP_Y, ranksep: GAP_X, edgesep: 14, ranker: 'longest-path' }
      : { rankdir: 'BT', nodesep: DOWN_GAP_X, ranksep: DOWN_GAP_Y, edgesep: 14, ranker: 'longest-path' },
  );
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
  const widest = Math.max(1, ...[...new Set(boxes.map((box) => box.y))].map((y) => boxes.filter((box) => box.y === y).length));
  return { boxes, bends, columns: flow === 'right' ? new Set(boxes.map((box) => box.x)).size : widest };
}

/** Tasks without any edge stand in rows below the graph, not in one endless column. */
function rows(ids: readonly string[], columns: number, top: number, gap: number): readonly Box[] {
  return ids.map((id, index) => ({
    id,
    x: (index % columns) * (NODE_WIDTH + gap),
    y: top + Math.floor(index / columns) * (NODE_HEIGHT + GAP_Y),
  }));
}

/** Lays the plan out. Conflicts are drawn but move nothing. Unknown ends of edges are ignored. */
export function layoutPlan(ids: readonly string[], edges: readonly EdgeView[], flow: Flow = 'right'): Layout {
  const known = new Set(ids);
  const usable = edges.filter((edge) => known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to);
  const ordering = usable.filter((edge) => edge.why !== 'conflict');
  const tied = new Set(ordering.flatMap((edge) => [edge.from, edge.to]));
  const loose = ids.filter((id) => !tied.has(id));
  const main: Connected = tied.size === 0 ? { boxes: [], bends: new Map(), columns: 0 } : layered(ids.filter((id) => tied.has(id)), ordering, flow);
  const bottom = Math.max(-GAP_Y, ...main.boxes.map((box) => box.y + NODE_HEIGHT));
  const columns = Math.max(1, main.columns, Math.min(6, Math.ceil(Math.sqrt(loose.length))));
  const boxes = [...main.boxes, ...rows(loose, columns, bottom + (flow === 'right' ? GAP_Y : DOWN_GAP_Y), flow === 'right' ? GAP_X : DOWN_GAP_X)];
  const at = new Map(boxes.map((box) => [box.id, box]));
  const labels: Point[] = [];
  const routes = usable.flatMap((edge): Route[] => {
    const from = at.get(edge.from);
    const to = at.get(edge.to);
    if (from === undefined || to === undefined) return [];
    const start = flow === 'right' ? { x: from.x + NODE_WIDTH, y: from.y + NODE_HEIGHT / 2 } : { x: from.x + NODE_WIDTH / 2, y: from.y + NODE_HEIGHT };
    const end = flow === 'right' ? { x: to.x, y: to.y + NODE_HEIGHT / 2 } : { x: to.x + NODE_WIDTH / 2, y: to.y };
    const route = { from: edge.from, to: edge.to, why: edge.why, paths: edge.paths ?? [] };
    if (edge.why === 'conflict') {
      const around = conflictRoute(from, to, boxes, flow, { width: NODE_WIDTH, height: NODE_HEIGHT, gap: GAP_Y }, labels);
      labels.push(around.label);
      return [{ ...route, ...around }];
    }
    return [{ ...route, points: throughLayers(main.bends.get(`${edge.from}>${edge.to}`) ?? [], start, end, flow) }];
  });
  return {
    flow,
    boxes,
    routes,
    width: Math.max(NODE_WIDTH, ...boxes.map((box) => box.x + NODE_WIDTH)),
    height: Math.max(NODE_HEIGHT, ...boxes.map((box) => box.y + NODE_HEIGHT)),
  };
}

/** An SVG path through the points, running along the plan's direction at each of them. */
export function smoothPath(points: readonly Point[], flow: Flow = 'right'): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      if (before === undefined) return `M${point.x} ${point.y}`;
      if (flow === 'right' ? before.y === point.y : before.x === point.x) return `L${point.x} ${point.y}`;
      if (flow === 'down') {
        const middle = (before.y + point.y) / 2;
        return `C${before.x} ${middle} ${point.x} ${middle} ${point.x} ${point.y}`;
      }
      const middle = (before.x + point.x) / 2;
      return `C${middle} ${before.y} ${middle} ${point.y} ${point.x} ${point.y}`;
    })
    .join('');
}
