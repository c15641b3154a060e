/**
 * Everything between a base commit and a worktree's present content, gathered so that nothing can hide: the commits
 * (tree against tree), the index and the files (`git status` with its settings enforced), untracked files, files
 * hidden by index flags, nested repositories and where links lead. A path counts when it differs at any of these
 * stages, also when a later one undoes it.
 *
 * What the worktree's own configuration says is not believed (`config.ts`), `.git` of the worktree neither
 * (`place.ts`), replaced objects are off (`env.ts`). What git ignores can never land, and is listed apart.
 *
 * One process (status) while the configuration is unchanged; one more when it is not, one when the index holds flags, three when files were both deleted and added (to tell renames).
 */
import { readlink } from 'node:fs/promises';
import type { ChangedPath, ChangeKind, ChangeSet, Sha } from '../../core/ports.js';
import { configTrue, honestSettings, readConfig } from './config.js';
import type { Repository } from './context.js';
import { WorktreeProblem } from './errors.js';
import { absolute, blobId, hiddenChanges, modeFound, readFlagged } from './flags.js';
import { linkEscapes } from './links.js';
import { isSha, pathText } from './names.js';
import { honestStatus, listIgnored } from './others.js';
import { headOf, inside, locate, type Place } from './place.js';
import { changedCopies, readRemembered } from './remembered.js';
import { findRenames } from './renames.js';
import { GITLINK, key, LINK, type Mode, NOTHING, type Side, texts } from './status.js';
import { treeDiff } from './treeDiff.js';

/** One path through the stages; `undefined` where the stage does not mention it. */
interface Trail {
  readonly bytes: Buffer;
  base?: Side;
  /** The last stage that says something about the file. */
  now: Mode;
  /** The content's id now, where it is known without reading the file. */
  nowId?: string;
  /** Blobs of links that a stage holds, although the file now may be none. */
  linkBlobs: string[];
  gitlink: boolean;
  hidden: boolean;
}

/**
 * @throws WorktreeProblem `unknown-base`, `not-a-worktree`
 * @throws GitFailure when git cannot read the worktree: there is never an empty pass
 */
export async function changes(repository: Repository, worktree: string, base: Sha): Promise<ChangeSet> {
  const place = await locate(repository, worktree);
  const baseCommit = isSha(base) ? await repository.objects.id(`${base}^{commit}`) : undefined;
  if (baseCommit === undefined) {
    throw new WorktreeProblem('unknown-base', `There is no commit ${base} in ${repository.root}, so nothing can be compared with it. Nothing was changed; name a commit that exists.`);
  }
  const [head, remembered, entries] = await Promise.all([headOf(repository, place), readRemembered(place), readConfig(repository, place)]);
  const honest = honestSettings(entries, remembered?.settings, repository.env);
  const settings = honest.variables;
  const [status, committed, flagged] = await Promise.all([
    honestStatus(repository, place, remembered, honest),
    treeDiff(repository, baseCommit, head.commit),
    readFlagged(repository, place, head.commit.length, { ...inside(place).env, ...settings }),
  ]);
  const sparse = remembered === undefined ? configTrue(entries, 'core.sparsecheckout') : remembered.settings['core.sparsecheckout'] === 'true';
  const hidden = await hiddenChanges(repository, place, flagged, sparse, settings);

  const trails = new Map<string, Trail>();
  const trail = (bytes: Buffer): Trail => {
    const name = key(bytes);
    let found = trails.get(name);
    if (found === undefined) trails.set(name, (found = { bytes, now: NOTHING, linkBlobs: [], gitlink: false, hidden: false }));
    return found;
  };
  const stage = (on: Trail, side: Side): void => {
    if (side.mode === GITLINK) on.gitlink = true;
    if (side.mode === LINK && isSha(side.id)) on.linkBlobs.push(side.id);
  };
  for (const change of committed) {
    const on = trail(change.bytes);
    on.base = change.before;
    on.now = change.after.mode;
    on.nowId = change.after.id;
    stage(on, change.after);
    if (change.before.mode === GITLINK) on.gitlink = true;
  }
  for (const entry of status.tracked) {
    const on = trail(entry.bytes);
    on.base ??= entry.head;
    on.now = entry.worktree;
    if (entry.unstaged) delete on.nowId;
    else on.nowId = entry.index.id;
    if (entry.index.id !== entry.head.id || entry.index.mode !== entry.head.mode) stage(on, entry.index);
    if ([entry.head.mode, entry.index.mode, entry.worktree].includes(GITLINK)) on.gitlink = true;
  }
  const untracked = await Promise.all(status.untracked.map(async (bytes) => ({ bytes, nested: bytes.at(-1) === 47, mode: await modeFound(place.path, bytes) })));
  for (const { bytes, nested, mode } of untracked) {
    const on = trail(nested ? bytes.subarray(0, -1) : bytes);
    on.now = nested ? GITLINK : mode;
    delete on.nowId;
    if (nested) on.gitlink = true;
  }
  for (const { entry, now } of hidden) {
    const on = trail(entry.bytes);
    on.base ??= entry;
    on.now = now;
    delete on.nowId;
    on.hidden = true;
    if (entry.mode === GITLINK) on.gitlink = true;
  }

  const all = [...trails.values()];
  const renames = await renamesAmong(repository, place, baseCommit, settings, all);
  const changed = await Promise.all(all.map((one) => describe(repository, place, one, renames)));
  const copies = await changedCopies(place, remembered);
  // A copied file that nobody touched is not the agent's doing.
  const untouched = new Set(Object.keys(remembered?.copied ?? {}).filter((path) => !copies.includes(path)));
  const ignored = await listIgnored(place.path, texts(status.ignored));
  return {
    changed: changed.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
    ignored: ignored.filter((path) => !untouched.has(path)),
    ignoredChanged: copies,
  };
}

async function renamesAmong(repository: Repository, place: Place, base: Sha, settings: Readonly<Record<string, string>>, trails: readonly Trail[]): Promise<ReadonlyMap<string, ChangeKind>> {
  const kinds = new Map<string, ChangeKind>();
  const plain = trails.filter((one) => !one.gitlink);
  const deleted = plain.filter((one) => isThere(one.base) && one.now === NOTHING).map(({ bytes }) => bytes);
  const added = plain.filter((one) => !isThere(one.base) && one.now !== NOTHING).map(({ bytes }) => bytes);
  if (deleted.length === 0 || added.length === 0) return kinds;
  for (const { from, to } of await findRenames(repository, place, base, settings, deleted, added)) {
    kinds.set(from, 'renamed-from');
    kinds.set(to, 'renamed-to');
  }
  return kinds;
}

async function describe(repository: Repository, place: Place, one: Trail, renames: ReadonlyMap<string, ChangeKind>): Promise<ChangedPath> {
  const path = pathText(one.bytes);
  const link = await linkOf(repository, place, one, path);
  return {
    path,
    change: renames.get(key(one.bytes)) ?? (await kindOf(place, one)),
    ...(link === undefined ? {} : { link }),
    ...(one.gitlink ? { submodule: true as const } : {}),
    ...(one.hidden ? { hiddenByFlag: true as const } : {}),
  };
}

async function kindOf(place: Place, one: Trail): Promise<ChangeKind> {
  if (!isThere(one.base)) return 'added';
  if (one.now === NOTHING) return 'deleted';
  const before = one.base.mode;
  if (before.slice(0, 3) !== one.now.slice(0, 3)) return 'type';
  if (before === one.now) return 'modified';
  const id = one.nowId ?? (await blobId(absolute(place.path, one.bytes), one.base.id.length, false));
  return id === one.base.id ? 'mode' : 'modified';
}

/** The link at the path now, or else one that a commit or the index still holds there. */
async function linkOf(repository: Repository, place: Place, one: Trail, path: string): Promise<ChangedPath['link']> {
  const targets: string[] = [];
  if (one.now === LINK) {
    const target = await readlink(absolute(place.path, one.bytes), { encoding: 'buffer' }).catch(() => undefined);
    if (target !== undefined) targets.push(pathText(target));
  }
  for (const id of one.linkBlobs) {
    const blob = await repository.objects.read(id);
    if (blob !== undefined) targets.push(pathText(blob.body));
  }
  const [first] = targets;
  if (first === undefined) return undefined;
  for (const target of targets) if (await linkEscapes(place.path, path, target)) return { target, escapes: true };
  return { target: first, escapes: false };
}

function isThere(side: Side | undefined): side is Side {
  return side !== undefined && side.mode !== NOTHING;
}
