/**
 * The merge queue. Tasks that were approved together are gated together as one candidate (the union of their gates) and
 * landed by one move of the base, so that n landings cost far fewer than n gates. A red candidate is bisected; the task
 * that breaks it goes back to its own gate. Only tips of the base count for the invariant that no ungated tree is on it:
 * the commits inside a batch are history, the tip is the tree that was tested.
 *
 * A person approves one after the other. What is approved while an earlier one is gated again on the moved base waits for
 * that one, and is then gated together with all that came meanwhile: gates of their own would be outdated by its landing.
 */
import { targetBranch } from '../core/change.js';
import { PLANNER } from '../core/events.js';
import { compare } from '../core/graph.js';
import { holdsLanding } from '../core/leak.js';
import type { Sha } from '../core/ports.js';
import type { Receipt, TaskRun } from '../core/run.js';
import type { RunContext } from './context.js';
import { gateOf } from './gating.js';
import type { LandingResult } from './landing.js';
import { land, landingMessage, moveBase } from './landing.js';
import { CANDIDATE } from './scratch.js';
import { targetTip } from './target.js';
import { gateTree } from './treeGate.js';

interface Waiting {
  readonly id: string;
  readonly waits: boolean;
  /** Gives back a gate slot that the task still holds: a candidate's gate may need it. */
  readonly release: () => void;
  readonly resolve: (result: LandingResult) => void;
  readonly reject: (error: unknown) => void;
}

export class MergeQueue {
  #waiting: Waiting[] = [];
  #working = false;
  /** Whoever waits does so for a task that is gated again. */
  #held: readonly Waiting[] = [];
  #follows = false;

  /** Lands a task that is `merging`, together with whoever else waits for that. `waits`: others are at work that it may wait for. */
  land(context: RunContext, id: string, release: () => void, { waits }: { readonly waits: boolean }): Promise<LandingResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id, waits, release, resolve, reject });
      // A candidate that is being gated may need the very slot that this task still holds.
      if (this.#working) release();
      else this.#begin(context);
    });
  }

  #begin(context: RunContext): void {
    this.#working = true;
    // After this turn: approvals of one moment are one batch.
    setImmediate(() => void this.#work(context));
  }

  async #work(context: RunContext): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = inOrder(context, [...this.#held, ...this.#waiting]);
      this.#waiting = [];
      this.#held = [];
      const lane = await context.landingLane.acquire();
      try {
        await this.#serve(context, batch);
      } catch (error) {
        for (const each of batch) each.reject(error);
      } finally {
        lane.release();
      }
    }
    this.#working = false;
    this.#goOn(context);
  }

  /** They wait until the other has come back to land, or has gone elsewhere. */
  #hold(context: RunContext, those: readonly Waiting[]): void {
    for (const each of those) each.release();
    this.#held = those;
    if (this.#follows) return;
    this.#follows = true;
    context.store.onDidChange((events) => {
      if (events.some(({ type }) => type === 'task.state' || type === 'run.stopped')) this.#goOn(context);
    });
  }

  #goOn(context: RunContext): void {
    if (this.#working || this.#held.length === 0 || comesBack(context, this.#held)) return;
    this.#waiting.push(...this.#held);
    this.#held = [];
    this.#begin(context);
  }

  async #serve(context: RunContext, batch: readonly Waiting[]): Promise<void> {
    let rest = batch;
    for (;;) {
      const now = await targetTip(context);
      // A receipt for exactly this base costs no gate at all.
      const fresh = rest.find(({ id }) => context.task(id).receipt?.base === now || context.task(id).mergeIntended !== undefined);
      if (fresh === undefined) break;
      fresh.resolve(await land(context, fresh.id));
      rest = rest.filter((each) => each !== fresh);
    }
    if (comesBack(context, rest)) {
      this.#hold(context, rest);
      return;
    }
    if (rest.length < 2) {
      for (const each of rest) each.resolve(await land(context, each.id));
      return;
    }
    for (const each of rest) each.release();
    await this.#together(context, rest);
  }

  /** Gates a batch as one candidate; halves it while it is red. */
  async #together(context: RunContext, batch: readonly Waiting[]): Promise<void> {
    if (batch.length < 2) {
      for (const each of batch) each.resolve({ next: 'checking' });
      return;
    }
    const candidate = await build(context, batch.map(({ id }) => id));
    const out = batch.filter(({ id }) => !candidate.steps.some((step) => step.id === id));
    for (const each of out) each.resolve({ next: 'checking' });
    const inside = batch.filter((each) => !out.includes(each));
    if (inside.length < 2) return this.#together(context, inside);
    const receipt = await prove(context, candidate);
    if (context.runSignal.aborted) {
      // Still approved and green: they land when the run goes on.
      for (const each of inside) each.resolve({ next: 'ready' });
      return;
    }
    if (receipt === undefined) {
      const half = Math.ceil(inside.length / 2);
      await this.#together(context, inside.slice(0, half));
      await this.#together(context, inside.slice(half));
      return;
    }
    const results = await advance(context, candidate, receipt);
    inside.forEach((each, at) => each.resolve(results[at] ?? { next: 'checking' }));
  }
}

interface Candidate {
  readonly base: Sha;
  readonly tree: Sha;
  readonly tip: Sha;
  readonly receiptId: string;
  readonly commands: readonly string[];
  readonly steps: readonly { readonly id: string; readonly commit: Sha }[];
}

/** Merges the tasks one after the other in the object store. Who conflicts is left out. */
async function build(context: RunContext, ids: readonly string[]): Promise<Candidate> {
  const { world, store } = context;
  const { team, run } = store.state;
  const start = await targetTip(context);
  if (start === undefined) throw new Error(`The branch ${targetBranch(store.state)} is gone.`);
  const merged: { id: string; tree: Sha; head: Sha }[] = [];
  let tip = start;
  let tree = await world.git.treeOf(start);
  for (const id of ids) {
    const { head } = context.task(id);
    // A base that was moved back: merging would bring back what a person removed.
    if (head === undefined || !(await world.git.isAncestor(head.base, start))) continue;
    const result = await world.git.mergedTree(tip, head.commit);
    if (!result.ok) continue;
    // A stand-in whose only purpose is to be merged with the next one; the real commits name the receipt of the tip.
    const made = await world.git.commitTree(result.tree, [tip, head.commit], 'candidate');
    if (!made.ok) continue;
    ({ tree } = result);
    tip = made.commit;
    merged.push({ id, tree, head: head.commit });
  }
  const receiptId = `${run}-batch-${tree.slice(0, 12)}`;
  const steps: { id: string; commit: Sha }[] = [];
  let parent = start;
  for (const each of merged) {
    const message = landingMessage(run, context.task(each.id), receiptId);
    const made = await world.git.commitTree(each.tree, team.merge === 'squash' ? [parent] : [parent, each.head], message);
    if (!made.ok) throw new Error(`Could not sign the landing commit: ${made.message}`);
    parent = made.commit;
    steps.push({ id: each.id, commit: parent });
  }
  const commands = [...new Set(merged.flatMap(({ id }) => gateOf(context, context.task(id))))];
  return { base: start, tree, tip: parent, receiptId, commands, steps };
}

/** Runs the union of the gates on the candidate's tree. `undefined` is red. */
async function prove(context: RunContext, candidate: Candidate): Promise<Receipt | undefined> {
  const { store } = context;
  const { tree, base, tip: commit, receiptId, commands } = candidate;
  const tasks = candidate.steps.map((step) => step.id);
  const gated = await gateTree(
    context,
    { scratch: CANDIDATE, commit, tree, base, receiptId, commands, outputName: 'candidate-gate.txt', signal: context.runSignal },
    () => store.append({ type: 'candidate.started', tasks, tree, base }),
  );
  await store.append({ type: 'candidate.finished', tasks, verdict: gated.verdict, results: gated.results });
  return gated.receipt;
}

/** One compare-and-swap lands the whole batch. */
async function advance(context: RunContext, candidate: Candidate, receipt: Receipt): Promise<readonly LandingResult[]> {
  const { store } = context;
  await store.append({ type: 'receipt.made', receipt }, ...candidate.steps.map((step) => ({ type: 'merge.intended' as const, task: step.id, from: candidate.base, to: step.commit, receipt: receipt.id })));
  const moved = await moveBase(context, targetBranch(store.state), candidate.base, candidate.tip);
  if (moved.ok) {
    await store.append(...candidate.steps.map((step) => ({ type: 'merge.landed' as const, task: step.id, commit: step.commit })));
    return candidate.steps.map(() => ({ next: 'landed' }));
  }
  await store.append(...candidate.steps.map((step) => ({ type: 'merge.refused' as const, task: step.id, reason: moved.reason })));
  // Each tries by itself and says exactly what is in its own way.
  return candidate.steps.map(() => ({ next: 'checking' }));
}

/** Whether another task that was approved is being gated again, or on its way back from there, and then lands before these. */
function comesBack(context: RunContext, those: readonly Waiting[]): boolean {
  const { tasks, stopped } = context.store.state;
  if (stopped || those.length === 0 || !those.every(({ waits }) => waits)) return false;
  // From a gate it comes by way of ready.
  const onItsWay = (task: TaskRun): boolean => task.approved && (task.state === 'checking' || task.state === 'merging' || (task.state === 'ready' && !holdsLanding(task)));
  return [...tasks].some(([id, task]) => onItsWay(task) && !those.some((each) => each.id === id));
}

/** Plan order within dependency order: what others build on lands first. */
function inOrder(context: RunContext, waiting: readonly Waiting[]): readonly Waiting[] {
  const position = new Map([...context.store.state.tasks.keys()].map((id, at) => [id, at]));
  return [...waiting].filter(({ id }) => id !== PLANNER).sort((a, b) => (position.get(a.id) ?? 0) - (position.get(b.id) ?? 0) || compare(a.id, b.id));
}
