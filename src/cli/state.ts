/** Which run and which task a command is about. */
import type { RunState, TaskRun } from '../core/run.js';
import type { EngineSession } from '../engine/session.js';
import { UsageError } from './output.js';

/** The run that a command is about: the named one, else the newest. */
export async function stateOf(session: EngineSession, run: string | undefined): Promise<RunState> {
  if (run !== undefined && session.current()?.run !== run) {
    try {
      await session.open(run);
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error));
    }
  }
  const shown = run ?? (await session.runs())[0]?.run;
  if (shown === undefined) throw new UsageError('There is no run in this repository yet. Begin with: switchyard plan "<goal>" --out plan.json');
  if (session.current()?.run !== shown) await session.open(shown);
  const state = session.current();
  if (state === undefined) throw new UsageError(`The log of ${shown} cannot be read.`);
  return state;
}

/** A task of the run by its id. */
export function taskOf(state: RunState, id: string | undefined): TaskRun {
  if (id === undefined) throw new UsageError(`Which task? ${state.run} has: ${[...state.tasks.keys()].join(', ')}`);
  const task = state.tasks.get(id);
  if (task === undefined) throw new UsageError(`There is no task "${id}" in ${state.run}. It has: ${[...state.tasks.keys()].join(', ')}`);
  return task;
}
