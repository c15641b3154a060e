/**
 * Moving a branch: a compare-and-swap, and a fast-forward of every checkout of it that touches nothing of its owner's.
 * Every step can be repeated; a branch that already contains the commit is a success.
 */
import { access, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { AdvanceResult, Sha } from '../../core/ports.js';
import { isAncestor } from './ancestry.js';
import { configTrue, readConfig } from './config.js';
import type { Repository } from './context.js';
import { lastWords } from './errors.js';
import { fastForward, obstacles } from './fastForward.js';
import { isBranchName, isSha } from './names.js';
import { inside, locate, type Place, tryLocate } from './place.js';
import { DURABLE, NO_HOOKS } from './run.js';

/** See `Git.advance`. One process: `update-ref`, or `merge --ff-only` where the branch is checked out. */
export async function advance(repository: Repository, branch: string, from: Sha, to: Sha): Promise<AdvanceResult> {
  if (!isBranchName(branch) || !isSha(from) || !isSha(to)) throw new TypeError(`Not a branch or not commit ids: ${branch}, ${from}, ${to}`);
  const ref = `refs/heads/${branch}`;
  const [now, checkouts] = await Promise.all([repository.objects.id(`${ref}^{commit}`), checkoutsOf(repository, ref)]);
  if (now === to) return { ok: true };
  if (now !== from) return afterwards(repository, now, to);
  if (!(await isAncestor(repository, from, to))) {
    return { ok: false, reason: 'failed', message: `${to.slice(0, 10)} does not contain ${branch} (${from.slice(0, 10)}), so landing it would lose commits. Nothing was changed.` };
  }
  const missing = checkouts.find(({ place }) => place === undefined);
  if (missing !== undefined) {
    return { ok: false, reason: 'failed', message: `${branch} is checked out in ${missing.path}, which cannot be reached. Nothing was changed. Bring that folder back or run "git worktree remove ${missing.path}", then try again.` };
  }
  const places = checkouts.flatMap(({ place }) => place ?? []);
  const [first, ...others] = places;
  if (first === undefined) {
    const busy = await beingRewritten(repository, ref);
    if (busy !== undefined) {
      return { ok: false, reason: 'failed', message: `${branch} is in the middle of a rebase in ${busy}. Nothing was changed. Finish or abort it there, then try again.` };
    }
    return swap(repository, ref, from, to);
  }
  for (const place of others) {
    const refused = await wouldRefuse(repository, place, from, to);
    if (refused !== undefined) return refused;
  }
  const moved = await fastForward(repository, first, from, to, true);
  if (!moved.ok) return blockedOr(repository, ref, from, to, first, moved.paths, moved.message);
  for (const place of others) {
    const followed = await follow(repository, place, from, to);
    if (followed !== undefined) return followed;
  }
  return { ok: true };
}

/** During a rebase HEAD is detached, and moving the branch would make the rebase fail at its end. The git directory. */
async function beingRewritten(repository: Repository, ref: string): Promise<string | undefined> {
  const linked = await readdir(join(repository.commonDir, 'worktrees')).catch(() => []);
  for (const folder of [repository.commonDir, ...linked.map((id) => join(repository.commonDir, 'worktrees', id))]) {
    for (const kind of ['rebase-merge', 'rebase-apply']) {
      const name = await readFile(join(folder, kind, 'head-name'), 'utf8').catch(() => '');
      if (name.trim() === ref) return folder;
    }
  }
  return undefined;
}

async function swap(repository: Repository, ref: string, from: Sha, to: Sha): Promise<AdvanceResult> {
  const result = await repository.run(['update-ref', '-m', 'switchyard: land', ref, to, from], { cwd: repository.root, before: [...DURABLE, ...NO_HOOKS], ok: 'any' });
  if (result.code === 0) return { ok: true };
  const now = await repository.objects.id(`${ref}^{commit}`);
  if (now !== from) return afterwards(repository, now, to);
  return { ok: false, reason: 'failed', message: `git could not move the branch; it is where it was. git says: ${lastWords(result.stderr)}` };
}

/** The branch is elsewhere than expected: a success if it has the commit already. */
async function afterwards(repository: Repository, now: Sha | undefined, to: Sha): Promise<AdvanceResult> {
  if (now !== undefined && (await isAncestor(repository, to, now))) return { ok: true };
  return { ok: false, reason: 'base-moved', now };
}

async function blockedOr(repository: Repository, ref: string, from: Sha, to: Sha, place: Place, paths: readonly string[], message: string): Promise<AdvanceResult> {
  const now = await repository.objects.id(`${ref}^{commit}`);
  if (now !== from) return afterwards(repository, now, to);
  if (paths.length > 0) return { ok: false, reason: 'blocked', checkout: place.path, paths };
  const under = await underWay(place);
  if (under !== undefined) return { ok: false, reason: 'failed', message: `${under.what} is under way in ${place.path}, and git leaves its branch alone until that is over. Conclude it, or give it up (${under.abort}), then approve again` };
  return { ok: false, reason: 'failed', message: `git could not fast-forward ${place.path}; the branch and the files are as they were. git says: ${message}` };
}

const UNDER_WAY = [
  ['MERGE_HEAD', 'A merge', 'git merge --abort'],
  ['CHERRY_PICK_HEAD', 'A cherry-pick', 'git cherry-pick --abort'],
  ['REVERT_HEAD', 'A revert', 'git revert --abort'],
] as const;

/** What the owner of a checkout has begun there and not concluded. */
async function underWay(place: Place): Promise<{ readonly what: string; readonly abort: string } | undefined> {
  for (const [file, what, abort] of UNDER_WAY) {
    const begun = await access(join(place.gitDir, file)).then(() => true, () => false);
    if (begun) return { what, abort };
  }
  return undefined;
}

/** A branch that somebody checked out more than once, with force: the further checkouts are looked at before anything moves. */
async function wouldRefuse(repository: Repository, place: Place, from: Sha, to: Sha): Promise<AdvanceResult | undefined> {
  const paths = await obstacles(repository, place, from, to, false);
  if (paths.length > 0) return { ok: false, reason: 'blocked', checkout: place.path, paths };
  const { code, stderr } = await repository.run(['read-tree', '-n', '-m', '-u', from, to], { ...inside(place), ok: 'any' });
  return code === 0 ? undefined : { ok: false, reason: 'failed', message: `git could not fast-forward ${place.path}; nothing was changed. git says: ${lastWords(stderr)}` };
}

/** Its HEAD has moved with the first checkout; only files and index are left, and nothing is in their way. */
async function follow(repository: Repository, place: Place, from: Sha, to: Sha): Promise<AdvanceResult | undefined> {
  const { code, stderr } = await repository.run(['read-tree', '-m', '-u', from, to], { ...inside(place), before: DURABLE, ok: 'any' });
  return code === 0
    ? undefined
    : { ok: false, reason: 'failed', message: `The branch has moved, but the second checkout in ${place.path} could not follow; run "git -C ${place.path} status" there. git says: ${lastWords(stderr)}` };
}

interface Checkout {
  readonly path: string;
  readonly place: Place | undefined;
}

/**
 * Every worktree that has the branch checked out, the main one first, from the HEAD files (gitrepository-layout(5)).
 * A repository that keeps its refs in tables has no such files; there git is asked.
 */
async function checkoutsOf(repository: Repository, ref: string): Promise<readonly Checkout[]> {
  const { commonDir } = repository;
  const isOn = async (gitDir: string): Promise<boolean> => (await readFile(join(gitDir, 'HEAD'), 'utf8').catch(() => '')).trim() === `ref: ${ref}`;
  if ((await readFile(join(commonDir, 'HEAD'), 'utf8')).includes('refs/heads/.invalid')) return listedCheckouts(repository, ref);
  const paths: string[] = [];
  if (await isOn(commonDir)) {
    const main = await tryLocate(commonDir, dirname(commonDir));
    const entries = await readConfig(repository, await locate(repository, repository.root));
    // A bare repository with worktrees has a HEAD, but no files that follow it, and so no index: whatever else is configured.
    const files = !configTrue(entries, 'core.bare') || (await stat(join(commonDir, 'index')).catch(() => undefined)) !== undefined;
    if (files) {
      if (basename(commonDir) !== '.git' || main === undefined) return listedCheckouts(repository, ref);
      paths.push(main.path);
    }
  }
  for (const id of await readdir(join(commonDir, 'worktrees')).catch(() => [])) {
    const gitDir = join(commonDir, 'worktrees', id);
    if (await isOn(gitDir)) paths.push(dirname(resolve(gitDir, (await readFile(join(gitDir, 'gitdir'), 'utf8')).trimEnd())));
  }
  return locateAll(repository, paths);
}

/** Format: `git worktree list --porcelain -z`. One process. */
async function listedCheckouts(repository: Repository, ref: string): Promise<readonly Checkout[]> {
  const { stdout } = await repository.run(['worktree', 'list', '--porcelain', '-z'], { cwd: repository.root });
  const records = stdout.toString('utf8').split('\0\0');
  const paths = records.flatMap((record) => {
    const lines = record.split('\0');
    return lines.includes(`branch ${ref}`) ? (lines.find((line) => line.startsWith('worktree '))?.slice('worktree '.length) ?? []) : [];
  });
  return locateAll(repository, paths);
}

function locateAll(repository: Repository, paths: readonly string[]): Promise<readonly Checkout[]> {
  return Promise.all(paths.map(async (path) => ({ path, place: await tryLocate(repository.commonDir, path) })));
}
