/** Reads runs without writing them: which there are, and what their logs fold to. */
import { unpackState } from '../core/checkpoint.js';
import { presentEvent, presentEvents } from '../core/eventVersions.js';
import { folding, foldOn } from '../core/fold.js';
import { phaseOf } from '../core/phase.js';
import type { LogPlace } from '../core/ports.js';
import type { RunState } from '../core/run.js';
import { RunRefused, refusal } from './refused.js';
import type { World } from './world.js';
import { paths } from './world.js';

/** Nothing will happen to it any more, unless a person begins it anew. */
export function isFinished(state: RunState): boolean {
  return ['done', 'failed'].includes(phaseOf(state)) || state.discarded;
}

export interface Known {
  /** `undefined`: the log is empty, or there is none. */
  readonly state: RunState | undefined;
  readonly end: LogPlace;
  /** Lines that the checkpoint on disk stands for. */
  readonly kept: number;
}

/** States of runs are kept in memory, so that looking again reads only what is new: these at least, and more of them while they are short. */
const REMEMBERED = 4;
/** Events of all runs that are kept; a state takes at most about as much as its log, half a kilobyte an event. */
const REMEMBERED_EVENTS = 40_000;

export class RunReader {
  readonly #world: World;
  /** The runs that were read last. */
  readonly #known = new Map<string, Known>();

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
      return (await this.known(run)).state;
    } catch (error) {
      const refused = refusal(run, error);
      if (refused === undefined) throw error;
      return refused;
    }
  }

  /** A run's state and up to where its log was folded for it. Only what was added since the last look is read. */
  async known(run: string): Promise<Known> {
    const file = paths.log(this.#world, run);
    const before = this.#known.get(run) ?? (await this.#checkpoint(run, file));
    this.#known.delete(run);
    const log = folding(before?.state);
    const end = await this.#world.logs.read(file, (raw, line) => log.add(presentEvent(raw, line)), before?.end).catch((error: unknown) => {
      if (before !== undefined && isOtherLog(error)) return undefined;
      throw error;
    });
    if (end === undefined) return this.known(run);
    const known = { state: log.state(), end, kept: before?.kept ?? 0 };
    this.#known.set(run, known);
    this.#forgetLong();
    return known;
  }

  /** Those that were read the longest ago go first. */
  #forgetLong(): void {
    let events = [...this.#known.values()].reduce((sum, { end }) => sum + end.lines, 0);
    for (const [run, { end }] of this.#known) {
      if (this.#known.size <= REMEMBERED || events <= REMEMBERED_EVENTS) return;
      this.#known.delete(run);
      events -= end.lines;
    }
  }

  async #checkpoint(run: string, file: string): Promise<Known | undefined> {
    const found = await this.#world.logs.checkpoint(file);
    const state = found === undefined ? undefined : unpackState(found.state, run, found.at.lines);
    return found === undefined || state === undefined ? undefined : { state, end: found.at, kept: found.at.lines };
  }

  /** Goes on folding while another process writes the log. Returns a stop function. */
  follow(run: string, changed: (state: RunState | undefined) => void): () => void {
    const known = this.#known.get(run);
    let state = known?.state;
    let lines = known?.end.lines ?? 0;
    return this.#world.logs.follow(paths.log(this.#world, run), known?.end, (events) => {
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

/** The log was cut back and written anew since. */
function isOtherLog(error: unknown): boolean {
  return error instanceof Error && 'reason' in error && error.reason === 'other-log';
}
