/** The plan in a narrow place: rows by level, as many columns as fit. Pure. */
import type { EdgeView } from '../../src/shared/protocol.js';

export interface Cell {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}
export interface CompactLayout {
  readonly cells: readonly Cell[];
  readonly edges: readonly { readonly key: string; readonly from: string; readonly why: EdgeView['why']; readonly path: string }[];
  readonly cellWidth: number;
  readonly height: number;
}

export const CELL_HEIGHT = 24;
const MARGIN = 12;
const GUTTER = 22;
const LEVEL_GAP = 32;
const ROW_GAP = 8;
const LEAST_WIDTH = 118;

/** Longest path from a start; a cycle cannot be in a checked plan, and would only stop growing here. */
export function levelsOf(ids: readonly string[], edges: readonly EdgeView[]): ReadonlyMap<string, number> {
  const level = new Map(ids.map((id) => [id, 0]));
  const ordering = edges.filter((edge) => edge.why !== 'conflict');
  for (let round = 0; round < ids.length; round += 1) {
    let grown = false;
    for (const edge of ordering) {
      const wanted = (level.get(edge.from) ?? -1) + 1;
      if (wanted > (level.get(edge.to) ?? Infinity)) {
        level.set(edge.to, wanted);
        grown = true;
      }
    }
    if (!grown) break;
  }
  return level;
}

/** A curve from one cell to the next row's, or through the nearest gutter past the rows between. */
function edgePath(from: Cell, to: Cell, width: number, rowsBetween: number): string {
  const start = { x: from.x + width / 2, y: from.y + CELL_HEIGHT };
  const end = { x: to.x + width / 2, y: to.y };
  if (rowsBetween <= 1) {
    const middle = (start.y + end.y) / 2;
    return `M${start.x} ${start.y}C${start.x} ${middle} ${end.x} ${middle} ${end.x} ${end.y}`;
  }
  const side = to.x <= from.x ? to.x - 9 : to.x + width + 9;
  const x = to.x <= from.x ? to.x + 8 : to.x + width - 8;
  const out = to.x <= from.x ? from.x + 8 : from.x + width - 8;
  return `M${out} ${start.y}C${side} ${start.y + 22} ${side} ${start.y + 18} ${side} ${start.y + 30}L${side} ${end.y - 18}C${side} ${end.y - 8} ${x} ${end.y - 10} ${x} ${end.y}`;
}

/** `width` of the place in CSS pixels. Tasks of one level stand side by side, further ones in rows below. */
export function compactLayout(ids: readonly string[], edges: readonly EdgeView[], width: number): CompactLayout {
  const level = levelsOf(ids, edges);
  const columns = Math.max(1, Math.min(4, Math.floor((width - 2 * MARGIN + GUTTER) / (LEAST_WIDTH + GUTTER))));
  const cellWidth = Math.floor((width - 2 * MARGIN - (columns - 1) * GUTTER) / columns);
  const cells: Cell[] = [];
  const rowOf = new Map<string, number>();
  let y = MARGIN;
  let row = 0;
  const deepest = Math.max(0, ...level.values());
  for (let depth = 0; depth <= deepest; depth += 1) {
    const here = ids.filter((id) => level.get(id) === depth);
    here.forEach((id, index) => {
      if (index > 0 && index % columns === 0) {
        y += CELL_HEIGHT + ROW_GAP;
        row += 1;
      }
      cells.push({ id, x: MARGIN + (index % columns) * (cellWidth + GUTTER), y });
      rowOf.set(id, row);
    });
    y += CELL_HEIGHT + (depth === deepest ? MARGIN : LEVEL_GAP);
    row += 1;
  }
  const at = new Map(cells.map((cell) => [cell.id, cell]));
  const paths = edges.flatMap((edge) => {
    const from = at.get(edge.from);
    const to = at.get(edge.to);
    if (from === undefined || to === undefined || edge.from === edge.to) return [];
    const path = edgePath(from, to, cellWidth, (rowOf.get(edge.to) ?? 0) - (rowOf.get(edge.from) ?? 0));
    return [{ key: `${edge.from}>${edge.to}:${edge.why}`, from: edge.from, why: edge.why, path }];
  });
  return { cells, edges: paths, cellWidth, height: y };
}
