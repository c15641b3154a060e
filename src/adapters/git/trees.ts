/** Names and contents at a commit, and names of refs. */
import type { Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { isBranchName, isSha, pathText, splitNul } from './names.js';

/** See `Git.listFiles`: in git's order, at most `limit`. One process. */
export async function listFiles(repository: Repository, commit: Sha, limit: number): Promise<readonly string[]> {
  if (!isSha(commit)) throw new TypeError(`Not a commit id: ${commit}`);
  const { stdout } = await repository.run(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit], { cwd: repository.root });
  return splitNul(stdout).slice(0, limit).map(pathText);
}

/** No file that is read as a text is larger, unless somebody made it so. */
export const MOST_TEXT = 20_000_000;

/** See `Git.readFile`. Bytes that are no UTF-8 become U+FFFD. No process of its own. */
export async function readText(repository: Repository, commit: Sha, path: string, instead?: (bytes: number) => string): Promise<string | undefined> {
  if (!isSha(commit) || path === '' || path.includes('\0')) return undefined;
  if (path.includes('\n')) {
    // The long-lived reader takes one line per question.
    const { code, stdout, cut } = await repository.run(['cat-file', 'blob', `${commit}:${path}`], { cwd: repository.root, ok: 'any', most: MOST_TEXT });
    if (cut === true) return instead?.(MOST_TEXT);
    return code === 0 ? stdout.toString('utf8') : undefined;
  }
  const size = await repository.objects.size(`${commit}:${path}`);
  if (size !== undefined && size > MOST_TEXT) return instead?.(size);
  const object = await repository.objects.read(`${commit}:${path}`);
  return object?.type === 'blob' ? object.body.toString('utf8') : undefined;
}

/** See `Git.prefixBlocked`: a branch named like the prefix or like one of its folders. No process of its own. */
export async function prefixBlocked(repository: Repository, prefix: string): Promise<boolean> {
  const parts = prefix.replace(/\/+$/u, '').split('/');
  if (!isBranchName(parts.join('/'))) return true;
  for (let count = 1; count <= parts.length; count += 1) {
    if ((await repository.objects.id(`refs/heads/${parts.slice(0, count).join('/')}`)) !== undefined) return true;
  }
  return false;
}
