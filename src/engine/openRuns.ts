/** The runs this process has open for writing: one store and one loop each, and what a crash left of a run is ended first. */
import type { ActivityLine } from '../core/activity.js';
import type { Event } from '../core/events.js';
import type { AttemptRef } from './api.js';
import { RunContext } from './context.js';
import type { RunOptions } from './context.js';
import { RunLoop } from './loop.js';
import { tidyAfterCrash } from './recovery.js';
import type { RunReader } from './runReader.js';
import { isFinished } from './runReader.js';
import { SlotNumbers, Slots } from './semaphore.js';
import { Sentinel } from './sentinel.js';
import { RunStore } from './store.js';
import type { World } from './world.js';

const PREFIX = 'switchyard';
const OTHER_PREFIX = 'switchyard-tasks';

export interface OpenRunsOptions {
  readonly world: World;
  readonly reader: RunReader;
  readonly run: RunOptions;
  readonly commonDir: () => string;
  /** Resolves when the wishes that wait in the inbox are taken in. */
  readonly intake: () => Promise<void>;
  readonly onActivity: (value: { readonly ref: AttemptRef; readonly lines: readonly ActivityLine[] }) => void;
  readonly onEvents: (run: string, events: readonly Event[]) => void;
}

export class OpenRuns {
  readonly #options: OpenRunsOptions;
  readonly #loops = new Map<string, RunLoop>();
  readonly #opening = new Map<string, Promise<RunLoop>>();
  /** Landings of every run of the repository share one lane. */
  readonly #landingLane = new Slots(1);
  readonly #slotNumbers = new SlotNumbers();
  readonly #sentinel: Sentinel;
  readonly #still = new Set<string>();

  constructor(options: OpenRunsOptions) {
    this.#options = options;
    this.#sentinel = new Sentinel(options.world);
  }

  get(run: string): RunLoop | undefined {
    return this.#loops.get(run);
  }

  has(run: string): boolean {
    return this.#loops.has(run);
  }

  get all(): readonly RunLoop[] {
    return [...this.#loops.values()];
  }

  /** A run is being opened at this moment. */
  get busy(): boolean {
    return this.#opening.size > 0;
  }

  /** When this run is opened, what is under way is brought to its end and nothing new starts. */
  keepStill(run: string): void {
    this.#still.add(run);
  }

  /** One store and one loop a run, whoever asks first: two would both number the same events. */
  open(run: string): Promise<RunLoop> {
    const present = this.#loops.get(run);
    if (present !== undefined) return Promise.resolve(present);
    let opening = this.#opening.get(run);
    if (opening === undefined) {
      opening = this.#openStore(run)
        .then((store) => this.adopt(store))
        .finally(() => this.#opening.delete(run));
      this.#opening.set(run, opening);
    }
    return opening;
  }

  /** Opening a log makes the file: a wish for a run that never was must not make one. */
  async #openStore(run: string): Promise<RunStore> {
    const { reader, world } = this.#options;
    if ((await reader.read(run)) === undefined) throw new Error(`There is no run ${run} in this repository.`);
    return RunStore.open(world, run, await reader.known(run));
  }

  /** Begins the loop of a store that was opened or made. */
  async adopt(store: RunStore): Promise<RunLoop> {
    const { world, run: options, onActivity, onEvents } = this.#options;
    const { run } = store.state;
    const context = new RunContext({
      world,
      store,
      options: { autoApprove: options.autoApprove },
      branchPrefix: (await world.git.prefixBlocked(PREFIX)) ? OTHER_PREFIX : PREFIX,
      commonDir: this.#options.commonDir(),
      gateSlots: new Slots(store.state.team.limits.gateParallel, this.#slotNumbers),
      slotNumbers: this.#slotNumbers,
      landingLane: this.#landingLane,
      sentinel: this.#sentinel,
      onActivity,
    });
    if (context.branchPrefix !== PREFIX) world.log.warn(`A branch named "${PREFIX}" prevents branches below it; this run's branches begin with "${OTHER_PREFIX}/".`);
    // Agents that may have lived on since another process started them keep their numbers.
    for (const { attempts } of store.state.tasks.values()) for (const { endedAt, slot } of attempts) if (endedAt === undefined && slot !== undefined) this.#slotNumbers.keep(slot);
    const loop = new RunLoop(context, { startsNothing: this.#still.has(run), intake: this.#options.intake });
    this.#loops.set(run, loop);
    store.onDidChange((events) => {
      // What one run frees, tasks of any run may wait for.
      if (events.some((event) => event.type === 'worktree.removed')) for (const each of this.#loops.values()) each.roomMade();
      onEvents(run, events);
    });
    await recoverPlanner(loop);
    await tidyAfterCrash(context);
    loop.wake();
    return loop;
  }

  /** Lets go of a run: its loop ends where it rests, its log is closed. */
  async forget(run: string): Promise<void> {
    const loop = this.#loops.get(run);
    this.#still.delete(run);
    this.#loops.delete(run);
    if (loop === undefined) return;
    await loop.drained();
    loop.close();
    await loop.context.store.close();
  }

  /** Stops every run that is alive and every agent; their work is kept. */
  async stopAgents(): Promise<void> {
    for (const loop of this.all) {
      const { store } = loop.context;
      const alive = !isFinished(store.state) && store.state.revision > 0;
      if (alive && !store.state.stopped && store.broken === undefined) await store.append({ type: 'run.stopped' }).catch(() => undefined);
      await loop.stopAll();
      await loop.drained();
    }
  }

  /** Lets go of every run; agents go on. */
  async close(): Promise<void> {
    for (const loop of this.all) {
      loop.close();
      await loop.context.store.close().catch(() => undefined);
    }
  }
}

/** A planner that was at work when its window went away: its answer is asked for again by a person. */
async function recoverPlanner(loop: RunLoop): Promise<void> {
  const { store, world } = loop.context;
  const { planner } = store.state;
  if (planner === undefined || planner.endedAt !== undefined) return;
  const open = planner.tries.find((each) => each.endedAt === undefined);
  if (open !== undefined) {
    const running = await world.runners.adopt(open.folder);
    await running?.stop();
    await store.append({
      type: 'attempt.ended',
      task: 'planner',
      attempt: open.attempt,
      outcome: { ok: false, reason: 'interrupted', usage: [], usageIsCumulative: false, denied: [] },
      usage: [],
    });
  }
  await store.append({ type: 'planner.ended', failure: 'Planning was interrupted when the editor or the machine stopped. Nothing was changed; plan again.' });
}
