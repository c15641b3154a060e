/**
 * Which deleted and which added files are one file renamed, judged by git itself on a copy of the index and a
 * throw-away object directory: nothing is written into the repository.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { copyIndex } from './copyIndex.js';
import { joinNul } from './names.js';
import { inside, type Place } from './place.js';
import { key, parseRaw } from './status.js';

export interface Rename {
  readonly from: string;
  readonly to: string;
}

/** Above this many candidates on a side git compares exact content only; its cost grows with the square. */
const LIMIT = '1000';

/** Pairs as latin1 keys. Three processes. Anything git cannot tell gives fewer pairs, never a missing path. */
export async function findRenames(
  repository: Repository,
  place: Place,
  base: Sha,
  settings: Readonly<Record<string, string>>,
  deleted: readonly Buffer[],
  added: readonly Buffer[],
): Promise<readonly Rename[]> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'));
  try {
    const index = join(folder, 'index');
    const objects = join(folder, 'objects');
    await Promise.all([copyIndex(join(place.gitDir, 'index'), index), mkdir(objects)]);
    const { cwd, env } = inside(place);
    const options = {
      cwd,
      env: { ...env, ...settings, GIT_INDEX_FILE: index, GIT_OBJECT_DIRECTORY: objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(join(repository.commonDir, 'objects')) },
    };
    await repository.run(['update-index', '-z', '--force-remove', '--stdin'], { ...options, input: joinNul(deleted) });
    // A file that vanishes meanwhile is reported by the next check.
    await repository.run(['update-index', '-z', '--add', '--replace', '--ignore-skip-worktree-entries', '--stdin'], { ...options, input: joinNul(added), ok: 'any' });
    const { stdout } = await repository.run(['diff-index', '--cached', '--raw', '-r', '-z', '-M', `-l${LIMIT}`, base], options);
    const gone = new Set(deleted.map(key));
    const come = new Set(added.map(key));
    return parseRaw(stdout).changes.flatMap((change) => {
      const pair = { from: change.from === undefined ? '' : key(change.from), to: key(change.bytes) };
      return change.letter === 'R' && gone.has(pair.from) && come.has(pair.to) ? [pair] : [];
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** git splits the list at the path separator unless the entry is quoted like a C string. */
function quoted(path: string): string {
  return path.includes(delimiter) || path.startsWith('"') ? `"${path.replace(/[\\"]/gu, '\\$&')}"` : path;
}
