/**
 * A conflicted merge laid into a worktree for its agent (or a person) to resolve as plain files: no merge is left
 * pending and nobody needs to write the index, which some agents' sandboxes forbid. What they leave is committed, and
 * `concludeMerge` then records that the base is merged.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommitTreeResult, Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { GitFailure, WorktreeProblem } from './errors.js';
import { obstacles } from './fastForward.js';
import { commitTree } from './merge.js';
import { isSha, pathText, splitNul } from './names.js';
import { branchAt, headOf, inside, locate } from './place.js';
import { DURABLE } from './run.js';

/** See `Git.openConflict`. Two processes. @throws WorktreeProblem `not-a-worktree` when files are in the way */
export async function openConflict(repository: Repository, worktree: string, base: Sha): Promise<readonly string[]> {
  const place = await locate(repository, worktree);
  const head = await headOf(repository, place);
  const { code, stdout, stderr } = await repository.run(['merge-tree', '--write-tree', '--name-only', '-z', '--no-messages', head.commit, base], { cwd: repository.root, before: DURABLE, ok: [0, 1] });
  const [id = Buffer.alloc(0), ...paths] = splitNul(stdout);
  const tree = id.toString('latin1');
  if (!isSha(tree)) throw new GitFailure(['merge-tree'], code, stderr);
  const blocked = await obstacles(repository, place, head.tree, tree, true);
  if (blocked.length > 0) {
    throw new WorktreeProblem('not-a-worktree', `The conflict could not be laid out in ${worktree}: ${blocked.slice(0, 5).join(', ')} would be overwritten. Nothing was changed there.`);
  }
  const { cwd, env } = inside(place);
  await repository.run(['read-tree', '-m', '-u', 'HEAD', tree], { cwd, env, before: DURABLE });
  return [...new Set(paths.map(pathText))].filter((path) => path !== '').sort();
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

/** The paths that still hold a conflict marker. Files that are gone or cannot be read hold none. */
export async function conflictMarkers(worktree: string, paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(join(worktree, path), 'utf8').catch(() => '');
      return /^(?:<{7} |>{7} )/m.test(text) && /^={7}\r?$/m.test(text) ? path : undefined;
    }),
  );
  return found.filter((path) => path !== undefined);
}
