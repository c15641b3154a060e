/** One task of one run, up to a crash at a chosen call; then somebody else changes the world, and Switchyard comes back. */
import { goesOn } from '../../../src/core/stopping.js';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recover } from '../../../src/cli/recovery.js';
import type { Output } from '../../../src/cli/output.js';
import type { Event } from '../../../src/core/events.js';
import type { TaskRun } from '../../../src/core/run.js';
import { EngineSession } from '../../../src/engine/session.js';
import type { World } from '../../../src/engine/world.js';
import type { Fault } from '../faults/faults.js';
import { FaultPlan } from '../faults/faults.js';
import { readEvents } from '../faults/invariants.js';
import { Life } from '../faults/life.js';
import type { FaultRepo } from '../faults/repository.js';
import { copyRepo } from '../faults/repository.js';
import { abandonLock, realWorld } from '../faults/scenario.js';
import { planOf, scriptedTask } from '../switchyard.js';
import { Cast } from './cast.js';

const PLAN = planOf(scriptedTask('a', [{ say: 'nothing' }], { gate: ['sound'] }));

export class Scene {
  readonly cast = new Cast();
  readonly repo: FaultRepo;
  readonly #plan: FaultPlan;
  #life!: Life;
  #real!: World;
  #session: EngineSession | undefined;

  private constructor(repo: FaultRepo, faults: readonly Fault[]) {
    this.repo = repo;
    this.#plan = new FaultPlan(faults);
  }

  static async make(...faults: readonly Fault[]): Promise<Scene> {
    return new Scene(await copyRepo(), faults);
  }

  get fired(): readonly Fault[] {
    return this.#plan.fired;
  }

  /** How many attempts were begun. */
  get starts(): number {
    return this.cast.begun;
  }

  /** The path of the task's worktree. */
  get worktree(): string {
    return `${this.repo.root}.worktrees/r1/a`;
  }

  task(): TaskRun {
    const task = this.#session?.current()?.tasks.get('a');
    if (task === undefined) throw new Error('there is no task');
    return task;
  }

  events(): Promise<readonly Event[]> {
    return readEvents(this.repo, 'r1');
  }

  /** From the plan to the approval of the green task, or to the crash. */
  async begin(upTo: 'ready' | 'landed' = 'landed'): Promise<void> {
    await this.#open();
    await this.#do((session) => session.decompose({ kind: 'plan', plan: PLAN }));
    await this.#do((session) => session.wish({ type: 'approve-plan', run: 'r1', revision: 1 }));
    await this.#work();
    if (upTo === 'landed') await this.#do((session) => session.wish({ type: 'approve', run: 'r1', task: 'a' }));
    await this.#close();
  }

  /** What `switchyard recover` does. Gives what it reported as changed. */
  async recover(): Promise<readonly unknown[]> {
    const said: Readonly<Record<string, unknown>>[] = [];
    await this.#open();
    const output = { object: (value: Readonly<Record<string, unknown>>) => said.push(value), result: () => undefined } as unknown as Output;
    await this.#do((session) => recover(session, output));
    await this.#close();
    return said.flatMap((each) => each['changed'] as readonly unknown[]);
  }

  /** On to the landing; `wish` is what the person answers where the task needs them. */
  async goOn(wish: 'approve' | 'check' | 'retry' = 'retry'): Promise<void> {
    await this.#open();
    for (let round = 0; round < 8; round += 1) {
      await this.#do((session) => session.open('r1'));
      await this.#work();
      const { state } = this.task();
      if (state === 'landed' || state === 'dropped') break;
      const type = state === 'ready' ? 'approve' : goesOn(this.task()) ? 'go-on' : state === 'stopped' ? 'retry' : wish;
      await this.#do((session) => session.wish(type === 'go-on' ? { type, run: 'r1' } : { type, run: 'r1', task: 'a' }));
    }
    await this.#close();
  }

  /** Opens the run as a window does, until nothing moves. */
  async look(): Promise<void> {
    await this.#open();
    await this.#do((session) => session.open('r1'));
    await this.#close();
  }

  async drop(): Promise<void> {
    await this.#open();
    await this.#do((session) => session.open('r1'));
    await this.#do((session) => session.wish({ type: 'drop', run: 'r1', task: 'a' }));
    await this.#close();
  }

  /** Landings on the base, by their trailer. */
  async landings(): Promise<number> {
    const found = await this.repo.git('log', '--format=%(trailers:key=Switchyard-Task,valueonly)', '--first-parent', 'main');
    return found.split('\n').filter((line) => line === 'a').length;
  }

  async #open(): Promise<void> {
    this.#life = new Life(this.#plan, this.cast);
    this.#real = await realWorld(this.repo, { info: () => undefined, warn: () => undefined, error: () => undefined });
    this.#session = await EngineSession.open(this.#life.world(this.#real), { label: 'a scene', mode: 'writer', autoApprove: false });
  }

  async #do(act: (session: EngineSession) => Promise<unknown>): Promise<void> {
    if (this.#life.dead || this.#session === undefined) return;
    await Promise.race([act(this.#session), this.#life.crashed]);
    await this.#life.quiet();
  }

  /** Every agent writes its file and ends well. */
  async #work(): Promise<void> {
    for (const actor of this.cast.atWork) {
      await mkdir(join(actor.spec.cwd, 'a'), { recursive: true });
      await writeFile(join(actor.spec.cwd, 'a/x.txt'), `by attempt ${String(actor.spec.attempt)}\n`);
      await this.#do(async () => {
        actor.end('well');
        await actor.ended;
      });
    }
  }

  async #close(): Promise<void> {
    if (this.#life.alive) await this.#session?.close({ stopAgents: false });
    await this.#life.buried(this.#real);
    await abandonLock(this.repo);
  }
}
