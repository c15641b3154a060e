/**
 * Temporary object directories: what the forecast writes (synthetic trees, merges) goes there, and the repository's own
 * objects are read through alternates. Deleting the folder is all the cleaning there is.
 */
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { Sha } from '../../core/ports.js';

const compress = promisify(deflate);

/** The variables that make git write to `folder` and read `others` too. */
export function objectEnvironment(folder: string, others: readonly string[]): Record<string, string> {
  return { GIT_OBJECT_DIRECTORY: folder, GIT_ALTERNATE_OBJECT_DIRECTORIES: others.map(quoted).join(delimiter) };
}

/** A path with the list's separator or a leading quote in it must be quoted (git(1), GIT_ALTERNATE_OBJECT_DIRECTORIES). */
function quoted(path: string): string {
  if (!path.includes(delimiter) && !path.startsWith('"') && !path.includes('\n')) return path;
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** The same tree and parents always give the same commit, so that its id tells whether anything changed. */
const NOBODY = 'Switchyard <forecast@switchyard.invalid> 0 +0000';

/** Writes a commit as a loose object into an object directory: a process less than `git commit-tree`. */
export async function writeCommit(folder: string, tree: Sha, parents: readonly Sha[]): Promise<Sha> {
  const text = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`), `author ${NOBODY}`, `committer ${NOBODY}`, '', 'Forecast\n'].join('\n');
  const body = Buffer.from(text);
  const object = Buffer.concat([Buffer.from(`commit ${String(body.length)}\0`), body]);
  const id = createHash(tree.length === 64 ? 'sha256' : 'sha1').update(object).digest('hex');
  await mkdir(join(folder, id.slice(0, 2)), { recursive: true });
  await writeFile(join(folder, id.slice(0, 2), id.slice(2)), await compress(object));
  return id;
}

export async function discard(folder: string | undefined): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
