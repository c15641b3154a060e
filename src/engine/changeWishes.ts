/** Wishes about landings as a whole: take one back, land the run's integration branch. */
import { RUN_CHANGE, awaitsLanding, isMoving, undoChange } from '../core/change.js';
import { isOver } from '../core/task.js';
import type { WishAnswer } from '../core/wishes.js';
import type { RunContext } from './context.js';
import { resumed } from './goingOn.js';

const OK: WishAnswer = { ok: true };
const refuse = (reason: string): WishAnswer => ({ ok: false, reason });

/** Asking is approving: the revert lands as soon as it is green. Asked again after a failure, it is tried again. */
export async function undo(context: RunContext, id: string): Promise<WishAnswer> {
  const { store } = context;
  const task = store.state.tasks.get(id);
  if (task === undefined) return refuse(`There is no task "${id}" in ${store.state.run}.`);
  const { title } = task.task;
  if (task.undone !== undefined) return refuse(`${title} was undone already, by ${task.undone.commit.slice(0, 10)}.`);
  if (task.state !== 'landed' || task.landed === undefined) return refuse(`${title} has not landed (${task.state}); there is nothing to undo.`);
  if (store.state.team.merge === 'pull-request') return refuse(`${title} landed by a pull request (${task.pullRequest?.url ?? ''}); revert it there. Nothing was changed.`);
  const present = store.state.changes.get(undoChange(id));
  if (present !== undefined && isMoving(present)) return store.state.stopped ? goOn(context) : OK;
  await store.append(...resumed(context), { type: 'change.opened', change: undoChange(id), kind: 'undo', undoes: id, by: 'person' });
  return OK;
}

async function goOn(context: RunContext): Promise<WishAnswer> {
  await context.store.append(...resumed(context));
  return OK;
}

/** Approves the green result; where something was in the way or red, the branch is checked again and lands when green. */
export async function landRun(context: RunContext): Promise<WishAnswer> {
  const { store } = context;
  const { state } = store;
  if (state.team.merge !== 'integration') return refuse(`${state.run} has no integration branch: its tasks land on ${state.base.branch} one by one.`);
  const change = state.changes.get(RUN_CHANGE);
  if (change?.state === 'landed') return refuse(`${state.run} has landed on ${state.base.branch} already.`);
  if (!awaitsLanding(state)) {
    const open = [...state.tasks.values()].filter((task) => !isOver(task.state));
    return refuse(open.length === 0 ? `${state.run} has nothing to land.` : `${open.map((task) => task.task.title).join(', ')} ${open.length === 1 ? 'is' : 'are'} not in yet. Land or drop ${open.length === 1 ? 'it' : 'them'} first.`);
  }
  if (change === undefined || change.state === 'needs-you') await store.append(...resumed(context), { type: 'change.opened', change: RUN_CHANGE, kind: 'run', by: 'person' });
  else await store.append(...resumed(context), ...(change.approved ? [] : [{ type: 'change.approved' as const, change: RUN_CHANGE, by: 'person' as const }]));
  return OK;
}
