/** What every step of one run shares. */
import type { ActivityLine } from '../core/activity.js';
import { isolationOf, plannerIsolation, strictest, type IsolationLevel } from '../core/isolation.js';
import { PLANNER } from '../core/events.js';
import type { ContainerChoice, IsolationRequest, RunningAttempt } from '../core/ports.js';
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

/** Where the Dev Containers specification looks, in its order. */
const DEVCONTAINERS: readonly string[] = ['.devcontainer/devcontainer.json', '.devcontainer.json'];

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
  /** Tasks that a person stopped by themselves, not with the run. */
  readonly #byHand = new Set<string>();
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

  /** How a task (or the planner) is isolated; without an id the strictest of the run: for gates of several tasks, or of none. */
  isolationLevel(id?: string): IsolationLevel {
    const { state } = this.store;
    if (id === PLANNER) return plannerIsolation(state);
    return id === undefined ? strictest(state) : isolationOf(state, this.task(id));
  }

  /** What its agent, set-up and gate are given for that. `folder` takes their temporary files. */
  async isolated(cwd: string, folder: string, id?: string): Promise<{ readonly isolation?: IsolationRequest }> {
    const { team } = this.store.state;
    const level = this.isolationLevel(id);
    if (level === 'worktree') return {};
    const shared = { cwd, folder, commonDir: this.commonDir };
    if (level === 'sandbox') return { isolation: { ...shared, level, network: team.sandbox?.network ?? true } };
    return { isolation: { ...shared, level, network: team.container?.network ?? true, container: await this.#container() } };
  }

  /** Why it cannot be isolated as it should be; nothing may start then. */
  async isolationProblem(id?: string): Promise<string | undefined> {
    const level = this.isolationLevel(id);
    if (level === 'worktree') return undefined;
    return this.world.isolation.problem({ level, ...(level === 'container' && { container: await this.#container() }) });
  }

  /** The base's dev container, not the worktree's: an agent could have changed that one, and parts of it would run out here. */
  async #container(): Promise<ContainerChoice> {
    const { team, base } = this.store.state;
    const { engine, image } = team.container ?? {};
    const chosen = { ...(engine !== undefined && { engine }), ...(image !== undefined && { image }) };
    if (image !== undefined) return chosen;
    for (const path of DEVCONTAINERS) {
      const text = await this.world.git.readFile(base.commit, path);
      if (text !== undefined) return { ...chosen, devcontainer: { path, text } };
    }
    return chosen;
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

  /** Stops what a task does now: its agent's whole process tree, or its gate. `by`: who wants it, the task's person or the run's. */
  async stop(id: string, by: 'hand' | 'run' = 'hand'): Promise<void> {
    if (by === 'hand') this.#byHand.add(id);
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

  /** A task that is stopped now: because every agent of the run is? */
  isStoppedWithRun(id: string): boolean {
    return !this.#byHand.has(id) && (this.store.state.stopped || (this.#aborts.get(id)?.signal.aborted ?? false));
  }

  /** Forgets an earlier stop. */
  rearm(id: string): void {
    this.#byHand.delete(id);
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
