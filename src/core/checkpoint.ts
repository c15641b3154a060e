/** A run's state as plain JSON and back: what is kept beside a long log so that it need not be folded again. */
import type { RunState } from './run.js';

/** So many events may follow a checkpoint before the next one is worth its time. */
export const CHECKPOINT_EVERY = 5_000;

/** A state as JSON can hold it: its maps become lists of pairs. */
export function packState(state: RunState): unknown {
  return { ...state, tasks: [...state.tasks], changes: [...state.changes], agentWaits: [...state.agentWaits] };
}

/** `undefined` when it is no state of a run after so many events. */
export function unpackState(packed: unknown, run: string, seq: number): RunState | undefined {
  if (typeof packed !== 'object' || packed === null) return undefined;
  const state = packed as { readonly [K in keyof RunState]?: unknown };
  const { tasks, changes, agentWaits } = state;
  if (state.run !== run || state.seq !== seq || !isPairs(tasks) || !isPairs(changes) || !isPairs(agentWaits)) return undefined;
  return { ...(state as RunState), tasks: new Map(tasks) as RunState['tasks'], changes: new Map(changes) as RunState['changes'], agentWaits: new Map(agentWaits) as unknown as RunState['agentWaits'] };
}

function isPairs(value: unknown): value is readonly (readonly [string, unknown])[] {
  return Array.isArray(value) && value.every((each) => Array.isArray(each) && each.length === 2);
}
