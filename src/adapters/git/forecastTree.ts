/**
 * Watches all files of a folder tree but the ignored ones. macOS and Windows watch a tree in one piece. Elsewhere
 * (inotify) each folder is watched by itself, never each file; what is ignored (installed packages) costs nothing.
 */
import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';

export interface TreeWatch {
  /**
   * Brings what is watched up to date with the folders that are there; `ignored` are paths with `/`, folders end with
   * one. True when folders came under watch in which something may have happened before.
   */
  cover(ignored: ReadonlySet<string>): Promise<boolean>;
  /** False when the system refused, or there are too many folders. */
  readonly complete: boolean;
  close(): void;
}

/** Of all trees together: the system's own limit is shared with the editor and everything else of the person's. */
const MOST_FOLDERS = 16_000;
let folders = 0;

/** Watches a worktree by one recursive watch where the system has it, else folder by folder. */
export function watchTree(root: string, changed: () => void): TreeWatch {
  return process.platform === 'darwin' || process.platform === 'win32' ? watchWhole(root, changed) : watchFolders(root, changed);
}

function isIgnored(path: string, ignored: ReadonlySet<string>): boolean {
  if (ignored.has(path)) return true;
  for (let end = path.length; end !== -1; end = path.lastIndexOf('/', end - 1)) {
    if (ignored.has(`${path.slice(0, end)}/`)) return true;
  }
  return false;
}

/** `.git` of the worktree or of a nested repository: git's own, and no part of the work. */
function isGit(path: string): boolean {
  return /(?:^|\/)\.git(?:\/|$)/u.test(path);
}

function watchWhole(root: string, changed: () => void): TreeWatch {
  let ignored: ReadonlySet<string> = new Set();
  let watcher: FSWatcher | undefined;
  let complete = true;
  const stop = (): void => {
    watcher?.close();
    watcher = undefined;
  };
  return {
    cover: (next) => {
      ignored = next;
      if (watcher !== undefined || !complete) return Promise.resolve(false);
      try {
        watcher = watch(root, { persistent: false, recursive: true }, (_event, name) => {
          const path = name?.split(sep).join('/');
          if (path === undefined || !(isGit(path) || isIgnored(path, ignored))) changed();
        });
        watcher.on('error', () => {
          complete = false;
          stop();
        });
      } catch {
        complete = false;
      }
      return Promise.resolve(complete);
    },
    get complete() {
      return complete;
    },
    close: stop,
  };
}

function watchFolders(root: string, changed: () => void): TreeWatch {
  const watchers = new Map<string, FSWatcher>();
  /** Folders whose list of folders may have changed; '' is the root. */
  const toScan = new Set(['']);
  let ignored: ReadonlySet<string> = new Set();
  let complete = true;
  let closed = false;

  const drop = (folder: string): void => {
    for (const [path, watcher] of watchers) {
      if (path !== folder && folder !== '' && !path.startsWith(`${folder}/`)) continue;
      watcher.close();
      watchers.delete(path);
      folders -= 1;
    }
  };
  const noticed = (folder: string, event: string, name: string | null): void => {
    const path = name === null ? folder : folder === '' ? name : `${folder}/${name}`;
    if (closed || isGit(path) || isIgnored(path, ignored)) return;
    if (event === 'rename' || name === null) {
      toScan.add(folder);
      // A folder that went and came again is another one for the system.
      if (name !== null && watchers.has(path)) drop(path);
    }
    changed();
  };
  const add = (folder: string): boolean => {
    if (folders >= MOST_FOLDERS) return false;
    try {
      const watcher = watch(join(root, folder), { persistent: false }, (event, name) => noticed(folder, event, name));
      watcher.on('error', () => {
        complete = false;
        drop(folder);
      });
      watchers.set(folder, watcher);
      folders += 1;
      return true;
    } catch (error) {
      // Gone already: its parent's event comes.
      return (error as NodeJS.ErrnoException).code === 'ENOENT';
    }
  };

  const cover = async (next: ReadonlySet<string>): Promise<boolean> => {
    for (const path of ignored) if (path.endsWith('/') && !next.has(path)) toScan.add(parentOf(path.slice(0, -1)));
    for (const path of next) if (path.endsWith('/') && watchers.has(path.slice(0, -1))) drop(path.slice(0, -1));
    ignored = next;
    let added = false;
    const open = [...toScan];
    toScan.clear();
    for (let folder = open.pop(); folder !== undefined && complete && !closed; folder = open.pop()) {
      if (!watchers.has(folder)) {
        complete = add(folder);
        added ||= watchers.has(folder);
      }
      const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory() && !watchers.has(path) && !isGit(path) && !isIgnored(path, ignored)) open.push(path);
      }
    }
    return added;
  };

  return {
    cover,
    get complete() {
      return complete;
    },
    close: () => {
      closed = true;
      drop('');
    },
  };
}

function parentOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at === -1 ? '' : path.slice(0, at);
}
