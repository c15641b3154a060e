/**
 * A conflicted merge laid into a worktree for its agent (or a person) to resolve as plain files: no merge is left
 * pending and nobody needs to write the index, which some agents' sandboxes forbid. What they leave is committed, and
 * `concludeMerge` then records that the base is merged.
 */
import type { CommitTreeResult, Conflict, Sha } from '../../core/ports.js';
import { conflict } from './conflictFacts.js';
import type { Repository } from './context.js';
import { WorktreeProblem } from './errors.js';
import { obstacles } from './fastForward.js';
import { commitTree } from './merge.js';
import { branchAt, headOf, inside, locate, type Place } from './place.js';
import { DURABLE } from './run.js';

/** See `Git.openConflict`. Up to four processes. @throws WorktreeProblem `not-a-worktree` when files are in the way */
export async function openConflict(repository: Repository, worktree: string, base: Sha): Promise<Conflict | undefined> {
  const place = await locate(repository, worktree);
  const head = await headOf(repository, place);
  const found = await conflict(repository, head.commit, base);
  if (found === undefined) return undefined;
  const blocked = await obstacles(repository, place, head.tree, found.tree, true);
  if (blocked.length > 0) {
    if (await isLaidOut(repository, place, found.tree)) return found;
    throw new WorktreeProblem('not-a-worktree', `The conflict could not be laid out in ${worktree}: ${blocked.slice(0, 5).join(', ')} would be overwritten. Nothing was changed there.`);
  }
  const { cwd, env } = inside(place);
  await repository.run(['read-tree', '-m', '-u', 'HEAD', found.tree], { cwd, env, before: DURABLE });
  return found;
}

/** A crash came after it and before anybody recorded it: index and files already are the conflicted tree. Two processes. */
async function isLaidOut(repository: Repository, place: Place, tree: Sha): Promise<boolean> {
  const { cwd, env } = inside(place);
  const index = await repository.run(['diff-index', '--cached', '--quiet', tree], { cwd, env, ok: 'any' });
  return index.code === 0 && (await repository.run(['diff-files', '--quiet'], { cwd, env, ok: 'any' })).code === 0;
}

/** See `Git.concludeMerge`. Two processes; the files and the index stay as they are, because the tree does. */
export async function concludeMerge(repository: Repository, worktree: string, base: Sha, message: string): Promise<CommitTreeResult> {
  const place = await locate(repository, worktree);
  const head = await headOf(repository, place);
  const branch = await branchAt(place);
  if (branch === undefined) throw new WorktreeProblem('wrong-branch', `${worktree} is on no branch, so the merge could not be recorded. The files are untouched.`);
  const made = await commitTree(repository, head.tree, [head.commit, base], message, place);
  if (made.ok) await repository.run(['update-ref', '-m', 'switchyard: merge resolved', `refs/heads/${branch}`, made.commit, head.commit], { cwd: repository.root, before: DURABLE });
  return made;
}
