/** Branches that Switchyard itself makes and takes away; a person's are never moved here. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha } from '../../core/ports.js';
import { isAncestor, isNearAncestor } from './ancestry.js';
import { keepCommit } from './backup.js';
import type { Repository } from './context.js';
import { lastWords, WorktreeProblem } from './errors.js';
import { isBranchName, isSha } from './names.js';
import { locate } from './place.js';
import { DURABLE, NO_HOOKS } from './run.js';

/**
 * Makes a branch at a commit. Idempotent: one that contains the commit stays where it is, an older one that nobody has
 * checked out is moved up to it.
 * @throws WorktreeProblem `branch-elsewhere`
 */
export async function createBranch(repository: Repository, branch: string, commit: Sha): Promise<void> {
  if (!isBranchName(branch) || !isSha(commit)) throw new TypeError(`Not a branch or not a commit id: ${branch}, ${commit}`);
  const at = await repository.objects.id(`refs/heads/${branch}^{commit}`);
  if (at !== undefined && (await isAncestor(repository, commit, at))) return;
  if (at !== undefined && (!(await isAncestor(repository, at, commit)) || (await isCheckedOut(repository, branch)))) {
    throw new WorktreeProblem('branch-elsewhere', `The branch ${branch} exists already and holds something else. Nothing was moved. Rename or delete that branch, then go on.`);
  }
  const { code, stderr } = await repository.run(['update-ref', '-m', 'switchyard: create', `refs/heads/${branch}`, commit, at ?? '0'.repeat(commit.length)], { cwd: repository.root, before: [...DURABLE, ...NO_HOOKS], ok: 'any' });
  if (code !== 0) throw new WorktreeProblem('branch-elsewhere', `The branch ${branch} could not be made; nothing was moved. git says: ${lastWords(stderr)}`);
}

/**
 * Whether no ref (but this branch) holds the commit. Other worktrees' HEADs do not count: this one's is about to go. No
 * process where the opened checkout has it, as after a landing; one otherwise.
 */
export async function isOnlyHere(repository: Repository, commit: Sha, branch?: string): Promise<boolean> {
  const here = await repository.objects.id(`${(await locate(repository, repository.root)).headRef}^{commit}`);
  if (here !== undefined && (await isNearAncestor(repository, commit, here)) === true) return false;
  const { stdout } = await repository.run(['rev-list', '-n', '1', '--single-worktree', commit, '--not', ...(branch === undefined ? [] : [`--exclude=refs/heads/${branch}`]), '--all', '--'], { cwd: repository.root });
  return stdout.length > 0;
}

/**
 * Deletes a branch only where it is expected, and only while no checkout is on it. Commits that nothing else holds (a squashed
 * landing's, or those of a dropped task whose folder was gone before it could be saved) stay as a backup. True when it is gone.
 */
export async function removeBranch(repository: Repository, branch: string, expected: Sha | undefined): Promise<boolean> {
  const at = await repository.objects.id(`refs/heads/${branch}^{commit}`);
  if (at === undefined) return true;
  if ((expected !== undefined && at !== expected) || (await isCheckedOut(repository, branch))) return false;
  if (await isOnlyHere(repository, at, branch)) await keepCommit(repository, `${branch.slice(branch.indexOf('/') + 1)}/branch`, at);
  // A branch that moved in between stays: the old value is compared.
  const { code } = await repository.run(['update-ref', '-d', `refs/heads/${branch}`, at], { cwd: repository.root, before: [...DURABLE, ...NO_HOOKS], ok: 'any' });
  return code === 0;
}

async function isCheckedOut(repository: Repository, branch: string): Promise<boolean> {
  const ids = await readdir(join(repository.commonDir, 'worktrees')).catch(() => []);
  const heads = [join(repository.commonDir, 'HEAD'), ...ids.map((id) => join(repository.commonDir, 'worktrees', id, 'HEAD'))];
  const texts = await Promise.all(heads.map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.some((text) => text.trim() === `ref: refs/heads/${branch}`);
}
