/**
 * Merging in the object store, and bringing a task's branch up to date. The merge is computed first
 * (`git merge-tree --write-tree`), so a conflict of any kind leaves everything as it is; a clean one becomes a commit
 * and the worktree is fast-forwarded to it, which git does only where no changed, untracked or ignored file is in the way.
 */
import { access } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { CommitTreeResult, Sha, UpdateResult } from '../../core/ports.js';
import { isAncestor, isNearAncestor } from './ancestry.js';
import { configTrue, configValue, honestSettings, readConfig } from './config.js';
import type { Repository } from './context.js';
import { GitFailure, lastWords, WorktreeProblem } from './errors.js';
import { fastForward, obstacles } from './fastForward.js';
import { identity } from './identity.js';
import { withoutStrangeDrivers } from './mergeDrivers.js';
import { isSha, pathText, splitNul } from './names.js';
import { headOf, inside, locate, type Place } from './place.js';
import { readRemembered } from './remembered.js';
import { DURABLE } from './run.js';

/** See `Git.commitTree`. One process. */
export async function commitTree(repository: Repository, tree: Sha, parents: readonly Sha[], message: string, place?: Place): Promise<CommitTreeResult> {
  for (const id of [tree, ...parents]) if (!isSha(id)) throw new TypeError(`Not an object id: ${id}`);
  const at = place ?? (await locate(repository, repository.root));
  const [entries, who] = await Promise.all([readConfig(repository, at), identity(repository, at)]);
  const sign = configTrue(entries, 'commit.gpgsign');
  try {
    const { stdout } = await repository.run(['commit-tree', ...(sign ? ['-S'] : []), ...parents.flatMap((parent) => ['-p', parent]), '-F', '-', tree], {
      cwd: repository.root,
      before: DURABLE,
      env: who,
      input: message.endsWith('\n') ? message : `${message}\n`,
      ...(sign ? { timeoutMs: repository.signTimeoutMs, asPerson: true } : {}),
    });
    return { ok: true, commit: stdout.toString('latin1').trim() };
  } catch (error) {
    if (!sign || !(GitFailure.is(error) || WorktreeProblem.is(error, 'time-limit'))) throw error;
    const words = GitFailure.is(error) ? lastWords(error.stderr) : error.message;
    return {
      ok: false,
      reason: 'signing',
      message: `The commit could not be signed, so nothing was committed or moved. Unlock your signing key (or turn commit.gpgSign off) and try again. ${words}`,
    };
  }
}

export type MergedTree = { readonly ok: true; readonly tree: Sha } | { readonly ok: false; readonly paths: readonly string[] };

/** The tree of a merge (into `place`, where it is for a worktree), or the paths that conflict. Writes objects, moves nothing. One process. */
export async function mergedTree(repository: Repository, ours: Sha, theirs: Sha, place?: Place): Promise<MergedTree> {
  const { code, stdout, stderr } = await repository.run(['merge-tree', '--write-tree', '--name-only', '-z', '--no-messages', ours, theirs], {
    cwd: repository.root,
    before: DURABLE,
    env: await withoutStrangeDrivers(repository, place),
    ok: [0, 1],
  });
  const [tree = Buffer.alloc(0), ...paths] = splitNul(stdout);
  const id = tree.toString('latin1');
  if (!isSha(id)) throw new GitFailure(['merge-tree'], code, stderr);
  if (code === 0) return { ok: true, tree: id };
  return { ok: false, paths: [...new Set(paths.map((path) => realName(pathText(path), ours, theirs)))].filter((path) => path !== '').sort() };
}

/** Where both sides want one name for different things, git calls one of them `<name>~<commit>`. */
function realName(path: string, ours: Sha, theirs: Sha): string {
  const side = [ours, theirs].find((id) => path.includes(`~${id}`));
  return side === undefined ? path : path.replace(`~${side}`, '');
}

/**
 * See `Git.bringUpToDate`. Without anything to do no process; otherwise three (merge-tree, commit-tree, merge
 * --ff-only), or two where the person has hooks for merges, which `git merge` then runs.
 */
export async function bringUpToDate(repository: Repository, worktree: string, base: Sha, message: string): Promise<UpdateResult> {
  const place = await locate(repository, worktree);
  const head = await headOf(repository, place);
  if (!isSha(base) || (await repository.objects.id(`${base}^{commit}`)) === undefined) {
    throw new WorktreeProblem('unknown-base', `There is no commit ${base} to merge into ${worktree}. Nothing was changed.`);
  }
  if ((await isNearAncestor(repository, base, head.commit)) === true) return { ok: true, ...head };
  const merged = await mergedTree(repository, head.commit, base, place);
  if (!merged.ok) return { ok: false, reason: 'conflict', paths: merged.paths };
  // Only a base that is contained already, or brings nothing new, gives the tree that is there.
  if (merged.tree === head.tree && (await isAncestor(repository, base, head.commit))) return { ok: true, ...head };

  if (await hasMergeHooks(repository, place)) return mergeWithHooks(repository, place, base, message, merged.tree);
  const commit = await commitTree(repository, merged.tree, [head.commit, base], message, place);
  if (!commit.ok) throw new WorktreeProblem('signing', commit.message);
  const moved = await fastForward(repository, place, head.commit, commit.commit, false);
  if (!moved.ok) return inTheWay(worktree, moved.paths, moved.message);
  return { ok: true, commit: commit.commit, tree: merged.tree };
}

/** Files in the way are a conflict with the worktree itself; without any, git refused for a reason of its own. */
function inTheWay(worktree: string, paths: readonly string[], message: string): UpdateResult {
  if (paths.length > 0) return { ok: false, reason: 'conflict', paths };
  throw new WorktreeProblem('not-a-worktree', `The base could not be merged into ${worktree}; its commits and files are untouched. git says: ${message}`);
}

async function hasMergeHooks(repository: Repository, place: Place): Promise<boolean> {
  const configured = configValue(await readConfig(repository, place), 'core.hookspath');
  const home = repository.env['HOME'] ?? repository.env['USERPROFILE'] ?? '';
  const set = configured?.replace(/^~(?=\/)/u, home);
  const folder = set === undefined ? join(repository.commonDir, 'hooks') : isAbsolute(set) ? set : join(place.path, set);
  const found = await Promise.all(['pre-merge-commit', 'prepare-commit-msg', 'commit-msg'].map((hook) => access(join(folder, hook)).then(() => true, () => false)));
  return found.includes(true);
}

/**
 * `git merge` itself, so that the hooks run. It is started only on a clean worktree where nothing is in the way (it
 * would overwrite ignored files), and taken back whole when a hook refuses.
 */
async function mergeWithHooks(repository: Repository, place: Place, base: Sha, message: string, tree: Sha): Promise<UpdateResult> {
  const before = await headOf(repository, place);
  const remembered = await readRemembered(place);
  const settings = honestSettings(await readConfig(repository, place), remembered?.settings, repository.env).variables;
  const blocked = await obstacles(repository, place, before.tree, tree, true);
  if (blocked.length > 0) return { ok: false, reason: 'conflict', paths: blocked };
  const options = { cwd: place.path, before: DURABLE, env: { ...(await identity(repository, place)), ...(await withoutStrangeDrivers(repository, place)), LC_ALL: 'C' }, asPerson: true, ok: 'any' as const };
  let output: string;
  try {
    const result = await repository.run(
      ['merge', '--quiet', '--no-ff', '--no-edit', '--no-autostash', '--no-squash', '--no-verify-signatures', '--no-stat', '--cleanup=whitespace', '-m', message, base],
      { ...options, timeoutMs: repository.hookTimeoutMs },
    );
    if (result.code === 0) {
      const after = await headOf(repository, place);
      return { ok: true, ...after };
    }
    output = lastWords([result.stderr, result.stdout.toString('utf8')].join('\n'));
  } catch (error) {
    if (!WorktreeProblem.is(error, 'time-limit')) throw error;
    output = error.message;
  }
  const { cwd, env } = inside(place);
  await repository.run(['merge', '--abort'], { cwd, env: { ...env, ...settings }, ok: 'any' });
  return { ok: false, reason: 'hook', output };
}
