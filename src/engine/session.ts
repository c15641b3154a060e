/** One repository in this process: which run is shown, who writes, and the doors for the UI and the headless command. */
import type { ActivityLine } from '../core/activity.js';
import type { Event } from '../core/events.js';
import { outlineToPlan } from '../core/outline.js';
import { phaseOf } from '../core/phase.js';
import type { Plan } from '../core/plan.js';
import { checkPlan } from '../core/planCheck.js';
import type { AgentStatus, Forecast, RepositoryFacts, Sha } from '../core/ports.js';
import type { Reason, RunState } from '../core/run.js';
import { isOver } from '../core/task.js';
import type { Limits } from '../core/team.js';
import { parseWish } from '../core/wishSchema.js';
import type { Wish, WishAnswer } from '../core/wishes.js';
import type { AttemptRef, Disposable, Listen, PlanSource, RunSummary, Session } from './api.js';
import { messageOf } from './attempts.js';
import { RunContext } from './context.js';
import type { RunOptions } from './context.js';
import { emitter } from './emitter.js';
import { forecastNow, liveForecast } from './forecast.js';
import type { LiveForecast } from './forecast.js';
import { Holding } from './holding.js';
import { consume, post } from './inbox.js';
import { cleanUp } from './landing.js';
import { tidyAfterCrash } from './recovery.js';
import { sweepScratch } from './scratch.js';
import { RunLoop } from './loop.js';
import { plan as planRun, propose } from './planning.js';
import { Queries } from './queries.js';
import { RunReader, isFinished } from './runReader.js';
import { Slots } from './semaphore.js';
import { RunStore } from './store.js';
import { readTeam } from './teams.js';
import { carryOut } from './wishes.js';
import type { Holder, World } from './world.js';
import { paths } from './world.js';

export interface SessionOptions extends RunOptions {
  /** Said to others while this process holds the repository, e.g. `VS Code window`. */
  readonly label: string;
  /** `reader` never takes the lock; `writer` needs it; `auto` takes it while a run is alive and nobody has it. */
  readonly mode: 'reader' | 'writer' | 'auto';
}

type Decomposed = Awaited<ReturnType<Session['decompose']>>;

const NO_WAITS: ReadonlyMap<string, Reason> = new Map();
const PREFIX = 'switchyard';
const OTHER_PREFIX = 'switchyard-tasks';

export class EngineSession implements Session {
  #facts: RepositoryFacts;
  readonly #world: World;
  readonly #options: SessionOptions;
  readonly #changed: { readonly event: Listen<void>; readonly fire: () => void };
  readonly #activity: { event: Listen<{ ref: AttemptRef; lines: readonly ActivityLine[] }>; fire(value: { ref: AttemptRef; lines: readonly ActivityLine[] }): void };
  readonly #events: { event: Listen<readonly Event[]>; fire(value: readonly Event[]): void };
  readonly #reader: RunReader;
  readonly #queries: Queries;
  readonly #loops = new Map<string, RunLoop>();
  readonly #opening = new Map<string, Promise<RunLoop>>();
  /** Landings of every run of the repository share one lane. */
  readonly #landingLane = new Slots(1);
  readonly #still = new Set<string>();
  readonly #holding: Holding;
  #shown: string | undefined;
  #followed: RunState | undefined;
  #stopFollowing: (() => void) | undefined;
  #stopInbox: (() => void) | undefined;
  #consuming = Promise.resolve();
  #forecast: LiveForecast | undefined;
  #decomposing: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(world: World, facts: RepositoryFacts, options: SessionOptions) {
    this.#world = world;
    this.#facts = facts;
    this.#options = options;
    this.#changed = emitter(world.log);
    this.#activity = emitter(world.log);
    this.#events = emitter<readonly Event[]>(world.log);
    this.#holding = new Holding(world, options.label, () => {
      if (this.#shown !== undefined) void this.open(this.#shown).catch((error: unknown) => world.log.error('The run could not be taken over', error));
    });
    this.#reader = new RunReader(world);
    this.#queries = new Queries(world, () => this.current());
  }

  /** Opens the repository's newest run, or none. */
  static async open(world: World, options: SessionOptions): Promise<EngineSession> {
    const session = new EngineSession(world, await world.git.facts(), options);
    if (options.mode === 'writer') await session.#becomeWriter();
    if (options.mode !== 'writer') {
      const newest = await session.#reader.newest();
      if (newest !== undefined) await session.open(newest);
    }
    return session;
  }

  get facts(): RepositoryFacts {
    return this.#facts;
  }

  get onDidChange(): Listen<void> {
    return this.#changed.event;
  }

  get onActivity(): Listen<{ readonly ref: AttemptRef; readonly lines: readonly ActivityLine[] }> {
    return this.#activity.event;
  }

  get heldBy(): string | undefined {
    return describeHolder(this.#holding.other);
  }

  current(): RunState | undefined {
    return this.#loop()?.context.store.state ?? this.#followed;
  }

  waits(): ReadonlyMap<string, Reason> {
    return this.#loop()?.waits ?? NO_WAITS;
  }

  /** See `Session.forecast`. */
  forecast(): Forecast | undefined {
    if (this.#forecast === undefined && !this.#closed) {
      const live = liveForecast(this.#world, () => this.current(), () => this.#changed.fire());
      this.#forecast = live;
      this.#changed.event(() => live.noticed());
      this.#activity.event(({ ref, lines }) => {
        if (ref.run === this.#shown && lines.some((line) => line.type === 'edit')) live.edited(ref.task);
      });
      live.noticed();
    }
    return this.#forecast?.present;
  }

  /** The forecast of the shown run, computed once and afresh. */
  async forecastNow(): Promise<Forecast> {
    const state = this.current();
    return state === undefined ? { pairs: [], base: [] } : forecastNow(this.#world.git, state);
  }

  /** A budget is what holds the shown run. */
  get outOfBudget(): boolean {
    return this.#loop()?.outOfBudget ?? false;
  }

  /** The log of the shown run could not be written. */
  get broken(): Error | undefined {
    return this.#loop()?.context.store.broken;
  }

  #loop(): RunLoop | undefined {
    return this.#shown === undefined ? undefined : this.#loops.get(this.#shown);
  }

  async runs(): Promise<readonly RunSummary[]> {
    const summaries: RunSummary[] = [];
    for (const run of await this.#reader.ids()) {
      const state = this.#loops.get(run)?.context.store.state ?? (run === this.#shown ? this.#followed : undefined) ?? (await this.#reader.read(run));
      if (state !== undefined) summaries.push({ run, goal: state.goal, createdAt: state.createdAt, ended: ['done', 'failed'].includes(phaseOf(state)) || state.discarded });
    }
    return summaries;
  }

  async open(run: string): Promise<void> {
    if (!/^r[0-9]+$/.test(run)) throw new Error(`"${run}" is not the name of a run.`);
    let state: RunState | undefined;
    if (!this.#loops.has(run)) {
      state = await this.#reader.read(run);
      if (state === undefined) throw new Error(`There is no run ${run} in this repository.`);
      this.#shown = run;
      const alive = !isFinished(state);
      if (this.#options.mode === 'writer' || (this.#options.mode === 'auto' && alive)) {
        const holder = await this.#becomeWriter();
        if (holder === undefined) await this.#openLoop(run);
      }
    }
    this.#shown = run;
    this.#follow(state);
    this.#changed.fire();
  }

  /** Reads the shown run's log while another process writes it (or nobody does). */
  #follow(present?: RunState): void {
    this.#stopFollowing?.();
    this.#stopFollowing = undefined;
    this.#followed = undefined;
    const run = this.#shown;
    if (run === undefined || this.#loops.has(run) || this.#closed) return;
    // What was read already is shown until the follower has read it again from the start.
    this.#followed = present;
    this.#stopFollowing = this.#reader.follow(run, (state) => {
      this.#followed = state;
      this.#changed.fire();
    });
  }

  /** Takes the repository's lock; returns who has it when somebody else does. */
  async #becomeWriter(): Promise<Holder | undefined> {
    if (this.#holding.held) return undefined;
    const holder = await this.#holding.take();
    if (holder !== undefined) {
      if (this.#options.mode === 'auto') this.#holding.watch();
      this.#changed.fire();
    } else if (this.#options.mode === 'auto') this.#watchInbox();
    // A command opens its run first; only then may what waits in the inbox act on it.
    return holder;
  }

  #watchInbox(): void {
    this.#stopInbox ??= this.#world.files.watch(paths.inbox(this.#world), () => this.#consumeInbox());
  }

  #consumeInbox(): void {
    if (!this.#holding.held || this.#closed) return;
    this.#consuming = this.#consuming
      .then(() =>
        consume(this.#world, async (wish) => {
          const loop = this.#loops.get(wish.run) ?? (await this.#openLoop(wish.run).catch(() => undefined));
          return loop === undefined ? { ok: false, reason: `There is no run ${wish.run}.` } : carryOut(loop, wish);
        }),
      )
      .catch((error: unknown) => this.#world.log.error('The inbox could not be read', error));
  }

  /** Opening a log makes the file: a wish for a run that never was must not make one. */
  async #openStore(run: string): Promise<RunStore> {
    if ((await this.#reader.read(run)) === undefined) throw new Error(`There is no run ${run} in this repository.`);
    return RunStore.open(this.#world, run);
  }

  /** One store and one loop a run, whoever asks first: two would both number the same events. */
  #openLoop(run: string): Promise<RunLoop> {
    const present = this.#loops.get(run);
    if (present !== undefined) return Promise.resolve(present);
    let opening = this.#opening.get(run);
    if (opening === undefined) {
      opening = this.#openStore(run)
        .then((store) => this.#adoptStore(store))
        .finally(() => this.#opening.delete(run));
      this.#opening.set(run, opening);
    }
    return opening;
  }

  async #adoptStore(store: RunStore): Promise<RunLoop> {
    const context = new RunContext({
      world: this.#world,
      store,
      options: { autoApprove: this.#options.autoApprove },
      branchPrefix: (await this.#world.git.prefixBlocked(PREFIX)) ? OTHER_PREFIX : PREFIX,
      commonDir: this.facts.commonDir,
      gateSlots: new Slots(store.state.team.limits.gateParallel),
      landingLane: this.#landingLane,
      onActivity: (value) => this.#activity.fire(value),
    });
    if (context.branchPrefix !== PREFIX) this.#world.log.warn(`A branch named "${PREFIX}" prevents branches below it; this run's branches begin with "${OTHER_PREFIX}/".`);
    const loop = new RunLoop(context, { startsNothing: this.#still.has(store.state.run) });
    this.#loops.set(store.state.run, loop);
    store.onDidChange((events) => {
      if (store.state.run === this.#shown) this.#events.fire(events);
      this.#changed.fire();
      if (events.some((event) => event.type === 'run.ended' || event.type === 'run.discarded')) void this.#letGo();
    });
    await this.#recoverPlanner(loop);
    await tidyAfterCrash(context);
    loop.wake();
    return loop;
  }

  /** A planner that was at work when its window went away: its answer is asked for again by a person. */
  async #recoverPlanner(loop: RunLoop): Promise<void> {
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

  /** One at a time: each takes the next free name. */
  decompose(source: PlanSource): Promise<Decomposed> {
    const made = this.#decomposing.then(() => this.#decompose(source));
    this.#decomposing = made.catch(() => undefined);
    return made;
  }

  async #decompose(source: PlanSource): Promise<Decomposed> {
    const made = source.kind === 'goal' ? undefined : source.kind === 'plan' ? source.plan : fromOutline(source.text, source.goal);
    if (typeof made === 'string') return { ok: false, reason: made };
    const goal = made?.goal ?? (source.kind === 'goal' ? source.goal.trim() : '');
    if (goal === '') return { ok: false, reason: 'The goal is empty; say what should be done.' };
    // The person may have switched branches since this session was opened.
    this.#facts = await this.#world.git.facts();
    const branch = made?.base ?? this.facts.branch;
    if (branch === undefined) return { ok: false, reason: 'No branch is checked out (HEAD is detached), so there is no base to land on. Check out a branch, or name one as "base" in the plan. Nothing was changed.' };
    const commit = await this.#world.git.branchCommit(branch);
    if (commit === undefined) return { ok: false, reason: `There is no local branch "${branch}" to land on. Nothing was changed; name an existing branch as base.` };
    const reading = await readTeam(this.#world, made, source.overrides);
    const [problem] = reading.problems;
    if (problem !== undefined) return { ok: false, reason: `The team file ${reading.file} cannot be used: ${reading.problems.join('; ')}. Nothing was changed.` };
    if (made !== undefined) {
      const check = checkPlan(made, { teamHasGate: reading.team.gate.length > 0 });
      const wrong = check.problems.filter((each) => each.severity !== 'warning');
      if (wrong.length > 0) return { ok: false, reason: `The plan cannot be used: ${wrong.map((each) => each.message).join('; ')}. Nothing was changed.` };
    }
    const holder = await this.#becomeWriter();
    if (holder !== undefined) return { ok: false, reason: `This repository is held by ${holder.label} (process ${String(holder.pid)}), which runs its agents. Start the run there, or wait until it has finished. Nothing was changed.` };
    const [newest] = await this.#reader.ids();
    const run = `r${String(newest === undefined ? 1 : Number(newest.slice(1)) + 1)}`;
    let loop: RunLoop;
    this.#shown = run;
    try {
      loop = await this.#adoptStore(await RunStore.create(this.#world, { type: 'run.created', run, goal, base: { branch, commit }, team: reading.team }));
      if (made !== undefined) await propose(loop.context, made);
    } catch (error) {
      return { ok: false, reason: messageOf(error) };
    }
    this.#follow();
    this.#changed.fire();
    if (made === undefined) void loop.guest(() => planRun(loop.context, { kind: 'plan' })).catch((error: unknown) => this.#world.log.error('Planning failed', error));
    return { ok: true, run };
  }

  async wish(input: Wish): Promise<WishAnswer> {
    const parsed = parseWish(input);
    if ('problem' in parsed) return { ok: false, reason: parsed.problem };
    const { wish } = parsed;
    if (this.#options.mode !== 'reader') {
      const holder = await this.#becomeWriter();
      if (holder === undefined) {
        try {
          const loop = await this.#openLoop(wish.run);
          if (this.#shown === wish.run) this.#follow();
          return await carryOut(loop, wish);
        } catch (error) {
          return { ok: false, reason: messageOf(error) };
        }
      }
    }
    await post(this.#world, wish);
    return { ok: true };
  }

  /** Acts on wishes that wait in the inbox, and on later ones; needs the lock. Resolves when those that wait are carried out. */
  async takeWishes(): Promise<void> {
    this.#watchInbox();
    this.#consumeInbox();
    await this.#consuming;
  }

  /** Changes limits of the shown run from now on. */
  async changeLimits(limits: Partial<Limits>): Promise<void> {
    await this.#loop()?.context.store.append({ type: 'limits.changed', limits });
  }

  /** Events of the shown run as they are folded. */
  onEvents(listener: (events: readonly Event[]) => void): Disposable {
    return this.#events.event(listener);
  }

  /** Opens a run for recovery: what is under way is brought to its end, nothing new starts and nobody is approved. */
  async holdStill(run: string): Promise<void> {
    this.#still.add(run);
    await this.open(run);
  }

  /** Resolves when the shown run rests. */
  async rested(): Promise<void> {
    await this.#loop()?.rested();
  }

  async team() {
    return readTeam(this.#world);
  }

  agents(refresh?: boolean): Promise<readonly AgentStatus[]> {
    return this.#world.agents.detect(refresh);
  }

  activity(ref: { task: string; attempt: number }, afterSeq: number): Promise<readonly ActivityLine[]> {
    return this.#queries.activity(ref, afterSeq);
  }

  gateOutput(task: string, attempt: number): Promise<string | undefined> {
    return this.#queries.gateOutput(task, attempt);
  }

  review(task: string): ReturnType<Session['review']> {
    return this.#queries.review(task);
  }

  patch(task: string, path: string): Promise<string | undefined> {
    return this.#queries.patch(task, path);
  }

  /** The whole diff of a task as one unified text. */
  async wholePatch(task: string): Promise<string> {
    return (await this.#queries.patch(task)) ?? '';
  }

  /** Who holds the repository at this moment, looked up afresh. */
  async holderNow(): Promise<string | undefined> {
    return describeHolder(await this.#holding.now());
  }

  fileAt(commit: Sha, path: string): Promise<string | undefined> {
    return this.#world.git.readFile(commit, path);
  }

  takeOverCommand(task: string): ReturnType<Session['takeOverCommand']> {
    return this.#queries.takeOverCommand(task);
  }

  /** Everything that was saved before a removal, newest first. */
  backups() {
    return this.#world.git.listBackups();
  }

  /** Writes a backup's files into a new or empty folder; changes nothing else. */
  async restore(ref: string, into: string): Promise<{ readonly ok: true; readonly commit: Sha } | { readonly ok: false; readonly reason: string }> {
    try {
      return { ok: true, commit: (await this.#world.git.restoreBackup(ref, into)).commit };
    } catch (error) {
      return { ok: false, reason: messageOf(error) };
    }
  }

  async clean(options: { readonly dryRun: boolean } = { dryRun: false }) {
    const removed: string[] = [];
    const kept: { path: string; why: string }[] = [];
    const holder = await this.#becomeWriter();
    if (holder !== undefined) return { removed, kept: [{ path: this.#world.worktreesFolder, why: `the repository is held by ${holder.label}` }] };
    for (const run of await this.#reader.ids()) {
      const known = this.#loops.has(run);
      // Opening a run ends what was under way in it; a look must change nothing.
      if (options.dryRun) {
        const state = this.#loops.get(run)?.context.store.state ?? (await this.#reader.read(run));
        for (const task of state?.tasks.values() ?? []) {
          if (task.worktree === undefined || task.cleaned) continue;
          if (isOver(task.state)) removed.push(task.worktree);
          else kept.push({ path: task.worktree, why: `${task.task.title} is ${task.state}` });
        }
        continue;
      }
      if (!known) this.#still.add(run);
      const loop = await this.#openLoop(run).catch((error: unknown) => {
        kept.push({ path: paths.run(this.#world, run), why: messageOf(error) });
        return undefined;
      });
      for (const [id, task] of loop?.context.store.state.tasks ?? []) {
        if (loop === undefined || task.worktree === undefined || task.cleaned) continue;
        if (!isOver(task.state)) {
          kept.push({ path: task.worktree, why: `${task.task.title} is ${task.state}` });
          continue;
        }
        // The loop may be at it already.
        await loop.driven(id);
        const result = loop.context.task(id).cleaned ? { removed: true } : await cleanUp(loop.context, id);
        if (result.removed) removed.push(task.worktree);
        else kept.push({ path: task.worktree, why: result.why ?? 'it is gone already' });
      }
      if (loop !== undefined && isFinished(loop.context.store.state)) await sweepScratch(loop.context);
      if (!known) await this.#forget(run);
    }
    return { removed, kept };
  }

  /** A window that only shows finished runs holds nothing: another window or a command may begin the next one. */
  async #letGo(): Promise<void> {
    if (this.#options.mode !== 'auto') return;
    await Promise.all([...this.#loops.values()].map((loop) => loop.drained()));
    const alive = [...this.#loops.values()].some((loop) => !isFinished(loop.context.store.state));
    if (alive || !this.#holding.held || this.#closed || this.#opening.size > 0) return;
    await this.#holding.letGo(async () => {
      this.#stopInbox?.();
      this.#stopInbox = undefined;
      const shown = this.current();
      for (const run of [...this.#loops.keys()]) await this.#forget(run);
      this.#follow(shown);
    });
    this.#changed.fire();
  }

  /** Lets go of a run that was only opened to look after its worktrees. */
  async #forget(run: string): Promise<void> {
    const loop = this.#loops.get(run);
    this.#still.delete(run);
    this.#loops.delete(run);
    if (loop === undefined) return;
    await loop.drained();
    loop.close();
    await loop.context.store.close();
  }

  async close(options: { readonly stopAgents: boolean }): Promise<void> {
    if (this.#closed) return;
    if (options.stopAgents) {
      for (const loop of this.#loops.values()) {
        const { store } = loop.context;
        const alive = !isFinished(store.state) && store.state.revision > 0;
        if (alive && !store.state.stopped && store.broken === undefined) await store.append({ type: 'run.stopped' }).catch(() => undefined);
        await loop.stopAll();
        await loop.drained();
      }
    }
    this.#closed = true;
    this.#stopFollowing?.();
    this.#stopInbox?.();
    await this.#forecast?.close();
    for (const loop of this.#loops.values()) {
      loop.close();
      await loop.context.store.close().catch(() => undefined);
    }
    await this.#world.git.settled();
    await this.#holding.close();
  }
}

function describeHolder(holder: Holder | undefined): string | undefined {
  return holder === undefined ? undefined : `${holder.label} (process ${String(holder.pid)})`;
}

function fromOutline(text: string, goal: string | undefined): Plan | string {
  const read = outlineToPlan(text, goal === undefined ? {} : { goal });
  return 'plan' in read ? read.plan : `The outline cannot be used: ${read.problems.join('; ')}. Nothing was changed.`;
}
