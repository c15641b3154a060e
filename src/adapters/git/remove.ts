/**
 * Removing worktrees, never with work in them. The folder is renamed away at once and deleted in the background, which
 * takes milliseconds where `git worktree remove --force` takes seconds; git then only forgets a folder that is gone.
 */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sha } from '../../core/ports.js';
import { askedFor, backup } from './backup.js';
import { isOnlyHere, removeBranch } from './branches.js';
import { changes } from './changes.js';
import type { Repository } from './context.js';
import { GitFailure, WorktreeProblem } from './errors.js';
import { isBranchName } from './names.js';
import { branchAt, headOf, type Place, tryLocate } from './place.js';
import { readRemembered } from './remembered.js';
import { moveAway, removeEmpty } from './trash.js';
import { forgetDeleted } from './worktrees.js';

export interface RemoveOptions {
  readonly branch?: string;
  readonly branchAt?: Sha;
  readonly backedUp?: boolean;
}
export type RemoveResult = { readonly ok: true } | { readonly ok: false; readonly dirty: readonly string[] };

/**
 * See `Git.removeWorktree`. `dirty` names unsaved paths, or commits that nothing else holds (`<branch>@<id>`). One
 * process to forget the folder, one to delete the branch, one to look for unsaved work unless it is backed up.
 * Idempotent. @throws WorktreeProblem `not-a-worktree` for a folder that is not ours, `locked`
 */
export async function removeWorktree(repository: Repository, path: string, options: RemoveOptions): Promise<RemoveResult> {
  if (options.branch !== undefined && !isBranchName(options.branch)) throw new TypeError(`Not a branch name: ${options.branch}`);
  const place = await tryLocate(repository.commonDir, path);
  if (place === undefined && (await lstat(path).catch(() => undefined)) !== undefined && (await readdir(path).catch(() => ['?'])).length > 0) {
    throw new WorktreeProblem('not-a-worktree', `${path} is not a worktree of ${repository.root}, so it was left alone. Nothing was changed.`);
  }
  if (place?.linked === false) throw new WorktreeProblem('not-a-worktree', `${path} is the repository's own checkout, which Switchyard never removes. Nothing was changed.`);
  if (place !== undefined) await refuseLocked(place);
  const unsaved = options.backedUp === true ? [] : await unsavedWork(repository, place, options);
  if (unsaved.length > 0) return { ok: false, dirty: unsaved };
  if (options.backedUp !== true && options.branch !== undefined && place !== undefined) await saveAskedFor(repository, place, options.branch);

  await repository.mutex(async () => {
    if (place !== undefined) await moveAway(repository, place.path);
    const forgotten = await forgetDeleted(repository, place?.path ?? path);
    if (!forgotten && place !== undefined) throw new GitFailure(['worktree remove'], undefined, `the folder ${place.path} is gone, but git still lists it`);
    // The run's folder, and the one of all runs, go with their last worktree; one that still holds something stays. Inside
    // the mutex: an addition at the same moment must find its parent folder.
    await removeEmpty(dirname(path), dirname(dirname(path)));
  });
  if (options.branch !== undefined) await removeBranch(repository, options.branch, options.branchAt);
  return { ok: true };
}

async function refuseLocked(place: Place): Promise<void> {
  const reason = await readFile(join(place.gitDir, 'locked'), 'utf8').catch(() => undefined);
  if (reason !== undefined) {
    throw new WorktreeProblem('locked', `${place.path} is locked${reason.trim() === '' ? '' : ` (${reason.trim()})`}. Nothing was changed. Run "git worktree unlock ${place.path}" first.`);
  }
}

/** Ignored files never land; those that somebody asked for are saved before their folder goes. */
async function saveAskedFor(repository: Repository, place: Place, branch: string): Promise<void> {
  if ((await askedFor(repository, place, await readRemembered(place))).length > 0) await backup(repository, place.path, `${branch.slice(branch.indexOf('/') + 1)}/landed`);
}

async function unsavedWork(repository: Repository, place: Place | undefined, options: RemoveOptions): Promise<readonly string[]> {
  const unsaved: string[] = [];
  const branch = options.branch === undefined ? undefined : await repository.objects.id(`refs/heads/${options.branch}^{commit}`);
  if (place !== undefined) {
    const head = await headOf(repository, place);
    const found = await changes(repository, place.path, head.commit);
    unsaved.push(...found.changed.map(({ path }) => path), ...found.ignoredChanged);
    const on = await branchAt(place);
    // Commits on no branch: not those it was made at, and not those the branch holds anyway.
    const loose = on === undefined && head.commit !== branch && head.commit !== (await readRemembered(place))?.commit;
    if (loose && (await isOnlyHere(repository, head.commit))) unsaved.push(`HEAD@${head.commit.slice(0, 10)}`);
  }
  if (options.branch !== undefined && branch !== undefined && options.branchAt === undefined && (await isOnlyHere(repository, branch, options.branch))) {
    unsaved.push(`${options.branch}@${branch.slice(0, 10)}`);
  }
  return unsaved;
}
