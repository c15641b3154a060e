/**
 * A gate that passed in the task's worktree may have passed thanks to files there that git ignores and that do not land. Where
 * there are such files the gate runs once more in a clean checkout of the same commit, set up like every new worktree; only
 * that makes it green. So it does where a command passed only the second time, and the first has left such files behind.
 * Mostly there are none, and nothing is run twice.
 */
import { targetBranch } from '../core/change.js';
import { hasFailed, listed } from '../core/gate.js';
import { isBuilt, isToolMade, mayCarryGate } from '../core/ignoredFiles.js';
import type { CommandResult, Sha } from '../core/ports.js';
import { messageOf } from './attempts.js';
import type { RunContext } from './context.js';
import { gateWorktree, type Gated, type GateTarget } from './gating.js';
import { cleanScratch, makeScratch, removeScratch } from './scratch.js';
import { setUpScratch } from './setUp.js';

export interface CleanTarget {
  readonly task: string;
  readonly commit: Sha;
  /** What ran in the task's worktree. */
  readonly target: GateTarget;
  readonly gated: Gated;
  /** What git ignored there before. */
  readonly ignored: readonly string[];
  /** When the gate began, in milliseconds since the epoch. */
  readonly began: number;
}

/** What the gate is worth: as it was, or what a clean checkout says. Rejects where the gate could not be run at all. */
export async function proveClean(context: RunContext, clean: CleanTarget): Promise<Gated> {
  const { target, gated } = clean;
  if (gated.judgement.verdict !== 'green' || target.signal.aborted) return gated;
  const flaky = gated.results.some((result) => result.earlier !== undefined);
  const carried = [...new Set([...(await carriedBy(context, clean)), ...(flaky ? await leftBy(context, clean) : [])])];
  if (carried.length === 0) return gated;
  const name = cleanScratch(clean.task);
  try {
    const cwd = await makeScratch(context, name, clean.commit);
    const setUp = await setUpScratch(context, { name, cwd, slot: target.slot, signal: target.signal });
    const failed = setUp.find(hasFailed);
    if (failed !== undefined) return untold(gated, gated.results, carried, `its set-up fails there (\`${failed.command}\`)`);
    const { failedBefore: _failedBefore, ...rest } = target;
    const again = await gateWorktree(context, { ...rest, cwd, append: 'once more, in a clean checkout without what git ignores', ...(flaky && { once: true as const }) });
    return await judged(context, clean, again, carried);
  } finally {
    await removeScratch(context, name);
  }
}

async function carriedBy(context: RunContext, { task, target, ignored, began }: CleanTarget): Promise<readonly string[]> {
  const asked = ignored.filter((path) => !isToolMade(path));
  if (asked.length === 0) return [];
  try {
    return mayCarryGate(await context.world.git.ignoredTimes(target.cwd, asked), context.task(task), began);
  } catch (error) {
    context.world.log.warn(`The ignored files of ${task} could not be looked at: ${messageOf(error)}`);
    return asked;
  }
}

/** What the gate itself has made or changed there: its first run may have failed only because that was missing. */
async function leftBy({ world }: RunContext, { target, began }: CleanTarget): Promise<readonly string[]> {
  try {
    const { ignored } = await world.git.changes(target.cwd, target.base);
    const times = await world.git.ignoredTimes(target.cwd, ignored.filter((path) => !isToolMade(path)));
    return times.filter(({ changed }) => changed >= began).map(({ path }) => path);
  } catch (error) {
    world.log.warn(`What the gate left behind could not be looked at: ${messageOf(error)}`);
    return [];
  }
}

async function judged(context: RunContext, { target, gated }: CleanTarget, again: Gated, carried: readonly string[]): Promise<Gated> {
  const failed = again.results.find(hasFailed);
  // Both are green: the one that says which command was flaky.
  if (again.judgement.verdict === 'green' && gated.results.some((result) => result.earlier !== undefined)) return gated;
  if (target.signal.aborted || again.judgement.verdict !== 'red' || failed === undefined) return again;
  // A checkout that cannot run the gate at all says nothing about the work.
  const branch = targetBranch(context.store.state);
  if (await context.baseGate.failsToo(context, target.base, failed, target.slot, target.signal)) return untold(gated, again.results, carried, `\`${failed.command}\` fails in the same way in a clean checkout of ${branch}`);
  const note = `\`${failed.command}\` passes in the task's worktree and fails in a clean checkout: git ignores ${listed(carried, 3)} there, and what git ignores does not land.`;
  return { results: again.results, judgement: { verdict: 'red', note }, clean: true };
}

/**
 * No clean checkout can run the gate, so nothing tells what the files are worth. A build comes from what lands: it is named. Anything
 * else may be all that the green stands on.
 */
function untold(gated: Gated, results: readonly CommandResult[], carried: readonly string[], why: string): Gated {
  if (carried.every(isBuilt)) return { ...gated, beside: carried };
  const note = `The gate passes only beside ${listed(carried, 3)}, which git ignores and which will not land; without it nothing can be told, because ${why}. \`setup\` and \`dependencies\` of the team file say what a checkout needs.`;
  return { results, judgement: { verdict: 'unproven', note }, clean: true };
}
