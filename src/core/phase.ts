/** Where a run as a whole is: derived from its state, never stored. */
import { RUN_CHANGE, awaitsLanding, isMoving } from './change.js';
import { decide } from './scheduler.js';
import type { RunState } from './run.js';
import { goesOn, waitsForYou } from './stopping.js';
import { isActive, isOver } from './task.js';

export type RunPhase = 'planning' | 'proposed' | 'running' | 'paused' | 'needs-you' | 'done' | 'stopped' | 'failed';

/** Where a run stands, for the header, the status bar and the exit code: derived, never stored. */
export function phaseOf(state: RunState): RunPhase {
  if (state.discarded) return 'stopped';
  const planning = state.planner !== undefined && state.planner.endedAt === undefined;
  if (planning && state.revision === 0) return 'planning';
  if (state.proposal !== undefined) return 'proposed';
  if (state.revision === 0) return state.planner?.cancelled === true ? 'stopped' : 'failed';
  const tasks = [...state.tasks.values()];
  if ([...state.changes.values()].some((change) => isMoving(change) && !(state.stopped && change.state !== 'merging'))) return 'running';
  if (awaitsLanding(state)) return state.stopped ? 'stopped' : state.changes.has(RUN_CHANGE) ? 'needs-you' : 'running';
  if (tasks.every((task) => isOver(task.state))) return 'done';
  if (tasks.some((task) => isActive(task.state))) return 'running';
  if (planning) return 'planning';
  if (state.stopped) return 'stopped';
  const decision = decide(state);
  if (decision.start.length > 0 || decision.land.length > 0) return 'running';
  if (state.paused) return 'paused';
  // An agent that told until when it cannot work goes on by itself.
  if ([...decision.waits.values()].some((reason) => reason.until !== undefined)) return 'running';
  if (tasks.some((task) => task.state === 'needs-you' || task.state === 'ready' || (task.state === 'in-review' && task.pullRequest !== undefined))) return 'needs-you';
  // What a dropped task held up waits for a person's word: retry, re-plan or drop; a full disk for their hand.
  const blocked = [...decision.waits.values()].some((reason) => reason.kind === 'blocked' || reason.kind === 'quota' || reason.kind === 'disk');
  // What its person stopped by hand, Go On leaves as it is.
  return (blocked || tasks.some(waitsForYou)) && !tasks.some(goesOn) ? 'needs-you' : 'stopped';
}
