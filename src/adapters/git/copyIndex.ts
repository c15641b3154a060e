import { copyFile, rm, stat, utimes } from 'node:fs/promises';

/**
 * Copies an index to work on. The copy is as old as the original (or up to a second older): by that age git knows which
 * files changed so soon after it was written that they must be compared by content. A copy with a new time would make
 * git take a file that changed within that second for unchanged, and what is saved from it would hold the old content.
 */
export async function copyIndex(from: string, to: string): Promise<void> {
  // Without an index git knows no file.
  const info = await stat(from).catch(() => undefined);
  if (info === undefined) return rm(to, { force: true });
  await copyFile(from, to);
  await utimes(to, info.atime, Math.floor(info.mtime.getTime() / 1000));
}
