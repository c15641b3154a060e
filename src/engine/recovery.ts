/** What is looked after before a run goes on in a new process: processes and folders that a crash left. */
import { isOver } from '../core/task.js';
import type { RunContext } from './context.js';
import { sweepScratch } from './scratch.js';
import { paths } from './world.js';

/** Ends gates and set-ups that outlived their process, then removes the engine's own worktrees. Nothing of the run is at work yet. */
export async function tidyAfterCrash(context: RunContext): Promise<void> {
  await endLeftGates(context);
  await sweepScratch(context);
}

async function endLeftGates(context: RunContext): Promise<void> {
  const { world, store } = context;
  const { run, tasks, team } = store.state;
  const folder = paths.run(world, run);
  const outputs = [`${folder}/candidate-gate.txt`, `${folder}/base-gate.txt`];
  for (const id of store.state.changes.keys()) outputs.push(`${folder}/change-${id.replace(':', '-')}-gate.txt`);
  for (const [id, task] of tasks) {
    if (isOver(task.state) || task.worktree === undefined) continue;
    outputs.push(`${folder}/setup/${id}.txt`, `${paths.attempt(world, run, id, task.attempts.length)}/gate.txt`);
  }
  for (const outputFile of outputs) {
    // No commands: only what is left of an earlier gate with this output is ended.
    await world.gates.run({ cwd: world.stateFolder, commands: [], outputFile, slot: 0, passEnv: [], timeoutMs: team.limits.gateMinutes * 60_000, nonce: world.ids.nonce() });
  }
}
