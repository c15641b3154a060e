/** Time and randomness of the real world, behind the ports of the core. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock, Ids } from '../core/ports.js';

/** Timers longer than this overflow in Node and would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The machine's clock, in milliseconds since the epoch. A timer beyond what Node can wait for fires early, so its caller looks
 * again.
 */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    after: (ms, act) => {
      const timer = setTimeout(act, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
      return () => clearTimeout(timer);
    },
  };
}

/** Nonces are 128 random bits in hex: they find an attempt's processes by their environment and must never repeat. */
export function randomIds(): Ids {
  return { nonce: () => randomBytes(16).toString('hex'), uuid: () => randomUUID() };
}
