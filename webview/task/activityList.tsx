/**
 * What the agent did, live. While the list follows its end, its last rows simply stand in the page, and a new line costs no
 * more than its own row; a person who scrolls up gets all of them, of which only the visible ones exist, and keeps their place.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import type { ActivityLine } from '../../src/core/activity.js';
import { Row } from './activityRow.js';
import { activityRows, tailOf } from './activityRows.js';

/** The row at the upper edge of the view, and how many pixels of it are above that edge. */
interface Place {
  readonly seq: number;
  readonly above: number;
}

/** The last rows. They leave by the hundred: each that leaves moves all others, which are then drawn again. */
function Tail({ lines, content }: { readonly lines: readonly ActivityLine[]; readonly content: RefObject<HTMLDivElement | null> }): ReactNode {
  const [from, setFrom] = useState(0);
  const tail = useMemo(() => tailOf(lines, from), [lines, from]);
  if (tail.from !== from) setFrom(tail.from);
  return (
    <div ref={content} className="lines-tail">
      {tail.rows.map((row) => (
        <div key={row.seq} data-seq={row.seq}>
          <Row row={row} />
        </div>
      ))}
    </div>
  );
}

/** All rows; it begins at `place`. `seesEnd` is told what says whether the last one is in sight. */
function History({
  lines,
  box,
  place,
  seesEnd,
}: {
  readonly lines: readonly ActivityLine[];
  readonly box: RefObject<HTMLDivElement | null>;
  readonly place: Place;
  readonly seesEnd: RefObject<() => boolean>;
}): ReactNode {
  const rows = useMemo(() => activityRows(lines), [lines]);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer's functions change with it and need no memo
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => 26,
    getItemKey: useCallback((index: number) => rows[index]?.seq ?? index, [rows]),
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  useLayoutEffect(() => {
    const index = rows.findIndex((row) => row.seq >= place.seq);
    const start = virtual.getOffsetForIndex(Math.max(0, index), 'start')?.[0] ?? 0;
    box.current?.scrollTo({ top: start + place.above });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when it takes the place of the tail
  }, [place]);
  useEffect(() => {
    seesEnd.current = () => virtual.range?.endIndex === rows.length - 1;
  });
  return (
    <div className="lines-all" style={{ height: virtual.getTotalSize() }}>
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
  );
}

/** Which row of the tail is at the upper edge of the view. */
function placeIn(box: HTMLElement, tail: HTMLElement | null): Place {
  const row = [...(tail?.children ?? [])].find((each): each is HTMLElement => each instanceof HTMLElement && each.offsetTop + each.offsetHeight > box.scrollTop);
  return row === undefined ? { seq: 0, above: 0 } : { seq: Number(row.dataset['seq']), above: box.scrollTop - row.offsetTop };
}

/** The list of one attempt's activity, under the name `label`. */
export const ActivityList = memo(function ActivityList({ lines, label }: { readonly lines: readonly ActivityLine[]; readonly label: string }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  /** Where a person reads; without it the list follows its end. */
  const [place, setPlace] = useState<Place>();
  const following = place === undefined;
  const top = useRef(0);
  const seesEnd = useRef<() => boolean>(() => false);
  useEffect(() => {
    if (!following || box.current === null || content.current === null) return;
    const grown = new ResizeObserver(() => {
      if (box.current === null) return;
      box.current.scrollTop = box.current.scrollHeight;
      top.current = box.current.scrollTop;
    });
    // Each of them is told at once, too.
    grown.observe(content.current);
    grown.observe(box.current);
    return () => grown.disconnect();
  }, [following]);
  return (
    <div
      ref={box}
      className="lines grow"
      role="region"
      tabIndex={0}
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key !== 'Home' && event.key !== 'End') return;
        event.preventDefault();
        setPlace(event.key === 'Home' ? { seq: 0, above: 0 } : undefined);
      }}
      onScroll={(event) => {
        const view = event.currentTarget;
        const before = top.current;
        top.current = view.scrollTop;
        if (view.scrollHeight - view.scrollTop - view.clientHeight < 40) setPlace(undefined);
        // Only a person scrolls up; what grows below moves the end away from under the view.
        else if (view.scrollTop < before) setPlace((now) => now ?? placeIn(view, content.current));
        // Rows that come into sight for the first time turn out higher than they were taken for: the end moves away from who goes there.
        else if (!following && seesEnd.current()) setPlace(undefined);
      }}
    >
      {following ? <Tail lines={lines} content={content} /> : <History lines={lines} box={box} place={place} seesEnd={seesEnd} />}
    </div>
  );
});
