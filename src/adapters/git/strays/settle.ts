/**
 * What a person decided about kept stray changes. Only a file that still is, byte for byte, as the agent left it is ever
 * touched; everything else is somebody's later work and stays. The kept backup is the copy of what is taken away.
 */
import { mkdir, rename, rm, rmdir, symlink, unlink, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { Sha } from '../../../core/ports.js';
import type { Repository } from '../context.js';
import { lastWords } from '../errors.js';
import { absolute } from '../flags.js';
import { lstatInside } from '../links.js';
import { pathText, splitNul } from '../names.js';
import { inside, locate } from '../place.js';
import { key, LINK, NOTHING, type Side } from '../status.js';
import { UNKNOWN } from './keep.js';
import { ABSENT, contentAt, same } from './side.js';

/** What could not be taken back, with the reason for people. */
export interface Left {
  readonly path: string;
  readonly why: string;
}

interface KeptFile {
  readonly bytes: Buffer;
  /** `undefined`: nobody has what was there before. */
  readonly before: Side | undefined;
  readonly after: Side;
}

/**
 * Takes stray changes back where the file still is as the agent left it. Idempotent.
 * @param ref the kept backup @returns what was left as it is
 */
export async function undoStrays(repository: Repository, root: string, ref: string): Promise<readonly Left[]> {
  const commit = await commitOf(repository, ref);
  const place = await locate(repository, root);
  const head = (await repository.objects.id(`${commit}~2`)) ?? '';
  const left: Left[] = [];
  for (const file of await keptFiles(repository, commit)) {
    const path = pathText(file.bytes);
    const now = await contentAt(place.path, file.bytes, commit.length);
    if (file.before !== undefined && same(now.side, file.before)) continue;
    if (!same(now.side, file.after)) left.push({ path, why: 'it has been changed since' });
    else if (file.before === undefined) left.push({ path, why: 'what was there before is not known' });
    else if (!(await put(repository, place.path, file, head))) left.push({ path, why: 'a folder on its way is a link or a file now' });
  }
  return left;
}

/**
 * Applies stray changes to a task's worktree, then takes them back where they were.
 * @returns what stayed in the checkout, or why nothing was moved at all
 */
export async function moveStrays(repository: Repository, root: string, ref: string, worktree: string): Promise<{ readonly left: readonly Left[] } | { readonly refused: string }> {
  const commit = await commitOf(repository, ref);
  const place = await locate(repository, worktree);
  const files = await keptFiles(repository, commit);
  const there = await Promise.all(files.map(async (file) => same((await contentAt(place.path, file.bytes, commit.length)).side, file.after)));
  // A crash after the first half: it is in the worktree already.
  if (!there.every(Boolean)) {
    const { stdout: patch } = await repository.run(['diff-tree', '-p', '--binary', '--full-index', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', `${commit}^1`, commit], { cwd: repository.root });
    // All or nothing: git writes no file unless every part fits.
    const applied = await repository.run(['apply', '--whitespace=nowarn', '-'], { ...inside(place), input: patch, ok: 'any' });
    if (applied.code !== 0) return { refused: lastWords(applied.stderr) };
  }
  return { left: await undoStrays(repository, root, ref) };
}

async function commitOf(repository: Repository, ref: string): Promise<Sha> {
  const commit = await repository.objects.id(`${ref}^{commit}`);
  if (commit === undefined) throw new Error(`The backup ${ref} is gone, so nothing was changed.`);
  return commit;
}

async function keptFiles(repository: Repository, commit: Sha): Promise<readonly KeptFile[]> {
  const [before, after, object] = await Promise.all([sidesOf(repository, `${commit}^1`), sidesOf(repository, commit), repository.objects.read(commit)]);
  const unknown = new Set(
    (object?.body.toString('utf8') ?? '')
      .split('\n')
      .filter((line) => line.startsWith(UNKNOWN))
      .map((line) => JSON.parse(line.slice(UNKNOWN.length)) as string),
  );
  return [...new Set([...before.keys(), ...after.keys()])].map((at) => {
    const bytes = Buffer.from(at, 'latin1');
    return { bytes, before: unknown.has(pathText(bytes)) ? undefined : (before.get(at) ?? ABSENT), after: after.get(at) ?? ABSENT };
  });
}

/** Format: `git ls-tree -r -z`. */
async function sidesOf(repository: Repository, tree: string): Promise<ReadonlyMap<string, Side>> {
  const { stdout } = await repository.run(['ls-tree', '-r', '-z', '--full-tree', tree], { cwd: repository.root });
  return new Map(
    splitNul(stdout).map((record) => {
      const tab = record.indexOf(9);
      const [mode = NOTHING, , id = ''] = record.toString('latin1', 0, tab).split(' ');
      return [key(record.subarray(tab + 1)), { mode, id }];
    }),
  );
}

/** Puts back what was there, whole or not at all. False when its place is no longer inside the checkout. */
async function put(repository: Repository, root: string, { bytes, before = ABSENT }: KeptFile, head: Sha): Promise<boolean> {
  const target = absolute(root, bytes);
  if (before.mode === NOTHING) {
    await unlink(target);
    await removeEmptyFolders(root, bytes);
    return true;
  }
  if (!(await makeFolders(root, bytes))) return false;
  const content = await contentOf(repository, bytes, before, head);
  const scratch = Buffer.concat([target.subarray(0, target.lastIndexOf(47) + 1), Buffer.from(`.switchyard-${randomBytes(6).toString('hex')}`)]);
  try {
    if (before.mode === LINK) await symlink(content, scratch);
    else await writeFile(scratch, content, { flag: 'wx', mode: before.mode === '100755' ? 0o777 : 0o666 });
    await rename(scratch, target);
  } catch (error) {
    await rm(scratch, { force: true });
    throw error;
  }
  return true;
}

/** A committed content comes with the checkout's line ends and filters; what was not committed comes as it was. */
async function contentOf(repository: Repository, bytes: Buffer, side: Side, head: Sha): Promise<Buffer> {
  const path = bytes.toString('utf8');
  const committed = head !== '' && side.mode !== LINK && (await repository.objects.id(`${head}:${path}`)) === side.id;
  if (!committed) return (await repository.objects.read(side.id))?.body ?? Buffer.alloc(0);
  return (await repository.run(['cat-file', '--filters', `${head}:${path}`], { cwd: repository.root })).stdout;
}

async function makeFolders(root: string, bytes: Buffer): Promise<boolean> {
  const folder = dirname(bytes.toString('latin1'));
  if (folder === '.') return true;
  const names = folder.split('/');
  for (let count = 1; count <= names.length; count += 1) {
    const part = Buffer.from(names.slice(0, count).join('/'), 'latin1');
    const info = await lstatInside(root, part);
    if (info === undefined) await mkdir(absolute(root, part));
    else if (!info.isDirectory()) return false;
  }
  return true;
}

/** Folders that only the stray file was in; git keeps none that are empty. */
async function removeEmptyFolders(root: string, bytes: Buffer): Promise<void> {
  const names = bytes.toString('latin1').split('/').slice(0, -1);
  for (; names.length > 0; names.pop()) {
    const gone = await rmdir(absolute(root, Buffer.from(names.join('/'), 'latin1'))).then(() => true, () => false);
    if (!gone) return;
  }
}

