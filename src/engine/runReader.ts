/** Reads runs without writing them: which there are, and what their logs fold to. */
import { presentEvents } from '../core/eventVersions.js';
import { foldOn } from '../core/fold.js';
import { phaseOf } from '../core/phase.js';
import type { RunState } from '../core/run.js';
import { RunRefused, refusal } from './refused.js';
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
    for (const run of await this.ids()) {
      const looked = await this.look(run);
      if (looked instanceof RunRefused) this.#world.log.warn(looked.message);
      else if (looked !== undefined) return run;
    }
    return undefined;
  }

  /** A run's state as it is on disk now; `undefined` when there is none. @throws RunRefused */
  async read(run: string): Promise<RunState | undefined> {
    const looked = await this.look(run);
    if (looked instanceof RunRefused) throw looked;
    return looked;
  }

  /** The same, with the refusal as an answer: one damaged run must not hide the others. */
  async look(run: string): Promise<RunState | RunRefused | undefined> {
    try {
      return foldOn(undefined, presentEvents(await this.#world.logs.read(paths.log(this.#world, run))));
    } catch (error) {
      const refused = refusal(run, error);
      if (refused === undefined) throw error;
      return refused;
    }
  }

  /** Goes on folding while another process writes the log. Returns a stop function. */
  follow(run: string, changed: (state: RunState | undefined) => void): () => void {
    let state: RunState | undefined;
    let lines = 0;
    return this.#world.logs.follow(paths.log(this.#world, run), (events) => {
      try {
        state = foldOn(state, presentEvents(events, lines));
      } catch (error) {
        // A reader shows what it has instead of nothing.
        this.#world.log.error(`The log of ${run} cannot be read further`, error);
      }
      lines += events.length;
      changed(state);
    });
  }
}
