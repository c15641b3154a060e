/** A person's wish becomes events, or is refused with a reason. The one place where wishes meet the state. */
import { PLANNER } from '../core/events.js';
import { editPlan } from '../core/planEdit.js';
import { NEVER_BEGUN, goesOn, waitsForYou } from '../core/stopping.js';
import { hasStarted, isActive, stateClause } from '../core/task.js';
import { releases } from '../core/trouble.js';
import type { Wish, WishAnswer } from '../core/wishes.js';
import { hasConsent } from './consent.js';
import type { RunContext } from './context.js';
import { settleLeaks } from './leaks.js';
import type { RunLoop } from './loop.js';
import { plan } from './planning.js';
import { bringIn } from './upstream.js';
import { landRun, undo, undoRun } from './changeWishes.js';
import { guest, onTask } from './taskWishes.js';

const OK: WishAnswer = { ok: true };
const NO_CONSENT = 'Nothing was started: the team file sets "permissions" to "full", and nobody has allowed that in this repository yet. Approve in the editor, which asks; or: switchyard approve --consent-full';
const refuse = (reason: string): WishAnswer => ({ ok: false, reason });


/** Carries out a wish on its run. Long work (planning, stopping) goes on after the answer. */
export async function carryOut(loop: RunLoop, wish: Wish): Promise<WishAnswer> {
  const { context } = loop;
  const { store } = context;
  // Whoever wishes it, from wherever: what starts agents with everything allowed was agreed to in this repository.
  if (wish.type === 'approve-plan' && store.state.team.permissions === 'full' && !(await hasConsent(context.world))) return refuse(NO_CONSENT);
  const { state } = store;
  if (wish.run !== state.run) return refuse(`This is run ${state.run}, not ${wish.run}.`);
  if (store.broken !== undefined) return refuse(store.broken.message);
  if (state.discarded && wish.type !== 'leak') return refuse('The run was discarded.');
  switch (wish.type) {
    case 'approve-plan':
      if (state.proposal === undefined) return refuse('There is no proposed plan to approve.');
      if (state.proposal.revision !== wish.revision) return refuse('The plan has changed since you looked at it; look again, then approve.');
      // A planner that is still changing this plan would propose over what was just approved.
      if (planning(context)) await context.stop(PLANNER);
      if (store.state.proposal?.revision !== wish.revision) return refuse('The plan has changed since you looked at it; look again, then approve.');
      await store.append({ type: 'plan.approved', revision: wish.revision });
      return OK;
    case 'edit-plan': {
      if (state.proposal?.revision !== wish.revision) return refuse('The plan has changed since you looked at it; nothing was edited.');
      // Approval leaves it as it is: an edit would be accepted and have no effect.
      const begun = state.tasks.get(wish.edit.task);
      if (state.revision > 0 && begun !== undefined && hasStarted(begun)) return refuse(`${begun.task.title} has started under the plan in force, so a new revision leaves it as it is. Nothing was edited; Retry tells its agent more, Drop gives it up.`);
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
      guest(loop, () => plan(context, { kind: 'changes', text: wish.text }));
      return OK;
    case 'replan': {
      if (planning(context)) return refuse('The planner is already at work.');
      if (wish.task !== undefined && !state.tasks.has(wish.task)) return refuse(`There is no task "${wish.task}" in ${state.run}.`);
      const { task, feedback } = wish;
      guest(loop, () =>
        plan(context, state.revision === 0 ? { kind: 'plan' } : { kind: 'replan', ...(task !== undefined && { task }), ...(feedback !== undefined && { feedback }) }),
      );
      return OK;
    }
    case 'stop':
      return stop(loop, wish.task, wish.by);
    case 'pause':
      if (state.paused) return OK;
      await store.append({ type: 'run.paused' });
      return OK;
    case 'go-on':
      return goOn(context);
    case 'undo':
      return wish.task === undefined ? undoRun(context) : undo(context, wish.task);
    case 'bring-in':
      return bringIn(context);
    case 'land-run':
      return landRun(context);
    case 'leak':
      return settleLeaks(loop, wish);
    default: {
      const task = state.tasks.get(wish.task);
      if (task === undefined) return refuse(`There is no task "${wish.task}" in ${state.run}.`);
      if (state.revision === 0) return refuse('The plan has not been approved yet.');
      return onTask(loop, wish);
    }
  }
}

function planning(context: RunContext): boolean {
  const { planner } = context.store.state;
  return planner !== undefined && planner.endedAt === undefined;
}

async function stop(loop: RunLoop, id: string | undefined, by: 'quit' | undefined): Promise<WishAnswer> {
  const { context } = loop;
  const { store } = context;
  if (id === PLANNER) {
    if (!planning(context)) return refuse('The planner is not at work.');
    guest(loop, () => context.stop(PLANNER));
    return OK;
  }
  if (id !== undefined) {
    const task = store.state.tasks.get(id);
    if (task === undefined) return refuse(`There is no task "${id}" in ${store.state.run}.`);
    if (task.state === 'waiting') {
      await store.append({ type: 'task.state', task: id, from: 'waiting', to: 'stopped', reason: NEVER_BEGUN });
      return OK;
    }
    if (!isActive(task.state)) return refuse(`${task.task.title} ${stateClause(task.state)}; nothing of it runs.`);
    guest(loop, () => context.stop(id));
    return OK;
  }
  if (planning(context)) {
    guest(loop, () => context.stop(PLANNER));
    if (store.state.revision === 0) return OK;
  }
  if (!store.state.stopped) await store.append({ type: 'run.stopped', ...(by !== undefined && { by }) });
  guest(loop, () => loop.stopAll());
  return OK;
}

/** Ends a pause or a stop; what was stopped with the run or interrupted goes on in its own session. What a person stopped by itself stays so. */
async function goOn(context: RunContext): Promise<WishAnswer> {
  const { store } = context;
  const tasks = [...store.state.tasks.values()];
  const again = tasks.filter(goesOn);
  const [left] = tasks.filter(waitsForYou);
  if (left !== undefined && again.length === 0 && !store.state.stopped && !store.state.paused && releases(store.state).length === 0) {
    return refuse(`Nothing else of ${store.state.run} is stopped: you stopped ${left.task.title} by itself. Retry continues it.`);
  }
  for (const task of again) context.rearm(task.task.id);
  context.rearmRun();
  await store.append(
    { type: 'run.resumed' },
    ...releases(store.state),
    // Through the scheduler again: slots, budgets and files may have gone to others meanwhile.
    ...again.map((task) => ({
      type: 'task.state' as const,
      task: task.task.id,
      from: 'stopped' as const,
      to: task.attempts.at(-1)?.outcome?.ok === true ? ('checking' as const) : ('waiting' as const),
    })),
  );
  return OK;
}
