/** Why an approved task that is merging has not landed yet: the merge queue lands it with others, or after another. Pure. */
import { listed } from './gate.js';
import { holdsLanding } from './leak.js';
import type { Reason, RunState, TaskRun } from './run.js';

/** `undefined`: it is its turn, or it is not in the queue at all. */
export function queueReason(state: Pick<RunState, 'tasks' | 'candidate'>, { task, ...run }: TaskRun): Reason | undefined {
  if (run.state !== 'merging') return undefined;
  const all = [...state.tasks.values()];
  const others = all.filter((each) => each.task.id !== task.id);
  // Whoever was in it and has gone elsewhere since was in an earlier one.
  const together = others.filter((each) => each.state === 'merging' && state.candidate?.includes(each.task.id) === true);
  if (state.candidate?.includes(task.id) === true && together.length > 0) {
    return { kind: 'queue', text: `Gated together with ${titles(together)}: they land as one.`, tasks: together.map(idOf) };
  }
  const before = together.length > 0 ? together : others.filter(({ approved, ...each }) => approved && (each.state === 'checking' || (each.state === 'ready' && !holdsLanding(each))));
  if (before.length === 0) return undefined;
  return { kind: 'queue', text: `Lands after ${titles(before)}, which ${before.length === 1 ? 'is' : 'are'} being gated.`, tasks: before.map(idOf) };
}

const idOf = ({ task }: TaskRun): string => task.id;
const titles = (tasks: readonly TaskRun[]): string => listed(tasks.map(({ task }) => `“${task.title}”`), 2);
