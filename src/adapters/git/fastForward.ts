/**
 * Fast-forwards a checkout without touching anything of its owner's. `git merge --ff-only --no-overwrite-ignore` is
 * the act: it checks every file before it writes the first. Never `read-tree` on a single checkout, never with an
 * autostash. What is in the way is worked out only after git has refused.
 */
import { watch } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { lastWords } from './errors.js';
import { lstatInside } from './links.js';
import { pathText } from './names.js';
import { headOf, inside, type Place } from './place.js';
import { DURABLE, NO_HOOKS } from './run.js';
import { parseStatus, STATUS } from './status.js';
import { treeDiff } from './treeDiff.js';

export type Forwarded = { readonly ok: true } | { readonly ok: false; readonly paths: readonly string[]; readonly message: string };

/** How long another git command (the editor's own, say) may hold the index before it counts as an obstacle. */
const LOCK_MS = 5000;

/**
 * Moves the checkout's branch from `from` to `to`, a descendant. One process when nothing is in the way. `owned`: the
 * checkout is a person's, where no hook runs; a task's worktree runs its post-merge hook.
 */
export async function fastForward(repository: Repository, place: Place, from: Sha, to: Sha, owned: boolean): Promise<Forwarded> {
  const { cwd, env } = inside(place);
  const merge = (): ReturnType<Repository['run']> =>
    repository.run(['merge', '--quiet', '--ff-only', '--no-overwrite-ignore', '--no-autostash', '--no-squash', '--no-verify-signatures', '--no-stat', to], {
      cwd,
      env: owned ? env : { LC_ALL: 'C' },
      before: ['-c', 'merge.autoStash=false', ...DURABLE, ...(owned ? NO_HOOKS : [])],
      ok: 'any',
      asPerson: !owned,
      keepCaches: owned,
      timeoutMs: repository.hookTimeoutMs,
    });
  if (owned) {
    const deleted = await deletedInTheWay(repository, place, from, to);
    if (deleted.length > 0) return { ok: false, paths: deleted, message: 'you have deleted what the landing changes' };
  }
  let result = await merge();
  if (result.code !== 0 && result.stderr.includes('index.lock') && (await unlocked(place))) result = await merge();
  if (result.code === 0 && (await headOf(repository, place)).commit === to) return { ok: true };
  return { ok: false, paths: await obstacles(repository, place, from, to, false), message: lastWords(result.stderr) };
}

/**
 * Paths of a checkout that stand in the way of going from one tree to another: changed or staged files that the
 * difference touches, untracked and ignored ones where it adds. `all`: every changed or staged file counts. Sorted.
 */
export async function obstacles(repository: Repository, place: Place, from: Sha, to: Sha, all: boolean): Promise<readonly string[]> {
  const [diff, state] = await Promise.all([treeDiff(repository, from, to), repository.run([...STATUS, '--untracked-files=no'], inside(place))]);
  const dirty = parseStatus(state.stdout).tracked.map(({ bytes }) => pathText(bytes));
  const touched = diff.map((change) => ({ path: pathText(change.bytes), bytes: change.bytes, added: change.letter === 'A' }));
  const found = new Set(all ? dirty : dirty.filter((path) => touched.some((change) => sameOrInside(path, change.path) || sameOrInside(change.path, path))));
  // Added paths that exist, or whose folder is a file: untracked or ignored, both are somebody's.
  const tracked = new Set(dirty);
  for (const { path, bytes, added } of touched) {
    if (!added || tracked.has(path)) continue;
    const blocking = await blockingPath(place.path, bytes);
    if (blocking !== undefined) found.add(blocking);
  }
  // A file of the old tree that makes way for a folder of the new one is no obstacle.
  const leaving = new Set(touched.filter((change) => !change.added).map((change) => change.path));
  return [...found].filter((path) => dirty.includes(path) || !leaving.has(path)).sort();
}

/**
 * Files that their owner has deleted and the difference changes. To git a missing file is no change: a fast-forward would
 * quietly bring it back. What is missing because the checkout is sparse is not listed by its status, and is no obstacle.
 */
async function deletedInTheWay(repository: Repository, place: Place, from: Sha, to: Sha): Promise<readonly string[]> {
  const changed = (await treeDiff(repository, from, to)).filter((change) => change.letter !== 'A' && change.letter !== 'D');
  const missing: string[] = [];
  for (const { bytes } of changed) if ((await lstatInside(place.path, bytes)) === undefined) missing.push(pathText(bytes));
  if (missing.length === 0) return [];
  const state = await repository.run([...STATUS, '--untracked-files=no'], inside(place));
  const dirty = new Set(parseStatus(state.stdout).tracked.map(({ bytes }) => pathText(bytes)));
  return missing.filter((path) => dirty.has(path)).sort();
}

function sameOrInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** What is at the path, or the file that one of its folders is. */
async function blockingPath(root: string, bytes: Buffer): Promise<string | undefined> {
  const names = bytes.toString('latin1').split('/');
  for (let count = 1; count <= names.length; count += 1) {
    const part = Buffer.from(names.slice(0, count).join('/'), 'latin1');
    const info = await lstatInside(root, part);
    if (info === undefined) return undefined;
    if (count === names.length || !info.isDirectory()) return pathText(part);
  }
  return undefined;
}

/** Waits until the index is free: true at once or when the lock goes, false after a while. Watches, never polls. */
async function unlocked(place: Place): Promise<boolean> {
  const lock = join(place.gitDir, 'index.lock');
  const isFree = (): Promise<boolean> => access(lock).then(() => false, () => true);
  return new Promise((resolve) => {
    const watcher = watch(place.gitDir, () => void isFree().then((free) => { if (free) done(true); }));
    const timer = setTimeout(() => done(false), LOCK_MS);
    const done = (free: boolean): void => {
      clearTimeout(timer);
      watcher.close();
      resolve(free);
    };
    watcher.on('error', () => done(false));
    void isFree().then((free) => { if (free) done(true); });
  });
}
