/** One clock for the page. It ticks, aligned to full seconds or minutes, only while somebody reads it and the page is visible. */
import { useCallback, useSyncExternalStore } from 'react';

const SECOND = 1_000;
const MINUTE = 60_000;

let now = Date.now();
/** How many readers want each step. */
const readers = { [SECOND]: 0, [MINUTE]: 0 };
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function schedule(): void {
  clearTimeout(timer);
  timer = undefined;
  const step = readers[SECOND] > 0 ? SECOND : readers[MINUTE] > 0 ? MINUTE : undefined;
  if (step === undefined || document.visibilityState !== 'visible') return;
  timer = setTimeout(() => {
    refreshNow();
    schedule();
  }, step - (Date.now() % step));
}

/** Takes the present time; called on every snapshot and when the page becomes visible. */
export function refreshNow(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

/** Starts following the page's visibility. Call once. */
export function followVisibility(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') refreshNow();
    schedule();
  });
}

/** Milliseconds since the epoch. `ticking` readers see every second; others see every minute, which costs no more than a look. */
export function useNow(ticking: boolean): number {
  const step = ticking ? SECOND : MINUTE;
  const subscribe = useCallback(
    (listener: () => void) => {
      listeners.add(listener);
      readers[step] += 1;
      schedule();
      return () => {
        listeners.delete(listener);
        readers[step] -= 1;
        schedule();
      };
    },
    [step],
  );
  // A minute's reader sees steps of ten seconds: something else may move the clock meanwhile.
  return useSyncExternalStore(subscribe, () => (ticking ? now : now - (now % 10_000)));
}
