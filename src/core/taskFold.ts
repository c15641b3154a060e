/** What the events of a task do to its state: one half of the fold (`runFold.ts` is the run's half). */
import type { ChangeEvent } from './changeFold.js';
import { gateLast } from './earlier.js';
import type { Event } from './events.js';
import { FoldError } from './foldError.js';
import type { Task } from './plan.js';
import type { Own } from './own.js';
import type { AttemptState, GateState, TaskRun } from './run.js';
import { settledLeaks } from './leak.js';
import { mayMove } from './task.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export type TaskEvent = Exclude<Extract<Event, { readonly task: string }>, ChangeEvent>;

/** What one event does to its task, which is the folding's own. Throws a `FoldError` for an event that does not fit. */
export function changeTask(task: Mutable<TaskRun>, event: TaskEvent, at: number, own: Own): void {
  switch (event.type) {
    case 'task.state':
      if (task.state !== event.from || !mayMove(event.from, event.to)) {
        throw new FoldError(`task ${event.task} cannot go from ${task.state} (said ${event.from}) to ${event.to}`, event.seq);
      }
      task.state = event.to;
      task.since = at;
      if (event.reason === undefined) delete task.reason;
      else task.reason = event.reason;
      if (event.note !== undefined) task.note = event.note;
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
      delete task.dependencies;
      delete task.conflict;
      delete task.backTo;
      delete task.goingBack;
      task.resolved = [];
      return;
    case 'worktree.created':
      task.prepared = true;
      if (event.dependencies !== undefined) task.dependencies = event.dependencies;
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
      task.attempts = withOne(own, task.attempts, { ...newAttempt(event, at), ...(isAsked(task) && { asked: true as const }) });
      if (task.conflict !== undefined) task.conflict = { ...task.conflict, by: 'agent' };
      // What was approved is what was reviewed; an agent that works again makes something else.
      task.approved = false;
      delete task.note;
      delete task.backTo;
      delete task.goingBack;
      delete task.asked;
      delete task.feedback;
      delete task.comments;
      delete task.receipt;
      return;
    case 'attempt.ended':
      task.attempts = endAttempt(own, task.attempts, event, at);
      if (event.outcome.session !== undefined) task.session = event.outcome.session;
      return;
    case 'task.handed-off':
      task.handOffs = (task.handOffs ?? 0) + 1;
      return;
    case 'leak.found':
      task.leaks = [...(task.leaks ?? []), event.leak];
      return;
    case 'leak.settled':
      task.leaks = settledLeaks(task.leaks, event);
      return;
    case 'conflict.kept':
      if (task.conflict !== undefined) task.conflict = { ...task.conflict, decided: [...new Set([...(task.conflict.decided ?? []), ...event.paths])] };
      return;
    case 'conflict.opened':
      task.conflict = { base: event.base, paths: event.paths, notes: event.notes ?? [], by: event.by ?? 'agent' };
      return;
    case 'conflict.resolved':
      task.resolved = [...task.resolved, ...event.resolutions];
      task.attempts = ofAttempt(own, task.attempts, task.attempts.length, { commit: event.commit });
      return;
    case 'attempt.unchanged':
      task.attempts = ofAttempt(own, task.attempts, event.attempt, { unchanged: true });
      return;
    case 'work.committed':
    case 'branch.updated':
      if (event.type === 'branch.updated') delete task.conflict;
      else {
        task.attempts = ofAttempt(own, task.attempts, event.attempt, { commit: event.commit });
        delete task.backTo;
      }
      task.head = { commit: event.commit, tree: event.tree, base: event.base };
      task.files = event.files;
      delete task.receipt;
      return;
    case 'task.going-back': {
      const { attempt, commit, tree, base } = event;
      task.goingBack = { attempt, commit, tree, base };
      task.approved = false;
      task.gateRetries = 0;
      task.boundaryRetries = 0;
      return;
    }
    case 'task.went-back':
      wentBack(task, event);
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
      task.gates = withOne(own, task.gates, { attempt: event.attempt, startedAt: at, of: event.of, results: [], ...(task.head !== undefined && { commit: task.head.commit }), tree: event.tree, base: event.base, ...(event.changesJudge !== undefined && { changesJudge: event.changesJudge }) });
      return;
    case 'gate.finished': {
      const last = task.gates.at(-1);
      if (last === undefined) throw new FoldError('a gate that never started cannot finish', event.seq);
      const finished: GateState = { ...last, endedAt: at, results: event.results, verdict: event.verdict, ...(event.note !== undefined && { note: event.note }), ...(event.beside !== undefined && { beside: event.beside }) };
      const gates = own.list(task.gates);
      gates[gates.length - 1] = finished;
      task.gates = gates;
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
      if (event.asks === true) task.asked = true;
      else delete task.asked;
      return;
    case 'unproven.accepted':
      task.receipt = event.receipt;
      return;
    case 'receipt.outdated':
      delete task.receipt;
      return;
    case 'task.approved':
      task.approved = true;
      if (event.note !== undefined) task.note = event.note;
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

/** The result of an earlier attempt stands again: what later ones made, and what their session remembers, is not there. */
function wentBack(task: Mutable<TaskRun>, event: Extract<TaskEvent, { type: 'task.went-back' }>): void {
  const { attempt, commit, tree, base } = event;
  task.head = { commit, tree, base };
  task.files = event.files;
  task.backTo = attempt;
  task.violations = [];
  task.gates = gateLast(task.gates, event);
  task.attempts = task.attempts.map(({ aside: _, ...each }) => (each.attempt > attempt ? { ...each, aside: true as const } : each));
  delete task.goingBack;
  delete task.conflict;
  delete task.session;
  delete task.feedback;
  delete task.comments;
  if (event.receipt === undefined) delete task.receipt;
  else task.receipt = event.receipt;
}

/** What a person asked of an attempt that could not do it (it met a limit, say) is asked of the next. */
function isAsked({ asked, attempts }: Pick<TaskRun, 'asked' | 'attempts'>): boolean {
  const last = attempts.at(-1);
  return asked === true || (last?.asked === true && last.outcome?.ok !== true);
}

/** A task as the plan gives it, before anything happened. */
export function newTask(task: Task, state: 'proposed' | 'waiting', at: number): TaskRun {
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

/** An attempt as its event announces it: nothing is known of its end. */
export function newAttempt(event: Extract<Event, { type: 'attempt.starting' }>, at: number): AttemptState {
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
    ...(event.budgetUsd !== undefined && { budgetUsd: event.budgetUsd }),
    ...(event.insteadOf !== undefined && { insteadOf: event.insteadOf }),
  };
}

/** Writes an attempt's end where it has none yet; a second end changes nothing. */
export function endAttempt(own: Own, attempts: readonly AttemptState[], event: Extract<Event, { type: 'attempt.ended' }>, at: number): readonly AttemptState[] {
  const index = attempts.findLastIndex((attempt) => attempt.attempt === event.attempt && attempt.endedAt === undefined);
  const attempt = attempts[index];
  if (attempt === undefined) return attempts;
  const list = own.list(attempts);
  list[index] = { ...attempt, endedAt: event.endedAt === undefined ? at : Date.parse(event.endedAt), outcome: event.outcome, usage: event.usage, ...(event.endedAt !== undefined && { unattended: true as const }) };
  return list;
}

/** What is learnt of an attempt's work after its end. */
function ofAttempt(own: Own, attempts: readonly AttemptState[], number: number, learnt: Pick<AttemptState, 'commit' | 'unchanged'>): readonly AttemptState[] {
  const index = attempts.findLastIndex((each) => each.attempt === number);
  const attempt = attempts[index];
  if (attempt === undefined) return attempts;
  const list = own.list(attempts);
  list[index] = { ...attempt, ...learnt };
  return list;
}

/** The list with one more. */
export function withOne<T>(own: Own, list: readonly T[], one: T): readonly T[] {
  const longer = own.list(list);
  longer.push(one);
  return longer;
}
