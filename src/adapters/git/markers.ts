/** Which files came to hold conflict markers between two commits. */
import { addsMarkers, markerLines } from '../../core/markers.js';
import type { Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { isSha, pathText } from './names.js';
import { GITLINK, NOTHING, parseRaw, type Side } from './status.js';
import { treeDiff } from './treeDiff.js';

/** With more changed files or bytes, git looks faster than we read. */
const MOST_FILES = 50;
const MOST_BYTES = 1_000_000;
/** A larger file in which git found such a line is said to hold markers: nobody resolves a conflict in it by hand. */
const MOST_READ = 50_000_000;

/**
 * See `Git.newMarkers`. No process where few and small files changed and none of them holds a marker. Otherwise one: git
 * itself finds the few files with a changed line that looks like a marker, also where an attribute calls them binary
 * (`package-lock.json -diff` is common), and the files that were only moved.
 */
export async function newMarkers(repository: Repository, base: Sha, commit: Sha): Promise<readonly string[]> {
  for (const id of [base, commit]) if (!isSha(id)) throw new TypeError(`Not a commit id: ${id}`);
  if (await holdNone(repository, (await treeDiff(repository, base, commit)).map(({ after }) => after))) return [];
  const { stdout } = await repository.run(['diff-tree', '-r', '-M', '-z', '--raw', '--full-index', '--text', '--no-ext-diff', '--no-textconv', '-G^(<{7}|>{7})', base, commit], { cwd: repository.root });
  const text = async ({ id }: Side): Promise<string> => ((/^0+$/u.test(id) ? undefined : await repository.objects.read(id))?.body ?? Buffer.alloc(0)).toString('latin1');
  const found = await Promise.all(
    parseRaw(stdout).changes.map(async ({ before, after, bytes }) => {
      if (((await repository.objects.size(after.id)) ?? 0) > MOST_READ) return pathText(bytes);
      const [old, now] = await Promise.all([text(before), text(after)]);
      return addsMarkers(markerLines(old), markerLines(now)) ? pathText(bytes) : undefined;
    }),
  );
  return found.filter((path) => path !== undefined);
}

/** False also where nobody looked. */
async function holdNone(repository: Repository, sides: readonly Side[]): Promise<boolean> {
  const files = sides.filter(({ mode }) => mode !== NOTHING && mode !== GITLINK);
  if (files.length > MOST_FILES) return false;
  const sizes = await Promise.all(files.map(({ id }) => repository.objects.size(id)));
  if (sizes.some((size) => size === undefined) || sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0) > MOST_BYTES) return false;
  const found = await Promise.all(files.map(async ({ id }) => markerLines((await repository.objects.read(id))?.body.toString('latin1') ?? '').sides));
  return found.every((sides) => sides === 0);
}
