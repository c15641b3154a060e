/** What is known about the repository as a whole: is it usable, and what should a person know before a run. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryFacts } from '../../core/ports.js';
import { readSmallText } from '../disk.js';
import { configTrue, readConfig } from './config.js';
import type { Repository } from './context.js';
import { readEnvironment, personEnvironment } from './env.js';
import { GitFailure, GitProblem } from './errors.js';
import type { RunGit } from './run.js';
import { locate } from './place.js';

/** `git merge-tree --write-tree` came with it; without it nothing can be merged apart from a working tree. */
const OLDEST: readonly [number, number] = [2, 38];
/** More are not counted: the figure is for a person. */
const MOST_UNCOMMITTED = 1000;

export interface Found {
  readonly root: string;
  readonly commonDir: string;
  readonly gitVersion: string;
}

/**
 * Finds the repository around a directory. Two processes side by side.
 * @throws GitProblem with a reason and a message for people
 */
export async function findRepository(run: RunGit, directory: string): Promise<Found> {
  if ((await stat(directory).catch(() => undefined))?.isDirectory() !== true) {
    throw new GitProblem('not-a-repository', `${directory} is not a folder. Nothing was changed. Open a folder that is a git repository.`);
  }
  const [gitVersion, found] = await Promise.all([versionOf(run, directory), ask(run, directory)]);
  if (isOlder(gitVersion)) {
    throw new GitProblem(
      'git-too-old',
      `git ${gitVersion} is too old: Switchyard needs ${OLDEST.join('.')} or newer, because it merges without touching your files. Nothing was started. Update git (https://git-scm.com/downloads) and try again.`,
    );
  }
  const [bare = '', commonDir = '', root = ''] = found.stdout.toString('utf8').split('\n');
  if (bare === 'true') {
    throw new GitProblem('bare', `${directory} is a bare repository, without files to work on. Nothing was changed. Open a clone of it (git clone ${directory}).`);
  }
  if (found.code !== 0 || commonDir === '' || root === '') throw notUsable(directory, found.stderr);
  return { root, commonDir, gitVersion };
}

/** The designed error for a repository whose checked-out branch is unborn. */
export function noCommits(root: string): GitProblem {
  return new GitProblem(
    'no-commits',
    `${root} has no commit yet, so there is nothing a task could start from. Nothing was changed. Make a first commit (git add -A && git commit -m "Start") and try again.`,
  );
}

async function versionOf(run: RunGit, cwd: string): Promise<string> {
  try {
    const { stdout } = await run(['--version'], { cwd });
    return /\d+(?:\.\d+)+/u.exec(stdout.toString('utf8'))?.[0] ?? '0';
  } catch (error) {
    throw isMissing(error) ? gitMissing(error) : error;
  }
}

async function ask(run: RunGit, cwd: string): Promise<{ readonly code: number; readonly stdout: Buffer; readonly stderr: string }> {
  try {
    return await run(['rev-parse', '--path-format=absolute', '--is-bare-repository', '--git-common-dir', '--show-toplevel'], { cwd, ok: 'any' });
  } catch (error) {
    throw isMissing(error) ? gitMissing(error) : error;
  }
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === 'ENOENT' || code === 'EACCES';
}

function gitMissing(cause: unknown): GitProblem {
  return new GitProblem('git-missing', 'git was not found. Nothing was started. Install git (https://git-scm.com/downloads), make sure that it is on PATH, and try again.', { cause });
}

function notUsable(directory: string, stderr: string): GitProblem {
  if (stderr.includes('dubious ownership')) {
    // git names what it would have to trust: the repository may begin above the folder.
    const command = /git config --global --add safe\.directory \S.*/u.exec(stderr)?.[0] ?? `git config --global --add safe.directory ${directory}`;
    return new GitProblem('unreadable', `git does not trust the repository of ${directory}, because it belongs to another user. Nothing was changed. If you trust it, run: ${command}`);
  }
  if (/not a git repository/iu.test(stderr)) {
    return new GitProblem('not-a-repository', `${directory} is not inside a git repository. Nothing was changed. Run "git init" there and make a first commit, or open another folder.`);
  }
  if (/must be run in a work tree/iu.test(stderr)) {
    return new GitProblem('not-a-repository', `${directory} is inside a repository's git directory. Nothing was changed. Open the folder that holds the files.`);
  }
  return new GitProblem('unreadable', `git cannot read the repository at ${directory}. Nothing was changed. git says: ${stderr.trim()}`);
}

/** For people and for settings; some processes, so not on the way of a task. */
export async function facts(repository: Repository): Promise<RepositoryFacts> {
  const place = await locate(repository, repository.root);
  const [entries, commit, state, hasSubmodules, usesLfs] = await Promise.all([
    readConfig(repository, place),
    repository.objects.id(`${place.headRef}^{commit}`),
    checkoutState(repository),
    exists(join(repository.root, '.gitmodules')),
    mentions(join(repository.root, '.gitattributes'), /\bfilter=lfs\b/u),
  ]);
  if (commit === undefined) throw noCommits(repository.root);
  return {
    root: repository.root,
    commonDir: repository.commonDir,
    gitVersion: repository.gitVersion,
    ...(state.branch === undefined ? {} : { branch: state.branch }),
    commit,
    uncommitted: state.uncommitted,
    hasSubmodules,
    usesLfs,
    commitsAreSigned: configTrue(entries, 'commit.gpgsign'),
  };
}

/** simple-git parses status well; it is loaded here only, because its start costs tens of milliseconds. */
async function checkoutState(repository: Repository): Promise<{ readonly branch?: string; readonly uncommitted: number }> {
  const { simpleGit } = await import('./simpleGit.js');
  const env = readEnvironment(personEnvironment(repository.env));
  const git = simpleGit({
    baseDir: repository.root,
    binary: repository.executable,
    config: ['core.fsmonitor=false', 'core.untrackedCache=false'],
    allowEnvironment: Object.keys(env),
    // It refuses these names by default; here they come from our own allow-list and settings.
    unsafe: { allowUnsafeFsMonitor: true, allowUnsafeConfigPaths: true, allowUnsafeEditor: true, allowUnsafeCustomBinary: true },
  }).env(env);
  try {
    const status = await git.status(['--untracked-files=all']);
    const uncommitted = Math.min(status.files.length, MOST_UNCOMMITTED);
    return status.detached || status.current === null ? { uncommitted } : { branch: status.current, uncommitted };
  } catch (error) {
    throw new GitFailure(['status'], undefined, error instanceof Error ? error.message : String(error));
  }
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

async function mentions(file: string, pattern: RegExp): Promise<boolean> {
  return pattern.test(await readSmallText(file));
}
