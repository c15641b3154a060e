/** Two questions to a worktree's index that would cost a process each, answered from the file itself. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathText } from './names.js';
import type { Place } from './place.js';

export interface IndexScan {
  /** Some entry is `assume-unchanged` or `skip-worktree`. */
  readonly flagged: boolean;
  /** Paths with unresolved conflicts, once each. */
  readonly unmerged: readonly string[];
}

/**
 * Format: gitformat-index(5). Per entry 40 bytes of file data, the object id, 16 bits of flags (the highest is
 * assume-unchanged, the next says that 16 more follow, with skip-worktree as their second highest; then two bits of
 * conflict stage), the name, padding to 8 bytes. Anything this does not read for certain (version 4, a split or sparse
 * index, no index) gives `undefined`: ask git.
 * @param idLength hexadecimal digits of an object id
 */
export async function scanIndex(place: Place, idLength: number): Promise<IndexScan | undefined> {
  const index = await readFile(join(place.gitDir, 'index')).catch(() => undefined);
  return index === undefined || index.length < 12 ? undefined : scan(index, idLength / 2);
}

function scan(index: Buffer, idBytes: number): IndexScan | undefined {
  const version = index.readUInt32BE(4);
  if (index.toString('latin1', 0, 4) !== 'DIRC' || (version !== 2 && version !== 3)) return undefined;
  let flagged = false;
  const unmerged = new Set<string>();
  let at = 12;
  for (let left = index.readUInt32BE(8); left > 0; left -= 1) {
    const flagsAt = at + 40 + idBytes;
    if (flagsAt + 4 > index.length) return undefined;
    const flags = index.readUInt16BE(flagsAt);
    const extended = (flags & 0x4000) !== 0;
    const nameAt = flagsAt + (extended ? 4 : 2);
    const end = index.indexOf(0, nameAt);
    if (end === -1) return undefined;
    flagged ||= (flags & 0x8000) !== 0 || (extended && (index.readUInt16BE(flagsAt + 2) & 0x4000) !== 0);
    if ((flags & 0x3000) !== 0) unmerged.add(pathText(index.subarray(nameAt, end)));
    at += (end - at + 8) & ~7;
  }
  // "link" (split index) and "sdir" (sparse index) mean that there are entries elsewhere.
  for (; at + 8 <= index.length - idBytes; at += 8 + index.readUInt32BE(at + 4)) {
    if (/^[a-z]/u.test(index.toString('latin1', at, at + 4))) return undefined;
  }
  return { flagged, unmerged: [...unmerged] };
}
