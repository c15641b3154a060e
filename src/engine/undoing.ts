/** What taking a landing back would put on which branch: one task's, or a whole run's. Made in the object store. */
import { RUN_CHANGE, landedWith, targetBranch } from '../core/change.js';
import type { Sha } from '../core/ports.js';
import type { Reason, TaskRun } from '../core/run.js';
import { buildersOf, cannotUndo } from '../core/undoWords.js';
import type { RunContext } from './context.js';
import { targetTip } from './target.js';

/** What is to be put on top of which branch, before it is a commit. */
export interface Content {
  readonly branch: string;
  readonly base: Sha;
  readonly tree: Sha;
  readonly parents: readonly Sha[];
  readonly message: (receiptId: string) => string;
}

/** What a landing brought: from which commit's tree to which. */
interface Landing {
  readonly title: string;
  /** On the branch, or nothing is to be undone. */
  readonly commit: Sha;
  readonly before: Sha;
  readonly after: Sha;
  readonly trailers: string;
}

/** The branch without what the task's landing brought. */
export async function undoneTask(context: RunContext, task: TaskRun): Promise<Content | Reason> {
  const { store } = context;
  const { run, team } = store.state;
  const { title, id } = task.task;
  const commit = task.landed?.commit;
  if (commit === undefined) return gone(title, targetBranch(store.state));
  const range = team.merge === 'pull-request' ? await pulledRange(context, task, commit) : { before: `${commit}^1`, after: commit };
  if ('kind' in range) return range;
  return without(context, { title, commit, ...range, trailers: `Switchyard-Task: ${id}\nSwitchyard-Run: ${run}\n` });
}

/** The base without what the landing of the run's integration branch brought. */
export async function undoneRun(context: RunContext): Promise<Content | Reason> {
  const { goal, run, changes, tasks } = context.store.state;
  const landed = changes.get(RUN_CHANGE);
  const commit = landed?.landed?.commit;
  const title = goal.split('\n')[0] ?? goal;
  if (commit === undefined || commit !== landed?.made?.commit) {
    return { kind: 'merge-failed', text: `${title} was merged by hand${commit === undefined ? '' : ` as ${commit.slice(0, 10)}`}, not by a landing of this run. Nothing was changed. Undo its tasks one by one, or revert that merge by hand.` };
  }
  const brought = [...tasks.values()].filter((task) => landedWith(task, landed));
  const undone = brought.find((task) => task.undone !== undefined);
  if (undone !== undefined) return { kind: 'merge-failed', text: `${undone.task.title} was undone by itself already. Nothing was changed. Undo the other tasks one by one.` };
  const trailers = brought.map((task) => `Switchyard-Task: ${task.task.id}\n`);
  return without(context, { title, commit, before: `${commit}^1`, after: commit, trailers: `${trailers.join('')}Switchyard-Run: ${run}\n` });
}

/**
 * What a pull request brought: its merge over the first parent; or, where it was squashed or rebased, the work that was
 * pushed over what it was brought up to date with. Which commits a rebase made, only the remote knows.
 */
async function pulledRange(context: RunContext, task: TaskRun, commit: Sha): Promise<Pick<Landing, 'before' | 'after'> | Reason> {
  const { git } = context.world;
  const { head } = task;
  if (head === undefined || (await git.resolve(head.commit)) === undefined || (await git.resolve(head.base)) === undefined) {
    return { kind: 'merge-failed', text: `What the pull request of ${task.task.title} brought is not here any more. Nothing was changed. Revert it where it was merged: ${task.pullRequest?.url ?? ''}` };
  }
  const [first, second] = await Promise.all([git.resolve(`${commit}^1`), git.resolve(`${commit}^2`)]);
  const merged = first !== undefined && second !== undefined && (await git.isAncestor(head.commit, second)) && !(await git.isAncestor(head.commit, first));
  return merged ? { before: first, after: commit } : { before: head.base, after: head.commit };
}

async function without(context: RunContext, { title, commit, before, after, trailers }: Landing): Promise<Content | Reason> {
  const { world, store } = context;
  const branch = targetBranch(store.state);
  // What was merged on the remote may not be here yet. A run that has landed must not begin another integration branch.
  const now = store.state.team.merge === 'pull-request' ? await targetTip(context) : await world.git.branchCommit(branch);
  if (now === undefined) return { kind: 'merge-failed', text: `The branch ${branch} is gone; nothing was undone. Restore it, then undo again.` };
  const from = await world.git.resolve(before);
  if (from === undefined || !(await world.git.isAncestor(commit, now))) return gone(title, branch);
  const reverted = await world.git.treeWithout(now, from, after);
  if (!reverted.ok) {
    const since = await world.git.commitsTouching(commit, now, reverted.paths);
    return { ...cannotUndo(title, commit, buildersOf(store.state, commit, reverted.paths, since)), paths: reverted.paths };
  }
  if (reverted.tree === (await world.git.treeOf(now))) return { kind: 'nothing-changed', text: `Nothing of ${title} is left on ${branch}; it was undone already. Nothing was changed.` };
  return {
    branch,
    base: now,
    tree: reverted.tree,
    parents: [now],
    message: (receipt) => `Revert "${title}"\n\nThis reverts commit ${commit}.\n\n${trailers}Switchyard-Reverts: ${commit}\nSwitchyard-Receipt: ${receipt}\n`,
  };
}

function gone(title: string, branch: string): Reason {
  return { kind: 'merge-failed', text: `The landing of ${title} is not on ${branch} any more, so there is nothing to undo. Nothing was changed.` };
}
