/** Receipts as they leave Switchyard: for an archive, an audit or a build that checks them. */
import type { ReceiptRecord } from './receipt.js';
import type { RunState } from './run.js';
import { masked, maskOf, type Mask } from './secrets.js';

/** Who knows no environment still knows the shapes of tokens. */
const SHAPES = maskOf({});

/** One receipt as `receipts --json` prints it and the export holds it: without a secret, should a gate's command or a file's name hold one. */
export function receiptObject({ receipt, tasks, landings }: ReceiptRecord, mask: Mask = SHAPES): object {
  return masked({ ...receipt, at: new Date(receipt.at).toISOString(), tasks, landings: landings.map((each) => ({ ...each, at: new Date(each.at).toISOString() })) }, mask);
}

/** All receipts of a run as one document. */
export function receiptsDocument(state: RunState, mask: Mask = SHAPES): object {
  return { version: 1, run: state.run, goal: mask(state.goal), base: state.base, receipts: state.receipts.map((record) => receiptObject(record, mask)) };
}
