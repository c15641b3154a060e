/** Which files came to hold conflict markers between two commits. */
import { addsMarkers, markerLines } from '../../core/markers.js';
import type { Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { isSha, pathText } from './names.js';
import { parseRaw, type Side } from './status.js';

/**
 * See `Git.newMarkers`. One process: git itself finds the few files with a changed line that looks like a marker, also
 * where an attribute calls them binary (`package-lock.json -diff` is common).
 */
export async function newMarkers(repository: Repository, base: Sha, commit: Sha): Promise<readonly string[]> {
  for (const id of [base, commit]) if (!isSha(id)) throw new TypeError(`Not a commit id: ${id}`);
  const { stdout } = await repository.run(['diff-tree', '-r', '-M', '-z', '--raw', '--full-index', '--text', '--no-ext-diff', '--no-textconv', '-G^(<{7}|>{7})', base, commit], { cwd: repository.root });
  const text = async ({ id }: Side): Promise<string> => ((/^0+$/u.test(id) ? undefined : await repository.objects.read(id))?.body ?? Buffer.alloc(0)).toString('latin1');
  const found = await Promise.all(
    parseRaw(stdout).changes.map(async ({ before, after, bytes }) => {
      const [old, now] = await Promise.all([text(before), text(after)]);
      return addsMarkers(markerLines(old), markerLines(now)) ? pathText(bytes) : undefined;
    }),
  );
  return found.filter((path) => path !== undefined);
}
