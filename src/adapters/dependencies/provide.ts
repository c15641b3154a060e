/**
 * Gives a new worktree its dependency folders from the checkout, in the cheapest way after which nothing that is done in one can
 * reach the other, or in the way that the team file takes the responsibility for. Whatever does not fit is left to the install command.
 */
import { lstat, mkdir, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Dependency, ProvidedDependency } from '../../core/dependencies.js';
import { deciding } from '../../core/dependencies.js';
import { readBounded } from '../disk.js';
import type { CopyWay } from './copyTree.js';
import { copyTree, NotThisWay } from './copyTree.js';

export interface ProvideRequest {
  /** The person's checkout. */
  readonly root: string;
  readonly worktree: string;
  readonly dependencies: readonly Dependency[];
  /** Names the folder that is being filled, so that a crash leaves no half of one; made and removed here. */
  readonly note: string;
  /** Whether git ignores a folder, or a link, of that name in the worktree. */
  readonly ignores: (path: string, kind: 'folder' | 'link') => Promise<boolean>;
}

/**
 * Fills a new worktree's dependency folders one after the other, and says of each how it was done. What a crash left half done
 * goes first.
 */
export async function provideDependencies(request: ProvideRequest): Promise<readonly ProvidedDependency[]> {
  await removeHalf(request);
  const provided: ProvidedDependency[] = [];
  for (const dependency of request.dependencies) provided.push({ path: dependency.path, ...(await provide(request, dependency)) });
  return provided;
}

type Provided = Omit<ProvidedDependency, 'path'>;

const infoOf = (path: string) => lstat(path).catch(() => undefined);

async function provide(request: ProvideRequest, { path, how }: Dependency): Promise<Provided> {
  const { root, worktree } = request;
  const from = join(root, path);
  const to = join(worktree, path);
  const install = (why: string): Provided => ({ how: 'install', why });
  if ((await infoOf(to)) !== undefined) return { how: 'none', why: 'it is there already' };
  if (how === 'install') return install('as the team file says');
  if ((await infoOf(from))?.isDirectory() !== true) return install('your checkout has no such folder');
  if ((await infoOf(join(from, 'pyvenv.cfg'))) !== undefined) return install('a Python environment names its own folder everywhere in it, and a copy would run your checkout’s');
  const { differs, same } = await compareDeciding(root, worktree, dirname(path));
  if (differs !== undefined) return install(`${differs} is not your checkout’s`);
  // Not through a link that is in the repository: it may lead anywhere.
  if ((await realpath(dirname(to)).catch(() => undefined)) !== join(await realpath(worktree), dirname(path))) return install('the folder that it belongs into is not there');
  if (!(await request.ignores(path, 'folder'))) return { how: 'none', why: 'git does not ignore it, so a copy would be taken for the task’s work' };
  const fits = same === undefined ? 'nothing says which versions belong into it' : `same ${same}`;
  if (how === 'symlink') {
    if (await request.ignores(path, 'link')) {
      await symlink(from, to, 'junction');
      return { how, why: fits };
    }
    return { how: await copyIn(request, path, 'reflink'), why: `${fits}; git ignores it only as a folder, so a link would be taken for the task’s work` };
  }
  return { how: await copyIn(request, path, how === 'auto' ? 'reflink' : how), why: fits };
}

/** A crash in between leaves the note, and the next call makes the folder anew. */
async function copyIn({ root, worktree, note }: ProvideRequest, path: string, way: CopyWay): Promise<CopyWay> {
  const to = join(worktree, path);
  const request = { from: join(root, path), to, root, worktree };
  await mkdir(dirname(note), { recursive: true });
  await writeFile(note, path, { mode: 0o600 });
  let done = way;
  try {
    await copyTree({ ...request, way });
  } catch (error) {
    await rm(to, { recursive: true, force: true });
    if (!(error instanceof NotThisWay)) throw error;
    done = 'copy';
    await copyTree({ ...request, way: done });
  }
  await rm(note, { force: true });
  return done;
}

async function removeHalf({ worktree, dependencies, note }: ProvideRequest): Promise<void> {
  const path = await readFile(note, 'utf8').catch(() => undefined);
  if (path === undefined) return;
  if (dependencies.some((dependency) => dependency.path === path)) await rm(join(worktree, path), { recursive: true, force: true });
  await rm(note, { force: true });
}

/** Of a large monorepo they have some megabytes. */
const LARGEST_LOCK = 100_000_000;

/** Compares the lock files (else the manifests) beside the folder, and those of the root, which workspaces are pinned by. */
async function compareDeciding(root: string, worktree: string, folder: string): Promise<{ readonly differs?: string; readonly same?: string }> {
  const names: string[] = [];
  for (const beside of new Set([folder, '.'])) {
    const here = await readdir(join(worktree, beside)).catch(() => []);
    const there = await readdir(join(root, beside)).catch(() => []);
    names.push(...deciding([...new Set([...here, ...there])]).map((name) => (beside === '.' ? name : `${beside}/${name}`)));
  }
  for (const name of names) {
    const [mine, yours] = await Promise.all([worktree, root].map((place) => readBounded(join(place, name), LARGEST_LOCK)));
    if (mine === undefined || yours === undefined || !('bytes' in mine) || !('bytes' in yours) || !mine.bytes.equals(yours.bytes)) return { differs: name };
  }
  return names[0] === undefined ? {} : { same: names[0] };
}
