/**
 * A change of the base that is no single task's own: the landing of a run's integration branch, and the undoing of a
 * landing. Each is made in the object store, gated, approved and landed like a task. Plain data and pure functions.
 */
import type { CommandResult, Sha } from './ports.js';
import type { GateVerdict, Reason, Receipt, RunState, TaskRun } from './run.js';
import { isOver } from './task.js';

/** The change that lands a run's integration branch. */
export const RUN_CHANGE = 'run';

/** Name of the change that undoes a task's landing. */
export function undoChange(task: string): string {
  return `undo:${task}`;
}

/** The change that undoes the landing of a whole run. */
export const UNDO_RUN = 'undo-run';

/** `checking`: it is made and gated. `ready`: green, waits for a person. `in-review`: its pull request is open. `needs-you`: nothing was done, `reason` says why. */
export type ChangeState = 'checking' | 'ready' | 'merging' | 'in-review' | 'landed' | 'needs-you';

export interface Change {
  readonly kind: 'run' | 'undo';
  /** The task whose landing is undone; without one, that of the whole run is. */
  readonly undoes?: string;
  readonly state: ChangeState;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly reason?: Reason;
  readonly approved: boolean;
  /** What would land: a commit on `base`, its tree and what it was made from. */
  readonly made?: { readonly commit: Sha; readonly tree: Sha; readonly base: Sha };
  readonly verdict?: GateVerdict;
  /** What the gate did not prove; empty where it did not say. */
  readonly note?: string;
  /** The lack of proof that a person has taken on themselves: this note, and no other. */
  readonly accepts?: string;
  readonly results: readonly CommandResult[];
  readonly receipt?: Receipt;
  readonly mergeIntended?: { readonly from: Sha; readonly to: Sha };
  /** Strategy `pull-request`: what was pushed where; `url` once it is open. */
  readonly pullRequest?: { readonly remote: string; readonly branch: string; readonly commit: Sha; readonly url?: string };
  readonly landed?: { readonly commit: Sha; readonly at: number };
  /** The commit that took the run's landing back. */
  readonly undone?: { readonly commit: Sha; readonly at: number };
}

/** The branch that a run's tasks land on before the run as a whole lands on its base. */
export interface Integration {
  /** Full short name. */
  readonly branch: string;
  /** The base commit it was made at. */
  readonly from: Sha;
  /** It exists; before that only the intention does. */
  readonly created: boolean;
  readonly landed: boolean;
}

/** Where tasks land: the integration branch while there is one to fill, else the base. */
export function targetBranch(state: Pick<RunState, 'base' | 'integration'>): string {
  return state.integration !== undefined && !state.integration.landed ? state.integration.branch : state.base.branch;
}

/** In work now: made, gated or landed by itself. */
export function isMoving(change: Change): boolean {
  return change.state === 'checking' || change.state === 'merging' || (change.state === 'ready' && change.approved);
}

/** It came to the base by that landing of a whole run. */
export function landedWith(task: Pick<TaskRun, 'landed'>, change: Change): boolean {
  return task.landed?.with !== undefined && task.landed.with === change.landed?.commit;
}

/** All tasks are over, and what they made is on an integration branch that has not landed. */
export function awaitsLanding(state: RunState): boolean {
  return state.integration?.landed === false && state.tasks.size > 0 && [...state.tasks.values()].every((task) => isOver(task.state));
}

/** Tasks that build on this one and have landed since, in plan order; what was undone already does not count. */
export function landedDependents(state: Pick<RunState, 'tasks' | 'edges'>, id: string): readonly string[] {
  const reached = new Set([id]);
  for (let before = 0; before !== reached.size; ) {
    before = reached.size;
    for (const edge of state.edges) if (edge.why === 'depends' && reached.has(edge.from)) reached.add(edge.to);
  }
  return [...state.tasks.values()].filter((task) => task.task.id !== id && reached.has(task.task.id) && task.state === 'landed' && task.undone === undefined).map((task) => task.task.id);
}

/** What an undo takes back, in one sentence. */
export function undoWords(state: Pick<RunState, 'tasks' | 'goal' | 'run'>, change: Pick<Change, 'undoes'>): string {
  const task = change.undoes === undefined ? undefined : state.tasks.get(change.undoes);
  return task === undefined ? `Takes the landing of ${state.run} back: ${state.goal.split('\n')[0] ?? ''}` : `Takes the landing of ${task.task.title} back${task.pullRequest?.url === undefined ? '' : ` (${task.pullRequest.url})`}.`;
}
