/**
 * What a checkout's uncommitted files were when agents began, and what differs from that later. One `git status` per
 * look; only files that differ from HEAD are read. What is remembered stays in memory, names and ids also on disk.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Before, Sha, Stray } from '../../../core/ports.js';
import type { Repository } from '../context.js';
import { absolute } from '../flags.js';
import { isSha, pathText, splitNul } from '../names.js';
import { inside, type Place } from '../place.js';
import { GITLINK, key, NOTHING, parseStatus, type Side } from '../status.js';
import { ABSENT, type Content, contentAt, same } from './side.js';

/** Contents of files that are not committed are kept at hand up to these sizes, so that a change of them can be undone. */
const FILE_BYTES = 1024 * 1024;
const ALL_BYTES = 16 * 1024 * 1024;
/** With more uncommitted files than that, their contents are not read ahead. */
const MOST_FILES = 2_000;

export interface Mark extends Content {
  /** The side is the committed one. */
  readonly committed?: true;
}

/** By path, one character per byte. */
export type Marks = ReadonlyMap<string, Mark>;

export interface Difference {
  readonly bytes: Buffer;
  readonly path: string;
  readonly change: Stray['change'];
  readonly kind: Before;
  readonly before: Mark;
  readonly after: Content;
}

export interface Scan {
  readonly head: Sha;
  readonly files: ReadonlyMap<string, { readonly content: Content; readonly head: Side }>;
}

/** Everything of a checkout that differs from HEAD, untracked files included, ignored ones not. One process. */
export async function scan(repository: Repository, place: Place): Promise<Scan> {
  const { cwd, env } = inside(place);
  // The person's untracked cache makes this fast in large checkouts; a file system monitor could be any program.
  const { stdout } = await repository.run(
    ['status', '--porcelain=v2', '-z', '--branch', '--no-renames', '--no-show-stash', '--no-ahead-behind', '--ignore-submodules=all', '--untracked-files=all'],
    { cwd, env, before: ['-c', 'core.fsmonitor=false'], keepCaches: true },
  );
  const head = splitNul(stdout).map((each) => each.toString('latin1')).find((each) => each.startsWith('# branch.oid '))?.slice('# branch.oid '.length) ?? '';
  const { tracked, untracked } = parseStatus(stdout);
  const found = [
    ...tracked.filter(({ worktree }) => worktree !== GITLINK).map(({ bytes, head: side }) => ({ bytes, head: side })),
    // A nested repository is nobody's file.
    ...untracked.filter((bytes) => bytes.at(-1) !== 47).map((bytes) => ({ bytes, head: ABSENT })),
  ];
  const files = new Map<string, { content: Content; head: Side }>();
  const read = found.length <= MOST_FILES ? contentAt : statAt;
  let kept = 0;
  // A few at a time: thousands of open files are too many.
  for (let from = 0; from < found.length; from += 64) {
    await Promise.all(
      found.slice(from, from + 64).map(async (each) => {
        const { side, bytes } = await read(place.path, each.bytes, head.length);
        const keep = bytes !== undefined && bytes.length <= FILE_BYTES && kept + bytes.length <= ALL_BYTES;
        if (keep) kept += bytes.length;
        files.set(key(each.bytes), { content: keep ? { side, bytes } : { side }, head: each.head });
      }),
    );
  }
  return { head: isSha(head) ? head : '', files };
}

async function statAt(root: string, path: Buffer): Promise<Content> {
  const info = await stat(absolute(root, path), { bigint: true }).catch(() => undefined);
  if (info === undefined) return { side: ABSENT };
  return { side: { mode: (info.mode & 0o100n) === 0n ? '100644' : '100755', id: `size ${String(info.size)} at ${String(info.mtimeNs)}` } };
}

/** What differs between the marks and a scan. `lastHead`: HEAD at the scan before. */
export async function differences(repository: Repository, place: Place, marks: Marks, now: Scan, lastHead: Sha): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  for (const [at, { content, head }] of now.files) {
    const mark = marks.get(at);
    if (mark !== undefined) {
      if (!same(mark.side, content.side)) found.push(difference(at, mark, content));
      continue;
    }
    // Only staged or unstaged: no byte of it is another.
    if (same(head, content.side)) continue;
    if (lastHead !== now.head && (await isCommitted(repository, lastHead, at, content.side))) continue;
    found.push(difference(at, { side: head, committed: true }, content));
  }
  for (const [at, mark] of marks) {
    if (now.files.has(at)) continue;
    const content = await contentAt(place.path, Buffer.from(at, 'latin1'), now.head.length);
    if (!same(mark.side, content.side)) found.push(difference(at, mark, content));
  }
  return found.sort((a, b) => a.bytes.compare(b.bytes));
}

/** The person moved HEAD without touching files (`git reset --soft`): they are as they were committed before. */
async function isCommitted(repository: Repository, head: Sha, at: string, side: Side): Promise<boolean> {
  return head !== '' && side.mode !== NOTHING && (await repository.objects.id(`${head}:${pathText(Buffer.from(at, 'latin1'))}`)) === side.id;
}

function difference(at: string, before: Mark, after: Content): Difference {
  const bytes = Buffer.from(at, 'latin1');
  const gone = after.side.mode === NOTHING;
  const change = gone ? 'deleted' : before.side.mode === NOTHING ? 'added' : 'modified';
  return { bytes, path: pathText(bytes), change, kind: kindOf(before), before, after };
}

function kindOf(before: Mark): Before {
  if (before.side.mode === NOTHING) return 'nothing';
  if (before.committed === true) return 'committed';
  return before.bytes === undefined ? 'unknown' : 'unsaved';
}

/** What is remembered after a look: what was not accepted stays as it was before. */
export function nextMarks(marks: Marks, now: Scan, open: ReadonlyMap<string, Difference>): Map<string, Mark> {
  const next = new Map<string, Mark>();
  for (const [at, { content }] of now.files) next.set(at, open.get(at)?.before ?? content);
  for (const [at, mark] of marks) if (open.has(at) && !next.has(at)) next.set(at, mark);
  return next;
}

/** Names and ids, without any content: enough to know after a crash what was there. */
export interface SavedMarks {
  readonly v: 1;
  readonly head: Sha;
  readonly files: readonly (readonly [path: string, mode: string, id: string, committed?: true])[];
}

/** Marks as they are written to the disk, version 1. */
export function toSaved(head: Sha, marks: Marks): SavedMarks {
  return { v: 1, head, files: [...marks].map(([at, { side, committed }]) => (committed === true ? [at, side.mode, side.id, true] : [at, side.mode, side.id])) };
}

/** Marks as `toSaved` wrote them. */
export function fromSaved(saved: SavedMarks): Map<string, Mark> {
  return new Map(saved.files.map(([at, mode, id, committed]) => [at, { side: { mode, id }, ...(committed === true && { committed }) }]));
}

/**
 * Where the marks of the person's checkout are kept between sessions, so that a restart does not blame agents for earlier edits.
 */
export const marksFile = (repository: Repository): string => join(repository.commonDir, 'switchyard', 'checkout.json');
