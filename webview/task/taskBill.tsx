import type { ReactNode } from 'react';
import type { RunView, TaskView } from '../../src/shared/protocol.js';
import { BillNotes, LineTable, Money } from '../bill/tables.js';

/** What this task has cost so far. */
export function TaskBill({ run, task }: { readonly run: RunView; readonly task: TaskView }): ReactNode {
  const lines = run.bill.lines.filter((line) => line.task === task.id);
  if (lines.length === 0) return <p className="pane muted">Nothing is reported for this task yet. Some CLIs tell only when an attempt ends.</p>;
  const together = run.bill.byTask.find((row) => row.key === task.id)?.amount;
  return (
    <div className="pane scroll">
      <div className="bill-part">
        <LineTable lines={lines} withTask={false} />
      </div>
      {task.billed && together !== undefined ? (
        <p className="bill-sum">
          <span>Together</span>
          <b className="num">
            <Money amount={together} />
          </b>
        </p>
      ) : null}
      <BillNotes lines={lines} total={task.amount} />
    </div>
  );
}
