/**
 * Keeps stray changes before anybody decides about them: a backup whose commit holds the changed files, on one that holds
 * them as they were before, and the difference as a patch. Many processes, but only when there is something to keep.
 */
import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Sha } from '../../../core/ports.js';
import { storeBackup } from '../backup.js';
import type { Repository } from '../context.js';
import { absolute, modeNow } from '../flags.js';
import { identity } from '../identity.js';
import { isSha } from '../names.js';
import { locate } from '../place.js';
import { DURABLE_BATCH } from '../run.js';
import { GITLINK, LINK, type Mode, NOTHING } from '../status.js';
import type { Difference } from './marks.js';

export interface Kept {
  readonly ref: string;
  readonly commit: Sha;
  /** Absolute path of the patch file. */
  readonly patch: string;
}

interface Entry {
  readonly bytes: Buffer;
  readonly mode: Mode;
  readonly id: Sha;
}

/** Starts the line of a kept commit's message that names a file whose earlier content nobody has. */
export const UNKNOWN = 'Unknown-Before: ';

/** @param name the backup's, without `refs/switchyard/backup/` @param patch where the patch goes */
export async function keepStrays(repository: Repository, root: string, strays: readonly Difference[], name: string, patch: string): Promise<Kept> {
  const place = await locate(repository, root);
  const head = (await repository.objects.id(`${place.headRef}^{commit}`)) ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'));
  try {
    const index = join(folder, 'index');
    const options = { cwd: repository.root, before: DURABLE_BATCH, env: { GIT_DIR: repository.commonDir, GIT_INDEX_FILE: index, ...(await identity(repository, place)) } };
    const git: RunIn = async (args, input) =>
      (await repository.run(args, { ...options, ...(input === undefined ? {} : { input }) })).stdout.toString('latin1').trim();
    const after = await entriesNow(git, root, strays);
    const before: Entry[] = [];
    for (const { bytes, kind, before: old } of strays) {
      if (old.side.mode === NOTHING || kind === 'unknown') continue;
      const id = old.committed === true ? old.side.id : await git(STORE, old.bytes ?? Buffer.alloc(0));
      if (isSha(id)) before.push({ bytes, mode: old.side.mode, id });
    }
    const commit = async (entries: readonly Entry[], parents: readonly Sha[], message: string): Promise<Sha> => {
      await rm(index, { force: true });
      if (entries.length > 0) await git(['update-index', '-z', '--index-info'], Buffer.concat(entries.flatMap((each) => [Buffer.from(`${each.mode} ${each.id}\t`), each.bytes, Buffer.from([0])])));
      const tree = await git(['write-tree']);
      return git(['commit-tree', ...parents.flatMap((parent) => ['-p', parent]), '-F', '-', tree], message);
    };
    const unknown = strays.filter((stray) => stray.kind === 'unknown').map((stray) => `${UNKNOWN}${JSON.stringify(stray.path)}`);
    const first = await commit(before, isSha(head) ? [head] : [], `Before stray changes in ${root}\n`);
    const id = await commit(after, [first], [`Stray changes in ${root}`, '', ...unknown, ''].join('\n'));
    const tree = (await repository.objects.id(`${id}^{tree}`)) ?? '';
    const saved = await storeBackup(repository, name, id, tree, first);
    const { stdout } = await repository.run(['diff-tree', '-p', '--binary', '--full-index', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', first, id], { cwd: repository.root });
    await mkdir(dirname(patch), { recursive: true });
    await writeFile(patch, stdout, { mode: 0o600 });
    return { ...saved, patch };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type RunIn = (args: readonly string[], input?: Uint8Array | string) => Promise<string>;

/** Exact bytes: no filter may change what is kept. */
const STORE = ['hash-object', '-w', '--no-filters', '--stdin'] as const;

/** The changed files as they are now, stored: all regular files by one process. */
async function entriesNow(git: RunIn, root: string, strays: readonly Difference[]): Promise<readonly Entry[]> {
  const now = await Promise.all(strays.map(async ({ bytes }) => ({ bytes, mode: await modeNow(root, bytes) })));
  const there = now.filter(({ mode }) => mode !== NOTHING && mode !== GITLINK);
  const [lines, single] = partition(there, ({ bytes, mode }) => mode !== LINK && !bytes.includes(10));
  const entries: Entry[] = [];
  if (lines.length > 0) {
    const ids = (await git(['hash-object', '-w', '--no-filters', '--stdin-paths'], Buffer.concat(lines.flatMap(({ bytes }) => [absolute(root, bytes), Buffer.from('\n')])))).split('\n');
    entries.push(...lines.map(({ bytes, mode }, at) => ({ bytes, mode, id: ids[at] ?? '' })));
  }
  for (const { bytes, mode } of single) {
    const file = absolute(root, bytes);
    entries.push({ bytes, mode, id: await git(STORE, mode === LINK ? await readlink(file, { encoding: 'buffer' }) : await readFile(file)) });
  }
  return entries;
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
