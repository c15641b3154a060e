/** Folders that are expensive to make, made once per machine: complete or absent, also when two runs want one at once. */
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Where test tools are kept: outside the tree, so that a fresh clone finds them again. `SWITCHYARD_TEST_CACHE` moves it. */
export function testCache(): string {
  return join(process.env['SWITCHYARD_TEST_CACHE'] ?? join(homedir(), '.cache'), 'switchyard-test');
}

/**
 * Gives `folder`, filled. `fill` gets an empty folder beside it, which takes the final name by one rename when it has
 * succeeded: what exists under the final name is complete. Others wait for the one who fills; a lock whose holder is
 * dead is taken over, and what a dead one left half done is removed.
 */
export async function cacheFolder(folder: string, fill: (empty: string) => Promise<void>): Promise<string> {
  await mkdir(dirname(folder), { recursive: true });
  if (await exists(folder)) return folder;
  const unlock = await lock(`${folder}.lock`);
  try {
    if (await exists(folder)) return folder;
    await removeLeftovers(folder);
    const empty = await mkdtemp(`${folder}.partial-`);
    try {
      await fill(empty);
      await rename(empty, folder);
    } catch (error) {
      await rm(empty, { recursive: true, force: true });
      throw error;
    }
    return folder;
  } finally {
    await unlock();
  }
}

/** `mkdir` is the lock: it is atomic on every file system. The holder's pid is inside. Gives the unlock function. */
async function lock(path: string, waitMs = 15 * 60_000): Promise<() => Promise<void>> {
  const until = Date.now() + waitMs;
  for (;;) {
    try {
      await mkdir(path);
      await writeFile(join(path, 'pid'), String(process.pid));
      return () => rm(path, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await isAbandoned(path)) {
      // Renamed first, so that of two who find it abandoned only one removes it.
      const aside = `${path}-${process.pid}-${Date.now()}`;
      await rename(path, aside).then(() => rm(aside, { recursive: true, force: true }), () => undefined);
    } else if (Date.now() > until) {
      throw new Error(`Another process has held ${path} for too long. If none is installing there, remove that folder.`);
    } else {
      await delay(250);
    }
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const pid = Number(await readFile(join(path, 'pid'), 'utf8').catch(() => ''));
  if (pid > 0) return !isAlive(pid);
  // Between `mkdir` and the pid's writing there is a moment without a pid; a minute without one is a crash.
  const made = await stat(path).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > 60_000;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.partial-`;
  for (const name of await readdir(dirname(folder))) {
    if (name.startsWith(prefix)) await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
