/**
 * What a folder takes on its disk: allocated blocks, a file with several names counted once. Links are not followed, other
 * disks that are mounted inside are not entered. Blocks that copies share (reflinks) cannot be told and are counted in each.
 */
import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderUse } from '../core/disk.js';

const BLOCK = 512;
/** node reads files with four threads: a walk must leave them to others in between. */
const AT_ONCE = 32;

/**
 * A folder that is not there takes nothing. What goes while it is looked at is left out.
 * @param apart repository paths whose bytes are also told by themselves
 */
export async function folderUse(folder: string, apart: readonly string[] = [], signal?: AbortSignal): Promise<FolderUse> {
  const top = await lstat(folder).catch(() => undefined);
  if (top?.isDirectory() !== true) return { bytes: 0, frees: 0, apart: 0 };
  const walk: Walk = { device: top.dev, bytes: 0, frees: 0, apart: 0, links: new Map() };
  const open: { readonly path: string; readonly inside: string; readonly isApart: boolean }[] = [{ path: folder, inside: '', isApart: false }];
  for (let next = open.pop(); next !== undefined && signal?.aborted !== true; next = open.pop()) {
    const names = await readdir(next.path).catch(() => []);
    for (let from = 0; from < names.length; from += AT_ONCE) {
      const { path, inside, isApart } = next;
      const entries = names.slice(from, from + AT_ONCE).map((name) => ({ path: join(path, name), inside: inside === '' ? name : `${inside}/${name}` }));
      const infos = await Promise.all(entries.map((entry) => lstat(entry.path).catch(() => undefined)));
      for (const [at, info] of infos.entries()) {
        const entry = entries[at];
        if (info === undefined || entry === undefined || info.dev !== walk.device) continue;
        const belongs = isApart || apart.includes(entry.inside);
        count(walk, info, belongs);
        if (info.isDirectory()) open.push({ ...entry, isApart: belongs });
      }
    }
  }
  return { bytes: walk.bytes, frees: walk.frees, apart: walk.apart };
}

interface Walk {
  readonly device: number;
  bytes: number;
  frees: number;
  apart: number;
  /** Files with several names: how many of them are in here. */
  readonly links: Map<number, number>;
}

type Info = Pick<Stats, 'blocks' | 'nlink' | 'ino' | 'isDirectory'>;

function count(walk: Walk, info: Info, isApart: boolean): void {
  const bytes = info.blocks * BLOCK;
  const several = !info.isDirectory() && info.nlink > 1;
  const seen = several ? (walk.links.get(info.ino) ?? 0) + 1 : 1;
  if (several) walk.links.set(info.ino, seen);
  if (seen === 1) {
    walk.bytes += bytes;
    if (isApart) walk.apart += bytes;
  }
  // What another folder also holds stays on the disk when this one goes.
  if (!several || seen === info.nlink) walk.frees += bytes;
}
