/** Space: free on the disk where worktrees go, and the machine's memory. */
import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
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

/** The memory of this machine, or less where a container's limit says so. `constrainedMemory` is 0 or huge without one. */
export function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
