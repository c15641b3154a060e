/** One row of the Activity tab. */
import { memo, type ReactNode } from 'react';
import { Icon } from '../components/icon.js';
import type { ActivityRow } from './activityRows.js';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

/** Rows are made anew from the lines each time; one that reads the same is not drawn again. */
function readsTheSame({ row: a }: { readonly row: ActivityRow }, { row: b }: { readonly row: ActivityRow }): boolean {
  return a.seq === b.seq && a.ok === b.ok && a.text === b.text && a.detail === b.detail;
}

/** What an agent said or did at one moment, as plain text. */
export const Row = memo(function Row({ row }: { readonly row: ActivityRow }): ReactNode {
  return (
    <div className={`activity-row a-${row.kind}`}>
      <span className="activity-time num">{time.format(row.at)}</span>
      <Icon name={row.kind === 'tool' && row.ok === false ? 'error' : row.icon} className={row.ok === false ? 'tone-bad' : `tone-${row.kind}`} />
      <div className="activity-text">
        {row.text}
        {row.ok === false ? <span className="muted"> failed</span> : null}
        {row.ok === false && row.detail !== undefined ? <pre className="quoted">{row.detail}</pre> : null}
      </div>
    </div>
  );
}, readsTheSame);
