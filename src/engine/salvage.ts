/** What can be saved of a run whose log cannot be believed: its readable events, its branches, and a plan that goes on from them. */
import { apply } from '../core/fold.js';
import { presentEvents } from '../core/eventVersions.js';
import type { Plan, Task } from '../core/plan.js';
import type { Sha } from '../core/ports.js';
import type { RunState } from '../core/run.js';
import { masked } from '../core/secrets.js';
import { isOver } from '../core/task.js';
import type { World } from './world.js';
import { paths } from './world.js';

export interface SalvagedRun {
  readonly run: string;
  /** Every event that can be read, in the order of the log, for people and programs: secrets are masked, a file's name is where one may still stand. */
  readonly events: readonly unknown[];
  /** Lines (1-based) that cannot. */
  readonly badLines: readonly number[];
  /** The run as far as its events make sense without a gap. */
  readonly state: RunState | undefined;
  /** What git holds of each task: a branch with work, a worktree, or both. */
  readonly work: readonly { readonly task: string; readonly branch?: string; readonly commit?: Sha; readonly worktree?: string }[];
  /** The tasks that had not landed; each begins with what its branch holds. Absent when no plan can be read. */
  readonly plan?: Plan;
}

/** Reads only; `undefined` when there is no such run. */
export async function salvageRun(world: World, run: string): Promise<SalvagedRun | undefined> {
  const { events, bad } = await world.logs.readable(paths.log(world, run));
  if (events.length === 0 && bad.length === 0) return undefined;
  const state = foldFar(events);
  const folder = `${world.worktreesFolder}/${run}`;
  const folders = (await world.files.list(folder)).filter((name) => !name.startsWith('.'));
  const work = [];
  for (const task of new Set([...(state?.tasks.keys() ?? []), ...folders])) {
    const branch = await branchOf(world, [state?.tasks.get(task)?.branch, `switchyard/${run}/${task}`, `switchyard-tasks/${run}/${task}`]);
    const found = { task, ...branch, ...(folders.includes(task) && { worktree: `${folder}/${task}` }) };
    if (Object.keys(found).length > 1) work.push(found);
  }
  const plan = state === undefined ? undefined : planOn(state, work);
  return { run, events: events.map((event) => masked(event, world.mask)), badLines: bad, state, work, ...(plan !== undefined && { plan }) };
}

/** Up to the first event that is missing, newer or does not fit. */
function foldFar(events: readonly unknown[]): RunState | undefined {
  let state: RunState | undefined;
  try {
    for (const event of events) for (const present of presentEvents([event])) state = apply(state, present);
  } catch {
    // What came before it is what is known.
  }
  return state;
}

async function branchOf(world: World, names: readonly (string | undefined)[]): Promise<{ branch: string; commit: Sha } | undefined> {
  for (const branch of names) {
    const commit = branch === undefined ? undefined : await world.git.branchCommit(branch);
    if (branch !== undefined && commit !== undefined) return { branch, commit };
  }
  return undefined;
}

function planOn(state: RunState, work: SalvagedRun['work']): Plan | undefined {
  const all = (state.plan ?? state.proposal?.plan)?.tasks ?? [];
  const open = all.filter((task) => !isOver(state.tasks.get(task.id)?.state ?? 'waiting'));
  const ids = new Set(open.map((task) => task.id));
  if (open.length === 0) return undefined;
  const tasks = open.map((task): Task => {
    const earlier = work.find((each) => each.task === task.id);
    const first = earlier?.branch === undefined ? '' : `Begin with what an earlier run did for this task: git merge ${earlier.branch} (commit ${earlier.commit ?? ''}).\n\n`;
    return { ...task, instructions: `${first}${task.instructions}`, dependsOn: task.dependsOn.filter((id) => ids.has(id)) };
  });
  return { version: 1, goal: state.goal, base: state.base.branch, tasks };
}

/** The same as files for a person: what could be read, where git holds the work, and the plan that goes on from it. */
export function salvagedFiles(saved: SalvagedRun): readonly { readonly name: string; readonly text: string }[] {
  const { run, events, state, badLines, work, plan } = saved;
  return [
    { name: 'events.jsonl', text: events.map((event) => `${JSON.stringify(event)}\n`).join('') },
    { name: 'work.json', text: `${JSON.stringify({ run, base: state?.base, badLines, work }, null, 2)}\n` },
    ...(plan === undefined ? [] : [{ name: 'plan.json', text: `${JSON.stringify(plan, null, 2)}\n` }]),
  ];
}
