/** What events do to the run itself: one half of the fold (`taskFold.ts` is the tasks' half). */
import { RUN_CHANGE } from './change.js';
import type { ChangeEvent } from './changeFold.js';
import type { Event } from './events.js';
import { PLANNER } from './events.js';
import { explainedLeaks, settledLeaks } from './leak.js';
import { FoldError } from './foldError.js';
import type { Own } from './own.js';
import { checkPlan } from './planCheck.js';
import type { Plan } from './plan.js';
import type { AttemptState, PlannerState, RunState, TaskRun } from './run.js';
import { hasStarted } from './task.js';
import type { TaskEvent } from './taskFold.js';
import { endAttempt, newAttempt, newTask, withOne } from './taskFold.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What one event does to the run itself. An event of a task is given back: its task is to be changed by it. */
export function changeRun(run: Mutable<RunState>, event: Exclude<Event, ChangeEvent>, at: number, own: Own): TaskEvent | undefined {
  switch (event.type) {
    case 'run.created':
      throw new FoldError('a run is created once', event.seq);
    case 'planner.started':
      run.planner = { kind: event.kind, startedAt: at, tries: [] };
      return undefined;
    case 'planner.ended':
      if (run.planner !== undefined) {
        run.planner = {
          ...run.planner,
          endedAt: at,
          ...(event.failure !== undefined && { failure: event.failure }),
          ...(event.cancelled === true && { cancelled: true }),
        };
      }
      return undefined;
    case 'plan.proposed':
    case 'plan.edited':
      run.planChangedAt = at;
      run.proposal = { revision: event.revision, plan: event.plan, at };
      run.lastRevision = Math.max(run.lastRevision, event.revision);
      if (run.revision === 0) {
        run.goal = event.plan.goal;
        run.tasks = new Map(event.plan.tasks.map((task) => [task.id, newTask(task, 'proposed', at)]));
        run.edges = checkPlan(event.plan).edges;
      }
      return undefined;
    case 'plan.discarded':
      run.planChangedAt = at;
      delete run.proposal;
      if (run.revision === 0) run.tasks = new Map();
      return undefined;
    case 'plan.approved':
      run.planChangedAt = at;
      run.approvedAt ??= at;
      approve(run, event.revision, event.seq, at);
      return undefined;
    case 'run.discarded':
      run.discarded = true;
      run.endedAt = at;
      delete run.proposal;
      return undefined;
    case 'run.paused':
      run.paused = true;
      return undefined;
    case 'run.stopped':
      run.stopped = true;
      if (event.by === undefined) delete run.stoppedBy;
      else run.stoppedBy = event.by;
      return undefined;
    case 'run.resumed':
      run.paused = false;
      run.stopped = false;
      delete run.stoppedBy;
      delete run.endedAt;
      return undefined;
    case 'limits.changed':
      run.team = { ...run.team, limits: { ...run.team.limits, ...event.limits } };
      return undefined;
    case 'run.ended':
      run.endedAt = at;
      run.workedUntil ??= at;
      return undefined;
    case 'agent.waits': {
      const { agent, kind, until, told, count } = event;
      run.agentWaits = new Map(run.agentWaits).set(agent, { agent, kind, told, count, since: at, over: false, ...(until !== undefined && { until }) });
      return undefined;
    }
    case 'agent.goes-on': {
      const wait = run.agentWaits.get(event.agent);
      if (wait !== undefined) run.agentWaits = new Map(run.agentWaits).set(event.agent, { ...wait, over: true });
      return undefined;
    }
    case 'space.short':
      run.shortOfSpace = { free: event.free, floor: event.floor, since: at };
      return undefined;
    case 'space.found':
      delete run.shortOfSpace;
      return undefined;
    case 'upstream.moved':
      if (event.ahead === undefined) delete run.upstream;
      else run.upstream = event.ahead;
      return undefined;
    case 'candidate.started':
      run.candidate = event.tasks;
      return undefined;
    case 'candidate.finished':
      delete run.candidate;
      return undefined;
    case 'receipt.made':
      return undefined;
    case 'attempt.starting':
      if (event.task === PLANNER) {
        const attempt = newAttempt(event, at);
        run.plannerAttempts = withOne(own, run.plannerAttempts, attempt);
        run.planner = { ...(run.planner ?? { kind: 'plan', startedAt: at, tries: [] }), tries: [...(run.planner?.tries ?? []), attempt] };
        return undefined;
      }
      break;
    case 'attempt.started':
      if (event.task === PLANNER) return undefined;
      break;
    case 'leak.found':
      forgetGuesses(run, event, own);
      if (event.task !== PLANNER) break;
      run.plannerLeaks = [...(run.plannerLeaks ?? []), event.leak];
      return undefined;
    case 'leak.settled':
      if (event.task !== PLANNER) break;
      run.plannerLeaks = settledLeaks(run.plannerLeaks, event);
      return undefined;
    case 'attempt.ended':
      if (event.task === PLANNER) {
        const end = (attempts: readonly AttemptState[]) => endAttempt(own, attempts, event, at);
        run.plannerAttempts = end(run.plannerAttempts);
        if (run.planner !== undefined) run.planner = { ...run.planner, tries: end(run.planner.tries) } satisfies PlannerState;
        return undefined;
      }
      break;
    default:
  }
  return event;
}

/** What this leak explains is no other task's any more. */
function forgetGuesses(run: Mutable<RunState>, { task: by, leak }: Extract<Event, { readonly type: 'leak.found' }>, own: Own): void {
  for (const [id, task] of run.tasks) {
    const leaks = id === by ? task.leaks : explainedLeaks(task.leaks, by, leak);
    if (leaks === task.leaks || leaks === undefined) continue;
    run.tasks = own.map(run.tasks).set(id, { ...task, leaks });
  }
}

/** An agent that has ended an attempt well is over its trouble: the next wait is a first one. */
export function forgetWait(run: Mutable<RunState>, task: TaskRun, number: number): void {
  if (run.agentWaits.size === 0) return;
  const agent = task.attempts.find((each) => each.attempt === number)?.agent;
  if (agent === undefined || run.agentWaits.get(agent)?.over !== true) return;
  const waits = new Map(run.agentWaits);
  waits.delete(agent);
  run.agentWaits = waits;
}

/** Puts a proposed revision in force: what landed, was dropped or has started stays as it is, the rest is replaced. */
function approve(run: Mutable<RunState>, revision: number, seq: number, at: number): void {
  if (run.proposal?.revision !== revision) throw new FoldError(`revision ${String(revision)} is not proposed`, seq);
  const { plan } = run.proposal;
  const tasks = new Map<string, TaskRun>();
  for (const [id, task] of run.tasks) {
    if (hasStarted(task)) tasks.set(id, task);
  }
  for (const task of plan.tasks) {
    const present = run.tasks.get(task.id);
    if (present !== undefined && hasStarted(present)) continue;
    tasks.set(task.id, newTask(task, 'waiting', at));
  }
  const inForce: Plan = { ...plan, tasks: [...tasks.values()].map((each) => each.task) };
  run.plan = inForce;
  run.goal = plan.goal;
  run.revision = revision;
  run.tasks = tasks;
  run.edges = checkPlan(inForce).edges;
  delete run.proposal;
  delete run.endedAt;
  delete run.workedUntil;
  // What landed as a whole is over; new tasks fill a new integration branch.
  if (run.integration?.landed === true) delete run.integration;
  run.changes = new Map([...run.changes].filter(([id]) => id !== RUN_CHANGE));
}
