/** fold(events) -> RunState: a loop over a private mutable accumulator, handed out as read-only data. */
import { RUN_CHANGE } from './change.js';
import { foldChange, isChangeEvent } from './changeFold.js';
import type { Event } from './events.js';
import { PLANNER } from './events.js';
import { FoldError } from './foldError.js';
import { checkPlan } from './planCheck.js';
import type { Plan } from './plan.js';
import type { AttemptState, PlannerState, RunState, TaskRun } from './run.js';
import { foldReceipts } from './receipt.js';
import { hasStarted } from './task.js';
import { changeTask, endAttempt, newAttempt, newTask } from './taskFold.js';

export { FoldError } from './foldError.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Folds a whole log. An empty log has no state. */
export function fold(events: readonly Event[]): RunState | undefined {
  return foldOn(undefined, events);
}

/** Folds what came after a state. The accumulator is this function's own until it is handed out; `state` stays as it is. */
export function foldOn(state: RunState | undefined, events: readonly Event[]): RunState | undefined {
  const [first] = events;
  if (first === undefined) return state;
  const own: Mutable<RunState> = state === undefined ? { ...apply(undefined, first) } : { ...state, tasks: new Map(state.tasks) };
  for (let at = state === undefined ? 1 : 0; at < events.length; at += 1) {
    const event = events[at];
    if (event !== undefined) step(own, event, true);
  }
  return own;
}

/** One step. Objects that the event does not touch are shared with the state before. */
export function apply(state: RunState | undefined, event: Event): RunState {
  const at = Date.parse(event.at);
  if (state === undefined) {
    if (event.type !== 'run.created') throw new FoldError('a log begins with run.created', event.seq);
    return {
      run: event.run,
      goal: event.goal,
      base: event.base,
      team: event.team,
      createdAt: at,
      revision: 0,
      edges: [],
      lastRevision: 0,
      plannerAttempts: [],
      agentWaits: new Map(),
      paused: false,
      stopped: false,
      discarded: false,
      receipts: [],
      tasks: new Map(),
      changes: new Map(),
      seq: event.seq,
    };
  }
  const next: Mutable<RunState> = { ...state };
  step(next, event, false);
  return next;
}

/** `inPlace`: the map of tasks is the caller's own, so that a long log is not folded by copying it for every event. */
function step(run: Mutable<RunState>, event: Event, inPlace: boolean): void {
  if (event.seq !== run.seq + 1) throw new FoldError(`expected number ${String(run.seq + 1)}`, event.seq);
  const at = Date.parse(event.at);
  run.seq = event.seq;
  change(run, event, at, inPlace);
  run.receipts = foldReceipts(run.receipts, event, at);
}

function change(run: Mutable<RunState>, event: Event, at: number, inPlace: boolean): void {
  if (isChangeEvent(event)) {
    const wrong = foldChange(run, event, at);
    if (wrong !== undefined) throw new FoldError(wrong, event.seq);
    return;
  }
  switch (event.type) {
    case 'run.created':
      throw new FoldError('a run is created once', event.seq);
    case 'planner.started':
      run.planner = { kind: event.kind, startedAt: at, tries: [] };
      return;
    case 'planner.ended':
      if (run.planner !== undefined) {
        run.planner = {
          ...run.planner,
          endedAt: at,
          ...(event.failure !== undefined && { failure: event.failure }),
          ...(event.cancelled === true && { cancelled: true }),
        };
      }
      return;
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
      return;
    case 'plan.discarded':
      run.planChangedAt = at;
      delete run.proposal;
      if (run.revision === 0) run.tasks = new Map();
      return;
    case 'plan.approved':
      run.planChangedAt = at;
      run.approvedAt ??= at;
      approve(run, event.revision, event.seq, at);
      return;
    case 'run.discarded':
      run.discarded = true;
      run.endedAt = at;
      delete run.proposal;
      return;
    case 'run.paused':
      run.paused = true;
      return;
    case 'run.stopped':
      run.stopped = true;
      return;
    case 'run.resumed':
      run.paused = false;
      run.stopped = false;
      delete run.endedAt;
      return;
    case 'limits.changed':
      run.team = { ...run.team, limits: { ...run.team.limits, ...event.limits } };
      return;
    case 'run.ended':
      run.endedAt = at;
      return;
    case 'agent.waits': {
      const { agent, kind, until, told, count } = event;
      run.agentWaits = new Map(run.agentWaits).set(agent, { agent, kind, told, count, since: at, over: false, ...(until !== undefined && { until }) });
      return;
    }
    case 'agent.goes-on': {
      const wait = run.agentWaits.get(event.agent);
      if (wait !== undefined) run.agentWaits = new Map(run.agentWaits).set(event.agent, { ...wait, over: true });
      return;
    }
    case 'space.short':
      run.shortOfSpace = { free: event.free, floor: event.floor, since: at };
      return;
    case 'space.found':
      delete run.shortOfSpace;
      return;
    case 'upstream.moved':
      if (event.ahead === undefined) delete run.upstream;
      else run.upstream = event.ahead;
      return;
    case 'candidate.started':
    case 'candidate.finished':
    case 'receipt.made':
      return;
    case 'attempt.starting':
      if (event.task === PLANNER) {
        const attempt = newAttempt(event, at);
        run.plannerAttempts = [...run.plannerAttempts, attempt];
        run.planner = { ...(run.planner ?? { kind: 'plan', startedAt: at, tries: [] }), tries: [...(run.planner?.tries ?? []), attempt] };
        return;
      }
      break;
    case 'attempt.started':
      if (event.task === PLANNER) return;
      break;
    case 'attempt.ended':
      if (event.task === PLANNER) {
        const end = (attempts: readonly AttemptState[]) => endAttempt(attempts, event, at);
        run.plannerAttempts = end(run.plannerAttempts);
        if (run.planner !== undefined) run.planner = { ...run.planner, tries: end(run.planner.tries) } satisfies PlannerState;
        return;
      }
      break;
    default:
  }
  const task = run.tasks.get(event.task);
  if (task === undefined) throw new FoldError(`there is no task "${event.task}"`, event.seq);
  if (event.type === 'attempt.ended' && event.outcome.ok) forgetWait(run, task, event.attempt);
  const changed: Mutable<TaskRun> = { ...task };
  changeTask(changed, event, at);
  const tasks = inPlace ? (run.tasks as Map<string, TaskRun>) : new Map(run.tasks);
  tasks.set(event.task, changed);
  run.tasks = tasks;
}

/** An agent that has ended an attempt well is over its trouble: the next wait is a first one. */
function forgetWait(run: Mutable<RunState>, task: TaskRun, number: number): void {
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
  // What landed as a whole is over; new tasks fill a new integration branch.
  if (run.integration?.landed === true) delete run.integration;
  run.changes = new Map([...run.changes].filter(([id]) => id !== RUN_CHANGE));
}
