/** Wishes about landings as a whole: take one back, land the run's integration branch. */
import type { Change } from '../core/change.js';
import { RUN_CHANGE, UNDO_RUN, awaitsLanding, isMoving, undoChange } from '../core/change.js';
import { isOver } from '../core/task.js';
import type { WishAnswer } from '../core/wishes.js';
import { lookAtChange } from './changePullRequest.js';
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
  return begin(context, undoChange(id), id);
}

/** Takes back what *Land the Run* landed, as one change. */
export async function undoRun(context: RunContext): Promise<WishAnswer> {
  const { state } = context.store;
  const landed = state.changes.get(RUN_CHANGE);
  if (state.team.merge !== 'integration') return refuse(`The tasks of ${state.run} landed one by one; undo each of them. Nothing was changed.`);
  if (landed?.state !== 'landed') return refuse(`${state.run} has not landed on ${state.base.branch}; there is nothing to undo.`);
  if (landed.undone !== undefined) return refuse(`${state.run} was undone already, by ${landed.undone.commit.slice(0, 10)}.`);
  return begin(context, UNDO_RUN);
}

async function begin(context: RunContext, change: string, undoes?: string): Promise<WishAnswer> {
  const { store } = context;
  const present = store.state.changes.get(change);
  // Asked again, the remote is.
  if (present?.state === 'in-review') return lookAtChange(context, change, { ask: true });
  if (present !== undefined && isMoving(present)) return store.state.stopped ? goOn(context) : OK;
  await store.append(...resumed(context), { type: 'change.opened', change, kind: 'undo', ...(undoes !== undefined && { undoes }), by: 'person', ...accepting(present) });
  return OK;
}

/** Asked again after they were told what is not proven, a person takes just that on themselves. */
function accepting(change: Change | undefined): { readonly accepts?: string } {
  const lacks = change?.state === 'needs-you' && change.reason?.kind === 'unproven' ? change.note : undefined;
  return lacks === undefined ? {} : { accepts: lacks };
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
  if (change === undefined || change.state === 'needs-you') await store.append(...resumed(context), { type: 'change.opened', change: RUN_CHANGE, kind: 'run', by: 'person', ...accepting(change) });
  else await store.append(...resumed(context), ...(change.approved ? [] : [{ type: 'change.approved' as const, change: RUN_CHANGE, by: 'person' as const }]));
  return OK;
}
