/** What a green is bound to, and ways to take it along. */
import type { ReactNode } from 'react';
import type { ReceiptView, TaskView } from '../../src/shared/protocol.js';
import { send } from '../app.js';
import { Icon } from '../components/icon.js';
import { Button } from '../components/toolkit.js';
import { count, timeOfDay } from '../format.js';
import { Fact } from './facts.js';

function Id({ id }: { readonly id: string }): ReactNode {
  return <code title={id}>{id.slice(0, 12)}</code>;
}

function tools(receipt: ReceiptView): string {
  if (receipt.tools === undefined) return 'Not recorded by this earlier version';
  return receipt.tools.map((tool) => `${tool.name} ${tool.version ?? '(version unknown)'}`).join(', ');
}

function locks({ lock }: ReceiptView): ReactNode {
  if (lock === undefined) return 'Not recorded by this earlier version';
  if (lock === null) return 'None in the tree';
  return (
    <>
      <code title={lock.hash}>{lock.hash.slice(0, 12)}</code> <span className="muted">{lock.files.join(', ')}</span>
    </>
  );
}

/** What a green is bound to, to be read, copied and exported; nothing while there is none. */
export function Receipt({ task }: { readonly task: TaskView }): ReactNode {
  const { receipt } = task;
  if (receipt === undefined) return null;
  return (
    <section className="receipt" aria-label="Receipt">
      <h3>
        <Icon name={receipt.unproven === true ? 'question' : 'verified'} className={receipt.unproven === true ? 'tone-warning' : 'tone-ok'} /> Receipt{' '}
        <code className="cut muted" title={receipt.id}>
          {receipt.id}
        </code>
        <span className="muted num end">{timeOfDay(receipt.at)}</span>
      </h3>
      <dl className="facts">
        <Fact label="Tree">
          <Id id={receipt.tree} />
        </Fact>
        <Fact label="Base">
          <Id id={receipt.base} />
        </Fact>
        {receipt.unproven === true ? (
          <Fact label="Proof">None: a person accepted it as it is</Fact>
        ) : (
          <>
            <Fact label="Commands">
              <ul className="receipt-commands">
                {receipt.commands.map((each, index) => (
                  <li key={index}>
                    <code>{each.command}</code>
                    <span className="muted">
                      {[each.tests === undefined ? '' : ` ${count(each.tests, 'test')}`, each.flaky === true ? ' flaky' : ''].filter((part) => part !== '').join(' ·')}
                    </span>
                  </li>
                ))}
              </ul>
            </Fact>
            <Fact label="Tools">{tools(receipt)}</Fact>
            <Fact label="Lock files">{locks(receipt)}</Fact>
          </>
        )}
        {receipt.landed === undefined ? null : (
          <Fact label="Landed">
            <Id id={receipt.landed} />
            {receipt.others === undefined ? null : <span className="muted"> together with {receipt.others.join(', ')}</span>}
          </Fact>
        )}
      </dl>
      <div className="buttons">
        <Button icon="copy" title="Copy this receipt as JSON" onClick={() => send(`receipt:${receipt.id}`, { kind: 'action', action: { type: 'copy', text: receipt.json } })}>
          Copy Receipt
        </Button>
        <Button icon="export" title="Save all receipts of this run as a JSON file" onClick={() => send('export-receipts', { kind: 'action', action: { type: 'export-receipts' } })}>
          Export All…
        </Button>
      </div>
    </section>
  );
}
