/** A gate on a commit that is on no branch yet: run in the engine's own worktree, which is gone afterwards. */
import { judge } from '../core/gate.js';
import type { CommandResult, Sha } from '../core/ports.js';
import type { GateVerdict, Receipt } from '../core/run.js';
import type { RunContext } from './context.js';
import { makeScratch, removeScratch } from './scratch.js';
import { paths } from './world.js';

const MINUTE = 60_000;

export interface GateTarget {
  /** The engine's own worktree to use; nobody else uses it at the same time. */
  readonly scratch: string;
  readonly commit: Sha;
  readonly tree: Sha;
  /** The tip that the tree contains. */
  readonly base: Sha;
  readonly receiptId: string;
  readonly commands: readonly string[];
  /** The file of the run's folder that takes the whole output. */
  readonly outputName: string;
  readonly signal: AbortSignal;
}

export interface TreeGate {
  readonly verdict: GateVerdict;
  readonly results: readonly CommandResult[];
  readonly note?: string;
  /** Only when green. */
  readonly receipt?: Receipt;
}

/** Runs set-up and gate. `started` is called once a gate slot is held. */
export async function gateTree(context: RunContext, target: GateTarget, started: () => Promise<void> = () => Promise.resolve()): Promise<TreeGate> {
  const { world, store } = context;
  const { run, team } = store.state;
  const cwd = paths.worktree(world, run, target.scratch);
  const slot = await context.gateSlots.acquire(target.signal);
  const shared = { cwd, slot: slot.slot, signal: target.signal, passEnv: context.passEnv([]), timeoutMs: team.limits.gateMinutes * MINUTE, outputFile: `${paths.run(world, run)}/${target.outputName}` };
  try {
    await started();
    await makeScratch(context, target.scratch, target.commit);
    const setUp = await world.gates.run({ ...shared, commands: team.setup, nonce: world.ids.nonce() });
    const results = setUp.some((each) => each.exitCode !== 0) ? setUp : await world.gates.run({ ...shared, commands: target.commands, nonce: world.ids.nonce() });
    const { verdict, note } = judge(target.commands, results, await world.git.dirty(cwd, false));
    if (verdict !== 'green') return { verdict, results, ...(note !== undefined && { note }) };
    const receipt: Receipt = {
      id: target.receiptId,
      tree: target.tree,
      base: target.base,
      commands: results.map((result) => ({ command: result.command, exitCode: result.exitCode ?? -1, ms: result.ms })),
      at: world.clock.now(),
    };
    return { verdict, results, receipt };
  } finally {
    slot.release();
    await removeScratch(context, target.scratch);
  }
}
