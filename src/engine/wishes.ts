/** A person's wish becomes events, or is refused with a reason. The one place where wishes meet the state. */
import { PLANNER } from '../core/events.js';
import { editPlan } from '../core/planEdit.js';
import { conflictFeedback, personFeedback } from '../core/prompts.js';
import type { TaskRun } from '../core/run.js';
import type { TaskState } from '../core/task.js';
import { isOver } from '../core/task.js';
import type { Wish, WishAnswer } from '../core/wishes.js';
import { messageOf } from './attempts.js';
import type { RunContext } from './context.js';
import { cleanUp } from './landing.js';
import type { RunLoop } from './loop.js';
import { plan } from './planning.js';

const OK: WishAnswer = { ok: true };
const refuse = (reason: string): WishAnswer => ({ ok: false, reason });

type TaskWish = Extract<Wish, { task: string; type: 'approve' | 'retry' | 'drop' | 'allow-paths' | 'take-over' | 'check' }>;

/** Carries out a wish on its run. Long work (planning, stopping) goes on after the answer. */
export async function carryOut(loop: RunLoop, wish: Wish): Promise<WishAnswer> {
  const { context } = loop;
  const { store } = context;
  const { state } = store;
  if (wish.run !== state.run) return refuse(`This is run ${state.run}, not ${wish.run}.`);
  if (store.broken !== undefined) return refuse(store.broken.message);
  if (state.discarded) return refuse('The run was discarded.');
  switch (wish.type) {
    case 'approve-plan':
      if (state.proposal === undefined) return refuse('There is no proposed plan to approve.');
      if (state.proposal.revision !== wish.revision) return refuse('The plan has changed since you looked at it; look again, then approve.');
      await store.append({ type: 'plan.approved', revision: wish.revision });
      return OK;
    case 'edit-plan': {
      if (state.proposal?.revision !== wish.revision) return refuse('The plan has changed since you looked at it; nothing was edited.');
      const edited = editPlan(state.proposal.plan, wish.edit);
      if ('refused' in edited) return refuse(edited.refused);
      await store.append({ type: 'plan.edited', revision: wish.revision, plan: edited.plan });
      return OK;
    }
    case 'discard-plan':
      if (planning(context)) await context.stop(PLANNER);
      if (state.revision === 0) await store.append({ type: 'run.discarded' });
      else if (state.proposal !== undefined) await store.append({ type: 'plan.discarded', revision: state.proposal.revision });
      else return refuse('There is no proposed plan to discard.');
      return OK;
    case 'ask-changes':
      if (state.proposal === undefined) return refuse('There is no proposed plan to change.');
      if (planning(context)) return refuse('The planner is already at work.');
      start(loop, () => plan(context, { kind: 'changes', text: wish.text }));
      return OK;
    case 'replan': {
      if (planning(context)) return refuse('The planner is already at work.');
      if (wish.task !== undefined && !state.tasks.has(wish.task)) return refuse(`There is no task "${wish.task}" in ${state.run}.`);
      const { task, feedback } = wish;
      start(loop, () =>
        plan(context, state.revision === 0 ? { kind: 'plan' } : { kind: 'replan', ...(task !== undefined && { task }), ...(feedback !== undefined && { feedback }) }),
      );
      return OK;
    }
    case 'stop':
      return stop(loop, wish.task);
    case 'pause':
      if (state.paused) return OK;
      await store.append({ type: 'run.paused' });
      return OK;
    case 'go-on':
      return goOn(context);
    default: {
      const task = state.tasks.get(wish.task);
      if (task === undefined) return refuse(`There is no task "${wish.task}" in ${state.run}.`);
      if (state.revision === 0) return refuse('The plan has not been approved yet.');
      return onTask(loop, wish, task);
    }
  }
}

function planning(context: RunContext): boolean {
  const { planner } = context.store.state;
  return planner !== undefined && planner.endedAt === undefined;
}

function start(loop: RunLoop, work: () => Promise<void>): void {
  void loop.guest(work).catch((error: unknown) => loop.context.world.log.error('Planning failed', error));
}

async function onTask(loop: RunLoop, wish: TaskWish, task: TaskRun): Promise<WishAnswer> {
  const { context } = loop;
  const { store } = context;
  const id = wish.task;
  const title = task.task.title;
  const move = (to: TaskState) => ({ type: 'task.state' as const, task: id, from: task.state, to });
  switch (wish.type) {
    case 'approve':
      if (task.state === 'ready') {
        await store.append({ type: 'task.approved', task: id, by: 'person' });
        return OK;
      }
      if (task.state === 'needs-you' && (task.reason?.kind === 'checkout-in-the-way' || task.reason?.kind === 'merge-failed') && task.receipt !== undefined) {
        context.rearm(id);
        await store.append({ type: 'task.approved', task: id, by: 'person' }, move('merging'));
        return OK;
      }
      if (task.state === 'landed') return refuse(`${title} has already landed.`);
      return refuse(`${title} is ${task.state === 'needs-you' ? 'not green' : 'not ready'} (${task.reason?.text ?? task.state}); only a green task can be merged.`);
    case 'retry': {
      if (!['needs-you', 'stopped', 'ready', 'in-review', 'dropped'].includes(task.state)) return refuse(`${title} is ${task.state}; stop it first, or wait until it is done.`);
      const said = personFeedback(wish.feedback, wish.comments ?? []);
      const conflict = task.reason?.kind === 'conflict' ? await openConflict(context, task) : undefined;
      if (typeof conflict === 'string') return refuse(conflict);
      const nothingSaid = (wish.feedback ?? '') === '' && (wish.comments ?? []).length === 0;
      const why = task.reason !== undefined && nothingSaid ? `${task.reason.text}\n\nGo on and bring the task to its end.` : said;
      const feedback = conflict === undefined ? why : conflictFeedback(store.state, task, conflict.paths, nothingSaid ? '' : said);
      context.rearm(id);
      const to: TaskState = task.attempts.length === 0 || task.state === 'dropped' || task.reason?.kind === 'worktree-missing' || task.reason?.kind === 'set-up-failed' ? 'waiting' : 'working';
      const from = task.state === 'in-review' ? 'in-review' : task.state;
      await store.append(
        ...(conflict === undefined ? [] : [{ type: 'conflict.opened' as const, task: id, ...conflict }]),
        { type: 'feedback.given', task: id, feedback, byPerson: true, ...(wish.comments !== undefined && wish.comments.length > 0 && { comments: wish.comments }) },
        { type: 'task.state', task: id, from, to },
      );
      return OK;
    }
    case 'drop':
      if (isOver(task.state)) return refuse(`${title} is already ${task.state}.`);
      if (task.state === 'merging') return refuse(`${title} is just landing; undo it afterwards instead.`);
      start(loop, async () => {
        await context.stop(id);
        await loop.driven(id);
        const now = context.task(id);
        if (isOver(now.state)) return;
        await store.append({ type: 'task.state', task: id, from: now.state, to: 'dropped' });
        await cleanUp(context, id);
      });
      return OK;
    case 'allow-paths':
      if (task.reason?.kind !== 'boundary') return refuse(`${title} has no paths to allow.`);
      await store.append({ type: 'paths.allowed', task: id, paths: wish.paths }, move('checking'));
      context.rearm(id);
      return OK;
    case 'take-over':
      if (task.state === 'landed' || task.state === 'dropped' || task.worktree === undefined) return refuse(`${title} has no worktree to take over.`);
      await context.stop(id);
      await loop.driven(id);
      {
        const now = context.task(id);
        if (now.state !== 'needs-you' && !isOver(now.state)) {
          await store.append({ type: 'task.state', task: id, from: now.state, to: 'needs-you', reason: { kind: 'taken-over', text: 'You took over its session. When you are done, Check Again runs the boundary check and the gate.' } });
        }
      }
      return OK;
    case 'check':
      if (task.state !== 'needs-you' && task.state !== 'stopped' && task.state !== 'ready') return refuse(`${title} is ${task.state}; there is nothing to check now.`);
      if (task.head === undefined && task.attempts.length === 0) return refuse(`${title} has not been worked on yet.`);
      context.rearm(id);
      await store.append({ type: 'approval.withdrawn', task: id }, move('checking'));
      return OK;
  }
}

/** Lays the conflict into the worktree; a refusal is a sentence for people. */
async function openConflict(context: RunContext, task: TaskRun): Promise<{ readonly base: string; readonly paths: readonly string[] } | string> {
  const { world, store } = context;
  const base = await world.git.branchCommit(store.state.base.branch);
  if (base === undefined || task.worktree === undefined) return `The branch ${store.state.base.branch} is gone; nothing was changed.`;
  try {
    return { base, paths: await world.git.openConflict(task.worktree, base) };
  } catch (error) {
    return messageOf(error);
  }
}

async function stop(loop: RunLoop, id: string | undefined): Promise<WishAnswer> {
  const { context } = loop;
  const { store } = context;
  if (id !== undefined) {
    const task = store.state.tasks.get(id);
    if (task === undefined) return refuse(`There is no task "${id}" in ${store.state.run}.`);
    start(loop, () => context.stop(id));
    return OK;
  }
  if (planning(context)) {
    start(loop, () => context.stop(PLANNER));
    if (store.state.revision === 0) return OK;
  }
  if (!store.state.stopped) await store.append({ type: 'run.stopped' });
  start(loop, () => loop.stopAll());
  return OK;
}

/** Ends a pause or a stop; what was stopped or interrupted goes on in its own session. */
async function goOn(context: RunContext): Promise<WishAnswer> {
  const { store } = context;
  const again = [...store.state.tasks.values()].filter((task) => task.state === 'stopped');
  for (const task of again) context.rearm(task.task.id);
  await store.append(
    { type: 'run.resumed' },
    ...again.map((task) => ({
      type: 'task.state' as const,
      task: task.task.id,
      from: 'stopped' as const,
      to: task.attempts.length === 0 ? ('waiting' as const) : task.attempts.at(-1)?.outcome?.ok === true ? ('checking' as const) : ('working' as const),
    })),
  );
  return OK;
}
