/**
 * Files that `assume-unchanged` or `skip-worktree` hides from `git status`: their content is compared for real. Most worktrees
 * have none, which the index file itself tells without a process.
 */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, readFile, readlink } from 'node:fs/promises';
import type { Repository } from './context.js';
import { scanIndex } from './indexFile.js';
import { lstatInside } from './links.js';
import { inside, type Place } from './place.js';
import { flaggedEntries, GITLINK, type IndexEntry, LINK, type Mode, NOTHING } from './status.js';

export interface HiddenChange {
  readonly entry: IndexEntry;
  /** The mode now; `NOTHING` when it is gone. */
  readonly now: Mode;
}

/**
 * Flagged entries that differ from the index. `sparse`: the worktree is a sparse checkout, where a file that is
 * missing is as it should be. No process unless a content differs from the stored one byte for byte, then one.
 */
export async function hiddenChanges(
  repository: Repository,
  place: Place,
  flagged: readonly IndexEntry[],
  sparse: boolean,
  settings: Readonly<Record<string, string>>,
): Promise<readonly HiddenChange[]> {
  const changed: HiddenChange[] = [];
  const unsure: HiddenChange[] = [];
  for (const entry of flagged) {
    const now = await modeNow(place.path, entry.bytes);
    if (now === NOTHING) {
      if (!sparse) changed.push({ entry, now });
    } else if (now !== entry.mode) {
      changed.push({ entry, now });
    } else if (now !== GITLINK && (await blobId(absolute(place.path, entry.bytes), entry.id.length, now === LINK)) !== entry.id) {
      (now === LINK ? changed : unsure).push({ entry, now });
    }
  }
  return [...changed, ...(await withFilters(repository, place, unsure, settings))];
}

/** The flagged entries of a worktree's index. No process when its file shows that there are none, one otherwise. */
export async function readFlagged(repository: Repository, place: Place, idLength: number, env: Readonly<Record<string, string>>): Promise<readonly IndexEntry[]> {
  const scan = await scanIndex(place, idLength);
  if (scan !== undefined && !scan.flagged) return [];
  const { stdout } = await repository.run(['ls-files', '-v', '-s', '-z'], { cwd: place.path, env });
  return flaggedEntries(stdout);
}

/** Line ends and filters may make a stored content of another one on disk: git's own hash has the last word. */
async function withFilters(
  repository: Repository,
  place: Place,
  unsure: readonly HiddenChange[],
  settings: Readonly<Record<string, string>>,
): Promise<readonly HiddenChange[]> {
  // Names that are not text cannot be passed as arguments; they count as changed.
  const askable = unsure.filter(({ entry }) => Buffer.from(entry.bytes.toString('utf8')).equals(entry.bytes));
  const same = new Set<HiddenChange>();
  for (let from = 0; from < askable.length; from += 500) {
    const part = askable.slice(from, from + 500);
    const { cwd, env } = inside(place);
    const { stdout } = await repository.run(['hash-object', '--', ...part.map(({ entry }) => entry.bytes.toString('utf8'))], { cwd, env: { ...env, ...settings } });
    const ids = stdout.toString('latin1').trim().split('\n');
    for (const [index, change] of part.entries()) if (ids[index] === change.entry.id) same.add(change);
  }
  return unsure.filter((change) => !same.has(change));
}

/** Git's mode of what is at a repository path now. */
export async function modeNow(root: string, bytes: Buffer): Promise<Mode> {
  return modeOf(await lstatInside(root, bytes));
}

/** The same for a path that git has just found by walking the folders, so that no link can be on the way. */
export async function modeFound(root: string, bytes: Buffer): Promise<Mode> {
  return modeOf(await lstat(absolute(root, bytes)).catch(() => undefined));
}

function modeOf(info: Stats | undefined): Mode {
  if (info === undefined) return NOTHING;
  if (info.isSymbolicLink()) return LINK;
  if (info.isDirectory()) return GITLINK;
  // A pipe, a socket or a device is nothing that git knows, and reading one may never end.
  if (!info.isFile()) return NOTHING;
  return (info.mode & 0o100) === 0 ? '100644' : '100755';
}

/** The id of a file's bytes as a blob; `length` of the repository's ids decides between SHA-1 and SHA-256. */
export async function blobId(file: Buffer, length: number, link: boolean): Promise<string | undefined> {
  try {
    if (!link && !(await lstat(file)).isFile()) return undefined;
    const content = link ? await readlink(file, { encoding: 'buffer' }) : await readFile(file);
    return createHash(length === 64 ? 'sha256' : 'sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
  } catch {
    return undefined;
  }
}

/** A path of a tree as an absolute one, in bytes: names need not be UTF-8. */
export function absolute(root: string, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), bytes]);
}
