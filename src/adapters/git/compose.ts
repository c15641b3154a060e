/** Merging three texts, and trees that differ from another in a few files. Object store and temporary files only. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sha, TreeFile, UpdateResult } from '../../core/ports.js';
import type { Repository } from './context.js';
import { WorktreeProblem } from './errors.js';
import { fastForward } from './fastForward.js';
import { isSha } from './names.js';
import { headOf, locate } from './place.js';
import { DURABLE } from './run.js';
import { MOST_TEXT } from './trees.js';

async function inTemporary<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-merge-'));
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** See `Git.mergeTexts`. One process. */
export function mergeTexts(repository: Repository, base: string, ours: string, theirs: string): Promise<string | undefined> {
  return inTemporary(async (folder) => {
    const files = ['ours', 'base', 'theirs'].map((name) => join(folder, name));
    await Promise.all([ours, base, theirs].map((text, at) => writeFile(files[at] ?? '', text)));
    const { code, stdout } = await repository.run(['merge-file', '-p', ...files], { cwd: folder, ok: 'any' });
    // The exit code is the number of conflicts.
    return code === 0 ? stdout.toString('utf8') : undefined;
  });
}

/** Longer than any marker in a text that is about markers. */
const MARKERS = 61;

/** The three-way merge of three texts with the first one's lines where the others conflict. One process. */
export function mergedAsFarAsClear(repository: Repository, base: string, ours: string, theirs: string): Promise<string> {
  return inTemporary(async (folder) => {
    const files = ['ours', 'base', 'theirs'].map((name) => join(folder, name));
    await Promise.all([ours, base, theirs].map((text, at) => writeFile(files[at] ?? '', text)));
    const { stdout } = await repository.run(['merge-file', '-p', '--diff3', `--marker-size=${String(MARKERS)}`, ...files], { cwd: folder, ok: 'any' });
    const mark = (letter: string): string => letter.repeat(MARKERS);
    let keeps = true;
    return stdout
      .toString('utf8')
      .split(/(?<=\n)/u)
      .filter((line) => {
        const marks = [mark('<'), mark('|'), mark('='), mark('>')].find((each) => line.startsWith(each));
        if (marks === undefined) return keeps;
        keeps = marks === mark('|') || marks === mark('>');
        return false;
      })
      .join('');
  });
}

/** See `Git.readBlob`. No process of its own. */
export async function readBlob(repository: Repository, id: Sha): Promise<string | undefined> {
  const size = isSha(id) ? await repository.objects.size(id) : undefined;
  const object = size !== undefined && size <= MOST_TEXT ? await repository.objects.read(id) : undefined;
  if (object?.type !== 'blob') return undefined;
  const text = object.body.toString('utf8');
  return Buffer.from(text, 'utf8').equals(object.body) ? text : undefined;
}

/** See `Git.treeWith`. Three processes, and one per text. */
export function treeWith(repository: Repository, tree: Sha, files: readonly TreeFile[]): Promise<Sha> {
  if (!isSha(tree)) throw new TypeError(`Not a tree: ${tree}`);
  return inTemporary(async (folder) => {
    const env = { GIT_DIR: repository.commonDir, GIT_INDEX_FILE: join(folder, 'index') };
    const options = { cwd: repository.root, env, before: DURABLE };
    await repository.run(['read-tree', tree], options);
    const records: string[] = [];
    for (const file of files) {
      const id = 'id' in file ? file.id : (await repository.run(['hash-object', '-w', '--stdin'], { ...options, input: file.text })).stdout.toString('latin1').trim();
      records.push(`${file.mode} ${id}\t${file.path}\0`);
    }
    await repository.run(['update-index', '-z', '--index-info'], { ...options, input: records.join('') });
    return (await repository.run(['write-tree'], options)).stdout.toString('latin1').trim();
  });
}

/** See `Git.forward`. One process. */
export async function forward(repository: Repository, worktree: string, to: Sha): Promise<UpdateResult> {
  const place = await locate(repository, worktree);
  const head = await headOf(repository, place);
  const moved = await fastForward(repository, place, head.commit, to, false);
  if (moved.ok) return { ok: true, ...(await headOf(repository, place)) };
  if (moved.paths.length > 0) return { ok: false, reason: 'conflict', paths: moved.paths };
  throw new WorktreeProblem('not-a-worktree', `${worktree} could not take the merge; its commits and files are untouched. git says: ${moved.message}`);
}
