/** From the calls of a run without faults to every fault that can be made of them. */
import type { Fault, FaultCode, FaultKind } from './faults.js';

const CODES: readonly FaultCode[] = ['ENOSPC', 'EIO', 'EMFILE'];

/** Calls of git that change something; the others only look. */
const ACTS = /^git\.(addWorktree|commitAll|bringUpToDate|commitTree|advance|removeWorktree|mergedTree|push|createBranch|removeBranch|treeWithout|keepSides|openConflict|concludeMerge)\(/u;

function kindsAt(point: string): readonly FaultKind[] {
  if (point.startsWith('log.append')) return ['crash', 'crash-after'];
  if (point.startsWith('disk.write')) return ['fail', 'torn'];
  if (point.startsWith('disk.datasync')) return ['fail', 'power'];
  if (point.startsWith('runners.')) return ['fail', 'crash', 'crash-after', 'power'];
  if (point.startsWith('gates.run') || point.startsWith('pullRequests.')) return ['fail', 'crash', 'crash-after', 'power'];
  if (ACTS.test(point)) return ['fail', 'fail-after', 'crash', 'crash-after', 'power'];
  // A rename among them: files are written by one.
  if (point.startsWith('files.') || point.startsWith('logs.')) return ['fail', 'crash', 'crash-after', 'power'];
  if (point.startsWith('git.')) return ['fail'];
  return [];
}

function codeFor(kind: FaultKind, point: string, index: number): Partial<Pick<Fault, 'code'>> {
  if (kind !== 'fail' && kind !== 'fail-after') return {};
  if (point.startsWith('disk.')) return { code: index % 2 === 0 ? 'ENOSPC' : 'EIO' };
  return { code: CODES[index % CODES.length] ?? 'EIO' };
}

/** Every fault at these points, in the order of the points. */
export function faultsAt(points: readonly string[], kinds: readonly FaultKind[] = ['fail', 'fail-after', 'crash', 'crash-after', 'power', 'torn']): readonly Fault[] {
  return points.flatMap((point, index) =>
    kindsAt(point)
      .filter((kind) => kinds.includes(kind))
      .map((kind) => ({ point, kind, ...codeFor(kind, point, index) })),
  );
}

/** Deals the faults out to runs so that each run has them far apart: a recovery has time before the next one. */
export function deal(faults: readonly Fault[], perRun: number): readonly (readonly Fault[])[] {
  const runs = Math.ceil(faults.length / perRun);
  return Array.from({ length: runs }, (_, run) => {
    const mine = faults.filter((_fault, index) => index % runs === run);
    // Of several faults at one point only the first could happen.
    return mine.filter((fault, index) => mine.findIndex((other) => other.point === fault.point) === index);
  });
}
