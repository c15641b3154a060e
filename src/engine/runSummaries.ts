/** A line about every run of the repository, for pickers. */
import { phaseOf } from '../core/phase.js';
import type { RunState } from '../core/run.js';
import { isOver } from '../core/task.js';
import type { RunSummary } from './api.js';
import { RunRefused } from './refused.js';
import type { RunReader } from './runReader.js';

/** Oldest first. `known`: the state of a run that is open already, so that its log is not read again. */
export async function runSummaries(reader: RunReader, known: (run: string) => RunState | undefined): Promise<readonly RunSummary[]> {
  const summaries: RunSummary[] = [];
  for (const run of await reader.ids()) {
    const state = known(run) ?? (await reader.look(run));
    if (state === undefined) continue;
    if (state instanceof RunRefused) {
      summaries.push({ run, goal: `${run} cannot be opened`, createdAt: 0, ended: true, refused: state.message, ...(state.reason === 'damaged' && { damaged: true as const }) });
      continue;
    }
    const untidy = [...state.tasks.values()].some((task) => isOver(task.state) && task.worktree !== undefined && !task.cleaned);
    summaries.push({ run, goal: state.goal, createdAt: state.createdAt, ended: ['done', 'failed'].includes(phaseOf(state)) || state.discarded, ...(state.discarded && { discarded: true }), ...(untidy && { untidy }) });
  }
  return summaries;
}
