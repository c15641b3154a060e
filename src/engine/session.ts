/** One repository in this process: which run is shown, who writes, and the doors for the UI and the headless command. */
import type { ActivityLine } from '../core/activity.js';
import type { DiskUse } from '../core/disk.js';
import type { Event } from '../core/events.js';
import type { AgentStatus, Forecast, RepositoryFacts, Sha } from '../core/ports.js';
import type { Reason, RunState } from '../core/run.js';
import type { Limits } from '../core/team.js';
import { bytesText } from '../core/text.js';
import { parseWish } from '../core/wishSchema.js';
import type { Wish, WishAnswer } from '../core/wishes.js';
import type { AttemptRef, Disposable, Listen, PlanSource, RunSummary, Session } from './api.js';
import { messageOf } from './attempts.js';
import { knownBackups, restoreBackup } from './backups.js';
import { clean, lookIn, wouldClean } from './cleaning.js';
import { giveConsent, hasConsent } from './consent.js';
import type { RunOptions } from './context.js';
import { measureDisk, readableRuns } from './disk.js';
import { emitter } from './emitter.js';
import { Following } from './following.js';
import { forecastNow } from './forecast.js';
import { Holding, describeHolder } from './holding.js';
import { post, waiting } from './inbox.js';
import { InboxReader } from './inboxReader.js';
import { comeBack, leaveWord } from './leaving.js';
import { Live } from './live.js';
import type { RunLoop } from './loop.js';
import { OpenRuns } from './openRuns.js';
import { Queries } from './queries.js';
import type { SalvagedRun } from './salvage.js';
import { salvageRun } from './salvage.js';
import { RunReader, isFinished } from './runReader.js';
import { runSummaries } from './runSummaries.js';
import { readTeam } from './teams.js';
import type { Decomposed } from './starting.js';
import { startRun } from './starting.js';
import { carryOut } from './wishes.js';
import type { Holder, World } from './world.js';

export interface SessionOptions extends RunOptions {
  /** Said to others while this process holds the repository, e.g. `VS Code window`. */
  readonly label: string;
  /** `reader` never takes the lock; `writer` needs it; `auto` takes it while a run is alive and nobody has it. */
  readonly mode: 'reader' | 'writer' | 'auto';
}

export class EngineSession extends Queries implements Session {
  #facts: RepositoryFacts;
  readonly #world: World;
  readonly #options: SessionOptions;
  readonly #changed: { readonly event: Listen<void>; readonly fire: () => void };
  readonly #activity: { event: Listen<{ ref: AttemptRef; lines: readonly ActivityLine[] }>; fire(value: { ref: AttemptRef; lines: readonly ActivityLine[] }): void };
  readonly #events: { event: Listen<readonly Event[]>; fire(value: readonly Event[]): void };
  readonly #reader: RunReader;
  readonly #runs: OpenRuns;
  readonly #holding: Holding;
  #shown: string | undefined;
  readonly #following: Following;
  readonly #inbox: InboxReader;
  readonly #live: Live;
  #decomposing: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(world: World, facts: RepositoryFacts, options: SessionOptions) {
    super(world);
    this.#world = world;
    this.#facts = facts;
    this.#options = options;
    this.#changed = emitter(world.log);
    this.#activity = emitter(world.log);
    this.#events = emitter<readonly Event[]>(world.log);
    this.#holding = new Holding(world, options.label, (free) => {
      this.#changed.fire();
      if (free && this.#shown !== undefined) void this.open(this.#shown).catch((error: unknown) => world.log.error('The run could not be taken over', error));
    });
    this.#reader = new RunReader(world);
    this.#following = new Following(this.#reader, () => this.#changed.fire());
    this.#runs = new OpenRuns({
      world,
      reader: this.#reader,
      run: options,
      commonDir: () => this.facts.commonDir,
      intake: () => this.#inbox.taken,
      onActivity: (value) => this.#activity.fire(value),
      onEvents: (run, events) => {
        if (run === this.#shown) this.#events.fire(events);
        this.#changed.fire();
        if (events.some((event) => event.type === 'run.ended' || event.type === 'run.discarded')) void this.#letGo();
      },
    });
    this.#inbox = new InboxReader(world, () => this.#holding.held && !this.#closed, this.#runs);
    this.#live = new Live(world, {
      shown: () => this.current(),
      ids: () => this.#reader.ids(),
      look: lookIn(this.#reader, this.#runs),
      changed: this.#changed,
      activity: this.#activity.event,
    });
  }

  /** Opens the repository's newest run, or none. */
  static async open(world: World, options: SessionOptions): Promise<EngineSession> {
    if (options.mode === 'auto') await comeBack(world);
    const session = new EngineSession(world, await world.git.facts(), options);
    if (options.mode === 'writer') await session.#becomeWriter();
    else {
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
    return this.#holding.other?.label;
  }

  current(): RunState | undefined {
    return this.#loop()?.context.store.state ?? this.#following.state;
  }

  waits(): ReadonlyMap<string, Reason> {
    return this.#loop()?.waits ?? this.#following.waits;
  }

  /** See `Session.forecast`. */
  forecast(): Forecast | undefined {
    return this.#closed ? undefined : this.#live.forecast();
  }

  /** The forecast of the shown run, computed once and afresh. */
  async forecastNow(): Promise<Forecast> {
    const state = this.current();
    return state === undefined ? { pairs: [], base: [] } : forecastNow(this.#world.git, state);
  }

  /** See `Session.disk`. */
  disk(): DiskUse | undefined {
    return this.#closed ? undefined : this.#live.disk();
  }

  /** The same, measured now. */
  async diskNow(): Promise<DiskUse> {
    const look = lookIn(this.#reader, this.#runs);
    return measureDisk(this.#world, await readableRuns(await this.#reader.ids(), look), look);
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
    return this.#shown === undefined ? undefined : this.#runs.get(this.#shown);
  }

  runs(): Promise<readonly RunSummary[]> {
    return runSummaries(this.#reader, (run) => this.#runs.get(run)?.context.store.state ?? (run === this.#shown ? this.#following.state : undefined));
  }

  async open(run: string): Promise<void> {
    if (!/^r[0-9]+$/.test(run)) throw new Error(`"${run}" is not the name of a run.`);
    let state: RunState | undefined;
    if (!this.#runs.has(run)) {
      state = await this.#reader.read(run);
      if (state === undefined) throw new Error(`There is no run ${run} in this repository.`);
      this.#shown = run;
      const alive = !isFinished(state);
      if (this.#options.mode === 'writer' || (this.#options.mode === 'auto' && alive)) {
        const holder = await this.#becomeWriter();
        if (holder === undefined) await this.#runs.open(run);
      }
    }
    this.#shown = run;
    this.#follow(state);
    this.#changed.fire();
  }

  /** Reads the shown run's log while another process writes it (or nobody does). */
  #follow(present?: RunState): void {
    const run = this.#shown;
    if (run === undefined || this.#runs.has(run) || this.#closed) this.#following.end();
    else this.#following.begin(run, present);
  }

  /** Takes the repository's lock; returns who has it when somebody else does. */
  async #becomeWriter(): Promise<Holder | undefined> {
    if (this.#holding.held) return undefined;
    const holder = await this.#holding.take();
    if (holder !== undefined) {
      if (this.#options.mode === 'auto') this.#holding.watch();
      this.#changed.fire();
    } else if (this.#options.mode === 'auto') this.#inbox.watch();
    // A command opens its run first; only then may what waits in the inbox act on it.
    return holder;
  }

  /** One at a time: each takes the next free name. */
  decompose(source: PlanSource): Promise<Decomposed> {
    const made = this.#decomposing.then(() => this.#decompose(source));
    this.#decomposing = made.catch(() => undefined);
    return made;
  }

  async #decompose(source: PlanSource): Promise<Decomposed> {
    // The person may have switched branches since this session was opened.
    this.#facts = await this.#world.git.facts();
    return startRun(
      {
        world: this.#world,
        reader: this.#reader,
        runs: this.#runs,
        facts: this.#facts,
        becomeWriter: () => this.#becomeWriter(),
        nameOf: (holder) => (this.#options.mode === 'auto' ? holder.label : describeHolder(holder)),
        named: (run) => (this.#shown = run),
        begun: () => {
          this.#follow();
          this.#changed.fire();
        },
      },
      source,
    );
  }

  async wish(input: Wish): Promise<WishAnswer> {
    const parsed = parseWish(input);
    if ('problem' in parsed) return { ok: false, reason: parsed.problem };
    const { wish } = parsed;
    if (this.#options.mode !== 'reader') {
      const holder = await this.#becomeWriter();
      if (holder === undefined) {
        try {
          const loop = await this.#runs.open(wish.run);
          if (this.#shown === wish.run) this.#follow();
          await this.#inbox.inherited;
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
    await this.#inbox.take();
  }

  /** Wishes about a run that wait in the inbox until somebody acts on them, oldest first. */
  async waitingWishes(run: string): Promise<readonly Wish[]> {
    return (await waiting(this.#world)).filter((wish) => wish.run === run);
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
    this.#runs.keepStill(run);
    await this.open(run);
  }

  /** Resolves when the shown run rests. */
  async rested(): Promise<void> {
    await this.#loop()?.rested();
  }

  async team() {
    return readTeam(this.#world);
  }

  hasConsent(): Promise<boolean> {
    return hasConsent(this.#world);
  }

  giveConsent(): Promise<void> {
    return giveConsent(this.#world);
  }

  agents(refresh?: boolean): Promise<readonly AgentStatus[]> {
    return this.#world.agents.detect(refresh);
  }

  salvage(run: string): Promise<SalvagedRun | undefined> {
    return salvageRun(this.#world, run);
  }

  /** Who holds the repository at this moment, looked up afresh. */
  async holderNow(): Promise<string | undefined> {
    return describeHolder(await this.#holding.now());
  }

  sideText(id: Sha): Promise<string | undefined> {
    return this.#world.git.readBlob(id);
  }

  fileAt(commit: Sha, path: string): Promise<string | undefined> {
    return this.#world.git.readFile(commit, path, (bytes) => `This file has ${bytesText(bytes)}, too much to be compared here. It is in the worktree, and in git as ${commit.slice(0, 10)}:${path}\n`);
  }

  /** Everything that was saved before a removal, newest first. */
  backups(): ReturnType<Session['backups']> {
    return knownBackups(this.#world, lookIn(this.#reader, this.#runs));
  }

  /** Writes a backup's files into a new or empty folder; changes nothing else. */
  restore(ref: string, into: string): ReturnType<Session['restore']> {
    return restoreBackup(this.#world, ref, into);
  }

  async clean(options: { readonly dryRun: boolean } = { dryRun: false }) {
    const holder = await this.#becomeWriter();
    if (holder !== undefined) return { removed: [], kept: [{ path: this.#world.worktreesFolder, why: `the repository is held by ${holder.label}` }], backups: [] };
    return options.dryRun ? wouldClean(this.#world, this.#reader, this.#runs) : clean(this.#world, this.#reader, this.#runs);
  }

  /** A window that only shows finished runs holds nothing: another window or a command may begin the next one. */
  async #letGo(): Promise<void> {
    if (this.#options.mode !== 'auto') return;
    await Promise.all(this.#runs.all.map((loop) => loop.drained()));
    const alive = this.#runs.all.some((loop) => !isFinished(loop.context.store.state));
    if (alive || !this.#holding.held || this.#closed || this.#runs.busy) return;
    await this.#holding.letGo(async () => {
      this.#inbox.stop();
      const shown = this.current();
      this.#following.hold(shown);
      for (const run of this.#runs.all.map((loop) => loop.context.store.state.run)) await this.#runs.forget(run);
      // Read up to its end first: to follow it from its beginning would show it as it was once.
      if (shown !== undefined) await this.#reader.look(shown.run);
      this.#follow(shown);
    });
    this.#changed.fire();
  }

  leave(): Promise<string | undefined> {
    return leaveWord(this.#world, this.#runs);
  }

  async close(options: { readonly stopAgents: boolean }): Promise<void> {
    if (this.#closed) return;
    if (options.stopAgents) await this.#runs.stopAgents();
    this.#closed = true;
    this.#following.pause();
    this.#inbox.stop();
    await this.#live.close();
    await this.#runs.close();
    await this.#world.git.settled();
    await this.#holding.close();
  }
}
