/** Everything git knows about a conflict: computed in the object store by one `git merge-tree`, nothing is moved. */
import type { Conflict, ConflictSides, Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { GitFailure } from './errors.js';
import { withoutStrangeDrivers } from './mergeDrivers.js';
import { isSha, pathText, splitNul } from './names.js';
import { DURABLE } from './run.js';

/** See `Git.conflict`. One process. */
export async function conflict(repository: Repository, ours: Sha, theirs: Sha): Promise<Conflict | undefined> {
  for (const id of [ours, theirs]) if (!isSha(id)) throw new TypeError(`Not a commit id: ${id}`);
  const { code, stdout, stderr } = await repository.run(['merge-tree', '--write-tree', '-z', '--messages', ours, theirs], { cwd: repository.root, before: DURABLE, env: await withoutStrangeDrivers(repository), ok: [0, 1] });
  const [first = Buffer.alloc(0), ...parts] = splitNul(stdout);
  const tree = first.toString('latin1');
  if (!isSha(tree)) throw new GitFailure(['merge-tree'], code, stderr);
  if (code === 0) return undefined;
  const end = parts.findIndex((part) => part.length === 0);
  return { ours, theirs, tree, paths: readEntries(parts.slice(0, end)), notes: readNotes(parts.slice(end + 1)) };
}

/** `mode id stage\tpath`: stage 1 is the common ancestor's, 2 ours, 3 theirs. git-merge-tree(1), "Conflicted file info". */
function readEntries(records: readonly Buffer[]): readonly ConflictSides[] {
  const found = new Map<string, { -readonly [Key in keyof ConflictSides]: ConflictSides[Key] }>();
  for (const record of records) {
    const tab = record.indexOf(9);
    const [mode = '', id = '', stage = ''] = record.toString('latin1', 0, tab).split(' ');
    const path = pathText(record.subarray(tab + 1));
    const entry = found.get(path) ?? { path };
    if (stage === '1') entry.base = { mode, id };
    else if (stage === '2') entry.ours = { mode, id };
    else entry.theirs = { mode, id };
    found.set(path, entry);
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Records of a count, so many paths, a type and a message; only conflicts are kept, not "Auto-merging". */
function readNotes(parts: readonly Buffer[]): readonly string[] {
  const notes: string[] = [];
  for (let at = 0; at < parts.length; ) {
    const count = Number(parts[at]?.toString('latin1'));
    if (!Number.isInteger(count)) break;
    const type = parts[at + count + 1]?.toString('utf8') ?? '';
    const message = parts[at + count + 2]?.toString('utf8').trim() ?? '';
    if (type.startsWith('CONFLICT')) notes.push(message);
    at += count + 3;
  }
  return notes;
}
