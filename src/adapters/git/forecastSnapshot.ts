/**
 * What a worktree would contribute if it were committed and merged now: its HEAD when nothing is uncommitted, else a
 * synthetic commit of the files as they are. Made through a copy of the index and a temporary object directory; the
 * worktree, its index and the repository's objects stay as they are. As when Switchyard commits, ignored files, nested
 * repositories and files behind `assume-unchanged` or `skip-worktree` are left out.
 */
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveBranch, Sha } from '../../core/ports.js';
import { honestSettings, readConfig } from './config.js';
import type { Repository } from './context.js';
import { copyIndex } from './copyIndex.js';
import { modeNow } from './flags.js';
import { discard, objectEnvironment, writeCommit } from './forecastObjects.js';
import { isSha, joinNul, pathText } from './names.js';
import { honestStatus } from './others.js';
import { headOf, inside, type Place } from './place.js';
import { readRemembered } from './remembered.js';
import { GITLINK, NOTHING, type Status } from './status.js';

export interface WorkSnapshot {
  /** HEAD or a synthetic commit. */
  readonly commit: Sha;
  readonly uncommitted: boolean;
  /** The object directory of the synthetic commit; absent when there is none. */
  readonly objects?: string;
  /** Repository paths that git ignores; folders end with `/`. */
  readonly ignored: ReadonlySet<string>;
}

/** A temporary folder of one worktree, kept from one snapshot to the next. */
export interface WorkFolder {
  readonly path: string;
  /** Which state of the worktree's index was copied last. */
  copied?: string;
}

/** One process, three when something is uncommitted, one more when files were deleted. */
export async function takeSnapshot(repository: Repository, place: Place, branch: LiveBranch, folder: WorkFolder): Promise<WorkSnapshot> {
  const [head, remembered, entries, pending] = await Promise.all([headOf(repository, place), readRemembered(place), readConfig(repository, place), pendingMerges(place)]);
  const honest = honestSettings(entries, remembered?.settings, repository.env);
  const index = await ownIndex(place, folder);
  const variables = { ...scratch(honest.variables), GIT_INDEX_FILE: index };
  const status = await honestStatus(repository, place, remembered, { ...honest, variables: { ...variables, GIT_OPTIONAL_LOCKS: '1' } });
  const ignored = new Set(status.ignored.map(pathText));
  const work = await workIn(place, status);
  const merging = [...pending, ...(branch.merging === undefined ? [] : [branch.merging])].filter((id) => id !== head.commit);
  if (work.gone.length + work.there.length + merging.length === 0) return { commit: head.commit, uncommitted: false, ignored };

  const objects = await mkdtemp(join(folder.path, 'objects-'));
  try {
    const { cwd, env } = inside(place);
    const copy = join(objects, 'index');
    await copyIndex(index, copy);
    const options = { cwd, env: { ...env, ...variables, ...objectEnvironment(objects, [join(repository.commonDir, 'objects')]), GIT_INDEX_FILE: copy } };
    if (work.gone.length > 0) await repository.run(['update-index', '-z', '--force-remove', '--stdin'], { ...options, input: joinNul(work.gone) });
    // `--remove`: the agent may have deleted it since.
    if (work.there.length > 0) await repository.run(['update-index', '-z', '--add', '--remove', '--replace', '--stdin'], { ...options, input: joinNul(work.there) });
    const { stdout } = await repository.run(['write-tree'], options);
    const commit = await writeCommit(objects, stdout.toString('latin1').trim(), [...new Set([head.commit, ...merging])]);
    return { commit, uncommitted: true, objects, ignored };
  } catch (error) {
    await discard(objects);
    throw error;
  }
}

/** Nothing here needs to survive a power cut, and a split index would leave a part of the copy in the git directory. */
function scratch(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const count = Number(variables['GIT_CONFIG_COUNT'] ?? '0');
  return {
    ...variables,
    GIT_CONFIG_COUNT: String(count + 2),
    [`GIT_CONFIG_KEY_${String(count)}`]: 'core.fsync',
    [`GIT_CONFIG_VALUE_${String(count)}`]: 'none',
    [`GIT_CONFIG_KEY_${String(count + 1)}`]: 'core.splitIndex',
    [`GIT_CONFIG_VALUE_${String(count + 1)}`]: 'false',
  };
}

/** A pipe or the like in a file's place is nothing that could land, and must not leave the whole branch out. */
async function workIn(place: Place, status: Status): Promise<{ readonly gone: readonly Buffer[]; readonly there: readonly Buffer[] }> {
  const tracked = await Promise.all(status.tracked.map(async ({ bytes, worktree: now }) => ({ bytes, now: now === NOTHING || now === GITLINK ? now : await modeNow(place.path, bytes) })));
  const gone = tracked.filter(({ now }) => now === NOTHING).map(({ bytes }) => bytes);
  const there = [
    ...tracked.filter(({ now }) => now !== NOTHING).map(({ bytes }) => bytes),
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
 * A copy of the worktree's index that `git status` may bring up to date, so that the next one need not read again the
 * files whose times prove nothing (all of them in a fresh worktree). Copied again when the worktree's own has changed.
 */
async function ownIndex(place: Place, folder: WorkFolder): Promise<string> {
  const from = join(place.gitDir, 'index');
  const to = join(folder.path, 'index');
  const info = await stat(from, { bigint: true }).catch(() => undefined);
  const state = info === undefined ? 'none' : `${String(info.ino)} ${String(info.size)} ${String(info.mtimeNs)} ${String(info.ctimeNs)}`;
  if (folder.copied === state) return to;
  await copyIndex(from, to);
  folder.copied = state;
  return to;
}
