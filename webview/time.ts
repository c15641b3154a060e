/** One clock for the page. It ticks, aligned to full seconds, only while something is working and the page is visible. */
import { useCallback, useSyncExternalStore } from 'react';

let now = Date.now();
let live = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function schedule(): void {
  if (timer !== undefined || live === 0 || document.visibilityState !== 'visible') return;
  timer = setTimeout(() => {
    timer = undefined;
    refreshNow();
    schedule();
  }, 1_000 - (Date.now() % 1_000));
}

/** Takes the present time; called on every snapshot and when the page becomes visible. */
export function refreshNow(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

/** Starts following the page's visibility. Call once. */
export function followVisibility(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') {
      refreshNow();
      schedule();
    } else {
      clearTimeout(timer);
      timer = undefined;
    }
  });
}

/**
 * Milliseconds since the epoch. `ticking` readers make the clock run and see every second; others see steps of ten
 * seconds, taken when something else moves it.
 */
export function useNow(ticking: boolean): number {
  const subscribe = useCallback(
    (listener: () => void) => {
      listeners.add(listener);
      if (ticking) {
        live += 1;
        schedule();
      }
      return () => {
        listeners.delete(listener);
        if (ticking) live -= 1;
        if (live === 0) {
          clearTimeout(timer);
          timer = undefined;
        }
      };
    },
    [ticking],
  );
  return useSyncExternalStore(subscribe, () => (ticking ? now : now - (now % 10_000)));
}
