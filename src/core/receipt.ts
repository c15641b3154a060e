/** Receipts: does one still hold, and which did a run make. */
import type { Event } from './events.js';
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

/** One step of the fold: the run's receipts, oldest first. The same tree gated again replaces its receipt. */
export function foldReceipts(records: readonly ReceiptRecord[], event: Event, at: number): readonly ReceiptRecord[] {
  switch (event.type) {
    case 'gate.finished':
      return event.receipt === undefined ? records : withReceipt(records, event.receipt, event.task);
    case 'unproven.accepted':
      return withReceipt(records, event.receipt, event.task);
    case 'receipt.made':
      return withReceipt(records, event.receipt);
    case 'change.gated':
      return event.receipt === undefined ? records : withReceipt(records, event.receipt, event.change);
    case 'merge.intended':
      return intended(records, event.receipt, event.task);
    case 'change.intended':
      return intended(records, event.receipt, event.change);
    case 'merge.refused':
      return refused(records, event.task);
    case 'change.refused':
      return refused(records, event.change);
    case 'merge.landed':
      return landed(records, event.task, event.commit, at);
    case 'change.landed':
      return landed(records, event.change, event.commit, at);
    default:
      return records;
  }
}

type Records = readonly ReceiptRecord[];

function intended(records: Records, receipt: string, task: string): Records {
  const add = (list: readonly string[]): readonly string[] => [...new Set([...list, task])];
  return records.map((each) => (each.receipt.id === receipt ? { ...each, tasks: add(each.tasks), intended: add(each.intended) } : each));
}

function refused(records: Records, task: string): Records {
  return records.map((each) => (each.intended.includes(task) ? { ...each, intended: each.intended.filter((name) => name !== task) } : each));
}

function landed(records: Records, task: string, commit: Sha, at: number): Records {
  return records.map((each) =>
    each.intended.includes(task) ? { ...each, intended: each.intended.filter((name) => name !== task), landings: [...each.landings, { task, commit, at }] } : each,
  );
}

function withReceipt(records: readonly ReceiptRecord[], receipt: Receipt, task?: string): readonly ReceiptRecord[] {
  const before = records.find((each) => each.receipt.id === receipt.id);
  const tasks = [...new Set([...(before?.tasks ?? []), ...(task === undefined ? [] : [task])])];
  const record: ReceiptRecord = { receipt, tasks, landings: before?.landings ?? [], intended: before?.intended ?? [] };
  return [...records.filter((each) => each !== before), record];
}
