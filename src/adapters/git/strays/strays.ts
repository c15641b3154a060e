/** See `Strays`: the port's face of the marks, of what is kept, and of what is decided. */
import { realpath } from 'node:fs/promises';
import * as v from 'valibot';
import type { Stray, Strays } from '../../../core/ports.js';
import { readText, writeAtomic } from '../../disk.js';
import type { Repository } from '../context.js';
import { checkoutOf } from '../mutex.js';
import { headOf, locate } from '../place.js';
import { key, NOTHING, type Side } from '../status.js';
import { keepStrays } from './keep.js';
import { keepCommits, readRefs } from './refs.js';
import type { Difference, Mark, Marks, SavedMarks, Scan } from './marks.js';
import { differences, fromSaved, marksFile, nextMarks, scan, toSaved } from './marks.js';
import { moveStrays, undoStrays } from './settle.js';
import { ABSENT, contentAt, same } from './side.js';

/** Whose details are asked for is the one that was handed out. */
type Details = WeakMap<Stray, Difference>;

/** Begins to compare checkouts with what they should be. A `Stray` is only a handle: details of it stay in here. */
export async function openStrays(repository: Repository): Promise<Strays> {
  const root = await realpath(repository.root);
  const details: Details = new WeakMap();
  let marks: Marks | undefined;
  let head = '';
  let last: { readonly scan: Scan; readonly open: Map<string, Difference> } | undefined;

  const strayOf = (place: string, found: Difference, ignored = false): Stray => {
    const stray: Stray = { root: place, path: found.path, change: found.change, before: found.kind, ...(ignored && { ignored }) };
    details.set(stray, found);
    return stray;
  };
  const detailOf = (stray: Stray): Difference => {
    const found = details.get(stray);
    if (found === undefined) throw new TypeError(`${stray.path} was not found by this sentinel`);
    return found;
  };
  const save = (): Promise<void> => writeAtomic(marksFile(repository), JSON.stringify(toSaved(head, marks ?? new Map())));

  return {
    root,
    mark: async () => {
      const place = await locate(repository, root);
      const now = await checkoutOf(repository)(() => scan(repository, place));
      marks = nextMarks(new Map(), now, new Map());
      ({ head } = now);
      last = undefined;
      await save();
    },
    recall: async () => {
      if (marks !== undefined) return true;
      const saved = await readSaved(repository);
      if (saved === undefined) return false;
      marks = fromSaved(saved);
      ({ head } = saved);
      return true;
    },
    look: async () => {
      const place = await locate(repository, root);
      const now = await checkoutOf(repository)(() => scan(repository, place));
      const found = marks === undefined ? [] : await differences(repository, place, marks, now, head);
      last = { scan: now, open: new Map(found.map((each) => [key(each.bytes), each])) };
      head = now.head;
      return found.map((each) => strayOf(root, each));
    },
    accept: async (strays) => {
      if (last === undefined) return;
      for (const stray of strays) last.open.delete(key(detailOf(stray).bytes));
      marks = nextMarks(marks ?? new Map(), last.scan, last.open);
      if (strays.length > 0) await save();
    },
    inspect: async (at, path, options) => {
      const place = await locate(repository, at);
      const { commit } = await headOf(repository, place);
      const bytes = Buffer.from(path);
      const { side } = await contentAt(place.path, bytes, commit.length);
      const committed = await committedSide(repository, commit, path);
      if (same(committed, side)) return undefined;
      const before: Mark = committed.mode === NOTHING ? { side: ABSENT } : { side: committed, committed: true };
      const change = side.mode === NOTHING ? 'deleted' : before.side.mode === NOTHING ? 'added' : 'modified';
      const known = options.cleanBefore && (before.side.mode !== NOTHING || options.wasAbsent);
      const kind = !known ? 'unknown' : before.side.mode === NOTHING ? 'nothing' : 'committed';
      const ignored = committed.mode === NOTHING && place.path === root && last?.scan.files.has(key(bytes)) === false;
      return strayOf(place.path, { bytes, path, change: kind === 'unknown' && change === 'added' ? 'modified' : change, kind, before, after: { side } }, ignored);
    },
    refs: () => readRefs(repository, root),
    keepCommits: (commits, name, file, text) => keepCommits(repository, root, commits, name, file, text),
    mixed: (stray) => strayOf(stray.root, { ...detailOf(stray), kind: 'unknown' }),
    keep: async (strays, name, patch) => keepStrays(repository, strays[0]?.root ?? root, strays.map(detailOf), name, patch),
    undo: (at, ref) => undoStrays(repository, at, ref),
    move: (at, ref, worktree) => moveStrays(repository, at, ref, worktree),
  };
}

async function committedSide(repository: Repository, commit: string, path: string): Promise<Side> {
  const id = await repository.objects.id(`${commit}:${path}`);
  if (id === undefined) return ABSENT;
  // The mode is only in the tree; a change of it alone is no content that could be lost.
  const slash = path.lastIndexOf('/');
  const tree = await repository.objects.read(`${commit}:${slash === -1 ? '' : path.slice(0, slash)}`);
  return { mode: modeIn(tree?.body, path.slice(slash + 1)) ?? '100644', id };
}

/** Format of a tree object: `<mode> <name>\0<raw id>`, again and again. */
function modeIn(body: Buffer | undefined, name: string): string | undefined {
  const at = body?.indexOf(Buffer.concat([Buffer.from(` ${name}`), Buffer.from([0])])) ?? -1;
  return at < 6 ? undefined : body?.toString('latin1', at - 6, at);
}

const Saved = v.object({
  v: v.literal(1),
  head: v.string(),
  files: v.array(v.union([v.tuple([v.string(), v.string(), v.string()]), v.tuple([v.string(), v.string(), v.string(), v.literal(true)])])),
});

async function readSaved(repository: Repository): Promise<SavedMarks | undefined> {
  try {
    return v.parse(Saved, JSON.parse((await readText(marksFile(repository))) ?? ''));
  } catch {
    return undefined;
  }
}
