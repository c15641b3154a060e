import { describe, expect, it } from 'vitest';
import type { EdgeView } from '../../src/shared/protocol.js';
import { layoutPlan, NODE_HEIGHT, NODE_WIDTH, smoothPath, structureKey, type Layout } from '../../webview/graph/layout.js';
import { fit, READABLE_ZOOM, reveal } from '../../webview/graph/viewport.js';
import { step } from '../../webview/graph/walk.js';
import { CELL_HEIGHT, compactLayout, levelsOf } from '../../webview/sidebar/compactLayout.js';
import { FIXTURES } from '../support/webviewHarness/fixtures.js';

const edge = (from: string, to: string, why: EdgeView['why'] = 'depends'): EdgeView => ({ from, to, why });
const IDS = ['a', 'b', 'c', 'd', 'e', 'alone'];
const EDGES = [edge('a', 'b'), edge('a', 'c'), edge('b', 'd'), edge('c', 'd', 'overlap'), edge('a', 'd'), edge('d', 'e')];

const at = (layout: Layout, id: string): { x: number; y: number } => layout.boxes.find((box) => box.id === id)!;

function overlapping(layout: Layout): string[] {
  const { boxes } = layout;
  return boxes.flatMap((one, index) =>
    boxes
      .slice(index + 1)
      .filter((other) => Math.abs(one.x - other.x) < NODE_WIDTH && Math.abs(one.y - other.y) < NODE_HEIGHT)
      .map((other) => `${one.id}/${other.id}`),
  );
}

describe('layout', () => {
  it('is the same for the same plan', () => {
    expect(layoutPlan(IDS, EDGES)).toEqual(layoutPlan([...IDS], structuredClone(EDGES)));
  });

  it('depends on structure only', () => {
    const { tasks, edges } = FIXTURES.nine.run;
    const key = structureKey(tasks.map((task) => task.id), edges);
    expect(structureKey(FIXTURES.paused.run.tasks.map((task) => task.id), FIXTURES.paused.run.edges)).toBe(key);
    expect(structureKey(tasks.map((task) => task.id), edges.slice(1))).not.toBe(key);
  });

  it('puts what can start together into one column, and later work to the right', () => {
    const layout = layoutPlan(IDS, EDGES);
    expect(at(layout, 'b').x).toBe(at(layout, 'c').x);
    expect(at(layout, 'a').x).toBeLessThan(at(layout, 'b').x);
    expect(at(layout, 'd').x).toBeGreaterThan(at(layout, 'b').x);
    expect(at(layout, 'e').x).toBeGreaterThan(at(layout, 'd').x);
    // b has no other dependency than a, although nothing waits for it as long as for d's chain.
    const uneven = layoutPlan(['a', 'b', 'c', 'd'], [edge('a', 'b'), edge('a', 'c'), edge('c', 'd')]);
    expect(at(uneven, 'b').x).toBe(at(uneven, 'c').x);
  });

  it('draws edges from the right middle to the left middle, around the columns between', () => {
    const layout = layoutPlan(IDS, EDGES);
    for (const route of layout.routes) {
      expect(route.points[0]).toEqual({ x: at(layout, route.from).x + NODE_WIDTH, y: at(layout, route.from).y + NODE_HEIGHT / 2 });
      expect(route.points.at(-1)).toEqual({ x: at(layout, route.to).x, y: at(layout, route.to).y + NODE_HEIGHT / 2 });
    }
    const long = layout.routes.find((route) => route.from === 'a' && route.to === 'd')!;
    expect(long.points).toHaveLength(4);
    const passed = long.points[1]!;
    for (const id of ['b', 'c']) expect(passed.y < at(layout, id).y || passed.y > at(layout, id).y + NODE_HEIGHT).toBe(true);
    expect(smoothPath(long.points)).toMatch(/^M[\d.]+ [\d.]+C/);
  });

  it('keeps lone tasks in rows below', () => {
    const layout = layoutPlan(IDS, EDGES);
    const lowest = Math.max(...layout.boxes.filter((box) => box.id !== 'alone').map((box) => box.y));
    expect(at(layout, 'alone').y).toBeGreaterThan(lowest);
    const many = layoutPlan(Array.from({ length: 20 }, (_, index) => `t${index}`), []);
    expect(new Set(many.boxes.map((box) => box.x)).size).toBeGreaterThan(1);
  });

  it('never lets tasks overlap, also with 60 of them', () => {
    const { tasks, edges } = FIXTURES.sixty.run;
    expect(overlapping(layoutPlan(tasks.map((task) => task.id), edges))).toEqual([]);
    expect(overlapping(layoutPlan(IDS, EDGES))).toEqual([]);
  });

  it('does not let conflicts move anything and ignores edges to nowhere', () => {
    const plain = layoutPlan(IDS, EDGES);
    const more = layoutPlan(IDS, [...EDGES, edge('b', 'c', 'conflict'), edge('a', 'gone'), edge('a', 'a')]);
    expect(more.boxes).toEqual(plain.boxes);
    expect(more.routes.filter((route) => route.why === 'conflict')).toHaveLength(1);
  });
});

describe('viewport', () => {
  const size = { width: 900, height: 700 };
  const small = layoutPlan(IDS, EDGES);
  const { tasks, edges } = FIXTURES.sixty.run;
  const large = layoutPlan(tasks.map((task) => task.id), edges);

  it('shows a small plan whole and never enlarged', () => {
    const view = fit(layoutPlan(['a'], []), size, true);
    expect(view.zoom).toBe(1);
    expect(view.x).toBe((size.width - NODE_WIDTH) / 2);
  });

  it('keeps a large plan readable at first, and shows it whole when asked', () => {
    const focus = large.boxes.find((box) => box.id === 'export-endpoint')!;
    const first = fit(large, size, true, focus);
    expect(first.zoom).toBe(READABLE_ZOOM);
    const y = focus.y * first.zoom + first.y;
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThan(size.height);
    const whole = fit(large, size, false);
    expect(whole.zoom).toBeLessThan(READABLE_ZOOM);
    expect(large.height * whole.zoom + whole.y).toBeLessThanOrEqual(size.height);
  });

  it('moves only as far as needed to show a task', () => {
    const view = { x: 0, y: 0, zoom: 1 };
    const box = at(small, 'a');
    expect(reveal({ x: 100, y: 100, zoom: 1 }, size, box)).toEqual({ x: 100, y: 100, zoom: 1 });
    expect(reveal(view, size, { x: 2_000, y: 0 }).x).toBe(900 - 16 - NODE_WIDTH - 2_000);
  });
});

describe('walking', () => {
  const layout = layoutPlan(IDS, EDGES);
  it('follows edges sideways and columns up and down', () => {
    expect(['b', 'c']).toContain(step(layout, 'a', 'right'));
    expect(step(layout, 'd', 'right')).toBe('e');
    expect(step(layout, 'e', 'left')).toBe('d');
    const upper = at(layout, 'b').y < at(layout, 'c').y ? 'b' : 'c';
    const lower = upper === 'b' ? 'c' : 'b';
    expect(step(layout, upper, 'down')).toBe(lower);
    expect(step(layout, lower, 'up')).toBe(upper);
    expect(step(layout, 'a', 'left')).toBeUndefined();
  });

  it('reaches every task by arrows alone', () => {
    const { tasks, edges } = FIXTURES.sixty.run;
    const plan = layoutPlan(tasks.map((task) => task.id), edges);
    const seen = new Set<string>();
    const open = [plan.boxes[0]!.id];
    while (open.length > 0) {
      const id = open.pop()!;
      if (seen.has(id)) continue;
      seen.add(id);
      for (const direction of ['left', 'right', 'up', 'down'] as const) open.push(step(plan, id, direction) ?? id);
    }
    expect(seen.size).toBe(tasks.length);
  });
});

describe('layout downwards', () => {
  const layout = layoutPlan(IDS, EDGES, 'down');
  it('puts what can start together into one row, and tasks never overlap', () => {
    expect(at(layout, 'b').y).toBe(at(layout, 'c').y);
    expect(at(layout, 'a').y).toBeLessThan(at(layout, 'b').y);
    expect(at(layout, 'd').y).toBeGreaterThan(at(layout, 'b').y);
    expect(overlapping(layout)).toEqual([]);
  });
  it('runs edges from bottom to top middles', () => {
    for (const route of layout.routes) {
      expect(route.points[0]).toEqual({ x: at(layout, route.from).x + NODE_WIDTH / 2, y: at(layout, route.from).y + NODE_HEIGHT });
      expect(route.points.at(-1)).toEqual({ x: at(layout, route.to).x + NODE_WIDTH / 2, y: at(layout, route.to).y });
    }
  });
  it('walks along edges by up and down, across a row by left and right', () => {
    expect(['b', 'c']).toContain(step(layout, 'a', 'down'));
    expect(step(layout, 'e', 'up')).toBe('d');
    const left = at(layout, 'b').x < at(layout, 'c').x ? 'b' : 'c';
    expect(step(layout, left, 'right')).toBe(left === 'b' ? 'c' : 'b');
  });
});

describe('compact layout', () => {
  it('stands in rows by level, within its width', () => {
    expect(Object.fromEntries(levelsOf(IDS, EDGES))).toEqual({ a: 0, b: 1, c: 1, d: 2, e: 3, alone: 0 });
    for (const width of [170, 330, 900]) {
      const layout = compactLayout(IDS, EDGES, width);
      for (const cell of layout.cells) expect(cell.x + layout.cellWidth).toBeLessThanOrEqual(width);
      const y = Object.fromEntries(layout.cells.map((cell) => [cell.id, cell.y])) as Record<string, number>;
      expect(y['a']!).toBeLessThan(y['b']!);
      expect(y['c']!).toBeLessThan(y['d']!);
      expect(y['e']!).toBeLessThan(y['alone']!);
      expect(layout.height).toBeGreaterThanOrEqual(y['alone']! + CELL_HEIGHT);
    }
  });
});
