/** Free space where worktrees go. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Bytes that this person may still write on the disk of a folder, or of its nearest parent that exists. `undefined`: the system does not say. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = await statfs(at);
      return bavail * bsize;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(at) === at) return undefined;
    }
  }
}
