/** The lock files of a tree, from its listing: their contents are never read. */
import { createHash } from 'node:crypto';
import { isLockFile } from '../../core/lockNames.js';
import type { LockFiles, Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { isSha, pathText, splitNul } from './names.js';
import { NOTHING } from './status.js';
import { treeDiff } from './treeDiff.js';

const REMEMBERED = 64;

/** Path to blob id, in the order of the paths' bytes. */
type Locks = ReadonlyMap<string, string>;

/**
 * See `Git.lockFiles`. One process for the first tree; the others are told by what they changed against the last one,
 * which costs none.
 */
export function lockReader(repository: Repository): (tree: Sha) => Promise<LockFiles | undefined> {
  const known = new Map<Sha, Promise<Locks>>();
  const read = async (tree: Sha): Promise<Locks> => {
    const last = [...known].at(-1);
    const before = await last?.[1].catch(() => undefined);
    return last === undefined || before === undefined ? readLocks(repository, tree) : changedLocks(repository, before, last[0], tree);
  };
  return async (tree) => {
    if (!isSha(tree)) throw new TypeError(`Not a tree id: ${tree}`);
    let found = known.get(tree);
    if (found === undefined) {
      found = read(tree);
      known.set(tree, found);
      found.catch(() => known.delete(tree));
      const [oldest] = known.keys();
      if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    }
    return summary(await found);
  };
}

async function readLocks(repository: Repository, tree: Sha): Promise<Locks> {
  const { stdout } = await repository.run(['ls-tree', '-r', '-z', '--full-tree', tree], { cwd: repository.root });
  const locks = new Map<string, string>();
  for (const entry of splitNul(stdout)) {
    const text = pathText(entry);
    // `<mode> blob <id>\t<path>`
    const tab = text.indexOf('\t');
    const path = text.slice(tab + 1);
    if (isLockFile(path)) locks.set(path, text.slice(0, tab).split(' ')[2] ?? '');
  }
  return locks;
}

async function changedLocks(repository: Repository, before: Locks, from: Sha, to: Sha): Promise<Locks> {
  const changed = (await treeDiff(repository, from, to)).map(({ bytes, after }) => ({ path: pathText(bytes), after })).filter(({ path }) => isLockFile(path));
  if (changed.length === 0) return before;
  const locks = new Map(before);
  for (const { path, after } of changed) {
    if (after.mode === NOTHING) locks.delete(path);
    else locks.set(path, after.id);
  }
  return locks;
}

function summary(locks: Locks): LockFiles | undefined {
  if (locks.size === 0) return undefined;
  const sorted = [...locks].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const hash = createHash('sha256');
  for (const [path, id] of sorted) hash.update(`${path}\0${id}\n`);
  return { hash: hash.digest('hex'), files: sorted.map(([path]) => path) };
}
