/** Text files in Switchyard's own folders: private to the person, written whole or not at all. */
import { link, mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Files } from '../core/ports.js';
import { watchFolder } from './follow.js';

export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;

let counter = 0;

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** A name beside `path` that no other writer uses, in this process or another. Begins with a dot: `list` leaves it out. */
export function temporaryBeside(path: string): string {
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  counter += 1;
  return `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.${process.pid}-${counter}.tmp`;
}

/** Writes a new file (mode 0600) and waits until its content is on the disk. */
export async function writeThrough(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w', PRIVATE_FILE);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Windows refuses to rename onto a file that somebody reads at that moment; a few tries get through. */
async function renameOver(from: string, to: string, tries = process.platform === 'win32' ? 10 : 1): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (tries <= 1 || (code !== 'EPERM' && code !== 'EACCES' && code !== 'EBUSY')) throw error;
    await new Promise((resolve) => setTimeout(resolve, 10));
    await renameOver(from, to, tries - 1);
  }
}

/**
 * Writes a file so that a reader sees the old or the new content, never half of it, and so that a power cut does not
 * leave an empty one. Makes the folder. On an error (a full disk) the old content stays.
 */
export async function writeAtomic(path: string, text: string): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await writeThrough(temporary, text).catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      await mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
      await writeThrough(temporary, text);
    });
    await renameOver(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** File systems without hard links answer with one of these. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK']);

/**
 * Makes a file with its whole content at once, so that of several makers exactly one wins and no reader sees half of
 * it. False when it exists already. (Without hard links it still is exclusive, but may be seen half written.)
 */
export async function createExclusive(path: string, text: string): Promise<boolean> {
  const temporary = temporaryBeside(path);
  await writeFile(temporary, text, { mode: PRIVATE_FILE });
  try {
    await link(temporary, path).catch(async (error: unknown) => {
      if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await writeFile(path, text, { mode: PRIVATE_FILE, flag: 'wx' });
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The text of a file, or `undefined` when there is none. Other errors are thrown. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function createFiles(): Files {
  return {
    read: readText,
    write: writeAtomic,
    remove: (path) => rm(path, { recursive: true, force: true }),
    list: async (folder) => {
      try {
        return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
    watch: (folder, changed) => {
      // Many events of one moment are one change.
      let due = false;
      let stopped = false;
      const stop = watchFolder(folder, () => {
        if (due) return;
        due = true;
        setImmediate(() => {
          due = false;
          if (!stopped) changed();
        });
      });
      return () => {
        stopped = true;
        stop();
      };
    },
  };
}
