/**
 * The boundary check: a contract and everything that changed, to violations. Pure; the change set is gathered by the
 * git adapter in such a way that nothing can hide (see `ChangeSet`).
 */
import { matches } from './globs.js';
import type { Contract } from './plan.js';
import { isSideName } from './markers.js';
import type { BoundaryInput, ChangedPath, ChangeKind, ChangeSet } from './ports.js';

export type ViolationKind = 'outside-owns' | 'off-limits' | 'symlink-escape' | 'hidden-by-flag' | 'submodule' | 'conflict-marker';

export interface Violation {
  /** Repository path. */
  readonly path: string;
  readonly change: ChangeKind;
  readonly kind: ViolationKind;
}

/** Exactly what `switchyard boundary --json` prints. */
export interface BoundaryReport {
  readonly ok: boolean;
  readonly changed: readonly { readonly path: string; readonly change: ChangeKind }[];
  readonly ignored: readonly string[];
  readonly violations: readonly Violation[];
}

/**
 * Every way in which the changes break the contract, in the order of the change set. One path may break it in
 * several ways; each is listed. `offLimits` wins over `owns`, and an empty `owns` allows nothing.
 * @throws TypeError when the contract holds a glob that `validateGlob` refuses.
 */
export function checkBoundary(contract: Pick<Contract, 'owns' | 'offLimits'>, changes: ChangeSet): readonly Violation[] {
  const violations = changes.changed.flatMap((entry) => violationsOf(contract, entry));
  const changedCopies = new Set(changes.ignoredChanged);
  for (const path of [...new Set([...changes.ignored, ...changedCopies])].sort(byCodeUnit)) {
    const change: ChangeKind = changedCopies.has(path) ? 'modified' : 'added';
    if (coversIgnored(contract.offLimits, path)) violations.push({ path, change, kind: 'off-limits' });
    else if (changedCopies.has(path) && !matches(contract.owns, path)) violations.push({ path, change, kind: 'outside-owns' });
  }
  return violations;
}

/** The report of the headless command: the change set, what is ignored, and the violations. */
export function boundaryReport(input: BoundaryInput): BoundaryReport {
  const violations = checkBoundary(input.contract, input.changes);
  return {
    ok: violations.length === 0,
    changed: input.changes.changed.map(({ path, change }) => ({ path, change })),
    ignored: input.changes.ignored,
    violations,
  };
}

function violationsOf(contract: Pick<Contract, 'owns' | 'offLimits'>, entry: ChangedPath): readonly Violation[] {
  const kinds: ViolationKind[] = [];
  if (matches(contract.offLimits, entry.path)) kinds.push('off-limits');
  else if (!matches(contract.owns, entry.path)) kinds.push('outside-owns');
  if (entry.link?.escapes === true) kinds.push('symlink-escape');
  if (entry.hiddenByFlag === true) kinds.push('hidden-by-flag');
  if (entry.submodule === true) kinds.push('submodule');
  if (entry.change !== 'deleted' && entry.change !== 'renamed-from' && isSideName(entry.path)) kinds.push('conflict-marker');
  return kinds.map((kind) => ({ path: entry.path, change: entry.change, kind }));
}

/**
 * An ignored folder is listed as one entry that ends with `/`. It is off limits when a glob covers the folder or
 * all that is in it: no name a file could have there decides, so a name nobody uses stands for all of them.
 */
function coversIgnored(offLimits: readonly string[], path: string): boolean {
  if (!path.endsWith('/')) return matches(offLimits, path);
  return matches(offLimits, path.slice(0, -1)) || matches(offLimits, `${path}\u{f0000}/\u{f0000}`);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
