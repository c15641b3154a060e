/** From an approved, green task to a new tip of the base. A landing is a compare-and-swap; it never tests or merges by itself. */
import { targetBranch } from '../core/change.js';
import { listed } from '../core/gate.js';
import type { AdvanceResult, Sha } from '../core/ports.js';
import { resolutionWords } from '../core/resolutions.js';
import type { Reason, TaskRun } from '../core/run.js';
import { clauseOf, messageOf } from './attempts.js';
import type { RunContext } from './context.js';
import { outdated } from './gating.js';
import { targetTip } from './target.js';

export type LandingResult =
  | { readonly next: 'landed' }
  /** The base moved: bring up to date and gate again. */
  | { readonly next: 'checking' }
  | { readonly next: 'needs-you'; readonly reason: Reason }
  /** The run was stopped before anything moved. */
  | { readonly next: 'ready' };

/** Lands one task. Can be repeated after a crash at any point: an intention on disk is finished or found done. */
export async function land(context: RunContext, id: string): Promise<LandingResult> {
  const { world, store } = context;
  const task = context.task(id);
  const base = targetBranch(store.state);
  const now = await targetTip(context);
  if (now === undefined) return { next: 'needs-you', reason: { kind: 'merge-failed', text: `The branch ${base} is gone; nothing was landed. Your work is safe on ${task.branch ?? 'its branch'}.` } };
  const intended = task.mergeIntended;
  if (intended !== undefined && (await world.git.isAncestor(intended.to, now))) return done(context, id, intended.to);
  const { receipt, head } = task;
  if (receipt === undefined || head === undefined || receipt.tree !== head.tree || receipt.base !== now) return { next: 'checking' };
  const why = await outdated(context, receipt, task.worktree ?? '');
  if (why !== undefined) {
    await store.append({ type: 'receipt.outdated', task: id, receipt: receipt.id, why });
    return { next: 'checking' };
  }
  const made = await world.git.commitTree(receipt.tree, parentsOf(task, now, store.state.team.merge === 'squash'), landingMessage(store.state.run, task, receipt.id));
  if (!made.ok) {
    return { next: 'needs-you', reason: { kind: 'merge-failed', text: `Could not sign the landing commit: ${made.message}. Nothing has landed; unlock your signing key, then approve again.` } };
  }
  await store.append({ type: 'merge.intended', task: id, from: now, to: made.commit, receipt: receipt.id });
  const advanced = await moveBase(context, base, now, made.commit);
  if (advanced.ok) return done(context, id, made.commit);
  await store.append({ type: 'merge.refused', task: id, reason: advanced.reason });
  if (advanced.reason === 'base-moved') return { next: 'checking' };
  return { next: 'needs-you', reason: refusal(base, advanced, `your work is safe on ${task.branch ?? 'its branch'}`) };
}

/** Why a branch could not be moved, for people. `safe` says where the work is. */
export function refusal(branch: string, refused: Extract<AdvanceResult, { ok: false; reason: 'blocked' | 'failed' }>, safe: string): Reason {
  if (refused.reason === 'failed') return { kind: 'merge-failed', text: `git could not move ${branch}: ${clauseOf(refused.message)}. Nothing has landed; ${safe}.` };
  const one = refused.paths.length === 1;
  return {
    kind: 'checkout-in-the-way',
    text: `${branch} is checked out and your own ${one ? 'change' : 'changes'} to ${listed(refused.paths)} would be overwritten. Nothing has landed and nothing of yours was touched; commit or move ${one ? 'it' : 'them'}, then approve again.`,
    paths: refused.paths,
  };
}

/**
 * Moves the base. Where git gives no answer (it was killed, or something failed after the act), the branch says what
 * happened: a landing that is taken for failed would be done again by an agent.
 */
export async function moveBase(context: RunContext, branch: string, from: Sha, to: Sha): Promise<AdvanceResult> {
  try {
    return await context.world.git.advance(branch, from, to);
  } catch (error) {
    if (await isOn(context, branch, to)) return { ok: true };
    return { ok: false, reason: 'failed', message: messageOf(error) };
  }
}

async function isOn(context: RunContext, branch: string, commit: Sha): Promise<boolean> {
  const now = await context.world.git.branchCommit(branch);
  return now !== undefined && context.world.git.isAncestor(commit, now);
}

/** A landing that was begun and whose outcome nobody recorded, but which is on the base. */
export async function landedUnrecorded(context: RunContext, task: TaskRun): Promise<boolean> {
  return task.mergeIntended !== undefined && task.state === 'needs-you' && (await isOn(context, targetBranch(context.store.state), task.mergeIntended.to));
}

function done(context: RunContext, id: string, commit: string): LandingResult {
  context.store.note({ type: 'merge.landed', task: id, commit });
  return { next: 'landed' };
}

function parentsOf(task: TaskRun, base: string, squash: boolean): readonly string[] {
  return squash || task.head === undefined ? [base] : [base, task.head.commit];
}

/** A landed commit says which task, run and receipt it comes from. */
export function landingMessage(run: string, task: TaskRun, receiptId: string): string {
  const receipt = `Switchyard-Receipt: ${receiptId}\n`;
  const resolved = [...new Set(task.resolved.map((each) => `Switchyard-Resolved: ${resolutionWords(each).replaceAll('\n', ' ')}\n`))].join('');
  return `${task.task.title}\n\nSwitchyard-Task: ${task.task.id}\nSwitchyard-Run: ${run}\n${receipt}${resolved}`;
}

/** Removes a landed or dropped task's worktree and branch. Never fails the run: what cannot go stays and is named. */
export async function cleanUp(context: RunContext, id: string): Promise<{ readonly removed: boolean; readonly why?: string }> {
  const { world, store } = context;
  const task = context.task(id);
  if (task.worktree === undefined || task.branch === undefined || task.cleaned) return { removed: false };
  try {
    let backup: string | undefined;
    if (task.state === 'dropped' && (await world.git.worktreeExists(task.worktree))) {
      backup = (await world.git.backup(task.worktree, `${store.state.run}/${id}/dropped`)).ref;
    }
    await store.append({ type: 'worktree.removing', task: id, ...(backup !== undefined && { backup }) });
    const head = task.head?.commit;
    const result = await world.git.removeWorktree(task.worktree, {
      branch: task.branch,
      ...(head !== undefined && { branchAt: head }),
      ...(backup !== undefined && { backedUp: true }),
    });
    if (!result.ok) return { removed: false, why: `it holds work that is not saved: ${listed(result.dirty)}` };
    await store.append({ type: 'worktree.removed', task: id });
    return { removed: true };
  } catch (error) {
    world.log.warn(`Could not clean up ${task.worktree}: ${clauseOf(error)}. It stays as it is; Clean Up tries again.`);
    return { removed: false, why: messageOf(error) };
  }
}
