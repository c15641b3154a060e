/** Which of all processes belong to one attempt. Pure, so that every case can be tested on every platform. */
import type { ProcessRef, ProcessRow } from './table.js';

const key = (ref: ProcessRef): string => `${ref.pid} ${ref.startTime}`;

/**
 * A process is ours when it carries the nonce, was found to be ours before (`known`), lives in the session of the
 * root, or descends from one that is ours. The session counts only while the number cannot have been given to
 * somebody else: the root still lives, or nobody has its pid.
 */
export function members(
  rows: readonly ProcessRow[],
  root: ProcessRef | undefined,
  known: readonly ProcessRef[],
  self: number,
): readonly ProcessRow[] {
  const knownKeys = new Set([...known, ...(root === undefined ? [] : [root])].map(key));
  const holder = rows.find((row) => row.pid === root?.pid);
  const sessionIsOurs = root !== undefined && (holder === undefined || holder.startTime === root.startTime);
  const ours = new Map<number, ProcessRow>();
  for (const row of rows) {
    const inSession = sessionIsOurs && row.session === root.pid;
    if (row.pid !== self && (row.marked || inSession || knownKeys.has(key(row)))) ours.set(row.pid, row);
  }
  const children = byParent(rows);
  const queue = [...ours.keys()];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    for (const child of children.get(pid) ?? []) {
      if (child.pid === self || ours.has(child.pid)) continue;
      ours.set(child.pid, child);
      queue.push(child.pid);
    }
  }
  return [...ours.values()];
}

function byParent(rows: readonly ProcessRow[]): Map<number, ProcessRow[]> {
  const groups = new Map<number, ProcessRow[]>();
  for (const row of rows) groups.set(row.ppid, [...(groups.get(row.ppid) ?? []), row]);
  return groups;
}
