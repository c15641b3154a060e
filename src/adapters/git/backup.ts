/**
 * Saves a worktree's whole state as a commit under `refs/switchyard/backup/`, through a temporary index: committed,
 * staged, changed, hidden by flags, untracked, the files of nested repositories, and the ignored files that
 * `.worktreeinclude` asks for, unless they are as they were copied in. Other ignored files are not saved. The worktree and its index stay as they are. A staged state that differs
 * from the files is kept as the second parent, as `git stash` does.
 */
import { mkdir, mkdtemp, opendir, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sha } from '../../core/ports.js';
import { BACKUPS, NESTED } from './backupFacts.js';
import { configTrue, honestSettings, readConfig } from './config.js';
import type { Repository } from './context.js';
import { copyIndex } from './copyIndex.js';
import { WorktreeProblem } from './errors.js';
import { absolute, modeNow, readFlagged } from './flags.js';
import { identity } from './identity.js';
import { filesToCopy } from './include.js';
import { isBranchName, isSha, joinNul } from './names.js';
import { honestStatus } from './others.js';
import { branchAt, headOf, inside, locate, type Place } from './place.js';
import { changedCopies, readRemembered, type Remembered } from './remembered.js';
import { DURABLE, DURABLE_BATCH, NO_HOOKS } from './run.js';
import { GITLINK, NOTHING } from './status.js';

export interface Backup {
  readonly ref: string;
  readonly commit: Sha;
}

export interface ListedBackup extends Backup {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What was saved, for people. */
  readonly subject: string;
}

const NO_COMMIT = '0'.repeat(40);

/** See `Git.backup`. A name that is taken by another state gets a number: nothing saved is ever replaced. */
export async function backup(repository: Repository, worktree: string, name: string): Promise<Backup> {
  if (!isBranchName(name)) throw new WorktreeProblem('backup-name', `"${name}" cannot be the name of a backup. Nothing was saved or changed.`);
  const place = await locate(repository, worktree);
  const [head, remembered, entries] = await Promise.all([headOf(repository, place), readRemembered(place), readConfig(repository, place)]);
  const honest = honestSettings(entries, remembered?.settings, repository.env);
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'));
  try {
    const index = join(folder, 'index');
    await copyIndex(join(place.gitDir, 'index'), index);
    const { cwd, env } = inside(place);
    const options = { cwd, before: DURABLE_BATCH, env: { ...env, ...honest.variables, GIT_INDEX_FILE: index } };
    const git = async (args: readonly string[], input?: Uint8Array): Promise<string> =>
      (await repository.run(args, { ...options, ...(input === undefined ? {} : { input }) })).stdout.toString('latin1').trim();

    // Fails while a merge has conflicts; then only the files count.
    const staged = await git(['write-tree']).catch(() => head.tree);
    const status = await honestStatus(repository, place, remembered, honest);
    const flagged = await readFlagged(repository, place, head.commit.length, options.env);
    const nested = status.untracked.filter((bytes) => bytes.at(-1) === 47).map((bytes) => bytes.subarray(0, -1));
    const sparse = configTrue(entries, 'core.sparsecheckout');
    const hidden = (await Promise.all(flagged.map(async ({ bytes }) => ({ bytes, now: await modeNow(place.path, bytes) })))).filter(({ now }) => !sparse || now !== NOTHING);
    if (hidden.length > 0) {
      // One flag per process: git lets the last option win.
      for (const flag of ['--no-skip-worktree', '--no-assume-unchanged']) await git(['update-index', flag, '-z', '--stdin'], joinNul(hidden.map(({ bytes }) => bytes)));
    }
    // As it is there, not as git takes it: a pipe or a socket in a file's place cannot be saved, and must not keep the rest from it.
    const known = await Promise.all(status.tracked.map(async ({ bytes, worktree: now }) => ({ bytes, now: now === GITLINK ? now : await modeNow(place.path, bytes) })));
    const tracked = [...known, ...hidden];
    const gone = tracked.filter(({ now }) => now === NOTHING).map(({ bytes }) => bytes);
    const there = [
      ...tracked.filter(({ now }) => now !== NOTHING).map(({ bytes }) => bytes),
      ...status.untracked.filter((bytes) => bytes.at(-1) !== 47),
      ...(await Promise.all(nested.map((bytes) => filesOf(place.path, bytes)))).flat(),
      ...(await existing(place, [...(await changedCopies(place, remembered)), ...(await askedFor(repository, place, remembered))])),
    ];
    if (gone.length > 0) await git(['update-index', '-z', '--force-remove', '--stdin'], joinNul(gone));
    if (there.length > 0) await git(['update-index', '-z', '--add', '--replace', '--stdin'], joinNul(there));
    const tree = await git(['write-tree']);

    const who = await identity(repository, place);
    const commit = async (of: Sha, parents: readonly Sha[], message: string): Promise<Sha> =>
      (await repository.run(['commit-tree', ...parents.flatMap((parent) => ['-p', parent]), '-m', message, of], { ...options, env: { ...options.env, ...who } })).stdout.toString('latin1').trim();
    const parents = [head.commit];
    if (staged !== head.tree && staged !== tree && isSha(staged)) parents.push(await commit(staged, [head.commit], 'What was staged'));
    const id = await commit(tree, parents, `Backup of ${(await branchAt(place)) ?? place.path}`);
    const saved = await storeBackup(repository, name, id, tree, head.commit);
    for (const [number, bytes] of nested.entries()) await keepHistory(repository, absolute(place.path, bytes).toString('utf8'), `${NESTED}${saved.ref.slice(BACKUPS.length)}/${number}/`);
    return saved;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every backup, newest first. One process. */
export async function listBackups(repository: Repository): Promise<readonly ListedBackup[]> {
  const { stdout } = await repository.run(['for-each-ref', '--sort=-committerdate', '--format=%(refname)%00%(objectname)%00%(committerdate:unix)%00%(subject)', BACKUPS], { cwd: repository.root });
  return stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [ref = '', commit = '', seconds = '0', subject = ''] = line.split('\0');
      return { ref, commit, at: Number(seconds) * 1000, subject };
    });
}

/**
 * Writes a backup's files into a folder that does not exist yet or is empty. Two processes.
 * @param ref as listed, or without `refs/switchyard/backup/`
 * @throws WorktreeProblem `backup-name`, `not-empty`
 */
export async function restoreBackup(repository: Repository, ref: string, into: string): Promise<Backup> {
  const full = ref.startsWith(BACKUPS) ? ref : `${BACKUPS}${ref}`;
  const commit = isBranchName(full) ? await repository.objects.id(`${full}^{commit}`) : undefined;
  if (commit === undefined) throw new WorktreeProblem('backup-name', `There is no backup ${ref}. Nothing was written. "switchyard backups" lists what there is.`);
  const there = await stat(into).catch(() => undefined);
  if (there !== undefined && (!there.isDirectory() || (await readdir(into)).length > 0)) {
    throw new WorktreeProblem('not-empty', `${into} is not an empty folder. Nothing was written. Name a folder that does not exist yet.`);
  }
  await mkdir(into, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'));
  try {
    const options = { cwd: into, env: { GIT_DIR: repository.commonDir, GIT_WORK_TREE: into, GIT_INDEX_FILE: join(folder, 'index') } };
    await repository.run(['read-tree', commit], options);
    await repository.run(['checkout-index', '--all', '--quiet'], options);
    return { ref: full, commit };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Keeps commits that would be on no branch any more. */
export async function keepCommit(repository: Repository, name: string, commit: Sha): Promise<Backup> {
  const [tree, parent] = await Promise.all([repository.objects.id(`${commit}^{tree}`), repository.objects.id(`${commit}^1`)]);
  return storeBackup(repository, name, commit, tree, parent);
}

/** Creates the ref, or finds the one that holds the same state already. */
export async function storeBackup(repository: Repository, name: string, commit: Sha, tree: Sha | undefined, parent: Sha | undefined): Promise<Backup> {
  for (let number = 1; ; number += 1) {
    const ref = BACKUPS + (number === 1 ? name : `${name}-${number}`);
    const known = await repository.objects.id(`${ref}^{commit}`);
    if (known !== undefined) {
      const same = (await repository.objects.id(`${known}^{tree}`)) === tree && (await repository.objects.id(`${known}^1`)) === parent;
      if (same) return { ref, commit: known };
      continue;
    }
    const { code, stderr } = await repository.run(['update-ref', '--create-reflog', '-m', 'switchyard: backup', ref, commit, NO_COMMIT.padEnd(commit.length, '0')], { cwd: repository.root, before: [...DURABLE, ...NO_HOOKS], ok: 'any' });
    if (code === 0) return { ref, commit };
    // Taken in between: the next name. Anything else (a folder of that name, a read-only disk) would never end.
    if ((await repository.objects.id(ref)) === undefined) throw new WorktreeProblem('backup-name', `The backup could not be stored as ${ref}. Nothing was changed. git says: ${stderr.trim()}`);
  }
}

/** All files of a nested repository, without its `.git`. */
async function filesOf(root: string, bytes: Buffer): Promise<readonly Buffer[]> {
  const found: Buffer[] = [];
  const open = [bytes];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    // Names as bytes: they may be no text.
    for await (const item of await opendir(absolute(root, next), { encoding: 'buffer' as BufferEncoding })) {
      const name = Buffer.from(item.name);
      if (name.toString('latin1').toLowerCase() === '.git') continue;
      const path = Buffer.concat([next, Buffer.from('/'), name]);
      if (item.isDirectory()) open.push(path);
      else if (item.isFile() || item.isSymbolicLink()) found.push(path);
    }
  }
  return found;
}

/** Ignored files that `.worktreeinclude` asks for and that were made in the worktree: nothing else holds them. */
export async function askedFor(repository: Repository, place: Place, remembered: Remembered | undefined): Promise<readonly string[]> {
  return (await filesToCopy(repository, place.path)).filter((path) => remembered?.copied[path] === undefined);
}

async function existing(place: Place, paths: readonly string[]): Promise<readonly Buffer[]> {
  const kept = await Promise.all(paths.map(async (path) => ((await modeNow(place.path, Buffer.from(path))) === NOTHING ? [] : [Buffer.from(path)])));
  return kept.flat();
}

/** Brings a nested repository's commits over, so that deleting its folder loses none of them. */
async function keepHistory(repository: Repository, folder: string, prefix: string): Promise<void> {
  const { code, stderr } = await repository.run(
    ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--no-auto-maintenance', '--', folder, `+refs/*:${prefix}*`, `+HEAD:${prefix}HEAD`],
    { cwd: repository.root, before: NO_HOOKS, ok: 'any' },
  );
  // A repository without a commit has nothing to bring.
  if (code !== 0 && !/couldn't find remote ref/u.test(stderr)) repository.warn(`The files of the nested repository ${folder} were saved, its history was not: ${stderr.trim()}`);
}
