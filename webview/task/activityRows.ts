/** Rows of the Activity tab: a tool call and its result are one row; running totals are left to the bill. Pure. */
import type { ActivityLine } from '../../src/core/activity.js';

export interface ActivityRow {
  readonly seq: number;
  readonly at: number;
  readonly kind: 'message' | 'thinking' | 'tool' | 'edit' | 'denied' | 'retry' | 'warning' | 'session';
  readonly icon: string;
  readonly text: string;
  /** For a tool: how it ended, when it has. */
  readonly ok?: boolean;
  /** For a tool: what it said; shown when it failed. */
  readonly detail?: string;
}

const LONGEST = 4_000;
const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${(text.length - LONGEST).toLocaleString('en-US')} more characters)` : text);
const EDITS = { added: 'diff-added', modified: 'diff-modified', deleted: 'diff-removed' } as const;

function rowOf(line: ActivityLine): ActivityRow | undefined {
  const base = { seq: line.seq, at: line.at };
  switch (line.type) {
    case 'session':
      return { ...base, kind: 'session', icon: 'plug', text: line.model === undefined ? 'Session started' : `Session started · ${line.model}` };
    case 'message':
      return { ...base, kind: 'message', icon: 'comment', text: cut(line.text) };
    case 'thinking':
      return { ...base, kind: 'thinking', icon: 'lightbulb', text: cut(line.text) };
    case 'tool':
      return { ...base, kind: 'tool', icon: 'tools', text: line.title };
    case 'edit':
      return { ...base, kind: 'edit', icon: EDITS[line.change], text: line.path };
    case 'denied':
      return { ...base, kind: 'denied', icon: 'circle-slash', text: `Was denied ${line.tool}: ${line.why}` };
    case 'retry':
      return {
        ...base,
        kind: 'retry',
        icon: 'refresh',
        text: `Tries again after ${line.reason.replaceAll('-', ' ')} (${line.attempt}${line.of === undefined ? '' : ` of ${line.of}`})`,
      };
    case 'warning':
      return { ...base, kind: 'warning', icon: 'warning', text: cut(line.text) };
    case 'tool-result':
    case 'usage':
      return undefined;
  }
}

/** It has a row of its own; what has not is told with a tool's call, or in the bill. */
export function isShown(line: ActivityLine): boolean {
  return line.type !== 'tool-result' && line.type !== 'usage';
}

/** A CLI tells a write twice, as a call and as a change; the call has said it. */
function tellsOf(row: ActivityRow | undefined, path: string): boolean {
  return row?.kind === 'tool' && (row.text === path || row.text.endsWith(` ${path}`));
}

/** Activity as rows: a tool's result belongs to the row of its call, however late it comes. */
export function activityRows(lines: readonly ActivityLine[]): readonly ActivityRow[] {
  const rows: ActivityRow[] = [];
  const toolAt = new Map<string, number>();
  for (const line of lines) {
    if (line.type === 'tool-result') {
      const index = toolAt.get(line.id);
      const row = index === undefined ? undefined : rows[index];
      if (index !== undefined && row !== undefined) {
        rows[index] = { ...row, ok: line.ok, ...(line.text === undefined ? {} : { detail: cut(line.text) }) };
      }
      continue;
    }
    const row = rowOf(line);
    if (row === undefined || (line.type === 'edit' && tellsOf(rows.at(-1), line.path))) continue;
    if (line.type === 'tool') toolAt.set(line.id, rows.length);
    rows.push(row);
  }
  return rows;
}

/** More rows than a screen holds. */
const TAIL = 100;

/**
 * The last rows, from the line with the sequence number `from` on; when they are twice as many as are wanted, from a later
 * one, which is to be handed over the next time.
 */
export function tailOf(lines: readonly ActivityLine[], from: number): { readonly from: number; readonly rows: readonly ActivityRow[] } {
  const rows = activityRows(lines.slice(lines.findLastIndex((line) => line.seq < from) + 1));
  return rows.length <= 2 * TAIL ? { from, rows } : { from: rows.at(-TAIL)?.seq ?? from, rows: rows.slice(-TAIL) };
}
