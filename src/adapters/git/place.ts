/**
 * Finds a worktree's own git directory without asking git, and without believing the worktree: its `.git` file could
 * have been pointed at another repository, so the repository's own record must point back at the folder.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Sha } from '../../core/ports.js';
import { readSmallText } from '../disk.js';
import type { Repository } from './context.js';
import { WorktreeProblem } from './errors.js';

export interface Place {
  /** Real path of the worktree's root. */
  readonly path: string;
  /** The worktree's own git directory: `<common>/worktrees/<id>`, or the common one for the main checkout. */
  readonly gitDir: string;
  /** How the ref of its HEAD is called from anywhere in the repository. */
  readonly headRef: string;
  readonly linked: boolean;
}

/** @throws WorktreeProblem `not-a-worktree` */
export async function locate(repository: Repository, path: string): Promise<Place> {
  const place = await tryLocate(repository.commonDir, path);
  if (place === undefined) {
    throw new WorktreeProblem(
      'not-a-worktree',
      `${path} is not a worktree of ${repository.root}: the folder or its .git file is gone or points elsewhere. Commits on its branch are safe in the repository.`,
    );
  }
  return place;
}

/** The same, `undefined` instead of an error. */
export async function tryLocate(commonDir: string, path: string): Promise<Place | undefined> {
  try {
    const root = await realpath(path);
    const dotGit = join(root, '.git');
    const isFolder = (await stat(dotGit)).isDirectory();
    const gitDir = await realpath(isFolder ? dotGit : await readPointer(dotGit, root));
    if (gitDir === commonDir) return { path: root, gitDir, headRef: 'HEAD', linked: false };
    const id = relative(join(commonDir, 'worktrees'), gitDir);
    if (isFolder || id === '' || id.startsWith('..') || id.includes(sep)) return undefined;
    const back = resolve(gitDir, (await readFile(join(gitDir, 'gitdir'), 'utf8')).trimEnd());
    if ((await realpath(dirname(back))) !== root) return undefined;
    return { path: root, gitDir, headRef: `worktrees/${id}/HEAD`, linked: true };
  } catch {
    return undefined;
  }
}

async function readPointer(dotGit: string, root: string): Promise<string> {
  // In the agent's hands, who may have made it a link to a device.
  const text = await readSmallText(dotGit);
  if (!text.startsWith('gitdir: ')) throw new Error('not a gitdir file');
  return resolve(root, text.slice('gitdir: '.length).trimEnd());
}

/** Options for reading in a worktree: its directories are given, so neither `.git` nor `core.worktree` decides. */
export function inside(place: Place): { readonly cwd: string; readonly env: Record<string, string> } {
  return { cwd: place.path, env: { GIT_DIR: place.gitDir, GIT_WORK_TREE: place.path } };
}

/** The commit a worktree is on. No process of its own. */
export async function headOf(repository: Repository, place: Place): Promise<{ readonly commit: Sha; readonly tree: Sha }> {
  const [commit, tree] = await Promise.all([
    repository.objects.id(`${place.headRef}^{commit}`),
    repository.objects.id(`${place.headRef}^{tree}`),
  ]);
  if (commit === undefined || tree === undefined) {
    throw new WorktreeProblem('not-a-worktree', `${place.path} has no commit checked out. Check out its branch there and try again.`);
  }
  return { commit, tree };
}

/** The branch a worktree is on, read from its HEAD file; `undefined` when detached (or kept elsewhere, as reftables do). */
export async function branchAt(place: Place): Promise<string | undefined> {
  const text = await readFile(join(place.gitDir, 'HEAD'), 'utf8').catch(() => '');
  return /^ref: refs\/heads\/(?!\.invalid$)(.+)$/u.exec(text.trim())?.[1];
}
