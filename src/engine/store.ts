/** One run's state and its log: the only place where events are numbered, folded and written. */
import type { Event, EventBody } from '../core/events.js';
import { CHECKPOINT_EVERY, packState } from '../core/checkpoint.js';
import { EVENT_VERSION, presentEvents } from '../core/eventVersions.js';
import { apply, foldOn } from '../core/fold.js';
import { masked } from '../core/secrets.js';
import type { RunState } from '../core/run.js';
import type { Disposable, Listen } from './api.js';
import { emitter } from './emitter.js';
import type { Known } from './runReader.js';
import type { OpenLog, World } from './world.js';
import { paths } from './world.js';

/** The log could not be written. Nothing new is started; what was decided before is on disk. */
export class LogWriteError extends Error {
  constructor(cause: unknown) {
    super(
      `Could not write the run's log: ${cause instanceof Error ? cause.message : String(cause)}. Nothing was lost: everything up to the last step is on disk and every worktree is as it was. Make room or fix the folder, then resume the run.`,
      { cause },
    );
    this.name = 'LogWriteError';
  }
}

/** Events that repeat what agents, gates and hooks said. What a person or a plan says is kept as it is: it is acted on. */
const SPOKEN: ReadonlySet<EventBody['type']> = new Set(['attempt.ended', 'gate.finished', 'candidate.finished', 'task.state', 'planner.ended', 'merge.refused']);

export class RunStore {
  #state: RunState;
  readonly #log: OpenLog;
  readonly #world: World;
  #broken: LogWriteError | undefined;
  /** Events that the checkpoint stands for. */
  #kept: number;
  #keeping: Promise<void> = Promise.resolve();
  readonly #changed: { event: Listen<readonly Event[]>; fire(events: readonly Event[]): void };

  private constructor(world: World, log: OpenLog, state: RunState, kept = 0) {
    this.#kept = kept;
    this.#world = world;
    this.#log = log;
    this.#state = state;
    this.#changed = emitter<readonly Event[]>(world.log);
  }

  static async create(world: World, first: Extract<EventBody, { type: 'run.created' }>): Promise<RunStore> {
    const log = await world.logs.open(paths.log(world, first.run));
    const event: Event = { v: EVENT_VERSION, seq: 1, at: new Date(world.clock.now()).toISOString(), ...first };
    const state = apply(undefined, event);
    await log.append([event]);
    return new RunStore(world, log, state);
  }

  /** @param known what this process has read of the run's log. */
  static async open(world: World, run: string, known: Known): Promise<RunStore> {
    const log = await world.logs.open(paths.log(world, run), known.end);
    if (log.torn !== undefined) world.log.warn(`The log of ${run} ended in the middle of a line (a crash while writing); that line was cut off.`);
    const state = foldOn(known.state, presentEvents(log.events, known.end.lines));
    if (state === undefined) throw new Error(`The log of ${run} is empty.`);
    const store = new RunStore(world, log, state, known.kept);
    store.#keepCheckpoint();
    return store;
  }

  get state(): RunState {
    return this.#state;
  }

  /** Set once the log could not be written. */
  get broken(): LogWriteError | undefined {
    return this.#broken;
  }

  get onDidChange(): (listener: (events: readonly Event[]) => void) => Disposable {
    return this.#changed.event;
  }

  /** Folds at once and resolves when the events are on disk; await it before any act that an intention announces. */
  async append(...bodies: readonly EventBody[]): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    const at = new Date(this.#world.clock.now()).toISOString();
    const events: Event[] = [];
    let state = this.#state;
    for (const body of bodies) {
      const event: Event = { v: EVENT_VERSION, seq: state.seq + 1, at, ...(SPOKEN.has(body.type) ? masked(body, this.#world.mask) : body) };
      state = apply(state, event);
      events.push(event);
    }
    this.#state = state;
    const written = this.#log.append(events);
    this.#changed.fire(events);
    try {
      await written;
      this.#keepCheckpoint();
    } catch (error) {
      this.#broken ??= new LogWriteError(error);
      this.#world.log.error(this.#broken.message, error);
      this.#changed.fire([]);
      throw this.#broken;
    }
  }

  /**
   * The same for an outcome after which the next act is announced by an event of its own: the log keeps their order, so one
   * flush to the disk serves both. That it could not be written is said by that event.
   */
  note(...bodies: readonly EventBody[]): void {
    this.append(...bodies).catch(() => undefined);
  }

  /** Keeps the state beside a log that has grown long, while all of it is on the disk. The log alone is the truth. */
  #keepCheckpoint(): void {
    const { end } = this.#log;
    const state = this.#state;
    if (state.seq - this.#kept < CHECKPOINT_EVERY || end.lines !== state.seq) return;
    this.#kept = state.seq;
    this.#keeping = this.#keeping
      .then(() => this.#world.logs.keepCheckpoint(paths.log(this.#world, state.run), end, packState(state)))
      .catch((error: unknown) => this.#world.log.info(`The state of ${state.run} could not be kept beside its log (${String(error)}); it opens more slowly without.`));
  }

  async close(): Promise<void> {
    await this.#log.close();
    await this.#keeping;
  }
}
