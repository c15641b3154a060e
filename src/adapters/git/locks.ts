/** The lock files of a tree, from its listing: their contents are never read. */
import { createHash } from 'node:crypto';
import { isLockFile } from '../../core/lockNames.js';
import type { LockFiles, Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { isSha, pathText, splitNul } from './names.js';

const REMEMBERED = 64;

/** See `Git.lockFiles`. One process for a tree that was not asked about before. */
export function lockReader(repository: Repository): (tree: Sha) => Promise<LockFiles | undefined> {
  const known = new Map<Sha, Promise<LockFiles | undefined>>();
  return (tree) => {
    let found = known.get(tree);
    if (found === undefined) {
      found = readLocks(repository, tree);
      known.set(tree, found);
      found.catch(() => known.delete(tree));
      const [oldest] = known.keys();
      if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    }
    return found;
  };
}

async function readLocks(repository: Repository, tree: Sha): Promise<LockFiles | undefined> {
  if (!isSha(tree)) throw new TypeError(`Not a tree id: ${tree}`);
  const { stdout } = await repository.run(['ls-tree', '-r', '-z', '--full-tree', tree], { cwd: repository.root });
  const locks: { readonly path: string; readonly id: string }[] = [];
  for (const entry of splitNul(stdout)) {
    const text = pathText(entry);
    // `<mode> blob <id>\t<path>`
    const tab = text.indexOf('\t');
    const path = text.slice(tab + 1);
    if (isLockFile(path)) locks.push({ path, id: text.slice(0, tab).split(' ')[2] ?? '' });
  }
  if (locks.length === 0) return undefined;
  const hash = createHash('sha256');
  for (const { path, id } of locks) hash.update(`${path}\0${id}\n`);
  return { hash: hash.digest('hex'), files: locks.map(({ path }) => path) };
}
