import { useLayoutEffect, useState, type RefObject } from 'react';

/** The element's inner width in CSS pixels, known before the first picture; 0 while it is not there. */
export function useWidth(ref: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const place = ref.current;
    if (place === null) return;
    const measure = (): void => setWidth(place.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(place);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}
