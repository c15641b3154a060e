/** Tiny repositories for many runs: one is prepared, each run gets a copy, in memory where the system has such a place. */
import { access, constants, cp, mkdir, mkdtemp, realpath, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { isolatedEnv, makeRepo } from '../tempRepo.js';
import { TEAM } from './plan.js';

export interface FaultRepo {
  readonly folder: string;
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  git(...args: string[]): Promise<string>;
  cleanup(): Promise<void>;
}

/** Removed with the process that made it. */
let template: Promise<{ readonly folder: string; cleanup(): Promise<void> }> | undefined;

async function prepared() {
  const repo = await makeRepo({ 'README.md': 'x\n', 'mine.txt': 'committed\n', '.switchyard/team.jsonc': TEAM });
  await rm(join(repo.root, '.git/hooks'), { recursive: true, force: true });
  // The person is at work too: a changed file, a staged one, one that git does not know.
  await writeFile(join(repo.root, 'mine.txt'), 'changed\n');
  await writeFile(join(repo.root, 'staged.txt'), 'staged\n');
  await repo.git('add', 'staged.txt');
  await writeFile(join(repo.root, 'unknown.txt'), 'unknown\n');
  return repo;
}

/** What `git status --porcelain` says of the person's own changes, before and after. */
export const DIRTY = ' M mine.txt\nA  staged.txt\n?? unknown.txt';

/** Well above the floor of free space below which no worktree is made. */
const ROOM_BYTES = 8_000_000_000;

async function fastPlace(): Promise<string> {
  const [writable, room] = await Promise.all([access('/dev/shm', constants.W_OK).then(() => true, () => false), statfs('/dev/shm').then(({ bavail, bsize }) => bavail * bsize, () => 0)]);
  return writable && room > ROOM_BYTES ? '/dev/shm' : tmpdir();
}

export async function copyRepo(): Promise<FaultRepo> {
  const { folder: from } = await (template ??= prepared());
  const folder = await realpath(await mkdtemp(join(await fastPlace(), 'switchyard-fault-')));
  await cp(from, folder, { recursive: true, preserveTimestamps: true });
  await mkdir(join(folder, 'home'), { recursive: true });
  const env = { ...isolatedEnv(join(folder, 'home')), TMPDIR: folder };
  const root = join(folder, 'repo');
  return {
    folder,
    root,
    env,
    git: async (...args) => (await execa('git', args, { cwd: root, env, extendEnv: false, stdin: 'ignore' })).stdout.trimEnd(),
    cleanup: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 }),
  };
}

export async function forgetTemplate(): Promise<void> {
  const made = await template;
  template = undefined;
  await made?.cleanup();
}
