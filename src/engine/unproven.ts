/** What no gate proves lands on a person's word. */
import type { GateState, Receipt, TaskRun } from '../core/run.js';
import type { RunContext } from './context.js';

/** A person's eyes in place of a gate: bound to the same tree and base, and marked as what it is. */
export function unprovenReceipt(context: RunContext, task: TaskRun): Receipt | undefined {
  if (task.head === undefined) return undefined;
  return {
    id: `${context.store.state.run}-${task.task.id}-${task.head.tree.slice(0, 12)}-unproven`,
    tree: task.head.tree,
    base: task.head.base,
    commands: [],
    at: context.world.clock.now(),
    unproven: true,
  };
}

/**
 * The person has accepted this very lack of proof, and only the base has moved since: asking once more would tell them
 * nothing new. Check Again and Retry take that word back (`approved`), and another lack is another question.
 */
export function isAcceptedAlready(task: TaskRun, before: GateState | undefined, note: string | undefined): boolean {
  return task.approved && before?.verdict === 'unproven' && before.note === note;
}
