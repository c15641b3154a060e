/** One run of the six tasks with faults, life after life, until it is done; then what must hold is looked at. */
import { join } from 'node:path';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { openRepository } from '../../../src/adapters/git/repository.js';
import { headlessLauncher } from '../../../src/adapters/runner/launch.js';
import { buildWorld } from '../../../src/compose.js';
import type { Log } from '../../../src/core/ports.js';
import { EngineSession } from '../../../src/engine/session.js';
import type { World } from '../../../src/engine/world.js';
import { repositoryRoot } from '../root.js';
import type { Fault } from './faults.js';
import { FaultPlan, nameOf } from './faults.js';
import { always, atTheEnd, readEvents, runsOf } from './invariants.js';
import { Life } from './life.js';
import { Machine } from './machine.js';
import { goOn } from './person.js';
import { ATTEMPTS, TASKS } from './plan.js';
import type { FaultRepo } from './repository.js';
import { copyRepo } from './repository.js';

export interface Report {
  readonly fired: readonly Fault[];
  readonly seen: readonly string[];
  readonly lives: number;
  /** What is broken; empty when all is well. */
  readonly wrong: readonly string[];
  /** Attempts that were begun beyond those that a run without faults takes. */
  readonly extraAttempts: number;
}

/** A life that has not come to an end by then hangs. */
const LIFE_MS = 150_000;

export async function realWorld(repo: FaultRepo, log: Log): Promise<World> {
  return buildWorld(await openRepository(repo.root, { environment: repo.env }), {
    directory: repo.root,
    environment: repo.env,
    launch: headlessLauncher(repo.env),
    programs: { node: process.execPath, runner: join(repositoryRoot, 'dist/runner.js'), scripted: join(repositoryRoot, 'dist/scripted.js') },
    label: 'fault harness',
    log,
  });
}

/** Runs to the end with these faults; rejects with the whole story when something that must hold does not. */
export async function survive(faults: readonly Fault[]): Promise<Report> {
  const repo = await copyRepo();
  const story: string[] = [];
  const plan = new FaultPlan(faults);
  const machine = new Machine();
  const wrong: string[] = [];
  let lives = 0;
  try {
    for (let done = false; !done; ) {
      lives += 1;
      if (lives > faults.length * 2 + 5) throw new Error('it is not done after so many starts');
      done = await live(repo, plan, machine, story);
      wrong.push(...(await always(repo, machine)));
      if (wrong.length > 0) break;
    }
    await machine.quiet();
    if (wrong.length === 0) wrong.push(...(await atTheEnd(repo, machine, `${repo.root}.worktrees`)));
  } catch (error) {
    wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const report: Report = { fired: plan.fired, seen: plan.seen, lives, wrong, extraAttempts: TASKS.reduce((sum, task) => sum + machine.begun(task) - (ATTEMPTS[task] ?? 0), 0) };
  if (wrong.length > 0) {
    story.push(...(await tell(repo)));
    await machine.quiet();
  }
  await repo.cleanup();
  if (wrong.length > 0) throw new Error([wrong.join('\n'), `Faults: ${faults.map(nameOf).join(', ')}`, `Fired: ${plan.fired.map(nameOf).join(', ')}`, ...story].join('\n'));
  return report;
}

async function live(repo: FaultRepo, plan: FaultPlan, machine: Machine, story: string[]): Promise<boolean> {
  const life = new Life(plan, machine);
  const say = (text: string): void => {
    if (life.alive) story.push(`  ${text}`);
  };
  const fired = plan.fired.length;
  story.push('A life begins');
  const log: Log = { info: () => undefined, warn: say, error: (text, cause) => say(`${text}: ${String(cause)}`) };
  const real = await realWorld(repo, log);
  let late: NodeJS.Timeout | undefined;
  const hung = new Promise<'hung'>((resolve) => (late = setTimeout(() => resolve('hung'), LIFE_MS)));
  const work = (async (): Promise<boolean> => {
    const session = await EngineSession.open(life.world(real), { label: 'fault harness', mode: 'writer', autoApprove: false });
    if (session.heldBy !== undefined) throw new Error(`held by ${session.heldBy}`);
    const done = await goOn(session, say);
    if (done) await session.clean();
    await session.close({ stopAgents: false });
    return done;
  })();
  work.catch(() => undefined);
  try {
    const outcome = await Promise.race([work, life.crashed.then(() => 'crashed' as const), hung]);
    if (outcome === 'hung') throw new Error('it hangs');
    if (outcome === 'crashed') story.push(`Crashed: ${plan.fired.slice(fired).map(nameOf).join(', ')}`);
    return outcome === true;
  } catch (error) {
    // A fault may refuse the very start; a person then tries again. Nothing else may throw.
    if (plan.fired.length === fired || !String(error).includes('made by the fault harness')) throw error;
    say(`the command failed: ${String(error)}`);
    return false;
  } finally {
    clearTimeout(late);
    await life.buried(real);
    await abandonLock(repo);
  }
}

/** A dead process holds no lock: its record then names a pid with another start time. */
export async function abandonLock(repo: FaultRepo): Promise<void> {
  const folder = join(repo.root, '.git/switchyard/lock');
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/^\d+\.json$/.test(name)) continue;
    const record = JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, unknown>;
    if ('pid' in record) await writeFile(join(folder, name), JSON.stringify({ ...record, startTime: 'an earlier process' }));
  }
}

async function tell(repo: FaultRepo): Promise<readonly string[]> {
  const told: string[] = [];
  for (const run of await runsOf(repo)) {
    told.push(`The log of ${run}:`);
    for (const event of await readEvents(repo, run)) {
      const { v: _v, at: _at, seq, type, ...rest } = event;
      told.push(`  ${String(seq)} ${type} ${JSON.stringify(rest).slice(0, 260)}`);
    }
  }
  return told;
}

