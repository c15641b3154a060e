/**
 * Real git repositories in temporary folders, cut off from this machine's configuration: their own HOME, no system
 * or global configuration, a fixed identity. `cleanup` removes everything, also when a test changed modes.
 */
import { chmod, lstat, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

export interface TempRepo {
  /** The folder that holds everything (repository, HOME, worktrees next to the repository). */
  readonly folder: string;
  /** The repository's root, as a real path. */
  readonly root: string;
  /** The isolated environment: pass it to every process of the test that may start git. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs git in the root and gives its trimmed standard output; rejects on a failure. */
  git(...args: string[]): Promise<string>;
  /** The same in another directory. */
  gitIn(cwd: string, ...args: string[]): Promise<string>;
  /** Writes a file in the root (or at an absolute path), with its folders. */
  write(path: string, text: string | Uint8Array): Promise<void>;
  /** Commits everything (`add -A`), also when nothing changed; gives the commit's id. */
  commit(message: string): Promise<string>;
  cleanup(): Promise<void>;
}

/** The environment of a git that knows nothing of this machine. `home` must exist. */
export function isolatedEnv(home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: home,
    USERPROFILE: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    TMPDIR: tmpdir(),
    ...(process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] }),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
}

/** A repository on branch `main` with one commit that holds `files` (none: one empty commit). */
export async function makeRepo(files: Readonly<Record<string, string>> = {}): Promise<TempRepo> {
  const repo = await makeEmptyRepo();
  for (const [path, text] of Object.entries(files)) await repo.write(path, text);
  await repo.commit('Start');
  return repo;
}

/** An initialised repository without any commit. */
export async function makeEmptyRepo(): Promise<TempRepo> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'switchyard-test-')));
  const home = join(folder, 'home');
  const root = join(folder, 'repo');
  await mkdir(home);
  await mkdir(root);
  await writeFile(
    join(home, '.gitconfig'),
    '[user]\n\tname = Test Person\n\temail = person@example.test\n[init]\n\tdefaultBranch = main\n[commit]\n\tgpgSign = false\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n',
  );
  const env = isolatedEnv(home);
  const gitIn = async (cwd: string, ...args: string[]): Promise<string> => {
    const { stdout } = await execa('git', args, { cwd, env, extendEnv: false, stdin: 'ignore' });
    return stdout.trimEnd();
  };
  const git = (...args: string[]): Promise<string> => gitIn(root, ...args);
  await git('init', '--quiet');
  return {
    folder,
    root,
    env,
    git,
    gitIn,
    write: async (path, text) => {
      const file = path.startsWith('/') ? path : join(root, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    },
    commit: async (message) => {
      await git('add', '-A');
      await git('commit', '--quiet', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
    cleanup: () => removeTree(folder),
  };
}

async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  } catch {
    await makeWritable(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

async function makeWritable(path: string): Promise<void> {
  const info = await lstat(path).catch(() => undefined);
  if (info?.isDirectory() !== true) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await makeWritable(join(path, name));
}
