/**
 * Temporary object directories: what the forecast writes (synthetic trees, merges) goes there, and the repository's own
 * objects are read through alternates. Deleting the folder is all the cleaning there is.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { Sha } from '../../core/ports.js';
import { startTime } from '../process.js';

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

const PREFIX = 'switchyard-forecast-';
/** `<pid>-<process table>-<start time>-<random>`; earlier versions wrote the pid alone. */
const NAME = new RegExp(`^${PREFIX}(\\d+)-(?:([0-9a-f]{8})-([0-9a-f]{8})-)?`, 'u');
const HOUR = 3_600_000;

const short = (text: string): string => createHash('sha1').update(text).digest('hex').slice(0, 8);

/** Containers may share the temporary folder and not the numbers of processes: Linux names the table they count in. */
async function processTable(): Promise<string> {
  return short(await readlink('/proc/self/ns/pid').catch(() => ''));
}

/** Makes the temporary folder that holds everything of one forecast, and removes those of processes that were killed. */
export async function makeRoot(): Promise<string> {
  const table = await processTable();
  await sweep(table).catch(() => undefined);
  const started = short((await startTime(process.pid)) ?? '');
  // Who made it is part of the name: a killed process has left no other word.
  return mkdtemp(join(tmpdir(), `${PREFIX}${String(process.pid)}-${table}-${started}-`));
}

async function sweep(table: string): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, pid, itsTable, started] = NAME.exec(name) ?? [];
    if (pid === undefined) continue;
    const folder = join(tmpdir(), name);
    const left = itsTable === table ? short((await startTime(Number(pid))) ?? '') !== started : await isOld(folder);
    if (left) await discard(folder);
  }
}

/** Nobody here can ask whether its process lives; a forecast that is in use is younger. */
async function isOld(folder: string): Promise<boolean> {
  return Date.now() - (await stat(folder)).mtimeMs > HOUR;
}

/** Whether it is still there: systems tidy their temporary folders. */
export async function isThere(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => undefined)) !== undefined;
}

/** Removes a temporary object folder with everything that was written into it; `undefined` is none. */
export async function discard(folder: string | undefined): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
