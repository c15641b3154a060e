/**
 * Adding worktrees. Registering one goes through the repository's mutex and takes a few milliseconds, because nothing
 * is checked out there; the checkout itself runs outside, so several fill up side by side (they share no file but the
 * object store). It is an ordinary `git checkout`, so a person's post-checkout hook runs as for `git worktree add`.
 *
 * Two processes: `worktree add --detach --no-checkout` and `checkout -b`. A worktree counts as finished once
 * `switchyard.json` is in its git directory; what a crash left before that is completed by the next call.
 */
import { lstat, mkdir, readdir, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { WorktreeRequest } from '../../core/ports.js';
import { readConfig, seeingSettings } from './config.js';
import type { Repository } from './context.js';
import { GitFailure, lastWords, WorktreeProblem } from './errors.js';
import { copyInto, filesToCopy } from './include.js';
import { isBranchName, isSha } from './names.js';
import { branchAt, headOf, type Place, tryLocate } from './place.js';
import { attributeLines, excludePatterns, readRemembered, writeRemembered } from './remembered.js';

/** See `Git.addWorktree`. @throws WorktreeProblem `path-taken`, `branch-elsewhere`, `wrong-branch` */
export async function addWorktree(repository: Repository, request: WorktreeRequest): Promise<void> {
  if (!isSha(request.commit) || (request.branch !== undefined && !isBranchName(request.branch))) {
    throw new TypeError(`Not a commit id or not a branch name: ${request.commit}, ${String(request.branch)}`);
  }
  const copies = filesToCopy(repository);
  // Awaited below; until then a failure must not count as unhandled.
  copies.catch(() => undefined);
  const place = (await registered(repository, request)) ?? (await repository.mutex(() => register(repository, request)));
  if ((await readRemembered(place)) !== undefined) return;
  await fill(repository, place, request);
  const entries = await readConfig(repository, place);
  await writeRemembered(place, {
    v: 1,
    ...(request.branch === undefined ? {} : { branch: request.branch }),
    commit: request.commit,
    copied: await copyInto(repository, place.path, await copies),
    settings: seeingSettings(entries),
    excludes: await excludePatterns(repository.commonDir),
    attributes: await attributeLines(repository.commonDir),
  });
}

/** True where a linked worktree with a readable HEAD stands at this path; never rejects for a folder that is something else. See `Git.worktreeExists`. */
export async function worktreeExists(repository: Repository, path: string): Promise<boolean> {
  const place = await tryLocate(repository.commonDir, path);
  return place?.linked === true && (await headOf(repository, place).then(() => true, () => false));
}

/** The worktree that is already there for this request, finished or not. */
async function registered(repository: Repository, request: WorktreeRequest): Promise<Place | undefined> {
  const place = await tryLocate(repository.commonDir, request.path);
  if (place === undefined || !place.linked) return undefined;
  const branch = await branchAt(place);
  const finished = (await readRemembered(place)) !== undefined;
  if (branch === request.branch || (!finished && branch === undefined)) return place;
  throw new WorktreeProblem(
    'wrong-branch',
    `${request.path} is already a worktree, but on ${branch ?? 'no branch'} instead of ${request.branch ?? 'no branch'}. Nothing was changed. Check out the right branch there, or move the folder away.`,
  );
}

async function register(repository: Repository, request: WorktreeRequest): Promise<Place> {
  const here = await lstat(request.path).catch(() => undefined);
  if (here !== undefined && (!here.isDirectory() || (await readdir(request.path)).length > 0) && !(await setAside(repository, request.path))) {
    throw new WorktreeProblem('path-taken', `${request.path} exists and is not a worktree of this repository. Nothing was changed. Move it away, or choose another folder for worktrees.`);
  }
  await mkdir(dirname(request.path), { recursive: true });
  const add = (): ReturnType<Repository['run']> =>
    repository.run(['worktree', 'add', '--quiet', '--detach', '--no-checkout', '--', request.path, request.commit], { cwd: repository.root, ok: 'any' });
  let result = await add();
  if (result.code !== 0 && result.stderr.includes('already registered worktree') && (await forgetDeleted(repository, request.path))) result = await add();
  if (result.code !== 0) throw new GitFailure(['worktree add'], result.code, result.stderr);
  const place = await tryLocate(repository.commonDir, request.path);
  if (place === undefined) throw new GitFailure(['worktree add'], 0, `${request.path} was added but cannot be found`);
  return place;
}

/**
 * The folder was deleted underneath: only its own record is dropped (`worktree remove` of a missing folder), never
 * those of other missing worktrees, which may be on a disk that is not mounted. Call inside the mutex.
 */
export async function forgetDeleted(repository: Repository, path: string): Promise<boolean> {
  if ((await stat(path).catch(() => undefined)) !== undefined && (await readdir(path)).length > 0) return false;
  const result = await repository.run(['worktree', 'remove', '--', await realParent(path)], { cwd: repository.root, ok: 'any' });
  return result.code === 0;
}

/**
 * Where the folder was deleted under a running agent, what the agent wrote after that lies there again, without a `.git`. It is
 * moved to `<path>.remains`, so that the worktree can be made again and nothing is lost. False for any other folder.
 */
async function setAside(repository: Repository, path: string): Promise<boolean> {
  if ((await lstat(join(path, '.git')).catch(() => undefined)) !== undefined || !(await isRecorded(repository, path))) return false;
  for (let count = 1; ; count += 1) {
    const target = `${path}.remains${count === 1 ? '' : `-${String(count)}`}`;
    if ((await lstat(target).catch(() => undefined)) !== undefined) continue;
    await rename(path, target);
    repository.warn(`The worktree ${path} had been deleted while something still wrote there. That is kept in ${target}; the worktree is made again.`);
    return true;
  }
}

/** Does git's own record name a worktree at this path? */
async function isRecorded(repository: Repository, path: string): Promise<boolean> {
  const records = join(repository.commonDir, 'worktrees');
  const dotGit = join(await realParent(path), '.git');
  const names = await readdir(records).catch(() => []);
  // A path may be written relative to its record.
  const named = await Promise.all(names.map(async (name) => resolve(records, name, (await readFile(join(records, name, 'gitdir'), 'utf8').catch(() => '')).trimEnd())));
  return named.includes(dotGit);
}

/** A missing path with its existing part made real, as git has recorded it. */
async function realParent(path: string): Promise<string> {
  return join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path));
}

/** Checks out what is missing. Files are overwritten only where no checkout has ever finished (there is no index). */
async function fill(repository: Repository, place: Place, request: WorktreeRequest): Promise<void> {
  const empty = !(await hasIndex(place));
  if (!empty && (await branchAt(place)) === request.branch) return;
  // Only a checkout that died can have left it: without an index nobody has worked here.
  if (empty) await unlink(join(place.gitDir, 'index.lock')).catch(() => undefined);
  const options = {
    cwd: place.path,
    before: ['-c', 'advice.detachedHead=false', '-c', 'checkout.guess=false'],
    ok: 'any' as const,
    asPerson: true,
    env: { LC_ALL: 'C' },
    timeoutMs: repository.hookTimeoutMs,
  };
  const result = await repository.run(['checkout', '--quiet', ...(empty ? ['--force'] : []), ...(await startingPoint(repository, request))], options);
  if (result.code === 0) return;
  // The exit code may be that of a person's post-checkout hook, which runs when all is done.
  if ((await hasIndex(place)) && (await branchAt(place)) === request.branch) {
    repository.warn(`The post-checkout hook failed in ${place.path}: ${lastWords(result.stderr)}`);
    return;
  }
  throw new GitFailure(['checkout'], result.code, result.stderr);
}

async function hasIndex(place: Place): Promise<boolean> {
  return (await stat(join(place.gitDir, 'index')).catch(() => undefined)) !== undefined;
}

/**
 * The arguments that put the worktree on its branch. A branch that exists already (a crash, a folder that was deleted)
 * is taken as it is when it contains the commit, and never moved.
 */
async function startingPoint(repository: Repository, request: WorktreeRequest): Promise<readonly string[]> {
  const { branch, commit } = request;
  if (branch === undefined) return ['--detach', commit];
  const at = await repository.objects.id(`refs/heads/${branch}^{commit}`);
  if (at === undefined) return ['--no-track', '-b', branch, commit];
  if (at !== commit) {
    const { code } = await repository.run(['merge-base', '--is-ancestor', commit, at], { cwd: repository.root, ok: [0, 1] });
    if (code !== 0) {
      throw new WorktreeProblem(
        'branch-elsewhere',
        `The branch ${branch} exists and does not contain ${commit.slice(0, 10)}, where its task starts. Nothing was moved. Rename or delete that branch, then retry.`,
      );
    }
  }
  return ['--no-guess', branch, '--'];
}
