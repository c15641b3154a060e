/** The shown run as its log tells it, while another process writes that log (or nobody does). */
import type { Reason, RunState } from '../core/run.js';
import { decide } from '../core/scheduler.js';
import type { RunReader } from './runReader.js';

const NO_WAITS: ReadonlyMap<string, Reason> = new Map();

export class Following {
  readonly #reader: RunReader;
  readonly #changed: () => void;
  #state: RunState | undefined;
  #waits: { readonly of: RunState; readonly reasons: ReadonlyMap<string, Reason> } | undefined;
  #stop: (() => void) | undefined;

  constructor(reader: RunReader, changed: () => void) {
    this.#reader = reader;
    this.#changed = changed;
  }

  /** `undefined` where no run is followed, or nothing is known of it yet. */
  get state(): RunState | undefined {
    return this.#state;
  }

  /** Why its tasks wait: what the holder says of them, from the same state. */
  get waits(): ReadonlyMap<string, Reason> {
    const state = this.#state;
    if (state === undefined || state.revision === 0) return NO_WAITS;
    if (this.#waits?.of !== state) this.#waits = { of: state, reasons: decide(state).waits };
    return this.#waits.reasons;
  }

  /** Shows this while the log changes hands: what a person looks at stays before their eyes. */
  hold(state: RunState | undefined): void {
    this.#state = state;
  }

  /** Follows a run instead of what was followed before. What was read already is shown until it has been read again from the start. */
  begin(run: string, present: RunState | undefined): void {
    this.end();
    this.#state = present;
    this.#stop = this.#reader.follow(run, (state) => {
      this.#state = state;
      this.#changed();
    });
  }

  /** Forgets it: this process writes the run itself now, or shows none. */
  end(): void {
    this.pause();
    this.#state = undefined;
  }

  /** Reads no more; the last state stays. */
  pause(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}
