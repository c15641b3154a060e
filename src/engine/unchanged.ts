/** An agent that ended well and changed nothing: a person is told, whether it was its first attempt or a later one. */
import { listed } from '../core/gate.js';
import { lineOf } from '../core/redGate.js';
import type { Reason, TaskRun } from '../core/run.js';
import { TROUBLE } from '../core/trouble.js';
import type { RunContext } from './context.js';

/** Nothing of the task's work is there at all. */
export async function nothingChanged(context: RunContext, id: string): Promise<Reason> {
  const task = context.task(id);
  await note(context, task);
  return wasDenied(task) ?? { kind: 'nothing-changed', text: 'The agent ended without changing anything. Retry with feedback, re-plan or drop it.' };
}

/**
 * The branch holds what it held before the last attempt. Where a person asked for something to be different, that is for
 * them to hear; else it goes on to the gate, whose failure may have been the machine's. `undefined`: the attempt was looked at
 * before, or somebody else did the work.
 */
export async function sameAsBefore(context: RunContext, id: string): Promise<Reason | undefined> {
  const task = context.task(id);
  if (!(await note(context, task)) || task.attempts.at(-1)?.asked !== true) return undefined;
  const last = task.attempts.at(-1)?.attempt ?? 0;
  const gate = task.gates.at(-1);
  const red = gate?.verdict === 'red';
  const before = red ? `what attempt ${String(gate.attempt)} left fails its gate as before` : `its result is as attempt ${String(gate?.attempt ?? last - 1)} left it`;
  const takes = red ? '' : '; Back to Attempt and Check Again take the result as it is';
  return (
    wasDenied(task) ?? {
      kind: 'nothing-changed',
      text: `Attempt ${String(last)} changed nothing: ${before}. Nothing has landed. Retry with other feedback, take over, re-plan or drop it${takes}.`,
      ...(red && lineOf(gate.results)),
    }
  );
}

/** True when the last attempt ended well, nothing came of it, and this is the first look at it. */
async function note(context: RunContext, task: TaskRun): Promise<boolean> {
  const last = task.attempts.at(-1);
  if (last?.outcome?.ok !== true || last.commit !== undefined || last.unchanged === true) return false;
  if (task.gates.some((gate) => gate.attempt === last.attempt)) return false;
  await context.store.append({ type: 'attempt.unchanged', task: task.task.id, attempt: last.attempt });
  return true;
}

function wasDenied(task: TaskRun): Reason | undefined {
  const denied = task.attempts.at(-1)?.outcome?.denied ?? [];
  if (denied.length === 0) return undefined;
  const text = `The agent ended without changing anything: it was denied ${listed([...new Set(denied.map((each) => each.tool))])}. Nothing has landed. ${TROUBLE.permission.next}`;
  return { kind: 'permission', failure: 'permission', text };
}
