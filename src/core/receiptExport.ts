/** Receipts as they leave Switchyard: for an archive, an audit or a build that checks them. */
import type { ReceiptRecord } from './receipt.js';
import type { RunState } from './run.js';

/** One receipt as `receipts --json` prints it and the export holds it. */
export function receiptObject({ receipt, tasks, landings }: ReceiptRecord): object {
  return { ...receipt, at: new Date(receipt.at).toISOString(), tasks, landings: landings.map((each) => ({ ...each, at: new Date(each.at).toISOString() })) };
}

/** All receipts of a run as one document. */
export function receiptsDocument(state: RunState): object {
  return { version: 1, run: state.run, goal: state.goal, base: state.base, receipts: state.receipts.map(receiptObject) };
}
