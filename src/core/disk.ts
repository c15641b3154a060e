/** What Switchyard's folders take on the disk, and what cleaning up would give back. Numbers are bytes. */
import { bytesText } from './text.js';

export interface FolderUse {
  /** Allocated, a file with several names counted once. */
  readonly bytes: number;
  /** What deleting it would give back: without files that have a name elsewhere. */
  readonly frees: number;
  /** Of `bytes`, what its dependency folders take. */
  readonly apart: number;
}

export interface WorktreeUse extends FolderUse {
  readonly run: string;
  readonly task: string;
  readonly path: string;
  /** Its task has landed or was dropped: *Clean Up* removes it. */
  readonly over: boolean;
}

export interface DiskUse {
  readonly worktrees: readonly WorktreeUse[];
  readonly total: number;
  /** `backups` are those that may go; git frees their bytes at its own next clean-up. */
  readonly reclaimable: { readonly worktrees: number; readonly backups: number };
  /** What may still be written where worktrees go; absent where the system does not say. */
  readonly free?: number;
}

/** Sizes in bytes; reclaimable are the worktrees whose tasks are over, and the backups that may go. */
export function diskUse(worktrees: readonly WorktreeUse[], backups: number, free: number | undefined): DiskUse {
  const over = worktrees.filter((each) => each.over);
  return {
    worktrees,
    total: worktrees.reduce((sum, each) => sum + each.bytes, 0),
    reclaimable: { worktrees: over.reduce((sum, each) => sum + each.frees, 0), backups },
    ...(free !== undefined && { free }),
  };
}

/** `1.2 GB in 5 worktrees, 14 GB free; Clean Up frees 800 MB and 12 KB of backups`. */
export function diskText({ worktrees, total, reclaimable, free }: DiskUse, cleanUp = 'Clean Up'): string {
  const where = `${bytesText(total)} in ${String(worktrees.length)} ${worktrees.length === 1 ? 'worktree' : 'worktrees'}${free === undefined ? '' : `, ${bytesText(free)} free`}`;
  const parts = freesText(reclaimable);
  return parts === undefined ? where : `${where}; ${cleanUp} frees ${parts}`;
}

/** `800 MB and 12 KB of backups`; `undefined` when there is nothing to free. */
export function freesText({ worktrees, backups }: DiskUse['reclaimable']): string | undefined {
  const parts = [...(worktrees > 0 ? [bytesText(worktrees)] : []), ...(backups > 0 ? [`${bytesText(backups)} of backups`] : [])];
  return parts.length === 0 ? undefined : parts.join(' and ');
}
