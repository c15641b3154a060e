/** Opens a repository: the one door to the git adapter. */
import { realpath } from 'node:fs/promises';
import type { Git } from '../../core/ports.js';
import { isAncestor } from './ancestry.js';
import { backup, listBackups, restoreBackup } from './backup.js';
import { backupBytes, backupFacts, removeBackup } from './backupFacts.js';
import { createBranch, removeBranch } from './branches.js';
import { changes } from './changes.js';
import { commitAll } from './commit.js';
import { forward, mergeTexts, readBlob, treeWith } from './compose.js';
import { conflict } from './conflictFacts.js';
import { concludeMerge, openConflict } from './conflicts.js';
import type { Repository, RepositoryOptions } from './context.js';
import { diffFiles, patch } from './diff.js';
import { dirty } from './dirty.js';
import { personEnvironment, readEnvironment } from './env.js';
import { facts, findRepository, noCommits } from './facts.js';
import { forecaster } from './forecast.js';
import { advance } from './landing.js';
import { goBack } from './goBack.js';
import { commitsTouching } from './history.js';
import { ignoredTimes } from './ignoredTimes.js';
import { newMarkers } from './markers.js';
import { bringUpToDate, commitTree, mergedTree } from './merge.js';
import { lockReader } from './locks.js';
import { checkoutOf, mutexOf } from './mutex.js';
import { isRevision, isSha } from './names.js';
import { openObjects } from './objects.js';
import { headOf, locate } from './place.js';
import { removeWorktree } from './remove.js';
import { treeWithout } from './revert.js';
import { keepSides, undecided } from './sides.js';
import { gitRunner } from './run.js';
import { sweepTrash } from './trash.js';
import { listFiles, prefixBlocked, readText } from './trees.js';
import { fetchUpstream, push, upstreamOf, watchRef } from './upstream.js';
import { openStrays } from './strays/strays.js';
import { addWorktree, worktreeExists } from './worktrees.js';

export { GitFailure, GitProblem, WorktreeProblem } from './errors.js';
export type { RepositoryOptions } from './context.js';
export type { Backup, ListedBackup } from './backup.js';

/** The port, and what only the headless command and the forecast need. */
export interface OpenedGit extends Git {
  /** Real path of the root of the checkout that was opened. */
  readonly root: string;
  /** Real path of the common git directory. */
  readonly commonDir: string;
}

const TEN_MINUTES = 600_000;
const ONE_MINUTE = 60_000;

/**
 * Opens the repository around a directory. Three processes, one of which stays for reading.
 * @throws GitProblem `not-a-repository`, `no-commits`, `git-missing`, `git-too-old`, `bare`, `unreadable`
 */
export async function openRepository(directory: string, options: RepositoryOptions = {}): Promise<OpenedGit> {
  const env = options.environment ?? process.env;
  const executable = options.executable ?? 'git';
  const run = gitRunner(env, options.passEnv, executable);
  const found = await findRepository(run, directory);
  const commonDir = await realpath(found.commonDir);
  const repository: Repository = {
    root: await realpath(found.root),
    commonDir,
    gitVersion: found.gitVersion,
    env,
    executable,
    run,
    objects: openObjects(commonDir, readEnvironment(personEnvironment(env, options.passEnv)), executable),
    mutex: mutexOf(commonDir),
    hookTimeoutMs: options.hookTimeoutMs ?? TEN_MINUTES,
    signTimeoutMs: options.signTimeoutMs ?? ONE_MINUTE,
    warn: options.warn ?? (() => undefined),
    background: new Set(),
  };
  const place = await locate(repository, repository.root);
  if ((await repository.objects.id(`${place.headRef}^{commit}`)) === undefined) {
    await repository.objects.close();
    throw noCommits(repository.root);
  }
  await sweepTrash(repository);
  return portOf(repository);
}

function portOf(repository: Repository): OpenedGit {
  const { objects } = repository;
  return {
    root: repository.root,
    commonDir: repository.commonDir,
    facts: () => facts(repository),
    resolve: async (rev) => (isRevision(rev) ? objects.id(`${rev}^{commit}`) : undefined),
    branchCommit: async (branch) => (isRevision(branch) ? objects.id(`refs/heads/${branch}^{commit}`) : undefined),
    prefixBlocked: (prefix) => prefixBlocked(repository, prefix),
    treeOf: async (commit) => {
      const tree = isSha(commit) ? await objects.id(`${commit}^{tree}`) : undefined;
      if (tree === undefined) throw new TypeError(`There is no commit ${commit} in ${repository.root}`);
      return tree;
    },
    isAncestor: (ancestor, descendant) => isAncestor(repository, ancestor, descendant),
    listFiles: (commit, limit) => listFiles(repository, commit, limit),
    lockFiles: lockReader(repository),
    readFile: (commit, path, instead) => readText(repository, commit, path, instead),
    addWorktree: (request) => addWorktree(repository, request),
    worktreeExists: (path) => worktreeExists(repository, path),
    ignores: async (worktree, path) => (await repository.run(['check-ignore', '--quiet', '--no-index', '--', path], { cwd: worktree, ok: [0, 1] })).code === 0,
    commitAll: (worktree, message, author) => commitAll(repository, worktree, message, author),
    head: async (worktree) => headOf(repository, await locate(repository, worktree)),
    dirty: (worktree, untracked) => dirty(repository, worktree, untracked),
    changes: (worktree, base) => changes(repository, worktree, base),
    ignoredTimes: (worktree, paths) => ignoredTimes(repository, worktree, paths),
    bringUpToDate: (worktree, base, message) => bringUpToDate(repository, worktree, base, message),
    openConflict: (worktree, base) => openConflict(repository, worktree, base),
    keepSides: (worktree, kept) => keepSides(repository, worktree, kept),
    undecided: (found, commit) => undecided(repository, found, commit),
    concludeMerge: (worktree, base, message) => concludeMerge(repository, worktree, base, message),
    conflict: (ours, theirs) => conflict(repository, ours, theirs),
    commitsTouching: (from, to, paths) => commitsTouching(repository, from, to, paths),
    readBlob: (id) => readBlob(repository, id),
    mergeTexts: (base, ours, theirs) => mergeTexts(repository, base, ours, theirs),
    treeWith: (tree, files) => treeWith(repository, tree, files),
    forward: (worktree, to) => forward(repository, worktree, to),
    goBack: (worktree, to) => goBack(repository, worktree, to),
    newMarkers: (base, commit) => newMarkers(repository, base, commit),
    diffFiles: (from, to) => diffFiles(repository, from, to),
    patch: (from, to, path) => patch(repository, from, to, path),
    commitTree: (tree, parents, message) => commitTree(repository, tree, parents, message),
    advance: (branch, from, to) => checkoutOf(repository)(() => advance(repository, branch, from, to)),
    backup: (worktree, name) => backup(repository, worktree, name),
    removeWorktree: (path, options) => removeWorktree(repository, path, options),
    mergedTree: (ours, theirs) => mergedTree(repository, ours, theirs),
    treeWithout: (tip, before, after) => treeWithout(repository, tip, before, after),
    upstreamOf: (branch) => upstreamOf(repository, branch),
    fetchUpstream: (upstream) => fetchUpstream(repository, upstream),
    push: (remote, commit, branch) => push(repository, remote, commit, branch),
    watchRef: (ref, changed) => watchRef(repository, ref, changed),
    createBranch: (branch, commit) => createBranch(repository, branch, commit),
    removeBranch: (branch, at) => removeBranch(repository, branch, at),
    listBackups: () => listBackups(repository),
    backupFacts: (ref, base) => backupFacts(repository, ref, base),
    backupBytes: (refs) => backupBytes(repository, refs),
    removeBackup: (ref, commit) => removeBackup(repository, ref, commit),
    restoreBackup: (ref, into) => restoreBackup(repository, ref, into),
    forecaster: (watching) => forecaster(repository, watching),
    strays: () => openStrays(repository),
    deleted: () => deleted(repository),
    settled: async () => {
      await deleted(repository);
      await objects.close();
    },
  };
}

async function deleted({ background }: Repository): Promise<void> {
  while (background.size > 0) await Promise.all(background);
}
