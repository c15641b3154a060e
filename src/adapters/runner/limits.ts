/** What ends an attempt before its own end: silence, the clock, money. */
import type { AgentEvent } from '../../core/activity.js';
import type { AttemptSpec, ExitRecord } from '../../core/ports.js';
import { dollars } from '../../core/text.js';

export type OwnStop = Exclude<ExitRecord['ended'], 'exited' | 'not-started'>;

export interface Limits {
  /** Any output of the CLI. */
  heard(): void;
  /** Watches the CLI's own running total. */
  events(events: readonly AgentEvent[]): void;
  clear(): void;
}

/** Timers longer than this overflow in Node. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function words(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 60_000)} min`;
}

/** Calls `stop` at most once per limit, with a sentence for people. */
export function watchLimits(limits: AttemptSpec['limits'], stop: (why: OwnStop, message: string) => void): Limits {
  const timer = (ms: number, act: () => void) => setTimeout(act, Math.min(ms, LONGEST_TIMER_MS));
  const idle = timer(limits.idleMs, () => stop('idle', `There was no output for ${words(limits.idleMs)}.`));
  const total = timer(limits.totalMs, () => stop('time-limit', `It was not done after ${words(limits.totalMs)}.`));
  return {
    heard: () => void idle.refresh(),
    events: (events) => {
      const most = limits.usd;
      if (most === undefined) return;
      for (const event of events) {
        if (event.type !== 'usage') continue;
        const spent = event.usage.reduce((sum, { usd = 0 }) => sum + usd, 0);
        if (spent > most) stop('budget', `It has spent ${dollars(spent)}, the limit is ${dollars(most)}.`);
      }
    },
    clear: () => {
      clearTimeout(idle);
      clearTimeout(total);
    },
  };
}
