/** Wishes about one task. States are read again after every wait: the loop goes on meanwhile. */
import { memberFor } from '../core/member.js';
import { releases } from '../core/trouble.js';
import { conflictFeedback, personFeedback } from '../core/prompts.js';
import type { TaskRun } from '../core/run.js';
import { isOver, stateClause, stateWords } from '../core/task.js';
import { bytesText } from '../core/text.js';
import type { Wish, WishAnswer } from '../core/wishes.js';
import type { OpenedConflict } from './conflicts.js';
import { openConflict, otherSide } from './conflicts.js';
import type { RunContext } from './context.js';
import { wishBack } from './goingBack.js';
import { resumed } from './goingOn.js';
import { cleanUp, landedUnrecorded } from './landing.js';
import type { RunLoop } from './loop.js';
import { lookAtPullRequest } from './pullRequests.js';
import { resolveByHand } from './resolveWishes.js';
import { unprovenReceipt } from './unproven.js';

const OK: WishAnswer = { ok: true };
const refuse = (reason: string): WishAnswer => ({ ok: false, reason });

export type TaskWish = Extract<Wish, { task: string; type: 'approve' | 'retry' | 'back' | 'drop' | 'allow-paths' | 'resolve-conflict' | 'take-over' | 'check' }>;

/**
 * Carries out a wish about one task, or answers why not. The world is looked at first: a landing that a crash left unrecorded is
 * recorded instead.
 */
export async function onTask(loop: RunLoop, wish: TaskWish): Promise<WishAnswer> {
  const { context } = loop;
  const { store } = context;
  const id = wish.task;
  const task = context.task(id);
  const title = task.task.title;
  if (await landedUnrecorded(context, task)) {
    // Whatever was wished: there is nothing left to work on, only a landing to record.
    if (context.task(id).state === 'needs-you') await store.append(...resumed(context), { type: 'task.state', task: id, from: 'needs-you', to: 'merging' });
    return OK;
  }
  switch (wish.type) {
    case 'approve':
      return approve(context, task, noteOf(wish));
    case 'retry':
      return retry(context, wish);
    case 'back':
      return wishBack(context, task, wish.attempt);
    case 'drop':
      if (isOver(task.state)) return refuse(`${title} ${stateClause(task.state)} already.`);
      if (task.state === 'merging') return refuse(`${title} is just landing; it cannot be dropped any more.`);
      guest(loop, () => drop(loop, id, noteOf(wish)));
      return OK;
    case 'allow-paths':
      if (task.reason?.kind !== 'boundary') return refuse(`${title} has no paths to allow.`);
      context.rearm(id);
      await store.append(...resumed(context), { type: 'paths.allowed', task: id, paths: wish.paths }, { type: 'task.state', task: id, from: task.state, to: 'checking' });
      return OK;
    case 'resolve-conflict':
      return resolveByHand(context, task, wish);
    case 'take-over':
      if (isOver(task.state) || task.worktree === undefined) return refuse(`${title} has no worktree to take over.`);
      await context.stop(id);
      await loop.driven(id);
      return takenOver(context, id);
    case 'check':
      if (task.state === 'waiting' && store.state.shortOfSpace !== undefined) {
        const short = await loop.lookForRoom();
        if (short === undefined) return OK;
        return refuse(`Still too little space for another worktree: ${bytesText(short.free)} free, floor ${bytesText(short.floor)}. Nothing was changed; make room or lower limits.minFreeGb in the team file, then check again.`);
      }
      if (task.state === 'in-review' && task.pullRequest !== undefined) return lookAtPullRequest(context, id, { ask: true });
      if (task.state !== 'needs-you' && task.state !== 'stopped' && task.state !== 'ready') return refuse(`${title} ${stateClause(task.state)}; there is nothing to check now.`);
      if (task.head === undefined && task.attempts.length === 0) return refuse(`${title} has not been worked on yet.`);
      context.rearm(id);
      await store.append(...resumed(context), { type: 'approval.withdrawn', task: id }, { type: 'task.state', task: id, from: task.state, to: 'checking' });
      return OK;
  }
}

/** Work that outlasts the answer; the loop counts it as busy. */
export function guest(loop: RunLoop, work: () => Promise<void>): void {
  void loop.guest(work).catch((error: unknown) => loop.context.world.log.error('A wish could not be carried out to its end', error));
}

/** A person's words that no agent is told: they stay with the task. */
function noteOf({ feedback }: { readonly feedback?: string }): { readonly note?: string } {
  const note = feedback?.trim() ?? '';
  return note === '' ? {} : { note };
}

async function approve(context: RunContext, task: TaskRun, note: { readonly note?: string }): Promise<WishAnswer> {
  const { store } = context;
  const { id, title } = task.task;
  if (task.state === 'ready') {
    context.rearm(id);
    await store.append(...resumed(context), { type: 'task.approved', task: id, by: 'person', ...note });
    return OK;
  }
  const again = task.state === 'needs-you' && (task.reason?.kind === 'checkout-in-the-way' || task.reason?.kind === 'merge-failed') && task.receipt !== undefined;
  const receipt = task.state === 'needs-you' && task.reason?.kind === 'unproven' ? unprovenReceipt(context, task) : undefined;
  if (again || receipt !== undefined) {
    context.rearm(id);
    await store.append(
      ...resumed(context),
      ...(receipt === undefined ? [] : [{ type: 'unproven.accepted' as const, task: id, receipt }]),
      { type: 'task.approved', task: id, by: 'person', ...note },
      { type: 'task.state', task: id, from: task.state, to: 'merging' },
    );
    return OK;
  }
  if (task.state === 'landed') return refuse(`${title} has already landed.`);
  return refuse(`${title} is ${task.state === 'needs-you' ? 'not green' : 'not ready'} (${task.reason?.text ?? stateWords(task.state)}); only a green task can be merged.`);
}

async function retry(context: RunContext, wish: Extract<TaskWish, { type: 'retry' }>): Promise<WishAnswer> {
  const { store } = context;
  const id = wish.task;
  const before = context.task(id);
  const allowed = ['needs-you', 'stopped', 'ready', 'in-review', 'dropped'];
  if (!allowed.includes(before.state)) return refuse(`${before.task.title} ${stateClause(before.state)}; stop it first, or wait until it is done.`);
  const conflict = before.reason?.kind === 'conflict' && before.conflict === undefined ? await openConflict(context, before) : undefined;
  if (typeof conflict === 'string') return refuse(conflict);
  // A person has begun and gives it to the agent.
  const handed = before.conflict?.by === 'person' ? before.conflict : undefined;
  const comments = wish.comments ?? [];
  const said = (wish.feedback ?? '').trim() === '' && comments.length === 0 ? '' : personFeedback(wish.feedback, comments);
  const feedback = await feedbackFor(context, before, conflict, said);
  const task = context.task(id);
  if (task.state !== before.state) return refuse(`${task.task.title} has moved on meanwhile (it ${stateClause(task.state)}); look again.`);
  context.rearm(id);
  await store.append(
    ...resumed(context),
    ...releases(store.state, memberFor(store.state, task).agent),
    ...(conflict === undefined ? [] : [{ type: 'conflict.opened' as const, task: id, ...conflict }]),
    ...(handed === undefined ? [] : [{ type: 'conflict.opened' as const, task: id, base: handed.base, paths: handed.paths, notes: handed.notes }]),
    { type: 'feedback.given', task: id, feedback, byPerson: true, ...(said !== '' && { asks: true as const }), ...(comments.length > 0 && { comments }) },
    { type: 'task.state', task: id, from: task.state, to: 'waiting' },
  );
  return OK;
}

/** The person's words first; without any, what the task was told last, or why it needed the person. */
async function feedbackFor(context: RunContext, task: TaskRun, opened: OpenedConflict | undefined, said: string): Promise<string> {
  const conflict = opened ?? task.conflict;
  if (conflict !== undefined) {
    const others = await otherSide(context, task, conflict.base, conflict.paths);
    return conflictFeedback(context.store.state, task, { paths: conflict.paths, notes: conflict.notes, others }, said);
  }
  if (said !== '') return said;
  if (task.feedback !== undefined) return task.feedback;
  return task.reason === undefined ? 'Please try again.' : `${task.reason.text}\n\nGo on and bring the task to its end.`;
}

async function drop(loop: RunLoop, id: string, note: { readonly note?: string }): Promise<void> {
  const { context } = loop;
  await context.stop(id);
  await loop.driven(id);
  const { state } = context.task(id);
  if (isOver(state) || state === 'merging') return;
  await context.store.append({ type: 'task.state', task: id, from: state, to: 'dropped', ...note });
  await cleanUp(context, id);
}

async function takenOver(context: RunContext, id: string): Promise<WishAnswer> {
  const { state, task } = context.task(id);
  if (isOver(state)) return refuse(`${task.title} ${stateClause(state)} meanwhile.`);
  if (state === 'needs-you') return OK;
  await context.store.append({
    type: 'task.state',
    task: id,
    from: state,
    to: 'needs-you',
    reason: { kind: 'taken-over', text: 'You took over its session. When you are done, Check Again runs the boundary check and the gate.' },
  });
  return OK;
}
