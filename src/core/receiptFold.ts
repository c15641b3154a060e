/** The part of the fold that gathers a run's receipts, oldest first. The same tree gated again replaces its receipt. */
import type { Event } from './events.js';
import type { Own } from './own.js';
import type { ReceiptRecord } from './receipt.js';
import type { Receipt } from './run.js';

/** Types of events that are about receipts; no others are looked at. */
const ABOUT: ReadonlySet<Event['type']> = new Set(['gate.finished', 'unproven.accepted', 'receipt.made', 'change.gated', 'merge.intended', 'change.intended', 'merge.refused', 'change.refused', 'merge.landed', 'change.landed']);

export interface ReceiptFold {
  add(event: Event, at: number): void;
  /** All of them, or `undefined` when none has changed since they were last asked for. */
  changed(): readonly ReceiptRecord[] | undefined;
}

/** @param present gives the receipts as they were when the folding began; asked for once, with the first event about one. */
export function receiptFold(present: () => readonly ReceiptRecord[], own: Own): ReceiptFold {
  let made: Receipts | undefined;
  let touched = false;
  return {
    add: (event, at) => {
      if (!ABOUT.has(event.type)) return;
      made ??= receiptsOf(present(), own);
      step(made, event, at);
      touched = true;
    },
    changed: () => {
      if (!touched || made === undefined) return undefined;
      touched = false;
      return [...made.records.values()];
    },
  };
}

interface Receipts {
  readonly own: Own;
  /** By id, in order. */
  readonly records: Map<string, ReceiptRecord>;
  /** Ids of those by which a landing was begun. */
  readonly begun: Set<string>;
}

function receiptsOf(list: readonly ReceiptRecord[], own: Own): Receipts {
  return {
    own,
    records: new Map(list.map((each) => [each.receipt.id, each])),
    begun: new Set(list.flatMap((each) => (each.intended.length > 0 ? [each.receipt.id] : []))),
  };
}

function step(receipts: Receipts, event: Event, at: number): void {
  switch (event.type) {
    case 'gate.finished':
    case 'unproven.accepted':
      if (event.receipt !== undefined) put(receipts, event.receipt, event.task);
      return;
    case 'receipt.made':
      put(receipts, event.receipt);
      return;
    case 'change.gated':
      if (event.receipt !== undefined) put(receipts, event.receipt, event.change);
      return;
    case 'merge.intended':
      intend(receipts, event.receipt, event.task);
      return;
    case 'change.intended':
      intend(receipts, event.receipt, event.change);
      return;
    case 'merge.refused':
      end(receipts, event.task);
      return;
    case 'change.refused':
      end(receipts, event.change);
      return;
    case 'merge.landed':
      end(receipts, event.task, { task: event.task, commit: event.commit, at });
      return;
    case 'change.landed':
      end(receipts, event.change, { task: event.change, commit: event.commit, at });
      return;
    default:
  }
}

function put({ records }: Receipts, receipt: Receipt, task?: string): void {
  const before = records.get(receipt.id);
  const tasks = [...new Set([...(before?.tasks ?? []), ...(task === undefined ? [] : [task])])];
  // To the end: it is the youngest.
  records.delete(receipt.id);
  records.set(receipt.id, { receipt, tasks, landings: before?.landings ?? [], intended: before?.intended ?? [] });
}

function intend({ records, begun, own }: Receipts, id: string, task: string): void {
  const present = records.get(id);
  if (present === undefined) return;
  const add = (list: readonly string[]): readonly string[] => [...new Set([...list, task])];
  const record = own.object(present);
  record.tasks = add(record.tasks);
  record.intended = add(record.intended);
  records.set(id, record);
  begun.add(id);
}

/** A task's landing is over, by `landing` or refused. */
function end({ records, begun, own }: Receipts, task: string, landing?: ReceiptRecord['landings'][number]): void {
  for (const id of begun) {
    const present = records.get(id);
    if (present?.intended.includes(task) !== true) continue;
    const record = own.object(present);
    record.intended = record.intended.filter((name) => name !== task);
    if (landing !== undefined) record.landings = [...record.landings, landing];
    records.set(id, record);
    if (record.intended.length === 0) begun.delete(id);
  }
}
