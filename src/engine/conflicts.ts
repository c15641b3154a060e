/** A conflict with the base on its way: said to the person, laid out for who resolves it, and concluded as a merge. */
import { targetBranch } from '../core/change.js';
import { listed } from '../core/gate.js';
import { isSideName } from '../core/markers.js';
import type { OtherSide } from '../core/otherSide.js';
import { otherSideOf, otherSideWords, plainPath } from '../core/otherSide.js';
import type { Conflict, Sha } from '../core/ports.js';
import type { OpenConflict, Reason, Resolution, TaskRun } from '../core/run.js';
import { messageOf } from './attempts.js';
import type { RunContext } from './context.js';
import { targetTip } from './target.js';

/** Who changed the other side of these paths since the task was last brought up to date. */
export async function otherSide(context: RunContext, task: TaskRun, base: Sha, paths: readonly string[]): Promise<OtherSide> {
  const { world, store } = context;
  const since = task.head?.base ?? task.startedFrom;
  const commits = since === undefined ? [] : await world.git.commitsTouching(since, base, [...new Set(paths.map(plainPath))]);
  return otherSideOf(store.state, paths, commits);
}

/** What the person reads when the base cannot be merged into the task's branch. */
export async function conflictReason(context: RunContext, task: TaskRun, base: Sha, conflicting: readonly string[]): Promise<Reason> {
  const branch = targetBranch(context.store.state);
  const others = await otherSide(context, task, base, conflicting);
  const who = otherSideWords(others);
  const paths = [...new Set(conflicting.map(plainPath))].sort();
  return {
    kind: 'conflict',
    text: `Could not merge ${task.task.title}: ${branch} moved and ${listed(paths)} now ${paths.length === 1 ? 'conflicts' : 'conflict'}${who === '' ? '' : ` with ${who}`}. Your work is safe on ${task.branch ?? 'its branch'}. Retry resolves it with the agent; Resolve Conflict opens it in the merge editor for you, and Check Again then concludes it.`,
    paths,
    ...(others.tasks.length > 0 && { tasks: others.tasks.map((each) => each.task.id) }),
  };
}

export interface OpenedConflict {
  readonly base: Sha;
  readonly paths: readonly string[];
  readonly notes: readonly string[];
}

/** Lays the conflict into the worktree. `undefined`: there is none any more. A refusal is a sentence for people. */
export async function openConflict(context: RunContext, task: TaskRun): Promise<OpenedConflict | string | undefined> {
  const { world, store } = context;
  const base = await targetTip(context);
  if (base === undefined || task.worktree === undefined) return `The branch ${targetBranch(store.state)} is gone; nothing was changed.`;
  try {
    const found = await world.git.openConflict(task.worktree, base);
    return found === undefined ? undefined : { base, ...told(found) };
  } catch (error) {
    return messageOf(error);
  }
}

function told(found: Conflict): { readonly paths: readonly string[]; readonly notes: readonly string[] } {
  return { paths: found.paths.map(({ path }) => path), notes: found.notes };
}

/** Somebody has resolved a merge with the base: no marker may be left, and the merge is recorded as one. Returns why not. */
export async function concludeConflict(context: RunContext, id: string, conflict: OpenConflict): Promise<Reason | undefined> {
  const { world, store } = context;
  const task = context.task(id);
  const worktree = task.worktree ?? '';
  const { commit } = await world.git.head(worktree);
  const [marked, files] = await Promise.all([world.git.newMarkers(conflict.base, commit), world.git.diffFiles(conflict.base, commit)]);
  const sides = files.filter((file) => file.change !== 'deleted' && isSideName(file.path)).map((file) => file.path);
  const left = [...marked, ...sides].filter((path) => !task.allowedMarkers.includes(path));
  if (left.length > 0) {
    return { kind: 'conflict', text: `Conflict markers are left in ${listed(left)}. Nothing has landed; retry, or resolve them in the worktree and check again.`, paths: left };
  }
  const open = conflict.by === 'person' ? await undecided(context, task, conflict, commit) : [];
  if (open.length > 0) {
    const one = open.length === 1;
    const text = `Nobody has decided about ${listed(open)} yet: ${one ? 'it stands' : 'they stand'} as the conflict was laid out, or as both sides began. Nothing has landed. Resolve ${one ? 'it' : 'them'} in the worktree and check again, or keep ${one ? 'it as it is' : 'them as they are'} with Resolve Conflict.`;
    return { kind: 'conflict', text, paths: open };
  }
  if (files.length === 0) return { kind: 'nothing-changed', text: `With the conflict resolved, ${targetBranch(store.state)} already holds everything this task changed. Drop it, or retry with feedback.` };
  const message = `Merge ${targetBranch(store.state)} into ${id}: conflicts resolved\n\nSwitchyard-Task: ${id}\nSwitchyard-Run: ${store.state.run}\n`;
  const made = await world.git.concludeMerge(worktree, conflict.base, message);
  if (!made.ok) return { kind: 'merge-failed', text: `The resolved merge could not be recorded: ${made.message}` };
  const tree = await world.git.treeOf(made.commit);
  await store.append(
    { type: 'conflict.resolved', task: id, base: conflict.base, commit: made.commit, resolutions: byHand(task, conflict) },
    { type: 'branch.updated', task: id, commit: made.commit, tree, base: conflict.base, files },
  );
  return undefined;
}

/** Paths of a conflict that its person has not touched, and not said to keep. */
async function undecided(context: RunContext, task: TaskRun, conflict: OpenConflict, commit: Sha): Promise<readonly string[]> {
  const { git } = context.world;
  const found = task.head === undefined ? undefined : await git.conflict(task.head.commit, conflict.base);
  if (found === undefined) return [];
  return (await git.undecided(found, commit)).filter((path) => conflict.decided?.includes(path) !== true);
}

function byHand(task: TaskRun, conflict: OpenConflict): readonly Resolution[] {
  const agent = task.attempts.at(-1)?.agent;
  const who = conflict.by === 'person' || agent === undefined ? { how: 'person' as const } : { how: 'agent' as const, tool: agent };
  return [...new Set(conflict.paths.map(plainPath))].map((path) => ({ path, ...who }));
}
