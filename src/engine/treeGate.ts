/** A gate on a commit that is on no branch yet: run in the engine's own worktree, which is gone afterwards. */
import type { CommandResult, Sha } from '../core/ports.js';
import type { GateVerdict, Receipt } from '../core/run.js';
import type { RunContext } from './context.js';
import { gateWorktree, type GateTarget } from './gating.js';
import { makeScratch, removeScratch } from './scratch.js';
import { setUpScratch } from './setUp.js';
import { paths } from './world.js';

export interface TreeTarget extends Pick<GateTarget, 'tree' | 'base' | 'receiptId' | 'commands' | 'signal' | 'mayRunFewerTests'> {
  /** The engine's own worktree to use; nobody else uses it at the same time. */
  readonly scratch: string;
  readonly commit: Sha;
  /** The file of the run's folder that takes the whole output. */
  readonly outputName: string;
}

export interface TreeGate {
  readonly verdict: GateVerdict;
  readonly results: readonly CommandResult[];
  readonly note?: string;
  /** Only when green. */
  readonly receipt?: Receipt;
}

/** Runs set-up and gate. `started` is called once a gate slot is held. */
export async function gateTree(context: RunContext, target: TreeTarget, started: () => Promise<void> = () => Promise.resolve()): Promise<TreeGate> {
  const { world, store } = context;
  const { run } = store.state;
  const cwd = paths.worktree(world, run, target.scratch);
  const slot = await context.gateSlots.acquire(target.signal);
  try {
    await started();
    await makeScratch(context, target.scratch, target.commit);
    const setUp = await setUpScratch(context, { name: target.scratch, cwd, slot: slot.slot, signal: target.signal });
    if (setUp.some((each) => each.exitCode !== 0)) return { verdict: 'red', results: setUp };
    const { commit: _commit, scratch: _scratch, outputName, ...rest } = target;
    const { results, judgement, receipt } = await gateWorktree(context, { ...rest, cwd, outputFile: `${paths.run(world, run)}/${outputName}`, slot: slot.slot });
    return { ...judgement, results, ...(receipt !== undefined && { receipt }) };
  } finally {
    slot.release();
    await removeScratch(context, target.scratch);
  }
}
