/** Reads runs without writing them: which there are, and what their logs fold to. */
import type { Event } from '../core/events.js';
import { apply } from '../core/fold.js';
import { phaseOf } from '../core/phase.js';
import type { RunState } from '../core/run.js';
import type { World } from './world.js';
import { paths } from './world.js';

/** Nothing will happen to it any more, unless a person begins it anew. */
export function isFinished(state: RunState): boolean {
  return ['done', 'failed'].includes(phaseOf(state)) || state.discarded;
}

export class RunReader {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** The name of the run after the newest: `r1`, `r2`, … */
  async nextId(): Promise<string> {
    const [newest] = await this.ids();
    return `r${String(newest === undefined ? 1 : Number(newest.slice(1)) + 1)}`;
  }

  /** Names of all runs, the newest first. */
  async ids(): Promise<readonly string[]> {
    const names = await this.#world.files.list(paths.runs(this.#world));
    return names.filter((name) => /^r[0-9]+$/.test(name)).sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
  }

  /** The newest run that has a log: a crash may have left a folder without one. */
  async newest(): Promise<string | undefined> {
    for (const run of await this.ids()) if ((await this.read(run)) !== undefined) return run;
    return undefined;
  }

  /** A run's state as it is on disk now; `undefined` when there is none. */
  async read(run: string): Promise<RunState | undefined> {
    return this.fold(run, undefined, await this.#world.logs.read(paths.log(this.#world, run)));
  }

  /** Goes on folding while another process writes the log. Returns a stop function. */
  follow(run: string, changed: (state: RunState | undefined) => void): () => void {
    let state: RunState | undefined;
    return this.#world.logs.follow(paths.log(this.#world, run), (events) => {
      state = this.fold(run, state, events);
      changed(state);
    });
  }

  /** Folds as far as the events make sense; a reader shows what it has instead of nothing. */
  fold(run: string, state: RunState | undefined, events: readonly unknown[]): RunState | undefined {
    let next = state;
    try {
      for (const event of events) next = apply(next, event as Event);
    } catch (error) {
      this.#world.log.error(`The log of ${run} cannot be read further`, error);
    }
    return next;
  }
}
