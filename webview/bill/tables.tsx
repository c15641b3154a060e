/** Tables of tokens and money. Only what agents reported; what is unknown is said so. */
import type { ReactNode } from 'react';
import type { Amount, BillLine, PrintedAmount } from '../../src/shared/protocol.js';
import { Bar } from '../components/bar.js';
import { agentText, tokens } from '../format.js';

/** Money, or why there is none. */
export function Money({ amount }: { readonly amount: PrintedAmount }): ReactNode {
  if (!amount.unknownUsd) return amount.printed;
  return amount.usd === 0 ? (
    <span className="muted">unknown price</span>
  ) : (
    <>
      {amount.printed} <span className="muted">+ unknown</span>
    </>
  );
}

function Tokens({ amount }: { readonly amount: Amount }): ReactNode {
  return (
    <>
      <td className="num">{tokens(amount.inputTokens)}</td>
      <td className="num muted cached">{tokens(amount.cachedInputTokens)}</td>
      <td className="num">{tokens(amount.outputTokens)}</td>
    </>
  );
}

function TokenHeads(): ReactNode {
  return (
    <>
      <th scope="col" className="num" title="Input tokens, cached ones included">
        In
      </th>
      <th scope="col" className="num cached" title="Input tokens read from the vendor’s cache: part of In">
        Cached
      </th>
      <th scope="col" className="num" title="Output tokens, reasoning included">
        Out
      </th>
      <th scope="col" className="num">
        USD
      </th>
    </>
  );
}

/** The same figures stand under each other in every table of the bill. */
function Columns({ withAgent = false }: { readonly withAgent?: boolean }): ReactNode {
  return (
    <colgroup>
      <col />
      {withAgent ? <col className="agent-col" /> : null}
      <col className="tokens-col" />
      <col className="tokens-col cached-col" />
      <col className="tokens-col" />
      <col className="money-col" />
    </colgroup>
  );
}

export interface Share {
  readonly key: string;
  readonly title?: string;
  readonly amount: PrintedAmount;
}

/** Sums by something, the dearest first, with a bar for its part of the whole. */
export function ShareTable({ title, rows, total }: { readonly title: string; readonly rows: readonly Share[]; readonly total: Amount }): ReactNode {
  const sorted = [...rows].sort((a, b) => b.amount.usd - a.amount.usd);
  return (
    <section className="bill-part" aria-label={`By ${title.toLowerCase()}`}>
      <table>
        <Columns />
        <thead>
          <tr>
            <th scope="col">{title}</th>
            <TokenHeads />
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <span className="cut">{row.title ?? row.key}</span>
                <Bar share={total.usd === 0 ? 0 : row.amount.usd / total.usd} tone="blue" />
              </th>
              <Tokens amount={row.amount} />
              <td className="num">
                <Money amount={row.amount} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** One row per attempt. */
export function LineTable({ lines, withTask }: { readonly lines: readonly BillLine[]; readonly withTask: boolean }): ReactNode {
  return (
    <table>
      <Columns withAgent={withTask} />
      <thead>
        <tr>
          <th scope="col">{withTask ? 'Attempt' : 'Attempt · agent'}</th>
          {withTask ? <th scope="col">Agent</th> : null}
          <TokenHeads />
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={`${line.task}:${line.role}:${line.attempt}:${line.model ?? ''}`}>
            <th scope="row">
              <span className="cut">{withTask ? `${line.title} · ${line.attempt}` : `${line.attempt} · ${agentText(line.agent, line.model)}`}</span>
              <small className="muted">
                {line.role}
                {line.tier === undefined ? '' : ` · ${line.tier}`}
                {line.apiEquivalent ? ' · subscription' : ''}
              </small>
            </th>
            {withTask ? <td>{agentText(line.agent, line.model)}</td> : null}
            {line.nothingReported || line.empty === true ? (
              <td colSpan={4} className="num muted">
                {line.nothingReported ? 'the CLI reported nothing' : 'used nothing that was counted'}
              </td>
            ) : (
              <>
                <Tokens amount={line} />
                <td className="num">
                  <Money amount={line} />
                </td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What has to be known to read the figures. */
export function BillNotes({ lines, total }: { readonly lines: readonly BillLine[]; readonly total: Amount }): ReactNode {
  const equivalent = lines.some((line) => line.apiEquivalent);
  const silent = lines.filter((line) => line.nothingReported).length;
  const unpriced = lines.some((line) => line.unknownUsd && !line.nothingReported);
  if (!equivalent && silent === 0 && !unpriced) return null;
  return (
    <ul className="bill-notes muted">
      {equivalent ? <li>Lines marked “subscription” are paid by a subscription: the figure is what the API would have cost.</li> : null}
      {unpriced ? <li>For some models no price is known; their tokens are counted, their money is not{total.usd > 0 ? ', so the real sum is higher' : ''}.</li> : null}
      {silent > 0 ? <li>Where a CLI reported nothing, neither tokens nor money are known.</li> : null}
    </ul>
  );
}
