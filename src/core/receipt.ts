/** Receipts: does one still hold, and which did a run make. */
import type { LockFiles, Sha, ToolVersion } from './ports.js';
import type { Receipt } from './run.js';

/** A receipt with what it was made for and what landed by it. */
export interface ReceiptRecord {
  readonly receipt: Receipt;
  /** Ids of tasks; of changes beside the tasks their names. */
  readonly tasks: readonly string[];
  readonly landings: readonly { readonly task: string; readonly commit: Sha; readonly at: number }[];
  /** Tasks whose landing by this receipt was begun. */
  readonly intended: readonly string[];
}

/** What surrounds the tree now. */
export interface Surroundings {
  readonly lock: LockFiles | undefined;
  readonly tools: readonly ToolVersion[];
}

/** Why a receipt proves nothing any more, for people; `undefined` while it holds. Tree and base are compared by the landing. */
export function whyOutdated(receipt: Receipt, now: Surroundings): string | undefined {
  // A person's eyes have no version.
  if (receipt.unproven === true) return undefined;
  if (receipt.tools === undefined || receipt.lock === undefined) return 'its receipt does not say with which tools it was made';
  if (receipt.lock?.hash !== now.lock?.hash) return 'the lock files are not those that the gate ran with';
  for (const tool of now.tools) {
    const then = receipt.tools.find((each) => each.name === tool.name);
    if (then !== undefined && isSame(then, tool)) continue;
    return `${tool.name} is ${tool.version ?? 'unknown'} now, and was ${then?.version ?? 'unknown'} when the gate ran`;
  }
  return undefined;
}

function isSame(then: ToolVersion, now: ToolVersion): boolean {
  if (then.path !== undefined && then.path === now.path && then.modified === now.modified) return true;
  return then.version === now.version && (then.version !== undefined || (then.path === undefined && now.path === undefined));
}
