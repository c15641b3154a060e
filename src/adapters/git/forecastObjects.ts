/**
 * Temporary object directories: what the forecast writes (synthetic trees, merges) goes there, and the repository's own
 * objects are read through alternates. Deleting the folder is all the cleaning there is.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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

/** The process that made it is part of the name, so that the next one can tell what was left behind. */
const PREFIX = 'switchyard-forecast-';
const HOUR = 3_600_000;

/** Makes the temporary folder that holds everything of one forecast, and removes those of processes that were killed. */
export async function makeRoot(): Promise<string> {
  await sweep().catch(() => undefined);
  return mkdtemp(join(tmpdir(), `${PREFIX}${String(process.pid)}-`));
}

async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`, 'u').exec(name)?.[1]);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    // Another container may share the folder but not the process table; a forecast that is in use is younger.
    const { mtimeMs } = await stat(join(tmpdir(), name));
    if (Date.now() - mtimeMs > HOUR) await discard(join(tmpdir(), name));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Whether it is still there: systems tidy their temporary folders. */
export async function isThere(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => undefined)) !== undefined;
}

export async function discard(folder: string | undefined): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
