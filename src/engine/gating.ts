/** Runs a gate on one exact tree in a worktree, judges it, and binds a green to everything it depends on: the receipt. */
import { targetBranch } from '../core/change.js';
import { hasFailed, judge, type GateJudgement } from '../core/gate.js';
import type { CommandResult, Sha, ToolVersion } from '../core/ports.js';
import { whyOutdated } from '../core/receipt.js';
import type { Receipt, TaskRun } from '../core/run.js';
import { sameFailure } from '../core/sameFailure.js';
import type { RunContext } from './context.js';
import { rememberCounts } from './testCounts.js';
import { paths } from './world.js';

const MINUTE = 60_000;

export interface GateTarget {
  /** A worktree that holds exactly `tree`. */
  readonly cwd: string;
  readonly tree: Sha;
  /** The base commit that the tree contains. */
  readonly base: Sha;
  readonly receiptId: string;
  readonly commands: readonly string[];
  readonly outputFile: string;
  readonly slot: number;
  readonly signal: AbortSignal;
  /** What failed the last time: the same failure after a repair is no flake, and is not run again. */
  readonly failedBefore?: CommandResult;
  /** A revert takes tests away with what they tested; what a run has collected was judged task by task. */
  readonly mayRunFewerTests?: true;
  /** The work changes what its gate runs: every command is measured against the base, also one that looks like no test runner now. */
  readonly mayReplaceTests?: true;
  /** What is red is not run again: that it passes a second time is known. */
  readonly once?: true;
  /** The output file holds the gate of another checkout already; the words say what this one is. */
  readonly append?: string;
}

export interface Gated {
  readonly results: readonly CommandResult[];
  readonly judgement: GateJudgement;
  /** Only when green. */
  readonly receipt?: Receipt;
  /** What git ignores beside it and nothing could tell about. */
  readonly beside?: readonly string[];
  /** Judged by a clean checkout, in which the base was tried already. */
  readonly clean?: true;
}

/** The commands that judge a task: its contract's, else the team's. */
export function gateOf(context: RunContext, task: TaskRun): readonly string[] {
  return task.task.contract.gate.length > 0 ? task.task.contract.gate : context.store.state.team.gate;
}

/** Rejects when the gate could not be run at all. A stopped gate is red; the caller knows the signal. */
export async function gateWorktree(context: RunContext, target: GateTarget): Promise<Gated> {
  const { world } = context;
  const { commands, cwd } = target;
  // Beside the gate, so that they never delay it.
  const surroundings = look(context, target.tree, commands, cwd);
  surroundings.catch(() => undefined);
  const results = commands.length === 0 ? [] : await runCommands(context, target);
  const dirtied = commands.length === 0 ? [] : await world.git.dirty(cwd, false);
  const alone = judge(commands, results, dirtied);
  if (dirtied.length === 0) await rememberCounts(world, target.tree, results);
  if (alone.verdict !== 'green' || target.signal.aborted) return { results, judgement: alone };
  const onBase = target.mayRunFewerTests === true ? undefined : await context.baseGate.tests(context, target, results);
  const judgement = onBase === undefined ? alone : judge(commands, results, dirtied, { branch: targetBranch(context.store.state), tests: onBase });
  if (judgement.verdict !== 'green') return { results, judgement };
  const { lock, tools } = await surroundings;
  return {
    results,
    judgement,
    receipt: {
      id: target.receiptId,
      tree: target.tree,
      base: target.base,
      commands: results.map((result) => ({
        command: result.command,
        exitCode: result.exitCode ?? -1,
        ms: result.ms,
        ...(result.tests !== undefined && { tests: result.tests }),
        ...(result.earlier !== undefined && { flaky: true as const }),
      })),
      lock: lock ?? null,
      tools,
      at: world.clock.now(),
    },
  };
}

async function look(context: RunContext, tree: Sha, commands: readonly string[], cwd: string, known?: readonly ToolVersion[]) {
  const { git, tools } = context.world;
  const { isolation } = await context.isolated(cwd, `${paths.run(context.world, context.store.state.run)}/versions`);
  const [lock, versions] = await Promise.all([git.lockFiles(tree), tools.versions(commands, { cwd, passEnv: context.passEnv([]), ...(isolation !== undefined && { isolation: { ...isolation, readOnly: true as const } }) }, known)]);
  return { lock, tools: versions };
}

/** Why a receipt must not be used to land any more, for people; `undefined` while it holds. */
export async function outdated(context: RunContext, receipt: Receipt, cwd: string): Promise<string | undefined> {
  if (receipt.unproven === true) return undefined;
  return whyOutdated(receipt, await look(context, receipt.tree, receipt.commands.map(({ command }) => command), cwd, receipt.tools));
}

/** In order, up to the first that fails; that one is run once more where a re-run can tell something. */
async function runCommands(context: RunContext, target: GateTarget): Promise<readonly CommandResult[]> {
  const { world, store } = context;
  const { commands, cwd, outputFile, slot, signal } = target;
  const shared = { cwd, outputFile, slot, signal, ...(await context.isolated(cwd, outputFile.slice(0, outputFile.lastIndexOf('/')))), passEnv: context.passEnv([]), timeoutMs: store.state.team.limits.gateMinutes * MINUTE };
  let results = await world.gates.run({ ...shared, ...(target.append !== undefined && { append: target.append }), commands, nonce: world.ids.nonce() });
  for (;;) {
    const failed = results.at(-1);
    if (failed === undefined || !(await isWorthARerun(context, target, failed))) return results;
    const rest = commands.slice(results.length - 1);
    const again = await world.gates.run({ ...shared, commands: rest, append: 'once more, on the same clean tree', nonce: world.ids.nonce() });
    const [rerun, ...others] = again;
    if (rerun === undefined) return results;
    const { exitCode, ms, tail } = failed;
    const earlier = { exitCode, ...(failed.signal !== undefined && { signal: failed.signal }), ms, tail };
    results = [...results.slice(0, -1), { ...rerun, earlier }, ...others];
  }
}

/**
 * A red command is run once more before anybody is blamed, on the same tree. Not where it cannot tell: it was run again
 * already, it took all its time or printed without end, the tree is no longer clean, or the agent was shown the very same
 * failure before.
 */
async function isWorthARerun(context: RunContext, target: GateTarget, failed: CommandResult): Promise<boolean> {
  if (!hasFailed(failed) || failed.earlier !== undefined || failed.timedOut === true || failed.overflowed === true) return false;
  if (context.store.state.team.limits.flakyRerun === false || target.once === true || target.signal.aborted) return false;
  const { failedBefore } = target;
  if (failedBefore?.command === failed.command && sameFailure(failed.tail, failedBefore.tail)) return false;
  return (await context.world.git.dirty(target.cwd, true)).length === 0;
}
