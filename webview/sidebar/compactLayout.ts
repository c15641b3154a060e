/** The plan in a narrow place: rows by level, as many columns as fit. Pure. */
import type { EdgeView } from '../../src/shared/protocol.js';

export interface Cell {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}
export interface CompactLayout {
  readonly cells: readonly Cell[];
  readonly edges: readonly { readonly key: string; readonly from: string; readonly to: string; readonly why: EdgeView['why']; readonly path: string }[];
  readonly cellWidth: number;
  readonly height: number;
}

export const CELL_HEIGHT = 24;
const MARGIN = 12;
const GUTTER = 22;
const LEVEL_GAP = 30;
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

interface Place {
  readonly cell: Cell;
  readonly column: number;
  readonly row: number;
}

/**
 * From one cell's bottom to another's top: a curve to the next row, else down the gutter between the two columns (the
 * outer one where both stand in the same), so that it passes beside the cells between.
 */
function edgePath(from: Place, to: Place, width: number): string {
  const top = from.cell.y + CELL_HEIGHT;
  const end = to.cell.y;
  if (to.row - from.row <= 1) {
    const x1 = from.cell.x + width / 2;
    const x2 = to.cell.x + width / 2;
    const middle = (top + end) / 2;
    return x1 === x2 ? `M${x1} ${top}V${end}` : `M${x1} ${top}C${x1} ${middle} ${x2} ${middle} ${x2} ${end}`;
  }
  const leftOf = (place: Place): number => place.cell.x - GUTTER / 3;
  const rightOf = (place: Place): number => place.cell.x + width + GUTTER / 3;
  const toRight = to.column > from.column || (to.column === from.column && to.column > 0);
  const gutter = to.column === from.column ? (toRight ? rightOf(to) : leftOf(to)) : toRight ? rightOf(from) : leftOf(from);
  const near = (place: Place): number => (gutter > place.cell.x ? place.cell.x + width - 10 : place.cell.x + 10);
  const out = near(from);
  const into = near(to);
  return `M${out} ${top}C${out} ${top + 7} ${gutter} ${top + 3} ${gutter} ${top + 12}V${end - 12}C${gutter} ${end - 3} ${into} ${end - 7} ${into} ${end}`;
}

/** `width` of the place in CSS pixels. Tasks of one level stand side by side, further ones in rows below. */
export function compactLayout(ids: readonly string[], edges: readonly EdgeView[], width: number): CompactLayout {
  const level = levelsOf(ids, edges);
  const columns = Math.max(1, Math.min(4, Math.floor((width - 2 * MARGIN + GUTTER) / (LEAST_WIDTH + GUTTER))));
  const cellWidth = Math.floor((width - 2 * MARGIN - (columns - 1) * GUTTER) / columns);
  const places: Place[] = [];
  let y = MARGIN;
  let row = 0;
  const put = (here: readonly string[]): void => {
    here.forEach((id, index) => {
      if (index > 0 && index % columns === 0) {
        y += CELL_HEIGHT + ROW_GAP;
        row += 1;
      }
      const column = index % columns;
      places.push({ cell: { id, x: MARGIN + column * (cellWidth + GUTTER), y }, column, row });
    });
    if (here.length > 0) y += CELL_HEIGHT + LEVEL_GAP;
    row += 1;
  };
  const tied = new Set(edges.filter((edge) => edge.why !== 'conflict').flatMap((edge) => [edge.from, edge.to]));
  const deepest = Math.max(0, ...level.values());
  for (let depth = 0; depth <= deepest; depth += 1) put(ids.filter((id) => tied.has(id) && level.get(id) === depth));
  put(ids.filter((id) => !tied.has(id)));
  const at = new Map(places.map((place) => [place.cell.id, place]));
  const paths = edges.flatMap((edge) => {
    const from = at.get(edge.from);
    const to = at.get(edge.to);
    if (from === undefined || to === undefined || edge.from === edge.to) return [];
    return [{ key: `${edge.from}>${edge.to}:${edge.why}`, from: edge.from, to: edge.to, why: edge.why, path: edgePath(from, to, cellWidth) }];
  });
  return { cells: places.map((place) => place.cell), edges: paths, cellWidth, height: y - LEVEL_GAP + MARGIN };
}
