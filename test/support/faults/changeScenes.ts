/** Landings beside the tasks' own, with faults: an undo, a whole run's landing and its undo, pull requests, bringing the base up. */
import { goesOn } from '../../../src/core/stopping.js';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_CHANGE, UNDO_RUN, undoChange } from '../../../src/core/change.js';
import { fold } from '../../../src/core/fold.js';
import type { RunState } from '../../../src/core/run.js';
import type { Wish, WishAnswer } from '../../../src/core/wishes.js';
import { EngineSession } from '../../../src/engine/session.js';
import { random } from '../random.js';
import { Cast } from '../stories/cast.js';
import { Hub } from '../stories/hub.js';
import { planOf, scriptedTask } from '../switchyard.js';
import type { Fault } from './faults.js';
import { FaultPlan, nameOf } from './faults.js';
import { readEvents } from './invariants.js';
import { Life } from './life.js';
import type { FaultRepo } from './repository.js';
import { copyRepo, DIRTY } from './repository.js';
import { abandonLock, realWorld } from './scenario.js';

export const ACTS = ['undo', 'run', 'undo-run', 'pull-request', 'bring-in'] as const;
export type ActName = (typeof ACTS)[number];

const STRATEGY: Readonly<Record<ActName, string>> = { undo: 'merge', run: 'integration', 'undo-run': 'integration', 'pull-request': 'pull-request', 'bring-in': 'merge' };
const PLAN = planOf(scriptedTask('a', [{ say: 'nothing' }], { gate: ['sound'] }));
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface ActReport {
  readonly seen: readonly string[];
  readonly fired: readonly Fault[];
}

/** One run to the end of that act, life after life. @throws with what is broken */
export async function surviveAct(act: ActName, faults: readonly Fault[]): Promise<ActReport> {
  const repo = await copyRepo();
  const plan = new FaultPlan(faults);
  const cast = new Cast();
  const hub = new Hub(repo, random(1), true);
  try {
    await writeFile(join(repo.root, '.switchyard/team.jsonc'), `{ "version": 1, "merge": "${STRATEGY[act]}", "tiers": { "standard": { "agent": "scripted" } } }`);
    await repo.git('commit', '--quiet', '-m', 'Team', '--', '.switchyard');
    if (act === 'pull-request' || act === 'bring-in') await hub.open();
    for (let lives = 0; !(await live(repo, act, plan, cast, hub)); lives += 1) if (lives > faults.length * 2 + 5) throw new Error('it does not come to its end');
    const wrong = [...cast.violations, ...(await broken(repo, act))];
    if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\nFired: ${plan.fired.map(nameOf).join(', ')}`);
    return { seen: plan.seen, fired: plan.fired };
  } finally {
    await repo.cleanup();
  }
}

/** True when the act is done. */
async function live(repo: FaultRepo, act: ActName, plan: FaultPlan, cast: Cast, hub: Hub): Promise<boolean> {
  const life = new Life(plan, cast);
  const real = await realWorld(repo, quiet);
  const pulls = { ...hub.pullRequests, open: (request: Parameters<typeof hub.pullRequests.open>[0]) => life.call('pullRequests.open()', () => hub.pullRequests.open(request)) };
  const fired = plan.fired.length;
  const work = async (): Promise<boolean> => {
    const world = life.world(real);
    const session = await EngineSession.open({ ...world, git: { ...world.git, watchRef: () => Promise.resolve(() => undefined) }, pullRequests: pulls }, { label: 'acts', mode: 'writer', autoApprove: false });
    const done = await goOn(repo, act, session, life, cast, hub);
    await session.close({ stopAgents: false });
    return done;
  };
  const working = work();
  working.catch(() => undefined);
  try {
    return (await Promise.race([working, life.crashed.then(() => false)])) && life.alive;
  } catch (error) {
    if (plan.fired.length === fired || !String(error).includes('made by the fault harness')) throw error;
    return false;
  } finally {
    await life.buried(real);
    await abandonLock(repo);
  }
}

/** What a person does until nothing is left to do; false where the log cannot be written any more. */
async function goOn(repo: FaultRepo, act: ActName, session: EngineSession, life: Life, cast: Cast, hub: Hub): Promise<boolean> {
  const [newest] = await session.runs();
  if (newest === undefined) await session.decompose({ kind: 'plan', plan: PLAN });
  else await session.open(newest.run);
  for (let round = 0; round < 40; round += 1) {
    await life.quiet();
    if (session.broken !== undefined) return false;
    for (const actor of cast.atWork) {
      await mkdir(join(actor.spec.cwd, 'a'), { recursive: true });
      await writeFile(join(actor.spec.cwd, 'a/x.txt'), 'by the agent\n');
      actor.end('well');
      await actor.ended;
    }
    await life.quiet();
    const state = session.current();
    if (state === undefined) return false;
    if (await isDone(repo, act, state)) return true;
    if (state.tasks.get('a')?.state === 'in-review' || [...state.changes.values()].some((change) => change.state === 'in-review')) await hub.merges();
    const wish = await nextWish(repo, act, state);
    if (wish !== undefined) await session.wish(wish).then((answer: WishAnswer) => answer, () => undefined);
  }
  throw new Error(`The run stands still: ${JSON.stringify([...(session.current()?.tasks.values() ?? [])].map((task) => [task.state, task.reason?.text]))} ${JSON.stringify([...(session.current()?.changes ?? [])])}`);
}

async function nextWish(repo: FaultRepo, act: ActName, state: RunState): Promise<Wish | undefined> {
  const { run } = state;
  const task = 'a';
  const of = state.tasks.get(task);
  if (state.proposal !== undefined) return { type: 'approve-plan', run, revision: state.proposal.revision };
  if (state.stopped || (of !== undefined && goesOn(of))) return { type: 'go-on', run };
  if (of?.state === 'stopped') return { type: 'retry', run, task };
  if (of?.state === 'ready' && !of.approved) return { type: 'approve', run, task };
  if (of?.state === 'in-review') return { type: 'check', run, task };
  if (of?.state === 'needs-you') return of.receipt !== undefined ? { type: 'approve', run, task } : { type: of.reason?.kind === 'merge-failed' ? 'check' : 'retry', run, task };
  if (of?.state !== 'landed') return undefined;
  if (act === 'bring-in') {
    if (state.upstream === undefined) await ahead(repo);
    return { type: 'bring-in', run };
  }
  if (STRATEGY[act] === 'integration' && state.changes.get(RUN_CHANGE)?.state !== 'landed') return { type: 'land-run', run };
  return act === 'undo-run' ? { type: 'undo', run } : { type: 'undo', run, task };
}

/** The remote holds what has landed here, and one commit more. */
async function ahead(repo: FaultRepo): Promise<void> {
  const tip = await repo.git('rev-parse', 'main');
  const found = await repo.git('rev-parse', 'refs/remotes/origin/main^').catch(() => '');
  if (found === tip) return;
  const more = await repo.git('commit-tree', '-p', tip, '-m', 'More', `${tip}^{tree}`);
  await repo.git('push', '--quiet', '--force', 'origin', `${more}:refs/heads/main`);
  await repo.git('fetch', '--quiet');
}

async function isDone(repo: FaultRepo, act: ActName, state: RunState): Promise<boolean> {
  // Its branch goes at the next start where it could not go now.
  if (act === 'run') return state.changes.get(RUN_CHANGE)?.state === 'landed';
  if (act === 'undo-run') return state.changes.get(UNDO_RUN)?.state === 'landed';
  if (act === 'bring-in') return (await repo.git('log', '-1', '--format=%s', 'main')) === 'More';
  return state.changes.get(undoChange('a'))?.state === 'landed';
}

async function broken(repo: FaultRepo, act: ActName): Promise<readonly string[]> {
  const wrong: string[] = [];
  const events = await readEvents(repo, 'r1');
  const state = fold(events);
  const trees = new Set(events.flatMap((event) => ('receipt' in event && typeof event.receipt === 'object' ? [event.receipt.tree] : [])));
  const pulled = act === 'pull-request';
  const base = pulled ? 'refs/remotes/origin/main' : 'main';
  for (const line of (await repo.git('reflog', 'show', '--format=%T %gs', 'refs/heads/main')).split('\n').slice(0, -2)) {
    const [tree = '', ...words] = line.split(' ');
    if (!trees.has(tree) && words.join(' ') !== 'commit: More') wrong.push(`main had a tree without a receipt: ${line}`);
  }
  const subjects = (await repo.git('log', '--format=%s%n%b', base)).split('\n');
  const reverts = subjects.filter((line) => line.startsWith('Switchyard-Reverts:')).length;
  const undone = act === 'undo' || act === 'undo-run';
  if (undone && reverts !== 1) wrong.push(`${String(reverts)} reverts have landed`);
  const there = (await repo.git('ls-tree', '-r', '--name-only', base)).includes('a/x.txt');
  if (there === (undone || pulled)) wrong.push(`a/x.txt is ${there ? '' : 'not '}on ${base}`);
  if ((undone || pulled) !== (state?.tasks.get('a')?.undone !== undefined)) wrong.push('the task is not said to be undone as it is');
  const status = await repo.git('status', '--porcelain');
  if (status !== DIRTY) wrong.push(`the person's checkout is not as it was:\n${status}`);
  const left = (await readdir(`${repo.root}.worktrees/r1`).catch(() => [])).filter((name) => name !== 'a');
  if (left.length > 0) wrong.push(`worktrees are left: ${left.join(', ')}`);
  return wrong;
}
