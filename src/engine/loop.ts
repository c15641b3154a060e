/** The loop of one run: read the state, decide, drive what may move. Woken by events only; nothing polls. */
import { RUN_CHANGE, awaitsLanding, isMoving } from '../core/change.js';
import { decide } from '../core/scheduler.js';
import { phaseOf } from '../core/phase.js';
import type { Reason } from '../core/run.js';
import { isActive, isOver } from '../core/task.js';
import { clauseOf } from './attempts.js';
import { driveChange, removeIntegration } from './changes.js';
import type { RunContext } from './context.js';
import { drive, isUnderWay } from './pipeline.js';
import type { Short } from './space.js';
import { SpaceWait } from './space.js';
import { AgentWaits } from './trouble.js';
import type { UpstreamWatch } from './upstreamWatch.js';
import { watchUpstream } from './upstreamWatch.js';
import { LogWriteError } from './store.js';

export class RunLoop {
  readonly #context: RunContext;
  readonly #startsNothing: boolean;
  readonly #intake: () => Promise<void>;
  readonly #driving = new Map<string, Promise<void>>();
  readonly #resting: (() => void)[] = [];
  readonly #agentWaits: AgentWaits;
  readonly #space: SpaceWait;
  #waits: ReadonlyMap<string, Reason> = new Map();
  #outOfBudget = false;
  #scheduled = false;
  #closed = false;
  /** Landed or dropped before this loop began, and a crash came before the worktree was removed. Tried once; then Clean Up does it. */
  readonly #untidied: Set<string>;
  /** In work when this loop began: whoever worked on it is gone. */
  readonly #left: Set<string>;
  readonly #upstream: UpstreamWatch;
  /** The landing of the run whose branch was tidied away. */
  #integrationTidied: string | undefined;
  /** Work beside the tasks that keeps the run busy, e.g. a planner. */
  readonly #guests = new Set<Promise<unknown>>();

  /**
   * `startsNothing`: only what a crash left under way is brought to its end (`recover`). `intake` resolves when the wishes
   * that wait are taken in.
   */
  constructor(context: RunContext, options: { readonly startsNothing: boolean; readonly intake: () => Promise<void> }) {
    this.#context = context;
    this.#intake = options.intake;
    this.#agentWaits = new AgentWaits(context);
    this.#startsNothing = options.startsNothing;
    const { tasks } = context.store.state;
    this.#untidied = new Set([...tasks].filter(([, task]) => isOver(task.state) && task.worktree !== undefined && !task.cleaned).map(([id]) => id));
    this.#left = new Set([...tasks].filter(([, task]) => isActive(task.state)).map(([id]) => id));
    this.#upstream = watchUpstream(context, (work) => void this.guest(work).catch(() => undefined));
    this.#space = new SpaceWait(context, (work) => this.guest(work));
    context.store.onDidChange((events) => {
      if (events.some((event) => event.type === 'space.short' || event.type === 'run.resumed')) this.roomMade();
      this.wake();
    });
    // The room may have come while nobody was there.
    this.roomMade();
  }

  /** Something may have freed space: tasks that wait for it go on if so. */
  roomMade(): void {
    if (!this.#startsNothing) void this.lookForRoom();
  }

  /** The same; resolves to what is too little, or to nothing. */
  async lookForRoom(): Promise<Short | undefined> {
    return this.#closed ? undefined : this.#space.look();
  }

  get context(): RunContext {
    return this.#context;
  }

  get waits(): ReadonlyMap<string, Reason> {
    return this.#waits;
  }

  get outOfBudget(): boolean {
    return this.#outOfBudget;
  }

  /** Looks again soon; many calls in one turn are one look. Approvals that wait together are seen together: one batch. */
  wake(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    void this.#intake().then(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#look();
    });
  }

  #look(): void {
    const { store } = this.#context;
    if (store.broken !== undefined) {
      this.#rest();
      return;
    }
    const { state } = store;
    if (!this.#startsNothing && this.#agentWaits.look()) return;
    const decision = decide(state);
    this.#waits = decision.waits;
    this.#outOfBudget = decision.outOfBudget;
    if (state.revision > 0 && !state.discarded) {
      if (!state.stopped && !this.#startsNothing) for (const id of [...decision.start, ...decision.land]) this.#drive(id, false);
      // A state that is in work without anybody working on it: after a restart, or sent back by a person.
      const still = state.stopped || this.#startsNothing;
      for (const [id, task] of state.tasks) {
        if (isActive(task.state) && (!still || isUnderWay(task) || this.#left.has(id))) this.#drive(id, still);
        else if (isOver(task.state) && this.#untidied.delete(id)) this.#drive(id, still);
      }
      this.#lookAtChanges(still);
      this.#upstream.noticed();
      const over = phaseOf(state) === 'done' && state.tasks.size > 0;
      if (over && state.endedAt === undefined && state.proposal === undefined && this.#driving.size === 0) {
        void this.#context.store.append({ type: 'run.ended' }).catch(() => undefined);
        return;
      }
    }
    // What waits for an agent that goes on by itself is not at rest.
    const later = !this.#startsNothing && [...decision.waits.values()].some((reason) => reason.until !== undefined);
    if (this.#driving.size === 0 && this.#guests.size === 0 && !later) this.#rest();
  }

  /** The run's own landing once every task is over, and landings that a person wants undone. */
  #lookAtChanges(still: boolean): void {
    const { state } = this.#context.store;
    if (!still && awaitsLanding(state) && !state.changes.has(RUN_CHANGE) && state.proposal === undefined) {
      void this.#context.store.append({ type: 'change.opened', change: RUN_CHANGE, kind: 'run' }).catch(() => undefined);
      return;
    }
    for (const [id, change] of state.changes) {
      if (isMoving(change) && (!still || change.state === 'merging')) this.#change(id);
    }
    const landed = state.changes.get(RUN_CHANGE)?.landed?.commit;
    // Tried once, here and after a crash; a branch that somebody has checked out stays.
    if (state.integration?.landed === true && this.#integrationTidied !== landed) {
      this.#integrationTidied = landed;
      void this.guest(() => removeIntegration(this.#context)).catch(() => undefined);
    }
  }

  #change(id: string): void {
    const key = `change ${id}`;
    if (this.#driving.has(key)) return;
    this.#driving.set(
      key,
      driveChange(this.#context, id)
        .catch((error: unknown) => this.#changeFailed(id, error))
        .finally(() => {
          this.#driving.delete(key);
          this.wake();
        }),
    );
  }

  async #changeFailed(id: string, error: unknown): Promise<void> {
    const { world, store } = this.#context;
    world.log.error(`The change ${id} could not go on`, error);
    const change = store.state.changes.get(id);
    if (error instanceof LogWriteError || store.broken !== undefined || change === undefined || !isMoving(change)) return;
    const reason: Reason = { kind: 'merge-failed', text: `Could not land: ${clauseOf(error)}. Everything that was made is safe; asking again looks whether it has landed, and lands it if not.` };
    await store.append({ type: 'change.state', change: id, to: 'needs-you', reason }).catch(() => undefined);
  }

  #drive(id: string, startsNothing: boolean): void {
    if (this.#driving.has(id)) return;
    this.#left.delete(id);
    const driving = drive(this.#context, id, { startsNothing })
      .catch((error: unknown) => this.#failed(id, error))
      .finally(() => {
        this.#driving.delete(id);
        this.wake();
      });
    this.#driving.set(id, driving);
  }

  /** A defect or a broken world must not stop the other tasks, and must not be silent. */
  async #failed(id: string, error: unknown): Promise<void> {
    const { world, store } = this.#context;
    world.log.error(`Task ${id} could not go on`, error);
    if (error instanceof LogWriteError || store.broken !== undefined) return;
    const from = store.state.tasks.get(id)?.state;
    if (from === undefined || !isActive(from)) return;
    const reason: Reason =
      from === 'merging'
        ? { kind: 'merge-failed', text: `Could not land: ${clauseOf(error)}. Its work is safe on its branch; approve again looks whether it has landed, and lands it if not.` }
        : { kind: 'agent-failed', text: `Could not go on: ${clauseOf(error)}. Its work is kept in its worktree; retry continues it.` };
    await store
      .append({ type: 'task.state', task: id, from, to: 'needs-you', reason })
      .catch(() => undefined);
  }

  #rest(): void {
    for (const resolve of this.#resting.splice(0)) resolve();
  }

  /** Resolves when nothing moves any more: every task waits for a person, or is over, or the log is broken. */
  async rested(): Promise<void> {
    if (this.#closed) return;
    const resting = new Promise<void>((resolve) => this.#resting.push(resolve));
    this.wake();
    await resting;
  }

  /** Counts work beside the tasks as busy until it is done. */
  async guest<T>(work: () => Promise<T>): Promise<T> {
    const working = work();
    this.#guests.add(working);
    try {
      return await working;
    } finally {
      this.#guests.delete(working);
      this.wake();
    }
  }

  /** Stops every agent and gate of the run; their work is kept. */
  async stopAll(): Promise<void> {
    const context = this.#context;
    context.stopRun();
    const ids = new Set([...context.store.state.tasks].filter(([, task]) => isActive(task.state)).map(([id]) => id));
    for (const id of context.running.keys()) ids.add(id);
    await Promise.all([...ids].map((id) => context.stop(id, 'run')));
  }

  /** Waits until nobody drives this task; what the caller does in the same turn, nobody can come before. */
  async driven(id: string): Promise<void> {
    for (let driving = this.#driving.get(id); driving !== undefined; driving = this.#driving.get(id)) await driving;
  }

  /** Waits for what is under way to come to its next rest. */
  async drained(): Promise<void> {
    await Promise.allSettled([...this.#driving.values(), ...this.#guests]);
  }

  close(): void {
    this.#closed = true;
    this.#agentWaits.close();
    this.#upstream.close();
    this.#context.dispose();
    this.#rest();
  }
}
