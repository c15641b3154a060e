/** The run's bill: what is known, by role, model, task and attempt, against the budget if there is one. */
import type { ReactNode } from 'react';
import type { RunView } from '../../src/shared/protocol.js';
import { Bar } from '../components/bar.js';
import { Icon } from '../components/icon.js';
import { tokens, usd } from '../format.js';
import { BillNotes, LineTable, Money, ShareTable } from './tables.js';

const ROLES: Readonly<Record<string, string>> = { planner: 'Planner', executor: 'Executor', reviewer: 'Reviewer' };

function Figure({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd className="num">{children}</dd>
    </div>
  );
}

/** The bill by task, role and model, with the estimate against what it became. */
export function Bill({ run }: { readonly run: RunView }): ReactNode {
  const { bill } = run;
  const { total } = bill;
  if (bill.lines.length === 0) {
    return (
      <div className="bill empty-bill">
        <p className="muted">No agent has reported anything yet. Tokens and money appear here as attempts end; some CLIs tell only then.</p>
      </div>
    );
  }
  const equivalent = bill.lines.some((line) => line.apiEquivalent);
  return (
    <div className="bill scroll" role="region" aria-label="Bill" tabIndex={0}>
      <dl className="figures">
        <Figure label={equivalent ? 'API-equivalent' : 'Spent'}>
          <Money amount={total} />
        </Figure>
        {bill.budgetUsd === undefined ? null : (
          <Figure label="Budget">
            {usd(bill.budgetUsd)}
            <Bar share={total.usd / bill.budgetUsd} tone={bill.overshootUsd === undefined ? 'blue' : 'red'} />
          </Figure>
        )}
        <Figure label="Input tokens">{tokens(total.inputTokens)}</Figure>
        <Figure label="of them cached">{tokens(total.cachedInputTokens)}</Figure>
        <Figure label="Output tokens">{tokens(total.outputTokens)}</Figure>
      </dl>
      {bill.overshootUsd === undefined ? null : (
        <p className="note warning">
          <Icon name="warning" className="tone-warning" /> {usd(bill.overshootUsd)} beyond the budget: some CLIs tell what they used only at their end.
        </p>
      )}
      <BillNotes lines={bill.lines} total={total} />
      <div className="bill-grid">
        <ShareTable title="Role" rows={bill.byRole.map((row) => ({ ...row, title: ROLES[row.key] ?? row.key }))} total={total} />
        <ShareTable title="Model" rows={bill.byModel} total={total} />
      </div>
      <ShareTable title="Task" rows={bill.byTask} total={total} />
      <section className="bill-part" aria-label="Attempts">
        <h3>Attempts</h3>
        <LineTable lines={bill.lines} withTask />
      </section>
    </div>
  );
}
