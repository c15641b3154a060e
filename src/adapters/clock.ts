/** Time and randomness of the real world, behind the ports of the core. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock, Ids } from '../core/ports.js';

/** Timers longer than this overflow in Node and would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    after: (ms, act) => {
      const timer = setTimeout(act, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
      return () => clearTimeout(timer);
    },
  };
}

export function randomIds(): Ids {
  return { nonce: () => randomBytes(16).toString('hex'), uuid: () => randomUUID() };
}
