/** What the agent did, live: a long list of which only the visible rows exist; it stays at its end while one is there. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { ActivityLine } from '../../src/core/activity.js';
import type { TaskView } from '../../src/shared/protocol.js';
import { app, useApp } from '../app.js';
import { Icon } from '../components/icon.js';
import { Button, Select } from '../components/toolkit.js';
import { streamKey } from '../store.js';
import { activityRows, isShown, type ActivityRow } from './activityRows.js';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

/** Rows are made anew from the lines each time; one that reads the same is not drawn again. */
function readsTheSame({ row: a }: { readonly row: ActivityRow }, { row: b }: { readonly row: ActivityRow }): boolean {
  return a.seq === b.seq && a.ok === b.ok && a.text === b.text && a.detail === b.detail;
}

const Row = memo(function Row({ row }: { readonly row: ActivityRow }): ReactNode {
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

/** While the list follows its end, this many rows are in it: what an agent adds then costs the same after an hour as at first. */
const TAIL = 150;

/** More than a screen holds, or all there are. */
function lastRows(lines: readonly ActivityLine[]): readonly ActivityRow[] {
  // Results of tools and running totals have no row.
  const rows = activityRows(lines.slice(-4 * TAIL));
  return rows.length < TAIL && lines.length > 4 * TAIL ? activityRows(lines) : rows.slice(-TAIL);
}

function Rows({ lines, label }: { readonly lines: readonly ActivityLine[]; readonly label: string }): ReactNode {
  const ref = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const top = useRef(0);
  const rows = useMemo(() => (following ? lastRows(lines) : activityRows(lines)), [lines, following]);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer's functions change with it and need no memo
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => ref.current,
    estimateSize: () => 26,
    // By its key the row that a person reads keeps its place when the earlier ones come in above it.
    getItemKey: useCallback((index: number) => rows[index]?.seq ?? index, [rows]),
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const height = virtual.getTotalSize();
  const last = rows.at(-1)?.seq;
  useEffect(() => {
    // Rows turn out higher than they were taken for, and a full list has as many after a new line as before it.
    if (following && ref.current !== null) ref.current.scrollTop = ref.current.scrollHeight;
  }, [last, height, following]);
  return (
    <div
      ref={ref}
      className="lines grow"
      role="region"
      tabIndex={0}
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key !== 'Home' && event.key !== 'End') return;
        event.preventDefault();
        setFollowing(event.key === 'End');
        if (event.key === 'Home') virtual.scrollToIndex(0);
      }}
      onScroll={(event) => {
        const box = event.currentTarget;
        // Only a person scrolls up; what grows below moves the end away from under the view.
        if (box.scrollHeight - box.scrollTop - box.clientHeight < 40) setFollowing(true);
        else if (box.scrollTop < top.current) setFollowing(false);
        // Rows that come into sight for the first time turn out higher than they were taken for: the end moves away from who goes there.
        else if (virtual.range?.endIndex === rows.length - 1) setFollowing(true);
        top.current = box.scrollTop;
      }}
    >
      <div className="lines-all" style={{ height }}>
        <div className="lines-shown wrapped" style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              <div key={item.key} data-index={item.index} ref={virtual.measureElement}>
                {row === undefined ? null : <Row row={row} />}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** What an agent did, attempt by attempt. Looking at it asks the host to stream that attempt. */
export function Activity({ task }: { readonly task: TaskView }): ReactNode {
  const last = task.attempts.at(-1)?.attempt;
  const [chosen, setChosen] = useState<number>();
  const attempt = task.attempts.some((one) => one.attempt === chosen) ? chosen : last;
  const stream = useApp((state) => (attempt === undefined ? undefined : state.streams[streamKey(task.id, attempt)]));
  useEffect(() => {
    if (attempt === undefined) return;
    app.openActivity(task.id, attempt);
    return () => app.closeActivity(task.id, attempt);
  }, [task.id, attempt]);
  const lines = stream?.lines ?? [];
  if (attempt === undefined) return <p className="pane muted">No agent has worked on this task yet.</p>;
  return (
    <div className="pane fill">
      {task.attempts.length < 2 ? null : (
        <Select
          label="Attempt"
          value={String(attempt)}
          options={task.attempts.map((one) => ({ value: String(one.attempt), text: `Attempt ${one.attempt} of at most ${task.maxAttempts}` }))}
          onChange={(value) => setChosen(Number(value))}
        />
      )}
      {stream?.state === 'failed' ? (
        <div className="note error" role="alert">
          <p>The activity could not be read: {stream.error}</p>
          <Button onClick={() => app.openActivity(task.id, attempt)}>Read Again</Button>
        </div>
      ) : lines.some(isShown) ? (
        <Rows key={`${task.id}#${attempt}`} lines={lines} label={`Activity of attempt ${attempt}`} />
      ) : (
        <p className="muted">{stream?.state === 'live' ? 'The agent has not said anything yet.' : 'Reading…'}</p>
      )}
    </div>
  );
}
