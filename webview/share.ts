/** Keeps the identity of what did not change between two snapshots, so that only what changed is drawn again. */
import type { Snapshot } from '../src/shared/protocol.js';

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function shareList<T extends { readonly id: string }>(before: readonly T[], after: readonly T[]): readonly T[] {
  const old = new Map(before.map((item) => [item.id, item]));
  const shared = after.map((item) => {
    const known = old.get(item.id);
    return known !== undefined && same(known, item) ? known : item;
  });
  return shared.length === before.length && shared.every((item, index) => item === before[index]) ? before : shared;
}

/** `after`, with tasks, edges and lists taken from `before` where they are equal. */
export function shareUnchanged(before: Snapshot | undefined, after: Snapshot): Snapshot {
  if (before?.run === undefined || after.run === undefined || before.run.id !== after.run.id) return after;
  return {
    ...after,
    agents: shareList(before.agents, after.agents),
    runs: shareList(before.runs, after.runs),
    run: {
      ...after.run,
      tasks: shareList(before.run.tasks, after.run.tasks),
      edges: same(before.run.edges, after.run.edges) ? before.run.edges : after.run.edges,
      bill: same(before.run.bill, after.run.bill) ? before.run.bill : after.run.bill,
      warnings: same(before.run.warnings, after.run.warnings) ? before.run.warnings : after.run.warnings,
      notices: same(before.run.notices, after.run.notices) ? before.run.notices : after.run.notices,
    },
  };
}
