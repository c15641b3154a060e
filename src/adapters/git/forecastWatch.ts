/**
 * Tells which worktree (or the base branch) changed, by the system's file events: the files git does not ignore, what
 * git keeps of the worktree (HEAD, index, a pending merge) and the base's ref. Never by looking again and again.
 */
import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type TreeWatch, watchTree } from './forecastTree.js';
import type { Place } from './place.js';

export interface Watches {
  /** Watches the worktree's files but the ignored ones. True when folders came under watch that were not before. */
  cover(worktree: string, place: Place, ignored: ReadonlySet<string>): Promise<boolean>;
  base(branch: string): Promise<void>;
  /** Lets go of all other worktrees. */
  keep(worktrees: ReadonlySet<string>): void;
  /** Whether the system's events reach every file of the worktree. */
  reaches(worktree: string): boolean;
  close(): void;
}

interface Watched {
  /** Which folder it is: one that is removed and made again is another for the system. */
  readonly which: string;
  readonly tree: TreeWatch;
  readonly stops: readonly (() => void)[];
}

/** What git keeps of a worktree and of a merge that is under way there. */
const GIT_FILES: ReadonlySet<string> = new Set(['HEAD', 'ORIG_HEAD', 'MERGE_HEAD', 'index']);

/** `changed` names the worktree; `undefined` stands for the base. */
export function openWatches(commonDir: string, changed: (worktree: string | undefined) => void): Watches {
  const watched = new Map<string, Watched>();
  let ref: { readonly at: string; readonly stops: readonly (() => void)[] } | undefined;
  const drop = (worktree: string): void => {
    const one = watched.get(worktree);
    watched.delete(worktree);
    one?.tree.close();
    for (const stop of one?.stops ?? []) stop();
  };
  const dropRef = (): void => {
    for (const stop of ref?.stops ?? []) stop();
    ref = undefined;
  };
  return {
    cover: async (worktree, place, ignored) => {
      const info = await stat(place.path, { bigint: true }).catch(() => undefined);
      const which = `${place.gitDir} ${String(info?.dev)} ${String(info?.ino)}`;
      if (watched.get(worktree)?.which !== which) drop(worktree);
      let one = watched.get(worktree);
      if (one === undefined) {
        const tell = (): void => changed(worktree);
        one = {
          which,
          tree: watchTree(place.path, tell),
          // A ref that moves without the index (`git reset --soft`) leaves a line in the log of HEAD.
          stops: [watchNames(place.gitDir, (name) => GIT_FILES.has(name), tell), watchNames(join(place.gitDir, 'logs'), (name) => name === 'HEAD', tell)],
        };
        watched.set(worktree, one);
      }
      return one.tree.cover(ignored);
    },
    base: async (branch) => {
      const file = await deepestThere(commonDir, join(commonDir, 'refs', 'heads', ...branch.split('/')));
      if (ref?.at === file) return;
      dropRef();
      const tell = (): void => changed(undefined);
      ref = {
        at: file,
        stops: [
          watchNames(dirname(file), (name) => name === basename(file), tell),
          watchNames(commonDir, (name) => name === 'packed-refs', tell),
          watchNames(join(commonDir, 'reftable'), () => true, tell),
        ],
      };
    },
    keep: (worktrees) => {
      for (const worktree of [...watched.keys()]) if (!worktrees.has(worktree)) drop(worktree);
    },
    reaches: (worktree) => watched.get(worktree)?.tree.complete ?? false,
    close: () => {
      for (const worktree of [...watched.keys()]) drop(worktree);
      dropRef();
    },
  };
}

/** The path, or the first part of it that is missing: its folder is there and can be watched. */
export async function deepestThere(root: string, path: string): Promise<string> {
  for (let file = path; ; file = dirname(file)) {
    const folder = dirname(file);
    if (folder === root || (await stat(folder).catch(() => undefined))?.isDirectory() === true) return file;
  }
}

/** A folder that is missing or refused has no events; whoever needs certainty asks `reaches`. */
export function watchNames(folder: string, wanted: (name: string) => boolean, changed: () => void): () => void {
  let watcher: FSWatcher;
  try {
    watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || wanted(name)) changed();
    });
  } catch {
    return () => undefined;
  }
  watcher.on('error', () => watcher.close());
  return () => watcher.close();
}
