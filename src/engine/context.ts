/** What every step of one run shares. */
import type { ActivityLine } from '../core/activity.js';
import { isolationOf, strictest } from '../core/isolation.js';
import type { IsolationRequest, RunningAttempt } from '../core/ports.js';
import type { TaskRun } from '../core/run.js';
import type { AttemptRef } from './api.js';
import { BaseGate } from './baseGate.js';
import { MergeQueue } from './queue.js';
import type { SlotNumbers, Slots } from './semaphore.js';
import type { Sentinel } from './sentinel.js';
import type { RunStore } from './store.js';
import type { World } from './world.js';

export interface RunOptions {
  /** `--yes`: every green task is approved at once. */
  readonly autoApprove: boolean;
}

/** No task's id. */
const WHOLE_RUN = '.run';

export class RunContext {
  readonly world: World;
  readonly store: RunStore;
  readonly options: RunOptions;
  /** First part of the branches' names. */
  readonly branchPrefix: string;
  readonly commonDir: string;
  readonly gateSlots: Slots;
  /** `SWITCHYARD_SLOT` of whatever is live: gates from 0, agents and set-ups from the number of parallel gates. */
  readonly slotNumbers: SlotNumbers;
  /** Landings are one at a time: each moves the base that the next one builds on. */
  readonly landingLane: Slots;
  /** Shared by all runs: they have one checkout. */
  readonly sentinel: Sentinel;
  readonly baseGate = new BaseGate();
  readonly queue = new MergeQueue();
  /** Milliseconds since the epoch: what ended before, ended while nobody was there. */
  readonly openedAt: number;
  /** Attempts whose end is awaited now, by task id (or `planner`). */
  readonly running = new Map<string, RunningAttempt>();
  readonly #onces = new Map<string, Promise<void>>();
  readonly #aborts = new Map<string, AbortController>();
  readonly #follows = new Map<string, () => void>();
  readonly #onActivity: (value: { ref: AttemptRef; lines: readonly ActivityLine[] }) => void;

  constructor(parts: {
    world: World;
    store: RunStore;
    options: RunOptions;
    branchPrefix: string;
    commonDir: string;
    gateSlots: Slots;
    slotNumbers: SlotNumbers;
    landingLane: Slots;
    sentinel: Sentinel;
    onActivity: (value: { ref: AttemptRef; lines: readonly ActivityLine[] }) => void;
  }) {
    this.world = parts.world;
    this.openedAt = parts.world.clock.now();
    this.store = parts.store;
    this.options = parts.options;
    this.branchPrefix = parts.branchPrefix;
    this.commonDir = parts.commonDir;
    this.gateSlots = parts.gateSlots;
    this.slotNumbers = parts.slotNumbers;
    this.landingLane = parts.landingLane;
    this.sentinel = parts.sentinel;
    this.#onActivity = parts.onActivity;
  }

  task(id: string): TaskRun {
    const task = this.store.state.tasks.get(id);
    if (task === undefined) throw new Error(`There is no task "${id}" in ${this.store.state.run}.`);
    return task;
  }

  /** A number for an agent or a set-up; give it back when that is over. */
  takeSlot(): number {
    return this.slotNumbers.take(this.store.state.team.limits.gateParallel);
  }

  /** How a task's gate and set-up are isolated; for gates of several tasks, or of none, the strictest of the run. */
  isolated(cwd: string, folder: string, id?: string): { readonly isolation?: IsolationRequest } {
    const { state } = this.store;
    const level = id === undefined ? strictest(state) : isolationOf(state, this.task(id));
    return level === 'worktree' ? {} : { isolation: { cwd, folder, commonDir: this.commonDir, network: state.team.sandbox?.network ?? true } };
  }

  /** Names an agent or gate of this run may inherit. */
  passEnv(own: readonly string[]): readonly string[] {
    return [...new Set([...this.world.commonEnvironment, ...own, ...this.store.state.team.environment.pass])];
  }

  /** Work that several tasks may ask for at once is done by the first; a failure lets the next one try again. */
  once(what: string, work: () => Promise<void>): Promise<void> {
    let doing = this.#onces.get(what);
    if (doing === undefined) {
      doing = work().finally(() => this.#onces.delete(what));
      this.#onces.set(what, doing);
    }
    return doing;
  }

  /** Aborted when a person stops the task; a fresh one is made at its next start. */
  signal(id: string): AbortSignal {
    let abort = this.#aborts.get(id);
    if (abort === undefined) {
      abort = new AbortController();
      this.#aborts.set(id, abort);
    }
    return abort.signal;
  }

  /** Aborted while the whole run is stopped: for work that belongs to no single task. */
  get runSignal(): AbortSignal {
    return this.signal(WHOLE_RUN);
  }

  /** Stops what a task does now: its agent's whole process tree, or its gate. */
  async stop(id: string): Promise<void> {
    this.signal(id);
    this.#aborts.get(id)?.abort();
    await this.running.get(id)?.stop();
  }

  stopRun(): void {
    this.signal(WHOLE_RUN);
    this.#aborts.get(WHOLE_RUN)?.abort();
  }

  rearmRun(): void {
    this.#aborts.delete(WHOLE_RUN);
  }

  /** Forgets an earlier stop. */
  rearm(id: string): void {
    this.#aborts.delete(id);
  }

  following(task: string, attempt: number, folder: string): void {
    const ref: AttemptRef = { run: this.store.state.run, task, attempt, folder };
    const key = `${task}/${String(attempt)}`;
    this.#follows.get(key)?.();
    this.#follows.set(key, this.world.activities.follow(folder, (lines) => this.#onActivity({ ref, lines })));
  }

  unfollow(task: string, attempt: number): void {
    const key = `${task}/${String(attempt)}`;
    this.#follows.get(key)?.();
    this.#follows.delete(key);
  }

  dispose(): void {
    for (const stop of this.#follows.values()) stop();
    this.#follows.clear();
  }
}
