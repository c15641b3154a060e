/** The receipt that counts for a task as the dashboard shows it. Pure. */
import { receiptObject } from '../../core/receiptExport.js';
import type { ReceiptRecord } from '../../core/receipt.js';
import type { RunState, TaskRun } from '../../core/run.js';
import type { ReceiptView } from '../../shared/protocol.js';

/** What it landed by, else what it would land by. */
export function receiptView(run: TaskRun, state: RunState): ReceiptView | undefined {
  const { id } = run.task;
  const record =
    run.landed === undefined
      ? state.receipts.findLast((each) => each.receipt.id === run.receipt?.id)
      : state.receipts.findLast((each) => each.landings.some(({ task }) => task === id));
  return record === undefined ? undefined : viewOf(record, id);
}

function viewOf(record: ReceiptRecord, task: string): ReceiptView {
  const { receipt } = record;
  const landed = record.landings.find((each) => each.task === task);
  const others = record.tasks.filter((each) => each !== task);
  return {
    id: receipt.id,
    tree: receipt.tree,
    base: receipt.base,
    at: receipt.at,
    commands: receipt.commands.map(({ command, tests, flaky }) => ({ command, ...(tests !== undefined && { tests }), ...(flaky === true && { flaky }) })),
    ...(receipt.tools !== undefined && { tools: receipt.tools.map(({ name, version }) => ({ name, ...(version !== undefined && { version }) })) }),
    ...(receipt.lock !== undefined && { lock: receipt.lock }),
    ...(receipt.unproven === true && { unproven: true as const }),
    ...(landed !== undefined && { landed: landed.commit }),
    ...(others.length > 0 && { others }),
    json: JSON.stringify(receiptObject(record), null, 2),
  };
}
