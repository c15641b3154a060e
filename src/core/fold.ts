/** fold(events) -> RunState: a loop over a private mutable accumulator, handed out as read-only data. */
import { RUN_CHANGE } from './change.js';
import type { ChangeEvent } from './changeFold.js';
import { foldChange, isChangeEvent } from './changeFold.js';
import type { Event } from './events.js';
import { PLANNER } from './events.js';
import { checkPlan } from './planCheck.js';
import type { Plan, Task } from './plan.js';
import type { AttemptState, GateState, PlannerState, RunState, TaskRun } from './run.js';
import { foldReceipts } from './receipt.js';
import { hasStarted, mayMove } from './task.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** An event that does not fit the state: a defect in the writer or a log edited by hand. The run is refused. */
export class FoldError extends Error {
  readonly seq: number;
  constructor(message: string, seq: number) {
    super(`event ${String(seq)}: ${message}`);
    this.name = 'FoldError';
    this.seq = seq;
  }
}

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

type TaskEvent = Exclude<Extract<Event, { readonly task: string }>, ChangeEvent>;

function changeTask(task: Mutable<TaskRun>, event: TaskEvent, at: number): void {
  switch (event.type) {
    case 'task.state':
      if (task.state !== event.from || !mayMove(event.from, event.to)) {
        throw new FoldError(`task ${event.task} cannot go from ${task.state} (said ${event.from}) to ${event.to}`, event.seq);
      }
      task.state = event.to;
      task.since = at;
      if (event.reason === undefined) delete task.reason;
      else task.reason = event.reason;
      return;
    case 'worktree.creating':
      task.worktree = event.path;
      task.branch = event.branch;
      task.startedFrom = event.commit;
      task.cleaned = false;
      task.prepared = false;
      task.files = [];
      task.violations = [];
      task.boundaryChecked = false;
      // A session remembers files that the new worktree does not hold: its agent would believe the work done.
      delete task.session;
      delete task.head;
      delete task.receipt;
      delete task.mergeIntended;
      delete task.pullRequest;
      delete task.conflict;
      task.resolved = [];
      return;
    case 'worktree.created':
      task.prepared = true;
      return;
    case 'worktree.removing':
    case 'attempt.started':
      return;
    case 'merge.refused':
      delete task.mergeIntended;
      return;
    case 'worktree.removed':
      task.cleaned = true;
      return;
    case 'attempt.starting':
      task.attempts = [...task.attempts, newAttempt(event, at)];
      if (task.conflict !== undefined) task.conflict = { ...task.conflict, by: 'agent' };
      // What was approved is what was reviewed; an agent that works again makes something else.
      task.approved = false;
      delete task.feedback;
      delete task.comments;
      delete task.receipt;
      return;
    case 'attempt.ended':
      task.attempts = endAttempt(task.attempts, event, at);
      if (event.outcome.session !== undefined) task.session = event.outcome.session;
      return;
    case 'task.handed-off':
      task.handOffs = (task.handOffs ?? 0) + 1;
      return;
    case 'leak.found':
      task.leaks = [...(task.leaks ?? []), event.leak];
      return;
    case 'leak.settled':
      task.leaks = (task.leaks ?? []).map((leak) => (leak.id === event.leak ? { ...leak, settled: event.choice, left: event.left } : leak));
      return;
    case 'conflict.opened':
      task.conflict = { base: event.base, paths: event.paths, notes: event.notes ?? [], by: event.by ?? 'agent' };
      return;
    case 'conflict.resolved':
      task.resolved = [...task.resolved, ...event.resolutions];
      return;
    case 'work.committed':
    case 'branch.updated':
      if (event.type === 'branch.updated') delete task.conflict;
      task.head = { commit: event.commit, tree: event.tree, base: event.base };
      task.files = event.files;
      delete task.receipt;
      return;
    case 'boundary.checked':
      task.violations = event.violations;
      task.boundaryChecked = true;
      if (event.fedBack) task.boundaryRetries += 1;
      return;
    case 'paths.allowed':
      task.allowedPaths = [...new Set([...task.allowedPaths, ...event.paths])];
      task.allowedMarkers = [
        ...new Set([...task.allowedMarkers, ...task.violations.filter((each) => each.kind === 'conflict-marker' && event.paths.includes(each.path)).map((each) => each.path)]),
      ];
      return;
    case 'gate.started':
      task.gates = [...task.gates, { attempt: event.attempt, startedAt: at, of: event.of, results: [], tree: event.tree, base: event.base, ...(event.changesJudge !== undefined && { changesJudge: event.changesJudge }) }];
      return;
    case 'gate.finished': {
      const last = task.gates.at(-1);
      if (last === undefined) throw new FoldError('a gate that never started cannot finish', event.seq);
      const finished: GateState = { ...last, endedAt: at, results: event.results, verdict: event.verdict, ...(event.note !== undefined && { note: event.note }) };
      task.gates = [...task.gates.slice(0, -1), finished];
      if (event.costsRetry) task.gateRetries += 1;
      if (event.receipt === undefined) delete task.receipt;
      else task.receipt = event.receipt;
      return;
    }
    case 'feedback.given':
      task.feedback = event.feedback;
      if (event.comments !== undefined) task.comments = event.comments;
      if (event.byPerson) {
        // A person's retry is a fresh start for the automatic ones.
        task.gateRetries = 0;
        task.boundaryRetries = 0;
        task.handOffs = 0;
        task.approved = false;
      }
      return;
    case 'unproven.accepted':
      task.receipt = event.receipt;
      return;
    case 'receipt.outdated':
      delete task.receipt;
      return;
    case 'task.approved':
      task.approved = true;
      return;
    case 'approval.withdrawn':
      task.approved = false;
      // Check Again: what is in the worktree now is the person's word.
      if (task.conflict !== undefined) task.conflict = { ...task.conflict, by: 'person' };
      return;
    case 'merge.intended':
      task.mergeIntended = { from: event.from, to: event.to };
      return;
    case 'pull-request.opening':
      task.pullRequest = { ...(task.pullRequest?.url !== undefined && { url: task.pullRequest.url }), remote: event.remote, branch: event.branch, commit: event.commit };
      return;
    case 'pull-request.opened':
      if (task.pullRequest === undefined) throw new FoldError('a pull request was opened that nobody announced', event.seq);
      task.pullRequest = { ...task.pullRequest, url: event.url };
      return;
    case 'merge.landed':
      task.landed = { commit: event.commit, at };
      return;
  }
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

function newTask(task: Task, state: 'proposed' | 'waiting', at: number): TaskRun {
  return {
    task,
    state,
    since: at,
    attempts: [],
    files: [],
    gates: [],
    violations: [],
    boundaryChecked: false,
    boundaryRetries: 0,
    gateRetries: 0,
    allowedPaths: [],
    allowedMarkers: [],
    resolved: [],
    approved: false,
    cleaned: false,
    prepared: false,
  };
}

function newAttempt(event: Extract<Event, { type: 'attempt.starting' }>, at: number): AttemptState {
  return {
    attempt: event.attempt,
    role: event.role,
    agent: event.agent,
    ...(event.model !== undefined && { model: event.model }),
    folder: event.folder,
    nonce: event.nonce,
    startedAt: at,
    usage: [],
    ...(event.feedback !== undefined && { feedback: event.feedback }),
    apiEquivalent: event.apiEquivalent,
    ...(event.slot !== undefined && { slot: event.slot }),
    ...(event.insteadOf !== undefined && { insteadOf: event.insteadOf }),
  };
}

function endAttempt(attempts: readonly AttemptState[], event: Extract<Event, { type: 'attempt.ended' }>, at: number): AttemptState[] {
  return attempts.map((attempt) =>
    attempt.attempt === event.attempt && attempt.endedAt === undefined
      ? { ...attempt, endedAt: event.endedAt === undefined ? at : Date.parse(event.endedAt), outcome: event.outcome, usage: event.usage, ...(event.endedAt !== undefined && { unattended: true as const }) }
      : attempt,
  );
}
