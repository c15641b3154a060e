/** A scrolling list of equally high lines of which only the visible ones exist. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, type ReactNode } from 'react';

/** Borders, padding and room for a horizontal scroll bar. */
const FRAME = 22;

/** A long list of which only what is seen is in the page; every line has the same `height`, in pixels. */
export function Lines({
  count,
  height,
  label,
  className = '',
  most,
  render,
}: {
  readonly count: number;
  /** Of one line, in CSS pixels. */
  readonly height: number;
  readonly label: string;
  readonly className?: string;
  /** Takes only the height it needs, up to this; else the place decides. */
  readonly most?: number;
  readonly render: (index: number) => ReactNode;
}): ReactNode {
  const ref = useRef<HTMLDivElement>(null);
  // The virtualizer hands out functions that change with it; the compiler cannot memoise around them and need not.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({ count, getScrollElement: () => ref.current, estimateSize: () => height, overscan: 20 });
  const items = virtual.getVirtualItems();
  return (
    <div ref={ref} className={`lines ${className}`} role="region" tabIndex={0} aria-label={label} style={most === undefined ? undefined : { height: Math.min(most, count * height + FRAME) }}>
      <div className="lines-all" style={{ height: virtual.getTotalSize() }}>
        <div className="lines-shown" style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          {items.map((item) => (
            <div key={item.key} style={{ height }}>
              {render(item.index)}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
