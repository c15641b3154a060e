/**
 * Which paths differ between two trees: what `git diff-tree -r --raw --no-renames` says, read through the long-lived
 * object reader. Only folders that differ are read, so a task's few files cost a dozen questions and no process.
 */
import type { Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { GITLINK, NOTHING, parseRaw, type RawChange, type Side } from './status.js';

const FOLDER = '040000';

/** Commits or trees by id. Sorted by path. Rejects with `GitFailure` where git cannot read them: never an empty answer. */
export async function treeDiff(repository: Repository, from: Sha, to: Sha): Promise<readonly RawChange[]> {
  const found = from === to ? [] : await compare(repository, `${from}^{tree}`, `${to}^{tree}`, '');
  if (found !== undefined) return found.sort((a, b) => a.bytes.compare(b.bytes));
  const { stdout } = await repository.run(['diff-tree', '-r', '-z', '--raw', '--no-renames', '--full-index', from, to], { cwd: repository.root });
  return parseRaw(stdout).changes;
}

/** `undefined` where a tree is missing or is not as git writes them: then git itself is asked. */
async function compare(repository: Repository, from: string | undefined, to: string | undefined, folder: string): Promise<RawChange[] | undefined> {
  const [before, after] = await Promise.all([read(repository, from), read(repository, to)]);
  if (before === undefined || after === undefined) return undefined;
  const parts: Promise<RawChange[] | undefined>[] = [];
  const changes: RawChange[] = [];
  const add = (name: string, old: Side | undefined, now: Side | undefined): void => {
    const none: Side = { mode: NOTHING, id: '0'.repeat((old ?? now)?.id.length ?? 40) };
    const letter = old === undefined ? 'A' : now === undefined ? 'D' : old.mode.slice(0, 3) === now.mode.slice(0, 3) ? 'M' : 'T';
    const side = (one: Side | undefined): Side => (one === undefined ? none : { mode: one.mode, id: one.id });
    changes.push({ before: side(old), after: side(now), letter, bytes: Buffer.from(folder + name, 'latin1') });
  };
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const old = before.get(name);
    const now = after.get(name);
    if (old?.id === now?.id && old?.mode === now?.mode) continue;
    const folders = [old, now].map((one) => (one?.mode === FOLDER ? one.id : undefined));
    if (folders.some((id) => id !== undefined)) parts.push(compare(repository, folders[0], folders[1], `${folder}${name}/`));
    const files = [old, now].map((one) => (one?.mode === FOLDER ? undefined : one));
    if (files.some((one) => one !== undefined)) add(name, files[0], files[1]);
  }
  for (const part of await Promise.all(parts)) {
    if (part === undefined) return undefined;
    changes.push(...part);
  }
  return changes;
}

/** The entries by name, one character per byte. Format of a tree object: `<mode> <name>\0<raw id>`, again and again. */
async function read(repository: Repository, tree: string | undefined): Promise<ReadonlyMap<string, Side> | undefined> {
  const entries = new Map<string, Side>();
  if (tree === undefined) return entries;
  const object = await repository.objects.read(tree);
  if (object?.type !== 'tree') return undefined;
  const { body, id } = object;
  const idBytes = id.length / 2;
  let last = '';
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(32, at);
    const end = body.indexOf(0, space);
    if (space === -1 || end === -1 || end + idBytes >= body.length) return undefined;
    const mode = canonical(body.toString('latin1', at, space));
    const name = body.toString('latin1', space + 1, end);
    // A tree that somebody made by hand may name a path twice; which of them counts is git's to say.
    const sorted = mode === FOLDER ? `${name}/` : name;
    if (sorted <= last || entries.has(name) || mode === undefined) return undefined;
    last = sorted;
    at = end + 1 + idBytes;
    entries.set(name, { mode, id: body.toString('hex', end + 1, at) });
  }
  return entries;
}

/** As git shows modes, also those that old versions wrote (`100664`). */
function canonical(mode: string): string | undefined {
  if (mode === '40000') return FOLDER;
  if (mode === '120000' || mode === GITLINK) return mode;
  if (/^100[0-7]{3}$/u.test(mode)) return (Number.parseInt(mode, 8) & 0o100) === 0 ? '100644' : '100755';
  return undefined;
}
