/**
 * What the untouched base says: did this command fail before the agent came, and how many tests does it run there?
 * Looked up once per base and command, and only when the answer matters.
 */
import { sameFailure } from '../core/sameFailure.js';
import type { CommandResult, Sha } from '../core/ports.js';
import { messageOf } from './attempts.js';
import type { RunContext } from './context.js';
import { makeScratch, removeScratch, UNTOUCHED_BASE } from './scratch.js';
import { setUpScratch } from './setUp.js';
import { knownCounts, rememberCounts } from './testCounts.js';
import { paths } from './world.js';

const MINUTE = 60_000;

export interface BaseTarget {
  readonly base: Sha;
  readonly slot: number;
  readonly signal: AbortSignal;
  readonly mayReplaceTests?: true;
}

export class BaseGate {
  readonly #results = new Map<string, Promise<CommandResult | undefined>>();
  #last: Promise<unknown> = Promise.resolve();

  /** True when the base shows the same failure. Costs a worktree and one run of the command the first time. */
  async failsToo(context: RunContext, base: Sha, failed: CommandResult, slot: number, signal: AbortSignal): Promise<boolean> {
    const onBase = await this.#result(context, base, failed.command, slot, signal);
    return onBase !== undefined && onBase.exitCode !== 0 && sameFailure(failed.tail, onBase.tail);
  }

  /**
   * Tests that each command runs on the base, as far as that can be known. Free where a gate has run on the base's tree
   * (a landed tree always has); else the command is run on the base once, if it is a test runner at all: `results` tell,
   * unless the work may have put something else in the runner's place.
   */
  async tests(context: RunContext, { base, slot, signal, mayReplaceTests }: BaseTarget, results: readonly CommandResult[]): Promise<ReadonlyMap<string, number>> {
    if (results.length === 0) return new Map();
    const { world } = context;
    const tree = await world.git.treeOf(base);
    const known = new Map(await knownCounts(world, tree));
    for (const { command, tests } of results) {
      if (known.has(command) || (tests === undefined && mayReplaceTests !== true)) continue;
      const onBase = await this.#result(context, base, command, slot, signal);
      if (onBase?.tests !== undefined) known.set(command, onBase.tests);
      if (onBase !== undefined) await rememberCounts(world, tree, [onBase]);
    }
    return known;
  }

  async #result(context: RunContext, base: Sha, command: string, slot: number, signal: AbortSignal): Promise<CommandResult | undefined> {
    const key = `${base}\n${command}`;
    let result = this.#results.get(key);
    if (result === undefined) {
      // One at a time: they share one folder.
      const running = this.#last.then(() => runOnBase(context, base, command, slot, signal));
      this.#last = running.catch(() => undefined);
      result = running;
      this.#results.set(key, result);
    }
    const onBase = await result.catch((error: unknown) => {
      context.world.log.warn(`The gate could not be tried on the untouched base: ${messageOf(error)}`);
      return undefined;
    });
    if (onBase === undefined) this.#results.delete(key);
    return onBase;
  }
}

async function runOnBase(context: RunContext, base: Sha, command: string, slot: number, signal: AbortSignal): Promise<CommandResult | undefined> {
  const { world, store } = context;
  const { run, team } = store.state;
  const worktree = paths.worktree(world, run, UNTOUCHED_BASE);
  const shared = { cwd: worktree, slot, signal, ...(await context.isolated(worktree, paths.run(world, run))), passEnv: context.passEnv([]), timeoutMs: team.limits.gateMinutes * MINUTE };
  try {
    await makeScratch(context, UNTOUCHED_BASE, base);
    const outputFile = `${paths.run(world, run)}/base-gate.txt`;
    const setUp = await setUpScratch(context, { name: UNTOUCHED_BASE, cwd: worktree, slot, signal });
    if (setUp.some((each) => each.exitCode !== 0)) return undefined;
    const [result] = await world.gates.run({ ...shared, commands: [command], outputFile, nonce: world.ids.nonce() });
    // A stopped look proves nothing; the next one looks again.
    return signal.aborted ? undefined : result;
  } finally {
    await removeScratch(context, UNTOUCHED_BASE);
  }
}
