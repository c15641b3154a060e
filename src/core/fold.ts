/** fold(events) -> RunState: a loop over a private mutable accumulator, handed out as read-only data. */
import { foldChange, isChangeEvent } from './changeFold.js';
import type { Event } from './events.js';
import { FoldError } from './foldError.js';
import { timeReader } from './logTime.js';
import type { Own } from './own.js';
import { nothingOwn } from './own.js';
import { receiptFold } from './receiptFold.js';
import type { RunState } from './run.js';
import { changeRun, forgetWait } from './runFold.js';
import { changeTask } from './taskFold.js';

export { FoldError } from './foldError.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Folds events one by one, in time that does not grow with what was folded before. */
export interface Folding {
  /** @throws FoldError for an event that does not fit; nothing can be added after that. */
  add(event: Event): void;
  /** The state after all that was added; nothing that is added later changes it. An empty log has no state. */
  state(): RunState | undefined;
}

/** A folding that goes on from a state, which stays as it is; without one from the beginning of a log. */
export function folding(before?: RunState): Folding {
  const own = nothingOwn();
  const timeOf = timeReader();
  let run: Mutable<RunState> | undefined = before === undefined ? undefined : { ...before };
  const receipts = receiptFold(() => run?.receipts ?? [], own);
  return {
    add: (event) => {
      const at = timeOf(event.at);
      if (run === undefined) {
        run = begun(event, at);
        return;
      }
      if (event.seq !== run.seq + 1) throw new FoldError(`expected number ${String(run.seq + 1)}`, event.seq);
      run.seq = event.seq;
      change(run, event, at, own);
      receipts.add(event, at);
    },
    state: () => {
      if (run === undefined) return undefined;
      const changed = receipts.changed();
      if (changed !== undefined) run.receipts = changed;
      own.giveAway();
      return { ...run };
    },
  };
}

/** Folds a whole log. An empty log has no state. */
export function fold(events: readonly Event[]): RunState | undefined {
  return foldOn(undefined, events);
}

/** Folds what came after a state, which stays as it is. */
export function foldOn(state: RunState | undefined, events: readonly Event[]): RunState | undefined {
  const log = folding(state);
  for (const event of events) log.add(event);
  return events.length === 0 ? state : log.state();
}

/** One step. Objects that the event does not touch are shared with the state before. */
export function apply(state: RunState | undefined, event: Event): RunState {
  const log = folding(state);
  log.add(event);
  const next = log.state();
  if (next === undefined) throw new FoldError('it left no state', event.seq);
  return next;
}

function begun(event: Event, at: number): Mutable<RunState> {
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

function change(run: Mutable<RunState>, event: Event, at: number, own: Own): void {
  if (isChangeEvent(event)) {
    const wrong = foldChange(run, event, at);
    if (wrong !== undefined) throw new FoldError(wrong, event.seq);
    return;
  }
  const ofTask = changeRun(run, event, at, own);
  if (ofTask === undefined) return;
  const present = run.tasks.get(ofTask.task);
  if (present === undefined) throw new FoldError(`there is no task "${ofTask.task}"`, event.seq);
  if (ofTask.type === 'attempt.ended' && ofTask.outcome.ok) forgetWait(run, present, ofTask.attempt);
  const task = own.object(present);
  changeTask(task, ofTask, at, own);
  if (task === present) return;
  const tasks = own.map(run.tasks);
  tasks.set(ofTask.task, task);
  run.tasks = tasks;
}
