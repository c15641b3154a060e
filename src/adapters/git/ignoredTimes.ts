/** When the ignored files of a worktree came to be and were last changed, as the file system says: nobody can set the time of a change. */
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { IgnoredFile } from '../../core/ignoredFiles.js';
import type { Repository } from './context.js';
import { lstatInside } from './links.js';
import { locate } from './place.js';

/** Of a folder with more entries nobody waits for all times: it counts as changed now. */
const MOST_ENTRIES = 20_000;

/** See `Git.ignoredTimes`. No process. */
export async function ignoredTimes(repository: Repository, worktree: string, paths: readonly string[]): Promise<readonly IgnoredFile[]> {
  const { path: root } = await locate(repository, worktree);
  const files: IgnoredFile[] = [];
  for (const path of paths) files.push({ path, ...(path.endsWith('/') ? await timesIn(root, path) : await timesOf(root, path)) });
  return files;
}

type Times = Pick<IgnoredFile, 'born' | 'changed'>;

/** What is gone, or cannot be looked at, may have been anything a moment ago. */
const UNKNOWN: Times = { born: 0, changed: Infinity };

async function timesOf(root: string, path: string): Promise<Times> {
  const info = await lstatInside(root, path);
  return info === undefined ? UNKNOWN : { born: info.birthtimeMs, changed: info.ctimeMs };
}

/** Files count, not the folders around them: those change with every file that comes and goes. */
async function timesIn(root: string, folder: string): Promise<Times> {
  let [born, changed, seen] = [Infinity, 0, 0];
  const open = [folder];
  try {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for await (const item of await opendir(join(root, next))) {
        seen += 1;
        if (seen > MOST_ENTRIES) return UNKNOWN;
        if (item.isDirectory()) {
          open.push(`${next}${item.name}/`);
          continue;
        }
        const info = await lstat(join(root, next, item.name));
        born = Math.min(born, info.birthtimeMs);
        changed = Math.max(changed, info.ctimeMs);
      }
    }
    return born === Infinity ? { born: 0, changed: 0 } : { born, changed };
  } catch {
    return UNKNOWN;
  }
}
