/**
 * What a worktree would contribute if it were committed and merged now: its HEAD when nothing is uncommitted, else a
 * synthetic commit of the files as they are. Made through a copy of the index and a temporary object directory; the
 * worktree, its index and the repository's objects stay as they are. As when Switchyard commits, ignored files, nested
 * repositories and files behind `assume-unchanged` or `skip-worktree` are left out.
 */
import { copyFile, mkdir, mkdtemp, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveBranch, Sha } from '../../core/ports.js';
import { honestSettings, readConfig } from './config.js';
import type { Repository } from './context.js';
import { discard, objectEnvironment, writeCommit } from './forecastObjects.js';
import { isSha, joinNul, pathText } from './names.js';
import { honestStatus } from './others.js';
import { headOf, inside, type Place } from './place.js';
import { readRemembered } from './remembered.js';
import { NOTHING, type Status } from './status.js';

export interface WorkSnapshot {
  /** HEAD or a synthetic commit. */
  readonly commit: Sha;
  readonly uncommitted: boolean;
  /** Where the synthetic objects are; absent when there are none. */
  readonly folder?: string;
  /** Repository paths that git ignores; folders end with `/`. */
  readonly ignored: ReadonlySet<string>;
}

/** Nothing here needs to survive a power cut, and a split index would leave a part of the copy in the git directory. */
const SCRATCH: readonly string[] = ['-c', 'core.fsync=none', '-c', 'core.splitIndex=false'];

/** One process, three when something is uncommitted, one more when files were deleted. `root`: a temporary folder. */
export async function takeSnapshot(repository: Repository, place: Place, branch: LiveBranch, root: string): Promise<WorkSnapshot> {
  const [head, remembered, entries, pending] = await Promise.all([headOf(repository, place), readRemembered(place), readConfig(repository, place), pendingMerges(place)]);
  const honest = honestSettings(entries, remembered?.settings, repository.env);
  const status = await honestStatus(repository, place, remembered, honest);
  const ignored = new Set(status.ignored.map(pathText));
  const work = workIn(status);
  const merging = [...pending, ...(branch.merging === undefined ? [] : [branch.merging])].filter((id) => id !== head.commit);
  if (work.gone.length + work.there.length + merging.length === 0) return { commit: head.commit, uncommitted: false, ignored };

  const folder = await mkdtemp(join(root, 'work-'));
  try {
    const objects = join(folder, 'objects');
    await mkdir(objects);
    const index = await copyIndex(place, folder);
    const { cwd, env } = inside(place);
    const options = { cwd, before: SCRATCH, env: { ...env, ...honest.variables, ...objectEnvironment(objects, [join(repository.commonDir, 'objects')]), GIT_INDEX_FILE: index } };
    if (work.gone.length > 0) await repository.run(['update-index', '-z', '--force-remove', '--stdin'], { ...options, input: joinNul(work.gone) });
    // `--remove`: the agent may have deleted it since.
    if (work.there.length > 0) await repository.run(['update-index', '-z', '--add', '--remove', '--replace', '--stdin'], { ...options, input: joinNul(work.there) });
    const { stdout } = await repository.run(['write-tree'], options);
    const commit = await writeCommit(objects, stdout.toString('latin1').trim(), [...new Set([head.commit, ...merging])]);
    return { commit, uncommitted: true, folder, ignored };
  } catch (error) {
    await discard(folder);
    throw error;
  }
}

function workIn(status: Status): { readonly gone: readonly Buffer[]; readonly there: readonly Buffer[] } {
  const gone = status.tracked.filter(({ worktree }) => worktree === NOTHING).map(({ bytes }) => bytes);
  const there = [
    ...status.tracked.filter(({ worktree }) => worktree !== NOTHING).map(({ bytes }) => bytes),
    // A nested repository ends with "/".
    ...status.untracked.filter((bytes) => bytes.at(-1) !== 47),
  ];
  return { gone, there };
}

/** Commits of a merge that is not committed yet. */
async function pendingMerges(place: Place): Promise<readonly Sha[]> {
  const text = await readFile(join(place.gitDir, 'MERGE_HEAD'), 'utf8').catch(() => '');
  return text.split('\n').filter(isSha);
}

/**
 * The copy is as old as the index: by that age git knows which files changed so soon after it was written that their
 * times prove nothing, and must be compared by content.
 */
async function copyIndex(place: Place, folder: string): Promise<string> {
  const from = join(place.gitDir, 'index');
  const to = join(folder, 'index');
  try {
    const { atime, mtime } = await stat(from);
    await copyFile(from, to);
    await utimes(to, atime, Math.floor(mtime.getTime() / 1000));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return to;
}
