/** What a whole run is doing, as people see it. Pure. */
import { phaseOf } from '../../core/phase.js';
import type { RunState } from '../../core/run.js';
import type { RunPhase } from '../../shared/protocol.js';

/** A planner is at work on this run. */
export function isPlanning(state: RunState): boolean {
  return state.planner !== undefined && state.planner.endedAt === undefined && state.endedAt === undefined;
}

/** A pause (or a stop) is shown from the moment the person asked for it, also while agents finish what they do. */
export function runPhase(state: RunState): RunPhase {
  const phase = phaseOf(state);
  if (state.stopped && (phase === 'running' || phase === 'needs-you')) return 'stopped';
  if (state.paused && (phase === 'running' || phase === 'needs-you')) return 'paused';
  return phase;
}
