/** Which buttons make sense for a task now, in order of importance. Pure; the engine still judges every wish. */
import { greenResults } from '../../core/earlier.js';
import { openLeaks } from '../../core/leak.js';
import type { ReasonKind, TaskRun } from '../../core/run.js';
import type { TaskAction } from '../../shared/protocol.js';

/** Reasons where approving again is the way on: the work is green, only the landing is missing. */
const LANDS_AGAIN: readonly ReasonKind[] = ['checkout-in-the-way', 'merge-failed'];

/** `why`: the reason of a task that waits. */
export function taskActions(task: TaskRun, why?: ReasonKind): readonly TaskAction[] {
  const own = ownActions(task);
  const actions: readonly TaskAction[] = task.state === 'waiting' && why === 'disk' ? ['check', ...own] : own;
  // A landing that waits for that choice has no other way on.
  return openLeaks(task).length === 0 ? actions : ['stray-changes', ...actions];
}

function ownActions(task: TaskRun): readonly TaskAction[] {
  const worked = task.attempts.length > 0;
  const hasWorktree = task.worktree !== undefined && !task.cleaned;
  const review: TaskAction[] = task.head === undefined || task.files.length === 0 ? [] : ['review'];
  const terminal: TaskAction[] = worked ? ['show-terminal'] : [];
  const worktree: TaskAction[] = hasWorktree ? ['try-it'] : [];
  const takeOver: TaskAction[] = hasWorktree && worked ? ['take-over'] : [];
  const back: TaskAction[] = hasWorktree && greenResults(task).length > 0 ? ['back'] : [];
  switch (task.state) {
    case 'proposed':
      return [];
    case 'waiting':
      return [...review, 'replan', 'drop', ...terminal];
    case 'setting-up':
      return ['stop', 'drop', ...terminal];
    case 'working':
      return ['show-terminal', 'stop', ...takeOver, ...review, ...worktree, 'drop'];
    case 'checking':
      return ['stop', ...review, ...worktree, 'drop', ...terminal];
    case 'in-review':
      if (task.pullRequest !== undefined) return ['check', ...review, 'retry', ...worktree, 'drop', ...terminal];
      return [...review, 'retry', ...takeOver, ...worktree, 'stop', ...terminal];
    case 'ready':
      return task.approved
        ? [...review, ...worktree, ...terminal]
        : ['approve', ...review, 'retry', ...back, 'replan', ...takeOver, ...worktree, 'drop', ...terminal];
    case 'merging':
      return [...review, ...terminal];
    case 'landed':
      return [...review, ...(task.undone === undefined ? (['undo'] as const) : []), ...terminal];
    case 'needs-you':
      return [...new Set<TaskAction>([...needsYou(task, review), 'retry', ...back, 'replan', ...takeOver, ...worktree, 'drop', ...terminal])];
    case 'stopped':
      return ['retry', ...back, ...review, ...takeOver, 'replan', ...worktree, ...(hasWorktree ? (['check'] as const) : []), 'drop', ...terminal];
    case 'dropped':
      return [...review, 'retry', ...terminal];
  }
}

function needsYou(task: TaskRun, review: readonly TaskAction[]): readonly TaskAction[] {
  const kind = task.reason?.kind;
  if (kind === 'taken-over') return ['check', ...review];
  if (kind === 'conflict') return task.conflict === undefined ? ['retry', 'resolve-conflict', ...review] : ['check', 'resolve-conflict', 'retry', ...review];
  if (kind === 'boundary') return [...review, 'allow-paths'];
  if (kind !== undefined && LANDS_AGAIN.includes(kind) && task.receipt !== undefined) return ['approve', ...review];
  // Nobody lands what nothing proved without having been offered a look first.
  if (kind === 'unproven') return [...review, 'approve', 'retry', 'check'];
  return task.worktree !== undefined && !task.cleaned && task.attempts.length > 0 ? [...review, 'retry', 'check'] : review;
}
