/**
 * Commits what an agent left in its worktree through `git commit`, so that the person's hooks run, with a time limit.
 * Two processes when there is something to commit, two when there is not, one more where a nested repository had to be
 * left out.
 */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Author, CommitResult } from '../../core/ports.js';
import { configValue, honestSettings, readConfig } from './config.js';
import type { Repository } from './context.js';
import { GitFailure, lastWords, WorktreeProblem } from './errors.js';
import { identity } from './identity.js';
import { scanIndex } from './indexFile.js';
import { joinNul, splitNul } from './names.js';
import { branchAt, headOf, inside, locate, type Place } from './place.js';
import { readRemembered } from './remembered.js';
import { DURABLE, DURABLE_BATCH } from './run.js';
import { GITLINK, parseRaw, parseStatus, STATUS, texts } from './status.js';

/**
 * See `Git.commitAll`.
 * @throws WorktreeProblem `wrong-branch` (the agent switched; its work is where it put it), `tampered`, `signing`, `time-limit`
 */
export async function commitAll(
  repository: Repository,
  worktree: string,
  message: string,
  author: Author,
): Promise<CommitResult | { readonly hookFailed: string }> {
  const place = await locate(repository, worktree);
  const [remembered, entries, who] = await Promise.all([readRemembered(place), readConfig(repository, place), identity(repository, place, author)]);
  const branch = await branchAt(place);
  if (remembered?.branch !== undefined && branch !== remembered.branch) {
    throw new WorktreeProblem(
      'wrong-branch',
      `${worktree} is on ${branch ?? 'no branch'} instead of ${remembered.branch}, so nothing was committed there. The files are untouched; run "git switch ${remembered.branch}" in it and retry.`,
    );
  }
  if (place.linked && configValue(entries, 'core.worktree') !== undefined) {
    throw new WorktreeProblem(
      'tampered',
      `Somebody set core.worktree, so git in ${worktree} looks at another folder. Nothing was committed. Run "git config --unset core.worktree" (with --worktree where it is set there) and retry.`,
    );
  }
  // git writes through a link: the index of another checkout would take what this one has.
  if ((await lstat(join(place.gitDir, 'index')).catch(() => undefined))?.isSymbolicLink() === true) {
    throw new WorktreeProblem(
      'tampered',
      `The index of ${worktree} was made a link to another file. Nothing was committed and the files are untouched. Delete ${join(place.gitDir, 'index')}, run "git reset" in the worktree and retry.`,
    );
  }
  const settings = honestSettings(entries, remembered?.settings, repository.env).variables;
  const conflicts = await unmergedPaths(repository, place);
  if (conflicts.length > 0) {
    // Staging them would call them resolved, and conflict markers could land.
    return { hookFailed: `Nothing was committed: a merge in this worktree has unresolved conflicts in ${conflicts.join(', ')}. Resolve each file and "git add" it, or run "git merge --abort".` };
  }
  const staged = await stageAll(repository, place, settings);
  if (typeof staged === 'string') return { hookFailed: `Nothing was committed: ${staged} is a pipe, a socket or a device in the place of a file. Put the file back, or delete it.` };
  if (!staged && !(await hasStaged(repository, place))) return { ...(await headOf(repository, place)), committed: false };

  let result;
  try {
    result = await repository.run(['commit', '--quiet', '--no-edit', '--cleanup=whitespace', '-F', '-'], {
      cwd: place.path,
      before: DURABLE,
      env: { ...who, LC_ALL: 'C' },
      asPerson: true,
      input: message,
      ok: 'any',
      timeoutMs: repository.hookTimeoutMs,
    });
  } catch (error) {
    if (!WorktreeProblem.is(error, 'time-limit')) throw error;
    return { hookFailed: `The commit did not finish in time; most likely a hook of this repository waits for something. ${error.message}` };
  }
  if (result.code === 0) return { ...(await headOf(repository, place)), committed: true };
  if (!(await hasStaged(repository, place))) return { ...(await headOf(repository, place)), committed: false };
  const words = lastWords([result.stderr, result.stdout.toString('utf8')].filter((text) => text.trim() !== '').join('\n'));
  if (/failed to sign|gpg\.|signing key|secret key/iu.test(result.stderr)) {
    throw new WorktreeProblem('signing', `The commit could not be signed, so it was not made. The files in ${worktree} are untouched; unlock the key or turn commit.gpgSign off, then retry. ${words}`);
  }
  // Exit code 1 is a hook's refusal; git's own failures are 128.
  if (result.code === 1) return { hookFailed: words };
  throw new GitFailure(['commit'], result.code, result.stderr);
}

/** No process where the index file tells, one otherwise. */
async function unmergedPaths(repository: Repository, place: Place): Promise<readonly string[]> {
  const { commit } = await headOf(repository, place);
  const scan = await scanIndex(place, commit.length);
  if (scan !== undefined) return scan.unmerged;
  const { stdout } = await repository.run(['diff', '--name-only', '-z', '--diff-filter=U', '--no-ext-diff'], inside(place));
  return texts(splitNul(stdout));
}

/**
 * Stages everything that is not ignored. Nested repositories are left out: they would become submodules that nobody
 * else can fetch, and one without a commit makes `git add` fail. True when something was staged now; the path of what can be
 * none, where a tracked file has become a pipe or the like.
 */
async function stageAll(repository: Repository, place: Place, settings: Readonly<Record<string, string>>): Promise<boolean | string> {
  const { cwd, env } = inside(place);
  const options = { cwd, before: DURABLE_BATCH, env: { ...env, ...settings }, ok: 'any' as const };
  const result = await repository.run(['add', '--all', '--verbose', '--', '.'], options);
  if (result.code === 0 && !result.stderr.includes('adding embedded git repository')) return result.stdout.length > 0;
  const special = /^error: (.+): can only add regular files/mu.exec(result.stderr)?.[1];
  if (special !== undefined) return special;
  if (result.code !== 0 && !result.stderr.includes('does not have a commit checked out')) throw new GitFailure(['add'], result.code, result.stderr);

  const { stdout } = await repository.run([...STATUS, '--untracked-files=all'], { cwd, env: { ...env, ...settings } });
  const status = parseStatus(stdout);
  const embedded = status.tracked.filter(({ head, index }) => head.mode !== GITLINK && index.mode === GITLINK).map(({ bytes }) => bytes);
  if (embedded.length > 0) {
    await repository.run(['update-index', '-z', '--force-remove', '--stdin'], { cwd, env: { ...env, ...settings }, input: joinNul(embedded) });
  }
  if (result.code !== 0) {
    const nested = [...embedded, ...status.untracked.filter((bytes) => bytes.at(-1) === 47).map((bytes) => bytes.subarray(0, -1))];
    const pathspecs = joinNul([Buffer.from('.'), ...nested.map((bytes) => Buffer.concat([Buffer.from(':(exclude,literal,top)'), bytes]))]);
    await repository.run(['add', '--all', '--pathspec-from-file=-', '--pathspec-file-nul'], { ...options, ok: [0], input: pathspecs });
  }
  return hasStaged(repository, place);
}

async function hasStaged(repository: Repository, place: Place): Promise<boolean> {
  const { cwd, env } = inside(place);
  const { stdout } = await repository.run(['diff-index', '--cached', '--raw', '-z', '--ignore-submodules=none', 'HEAD'], { cwd, env });
  return parseRaw(stdout).changes.length > 0;
}
