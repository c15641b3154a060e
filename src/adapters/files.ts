/** Text files in Switchyard's own folders: private to the person, written whole or not at all. */
import { readdir, rm } from 'node:fs/promises';
import type { Files } from '../core/ports.js';
import { isMissing, readText, writeAtomic } from './disk.js';
import { watchFolder } from './follow.js';

/**
 * The engine's files: writes are atomic, lists leave out hidden names (other writers' temporary files), and a missing file reads
 * as `undefined`.
 */
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
      const tell = (): void => {
        if (due) return;
        due = true;
        setImmediate(() => {
          due = false;
          if (!stopped) changed();
        });
      };
      const stop = watchFolder(folder, tell, { again: true });
      return () => {
        stopped = true;
        stop();
      };
    },
  };
}
