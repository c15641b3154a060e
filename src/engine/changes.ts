/**
 * Drives a change of the base that is no task's own: the landing of the run's integration branch, the undoing of a
 * landing. Made in the object store, gated, approved, and landed by the same compare-and-swap as a task; every step can
 * be repeated, so recovery is driving again.
 */
import type { Change } from '../core/change.js';
import { RUN_CHANGE, landedDependents, landedWith, targetBranch } from '../core/change.js';
import { gateSummary, listed } from '../core/gate.js';
import type { Sha } from '../core/ports.js';
import type { Reason, Receipt, RunState, TaskRun } from '../core/run.js';
import { clauseOf } from './attempts.js';
import { openChange } from './changePullRequest.js';
import type { RunContext } from './context.js';
import { gateOf, outdated } from './gating.js';
import { moveBase, refusal } from './landing.js';
import { changeScratch } from './scratch.js';
import { targetTip } from './target.js';
import { gateTree } from './treeGate.js';
import type { Content } from './undoing.js';
import { undoneRun, undoneTask } from './undoing.js';
import { noticeUpstream } from './upstream.js';

interface Made {
  readonly branch: string;
  readonly base: Sha;
  readonly tree: Sha;
  readonly commit: Sha;
  readonly receiptId: string;
}

/** Returns when the change rests: it waits for a person, has landed, or cannot be done. */
export async function driveChange(context: RunContext, id: string): Promise<void> {
  for (;;) {
    const change = context.store.state.changes.get(id);
    switch (change?.state) {
      case 'checking':
        if (!(await check(context, id, change))) return;
        break;
      case 'ready':
        if (!change.approved || context.store.state.stopped) return;
        await to(context, id, 'merging');
        break;
      case 'merging':
        await land(context, id, change);
        break;
      default:
        return;
    }
  }
}

async function to(context: RunContext, id: string, state: Exclude<Change['state'], 'landed'>, reason?: Reason): Promise<void> {
  await context.store.append({ type: 'change.state', change: id, to: state, ...(reason !== undefined && { reason }) });
}

/** Makes the change and runs its gate. False when the run was stopped: it is checked anew when the run goes on. */
async function check(context: RunContext, id: string, change: Change): Promise<boolean> {
  const { store } = context;
  const signal = context.runSignal;
  const made = await make(context, id, change);
  if ('kind' in made) {
    await to(context, id, 'needs-you', made);
    return true;
  }
  if ('landedAt' in made) {
    await store.append({ type: 'change.landed', change: id, commit: made.landedAt });
    return true;
  }
  const commands = gateOfChange(context, change);
  await store.append({ type: 'change.made', change: id, commit: made.commit, tree: made.tree, base: made.base });
  if (commands.length === 0) {
    await unproven(context, id, change, made);
    return true;
  }
  const gated = await gateTree(context, {
    scratch: changeScratch(id),
    commit: made.commit,
    tree: made.tree,
    base: made.base,
    receiptId: made.receiptId,
    commands,
    outputName: `change-${id.replace(':', '-')}-gate.txt`,
    signal,
    mayRunFewerTests: true,
  });
  if (signal.aborted) return false;
  const note = gated.verdict === 'unproven' ? (gated.note ?? '') : undefined;
  const receipt = note !== undefined && note === change.accepts ? unprovenReceipt(context, made) : gated.receipt;
  await store.append({ type: 'change.gated', change: id, verdict: gated.verdict, results: gated.results, ...(note !== undefined && { note }), ...(receipt !== undefined && { receipt }) });
  if (gated.verdict === 'unproven' && receipt !== undefined) await ready(context, id, 'Accepted without a proof');
  else if (gated.verdict === 'green') await ready(context, id, 'Green on the merged result');
  else {
    const what = change.kind === 'run' ? `The run’s merged result is not green` : 'The result of undoing it is not green';
    await to(context, id, 'needs-you', { kind: gated.verdict === 'unproven' ? 'unproven' : 'gate-failed', text: `${what}: ${gateSummary(gated.results, gated.note).replace(/\.$/, '')}. Nothing was changed on ${made.branch}.${note === undefined ? nextOf(store.state, change) : unprovenNext(change)}` });
  }
  return true;
}

function nextOf(state: RunState, change: Change): string {
  if (change.kind === 'run') return ' Re-plan to mend it, then Land the Run checks it again.';
  const builders = change.undoes === undefined ? [] : landedDependents(state, change.undoes).map((id) => state.tasks.get(id)?.task.title ?? id);
  return ` Undo ${builders.length === 0 ? 'what builds on it' : listed(builders, 3)} first, or revert it by hand.`;
}

function unprovenNext(change: Change): string {
  return change.kind === 'run' ? ' Land the Run once more lands it on your word, unproven.' : ' Undo Landing once more takes it back on your word, unproven.';
}

async function ready(context: RunContext, id: string, text: string): Promise<void> {
  await noticeUpstream(context);
  const { store, options } = context;
  const approve = store.state.changes.get(id)?.approved === false && options.autoApprove && store.state.changes.get(id)?.verdict === 'green';
  await store.append(...(approve ? [{ type: 'change.approved' as const, change: id, by: 'yes' as const }] : []), { type: 'change.state', change: id, to: 'ready', reason: { kind: 'approval', text } });
}

/** Under the name that the commit's trailer has already. */
function unprovenReceipt(context: RunContext, made: Made): Receipt {
  return { id: made.receiptId, tree: made.tree, base: made.base, commands: [], at: context.world.clock.now(), unproven: true };
}

/** Nobody has a gate: a person's word stands in its place, and the receipt says so. */
async function unproven(context: RunContext, id: string, change: Change, made: Made): Promise<void> {
  await context.store.append({ type: 'change.gated', change: id, verdict: 'unproven', results: [], receipt: unprovenReceipt(context, made) });
  await ready(context, id, `There is no gate: nothing was proven.${change.approved ? '' : ' Approve to land it unproven.'}`);
}

/** The union of the gates of everything that stays; of what is undone where there is no other. */
function gateOfChange(context: RunContext, change: Change): readonly string[] {
  const { state } = context.store;
  const whole = change.kind === 'undo' && change.undoes === undefined;
  const landed = state.changes.get(RUN_CHANGE);
  const isUndone = (task: TaskRun): boolean => (whole ? landed !== undefined && landedWith(task, landed) : task.task.id === change.undoes);
  const stays = [...state.tasks.values()].filter((task) => task.landed !== undefined && task.undone === undefined && !isUndone(task));
  const commands = [...new Set([...state.team.gate, ...stays.flatMap((task) => gateOf(context, task))])];
  if (commands.length > 0) return commands;
  return [...new Set([...state.tasks.values()].filter(isUndone).flatMap((task) => gateOf(context, task)))];
}

/** The branch holds it already: a person merged it, or it was empty. */
interface LandedAlready {
  readonly landedAt: Sha;
}

async function make(context: RunContext, id: string, change: Change): Promise<Made | Reason | LandedAlready> {
  const content = change.kind === 'run' ? await landedTogether(context) : change.undoes === undefined ? await undoneRun(context) : await undoneTask(context, context.task(change.undoes));
  if ('kind' in content || 'landedAt' in content) return content;
  const receiptId = `${context.store.state.run}-${id.replace(':', '-')}-${content.tree.slice(0, 12)}`;
  const made = await context.world.git.commitTree(content.tree, content.parents, content.message(receiptId));
  if (!made.ok) return { kind: 'merge-failed', text: `Could not sign the landing commit: ${made.message}. Nothing has landed; unlock your signing key, then try again.` };
  return { branch: content.branch, base: content.base, tree: content.tree, commit: made.commit, receiptId };
}

/** The integration branch merged with the present base. */
async function landedTogether(context: RunContext): Promise<Content | Reason | LandedAlready> {
  const { world, store } = context;
  const { base, integration, run, goal } = store.state;
  if (integration === undefined) throw new Error('a run without an integration branch has nothing to land as a whole');
  const [now, tip] = await Promise.all([world.git.branchCommit(base.branch), world.git.branchCommit(integration.branch)]);
  if (now === undefined || tip === undefined) {
    return { kind: 'merge-failed', text: `The branch ${now === undefined ? base.branch : integration.branch} is gone; nothing was landed. Restore it, then Land the Run again.` };
  }
  if (await world.git.isAncestor(tip, now)) return { landedAt: tip };
  const merged = await world.git.mergedTree(now, tip);
  if (!merged.ok) {
    return {
      kind: 'conflict',
      text: `Could not merge ${integration.branch}: ${base.branch} moved and ${listed(merged.paths)} now ${merged.paths.length === 1 ? 'conflicts' : 'conflict'}. Nothing was changed. Merge ${base.branch} into ${integration.branch} in a checkout of your own, then Land the Run again.`,
      paths: merged.paths,
    };
  }
  const landed = [...store.state.tasks.values()].filter((task) => task.landed !== undefined && task.undone === undefined);
  const title = goal.split('\n')[0] ?? goal;
  return {
    branch: base.branch,
    base: now,
    tree: merged.tree,
    parents: [now, tip],
    message: (receipt) => `${title}\n\n${landed.map((task) => `Switchyard-Task: ${task.task.id}\n`).join('')}Switchyard-Run: ${run}\nSwitchyard-Receipt: ${receipt}\n`,
  };
}

/** One compare-and-swap, alone on the lane. A base that moved is gated again. */
async function land(context: RunContext, id: string, change: Change): Promise<void> {
  const lane = await context.landingLane.acquire();
  try {
    await swap(context, id, change);
  } finally {
    lane.release();
  }
}

async function swap(context: RunContext, id: string, change: Change): Promise<void> {
  const { world, store } = context;
  const branch = change.kind === 'run' ? store.state.base.branch : targetBranch(store.state);
  const pulled = store.state.team.merge === 'pull-request';
  const now = pulled ? await targetTip(context) : await world.git.branchCommit(branch);
  const { made, receipt, mergeIntended } = change;
  if (now === undefined) {
    await to(context, id, 'needs-you', { kind: 'merge-failed', text: `The branch ${branch} is gone; nothing was landed. Restore it, then try again.` });
  } else if (mergeIntended !== undefined && (await world.git.isAncestor(mergeIntended.to, now))) {
    await store.append({ type: 'change.landed', change: id, commit: mergeIntended.to });
  } else if (made === undefined || receipt === undefined || receipt.tree !== made.tree || receipt.base !== now || (await outdated(context, receipt, context.commonDir)) !== undefined) {
    await to(context, id, 'checking');
  } else if (pulled) {
    const why = await openChange(context, id, change, receipt);
    if (why !== undefined) await to(context, id, 'needs-you', { kind: 'merge-failed', text: `No pull request was opened to take it back: ${why} The landing stays as it is; undo again tries it again.` });
  } else {
    await store.append({ type: 'change.intended', change: id, from: now, to: made.commit, receipt: receipt.id });
    const moved = await moveBase(context, branch, now, made.commit);
    if (moved.ok) {
      await store.append({ type: 'change.landed', change: id, commit: made.commit });
      return;
    }
    await store.append({ type: 'change.refused', change: id, reason: moved.reason });
    if (moved.reason === 'base-moved') await to(context, id, 'checking');
    else await to(context, id, 'needs-you', refusal(branch, moved, change.kind === 'run' ? `everything is safe on ${store.state.integration?.branch ?? 'its branch'}` : 'the landing stays as it is'));
  }
}

/** What has landed as a whole needs its branch no longer. One that somebody moved or checked out stays. */
export async function removeIntegration(context: RunContext): Promise<void> {
  const { world, store } = context;
  const { integration } = store.state;
  if (integration === undefined) return;
  const change = store.state.changes.get(RUN_CHANGE);
  try {
    const tip = await world.git.branchCommit(integration.branch);
    const landed = change?.landed?.commit;
    const safe = tip === undefined || (await world.git.isAncestor(tip, landed ?? integration.from)) || tip === integration.from;
    if (safe && (tip === undefined || (await world.git.removeBranch(integration.branch, tip)))) await store.append({ type: 'integration.removed' });
    else world.log.warn(`${integration.branch} stays: it is checked out, or holds commits that have not landed.`);
  } catch (error) {
    world.log.warn(`Could not remove ${integration.branch}: ${clauseOf(error)}. It stays as it is.`);
  }
}
