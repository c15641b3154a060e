/**
 * A long random story, the same for the same seed: a person, agents and Switchyard act in turn on one repository with real
 * git; also inside a landing, and through crashes. After every step the judge looks at the world.
 */
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import type { Git, Log } from '../../../src/core/ports.js';
import type { RunState, TaskRun } from '../../../src/core/run.js';
import { RUN_CHANGE, awaitsLanding } from '../../../src/core/change.js';
import { openLeaks } from '../../../src/core/leak.js';
import { isOver } from '../../../src/core/task.js';
import type { Wish } from '../../../src/core/wishes.js';
import { EngineSession } from '../../../src/engine/session.js';
import type { World } from '../../../src/engine/world.js';
import type { Fault } from '../faults/faults.js';
import { FaultPlan } from '../faults/faults.js';
import { readEvents, runsOf } from '../faults/invariants.js';
import { Life } from '../faults/life.js';
import { copyRepo } from '../faults/repository.js';
import type { FaultRepo } from '../faults/repository.js';
import { abandonLock, realWorld } from '../faults/scenario.js';
import { random } from '../random.js';
import type { Random } from '../random.js';
import { planOf, scriptedTask } from '../switchyard.js';
import type { Actor } from './cast.js';
import { Cast } from './cast.js';
import { Hub } from './hub.js';
import { Judge } from './judge.js';
import { Ledger } from './ledger.js';
import { flavour, Person, SHARED } from './person.js';

const none = [{ say: 'nothing' }];
/** `c` and `d` share a folder; nothing proves `e`. */
const PLAN = planOf(
  scriptedTask('a', none, { gate: ['sound'] }),
  scriptedTask('b', none, { gate: ['sound'], dependsOn: ['a'] }),
  scriptedTask('c', none, { gate: ['sound'], owns: ['c/**', 'shared/**'] }),
  scriptedTask('d', none, { gate: ['sound'], owns: ['d/**', 'shared/**'] }),
  { ...scriptedTask('e', none), contract: { owns: ['e/**'], offLimits: [], acceptance: [], gate: [] } },
);

const STRATEGIES = ['merge', 'squash', 'integration', 'pull-request'] as const;

/** The engine dies at about every 400th call. */
class Misfortune extends FaultPlan {
  readonly #random: Random;

  constructor(random: Random) {
    super();
    this.#random = random;
  }

  override next(name: string): Fault | undefined {
    const kind = this.#random.chance(0.5) ? ('crash' as const) : ('crash-after' as const);
    return this.#random.chance(1 / 400) ? { point: name, kind } : undefined;
  }
}

export interface StoryReport {
  readonly steps: number;
  readonly landed: number;
  readonly undone: number;
  readonly crashes: number;
  /** What is broken; empty when all is well. */
  readonly wrong: readonly string[];
  readonly told: readonly string[];
}

/** Plays a story of so many steps, or up to the first thing that is wrong. */
export async function play(seed: number, steps: number): Promise<StoryReport> {
  const repo = await copyRepo();
  try {
    return await new Story(repo, seed).play(steps);
  } finally {
    await repo.cleanup();
  }
}

class Story {
  readonly #repo: FaultRepo;
  readonly #random: Random;
  readonly #cast = new Cast();
  readonly #ledger: Ledger;
  readonly #judge: Judge;
  readonly #person: Person;
  readonly #fortune: Misfortune;
  readonly #told: string[] = [];
  readonly #strategy: (typeof STRATEGIES)[number];
  readonly #hub: Hub;
  #life!: Life;
  #real!: World;
  #session!: EngineSession;
  /** The person is at it while the engine waits. */
  #between: Promise<void> | undefined;
  readonly #wrote = new Set<string>();
  #crashes = 0;
  #restored = 0;

  constructor(repo: FaultRepo, seed: number) {
    this.#repo = repo;
    this.#random = random(seed);
    this.#ledger = new Ledger(repo);
    this.#judge = new Judge(repo, this.#cast, this.#ledger);
    this.#person = new Person(repo, this.#ledger, random(seed + 7_919));
    this.#fortune = new Misfortune(random(seed + 104_729));
    this.#strategy = STRATEGIES[seed % STRATEGIES.length] ?? 'merge';
    this.#hub = new Hub(repo, random(seed + 15_485_863));
  }

  async play(steps: number): Promise<StoryReport> {
    const team = `{ "version": 1, "tiers": { "standard": { "agent": "scripted" } }, "merge": "${this.#strategy}", "limits": { "maxParallel": 3, "gateParallel": 2, "retries": 1 } }`;
    await writeFile(join(this.#repo.root, '.switchyard/team.jsonc'), team);
    await writeFile(join(this.#repo.root, '.gitignore'), 'out/\n');
    await this.#repo.git('add', '.gitignore');
    await this.#repo.git('commit', '--quiet', '-m', 'Team', '--', '.switchyard', '.gitignore');
    if (this.#strategy === 'pull-request') await this.#hub.open();
    let step = 0;
    try {
      await this.#judge.agreed();
      await this.#born();
      for (; step < steps && this.#judge.wrong.length === 0; step += 1) {
        this.#told.push(`${String(step)}:`);
        await this.#step();
        await this.#judge.look(this.#session.current());
      }
    } catch (error) {
      this.#judge.wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    for (const actor of this.#cast.atWork) actor.end('lost');
    await this.#life.quiet();
    await this.#session.close({ stopAgents: false }).catch(() => undefined);
    await this.#life.buried(this.#real);
    const events = await this.#events();
    const landed = events.filter((event) => event.type === 'merge.landed').length;
    const undone = events.filter((event) => event.type === 'change.landed' && event.change.startsWith('undo')).length;
    if (this.#judge.wrong.length > 0) for (const event of (await this.#events()).slice(-12)) this.#told.push(JSON.stringify(event).slice(0, 300));
    return { steps: step, landed, undone, crashes: this.#crashes, wrong: this.#judge.wrong, told: this.#told };
  }

  async #events() {
    return (await Promise.all((await runsOf(this.#repo)).map((run) => readEvents(this.#repo, run)))).flat();
  }

  // -------------------------------------------------------------- the engine's lives

  async #born(): Promise<void> {
    for (;;) {
      const life = new Life(this.#fortune, this.#cast);
      const say = (text: string): void => {
        if (life.alive) this.#told.push(`    ${text}`);
      };
      const log: Log = { info: () => undefined, warn: say, error: (text, cause) => say(`${text}: ${String(cause)}`) };
      this.#life = life;
      this.#real = await realWorld(this.#repo, log);
      const world = life.world(this.#real);
      const opening = (async () => {
        const session = await EngineSession.open({ ...world, git: this.#interrupted(world.git), pullRequests: this.#hub.pullRequests }, { label: 'a story', mode: 'writer', autoApprove: false });
        this.#session = session;
        const [newest] = await session.runs();
        if (newest !== undefined) await session.open(newest.run);
      })();
      opening.catch(() => undefined);
      const opened = await Promise.race([opening.then(() => true), life.crashed.then(() => false)]);
      if (opened) {
        await this.#rest();
        if (!life.dead) return;
      }
      await this.#buried();
    }
  }

  async #buried(): Promise<void> {
    this.#crashes += 1;
    this.#told.push('  the engine crashes');
    await this.#life.buried(this.#real);
    await abandonLock(this.#repo);
  }

  /** Lets the engine do something, until it rests or dies. */
  async #engine(act: () => Promise<unknown>): Promise<void> {
    const acting = act();
    acting.catch(() => undefined);
    await Promise.race([acting, this.#life.crashed]);
    await this.#rest();
    await this.#real.git.settled();
    if (!this.#life.dead) return;
    await this.#buried();
    await this.#born();
  }

  async #rest(): Promise<void> {
    do {
      await this.#between;
      await this.#life.quiet();
    } while (this.#between !== undefined);
  }

  /** The person comes in between just before a landing moves the base, or right after it. */
  #interrupted(git: Git): Git {
    return {
      ...git,
      // A person asks by a wish; an event would come while the judge looks.
      watchRef: () => Promise.resolve(() => undefined),
      advance: async (branch, from, to) => {
        if (this.#random.chance(0.15)) await (this.#between = this.#comeInBetween());
        const result = await git.advance(branch, from, to);
        if (this.#random.chance(0.05)) await (this.#between = this.#comeInBetween());
        return result;
      },
    };
  }

  async #comeInBetween(): Promise<void> {
    await this.#judge.baseMoves();
    this.#told.push(`  in between: the person ${this.#random.chance(0.5) ? await this.#person.commit() : await this.#person.edit()}`);
    await this.#judge.agreed();
    this.#between = undefined;
  }

  // -------------------------------------------------------------- the steps

  async #step(): Promise<void> {
    const state = this.#session.current();
    if (state === undefined || state.revision === 0) return this.#newRun(state);
    const landed = [...state.tasks].filter(([, task]) => task.state === 'landed' && task.undone === undefined);
    if (landed.length > 0 && this.#random.chance(0.05)) return this.#undo(state, this.#random.pick(landed)[0]);
    if (awaitsLanding(state) && this.#random.chance(0.7)) return this.#say('land the run', () => this.#session.wish({ type: 'land-run', run: state.run }));
    if ([...state.tasks.values()].every((task) => isOver(task.state)) && !awaitsLanding(state)) return this.#newRun(state);
    const { atWork } = this.#cast;
    const dice = this.#random.below(100);
    if (dice < 48 && atWork.length > 0) return this.#agentActs(this.#random.pick(atWork));
    if (dice < 78) return this.#wish(state);
    if (dice < 94) return this.#personActs();
    return this.#upkeep();
  }

  async #newRun(state: RunState | undefined): Promise<void> {
    if (state !== undefined && state.revision === 0 && state.proposal !== undefined) {
      const { run, proposal } = state;
      return this.#say('approves the plan', () => this.#session.wish({ type: 'approve-plan', run, revision: proposal.revision }));
    }
    // A run needs its base checked out, or named.
    await this.#say('begins a run', () => this.#session.decompose({ kind: 'plan', plan: { ...PLAN, base: 'main' } }));
  }

  async #undo({ run, changes, team }: RunState, task: string): Promise<void> {
    if (team.merge === 'integration' && changes.get(RUN_CHANGE)?.state === 'landed' && this.#random.chance(0.5)) return this.#say('undo the run', () => this.#session.wish({ type: 'undo', run }));
    return this.#say(`undo ${task}`, () => this.#session.wish({ type: 'undo', run, task }));
  }

  async #agentActs(actor: Actor): Promise<void> {
    const { spec } = actor;
    const { task, cwd } = spec;
    // One that ends is mostly one that has done something.
    const dice = this.#random.below(this.#wrote.has(cwd) ? 100 : 65);
    const own = [`${task}/x.txt`, `${task}/y.txt`, `${task}/sub/z.txt`, `${task}/sub`, ...(task === 'c' || task === 'd' ? ['shared/s.txt'] : [])];
    const path = this.#random.pick(own);
    const name = `  ${spec.run}/${task} ${String(spec.attempt)}`;
    if (dice < 45) {
      await this.#ledger.write(cwd, path, flavour(this.#random, 0.08, 0.15));
      this.#wrote.add(cwd);
      this.#told.push(`${name} writes ${path}`);
    } else if (dice < 48) {
      await this.#ledger.write(cwd, this.#random.pick(['outside/o.txt', ...SHARED]), 'fine');
      this.#told.push(`${name} writes what may not be its own`);
    } else if (dice < 49) {
      await this.#ledger.write(this.#repo.root, 'mine/stray.txt', 'fine');
      await this.#judge.agreed();
      this.#told.push(`${name} writes into the person's checkout`);
    } else if (dice < 52) {
      await this.#ledger.remove(cwd, path);
      this.#told.push(`${name} removes ${path}`);
    } else if (dice < 58) {
      this.#told.push(`${name} commits`);
      await this.#git(cwd, 'add', '-A');
      await this.#git(cwd, 'commit', '--quiet', '-m', 'By the agent');
    } else if (dice < 60) {
      await this.#git(cwd, 'add', '-A');
      this.#told.push(`${name} stages`);
    } else {
      this.#wrote.delete(cwd);
      const how = dice < 92 ? 'well' : dice < 97 ? 'badly' : 'lost';
      this.#told.push(`${name} ends ${how}`);
      await this.#engine(async () => {
        actor.end(how);
        await actor.ended;
      });
    }
  }

  async #git(cwd: string, ...args: readonly string[]): Promise<void> {
    await this.#repo.git('-C', cwd, ...args).catch(() => undefined);
  }

  async #personActs(): Promise<void> {
    const { atWork } = this.#cast;
    const dice = this.#random.below(100);
    const person = this.#person;
    if (this.#strategy === 'pull-request' && this.#random.chance(0.4)) {
      this.#told.push(`  somebody else ${await this.#hub.acts()}`);
      if (this.#random.chance(0.5)) await this.#git(this.#repo.root, 'fetch', '--quiet');
      return;
    }
    const what =
      dice < 35 ? await person.commit()
      : dice < 60 ? await person.edit()
      : dice < 66 ? await person.removes()
      : dice < 78 ? await person.discards()
      : dice < 86 ? await person.tidies()
      : dice < 93 ? await person.switches()
      : dice < 97 ? await person.rewinds()
      : await person.deletesWorktree(atWork.map(({ spec }) => spec.cwd));
    this.#told.push(`  the person ${what}`);
    await this.#judge.agreed();
  }

  async #wish({ run, tasks, stopped, paused }: RunState): Promise<void> {
    if ((stopped || paused) && this.#random.chance(0.8)) return this.#say('go on', () => this.#session.wish({ type: 'go-on', run }));
    const ready = [...tasks].filter(([, task]) => task.state === 'ready' && !task.approved);
    if (ready.length > 0 && this.#random.chance(0.6)) {
      // Several at one moment are one batch.
      const some = this.#random.shuffled(ready).slice(0, 1 + this.#random.below(ready.length));
      return this.#say(`approve ${some.map(([id]) => id).join(' ')}`, () => Promise.all(some.map(([task]) => this.#session.wish({ type: 'approve', run, task }))));
    }
    const leaking = [...tasks].filter(([, task]) => openLeaks(task).length > 0);
    if (leaking.length > 0 && this.#random.chance(0.3)) return this.#settleLeak(run, this.#random.pick(leaking)[0]);
    const inReview = [...tasks].filter(([, task]) => task.state === 'in-review');
    if (inReview.length > 0 && this.#random.chance(0.5)) {
      const [task] = this.#random.pick(inReview);
      return this.#say(`check ${task}`, () => this.#session.wish({ type: 'check', run, task }));
    }
    const waiting = [...tasks].filter(([, task]) => task.state === 'needs-you' || task.state === 'stopped');
    const { atWork } = this.#cast;
    // Mostly what a person would do; now and then anything at all.
    if (waiting.length === 0 && atWork.length > 0 && this.#random.chance(0.7)) return this.#agentActs(this.#random.pick(atWork));
    const [task, of] = waiting.length > 0 && this.#random.chance(0.85) ? this.#random.pick(waiting) : this.#random.pick([...tasks]);
    const wish = this.#wishFor(run, task, of);
    await this.#say(`${wish.type} ${'task' in wish ? (wish.task ?? '') : ''}`, () => this.#session.wish(wish));
  }

  /** Taking it back changes the checkout, at the person's word. */
  async #settleLeak(run: string, task: string): Promise<void> {
    const choice = this.#random.pick(['keep', 'undo', 'move'] as const);
    await this.#say(`leak ${task} ${choice}`, () => this.#session.wish({ type: 'leak', run, task, choice }));
    await this.#judge.baseMoves();
    await this.#judge.agreed();
  }

  #wishFor(run: string, task: string, of: TaskRun): Wish {
    const dice = this.#random.below(100);
    if (of.state === 'needs-you' && dice < 75) {
      if (of.reason?.kind === 'conflict' && dice < 45) return { type: 'resolve-conflict', run, task, ...(dice < 30 && { keep: this.#random.pick(['ours', 'theirs', 'base', 'as-is'] as const) }) };
      if (of.reason?.kind === 'boundary' && dice < 30) return { type: 'allow-paths', run, task, paths: of.reason.paths ?? [] };
      if ((of.reason?.kind === 'unproven' || of.reason?.kind === 'merge-failed' || of.reason?.kind === 'checkout-in-the-way') && dice < 45) return { type: 'approve', run, task };
      return dice < 15 ? { type: 'check', run, task } : { type: 'retry', run, task, ...(dice < 40 && { feedback: 'Do it better.' }) };
    }
    if (dice < 45) return { type: 'retry', run, task };
    if (dice < 58) return { type: 'check', run, task };
    if (dice < 66) return { type: 'drop', run, task };
    if (dice < 80) return { type: 'approve', run, task };
    if (dice < 91) return { type: 'stop', run, task };
    if (dice < 95) return { type: 'take-over', run, task };
    if (dice < 97) return { type: 'pause', run };
    return { type: 'stop', run };
  }

  async #say(what: string, act: () => Promise<unknown>): Promise<void> {
    this.#told.push(`  wish: ${what}`);
    await this.#engine(async () => {
      const answer = await act();
      const answers = Array.isArray(answer) ? (answer as unknown[]) : [answer];
      for (const each of answers) if (typeof each === 'object' && each !== null && 'reason' in each) this.#told.push(`    refused: ${String(each.reason)}`);
    });
  }

  async #upkeep(): Promise<void> {
    const dice = this.#random.below(100);
    if (dice < 40) return this.#say('clean', () => this.#session.clean());
    if (dice < 70) return this.#restore();
    this.#told.push('  the session is closed and opened again');
    await this.#engine(() => this.#session.close({ stopAgents: false }));
    if (this.#life.alive) await this.#life.buried(this.#real);
    await this.#born();
  }

  /** A backup's files come out byte by byte, in a folder of their own. */
  async #restore(): Promise<void> {
    const refs = (await this.#repo.git('for-each-ref', '--format=%(refname)', 'refs/switchyard/backup')).split('\n').filter((ref) => ref !== '');
    if (refs.length === 0) return this.#say('clean', () => this.#session.clean());
    const ref = this.#random.pick(refs);
    this.#restored += 1;
    const into = join(this.#repo.folder, `restored-${String(this.#restored)}`);
    await this.#say(`restore ${ref}`, () => this.#session.restore(ref, into));
    const saved = await this.#repo.git('rev-parse', `${ref}^{tree}`);
    // A crash may have come before it, or in the middle; then the person does it again.
    if (this.#told.at(-1)?.startsWith('  wish: restore') !== true) return;
    const index = join(this.#repo.folder, `restored-${String(this.#restored)}.index`);
    const tree = await this.#treeOf(into, index);
    if (tree !== saved) this.#judge.wrong.push(`${ref} was restored as the tree ${tree}, not ${saved}`);
  }

  async #treeOf(folder: string, index: string): Promise<string> {
    const env = { ...this.#repo.env, GIT_DIR: join(this.#repo.root, '.git'), GIT_WORK_TREE: folder, GIT_INDEX_FILE: index };
    const git = async (...args: string[]): Promise<string> => (await execa('git', args, { cwd: folder, env, extendEnv: false })).stdout;
    await git('add', '--all', '--force');
    return git('write-tree');
  }
}
