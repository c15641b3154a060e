/** What is at a path of a checkout: mode and content id, read without a process and never through a link. */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import { absolute } from '../flags.js';
import { lstatInside } from '../links.js';
import { GITLINK, LINK, type Mode, NOTHING, type Side } from '../status.js';

/** A larger file is told apart by size and time; nobody waits for its hash. */
const HASHED_BYTES = 32 * 1024 * 1024;

export const ABSENT: Side = { mode: NOTHING, id: '' };

/** Equal mode and content; two absent files are the same whatever their ids say. */
export function same(a: Side, b: Side): boolean {
  return a.mode === b.mode && (a.mode === NOTHING || a.id === b.id);
}

/** A side with its content, where that is small enough to be kept at hand. */
export interface Content {
  readonly side: Side;
  readonly bytes?: Buffer;
}

/** @param idLength 40 or 64: the repository's kind of ids; a file's is that of its raw bytes, without filters. */
export async function contentAt(root: string, path: Buffer, idLength: number): Promise<Content> {
  const info = await lstatInside(root, path);
  const mode = modeOf(info);
  if (info === undefined || mode === NOTHING || mode === GITLINK) return { side: { mode, id: '' } };
  const file = absolute(root, path);
  if (info.size > HASHED_BYTES) return { side: { mode, id: `size ${String(info.size)} at ${String(info.mtimeMs)}` } };
  try {
    const bytes = mode === LINK ? await readlink(file, { encoding: 'buffer' }) : await readFile(file);
    return { side: { mode, id: idOf(bytes, idLength) }, bytes };
  } catch {
    // Gone or refused since it was looked at.
    return { side: ABSENT };
  }
}

/** The id git gives these bytes as a blob, without asking git. `idLength` is the repository's, in hex digits (40 or 64). */
export function idOf(bytes: Buffer, idLength: number): string {
  return createHash(idLength === 64 ? 'sha256' : 'sha1').update(`blob ${String(bytes.length)}\0`).update(bytes).digest('hex');
}

function modeOf(info: Stats | undefined): Mode {
  if (info === undefined) return NOTHING;
  if (info.isSymbolicLink()) return LINK;
  if (info.isDirectory()) return GITLINK;
  if (!info.isFile()) return NOTHING;
  return (info.mode & 0o100) === 0 ? '100644' : '100755';
}
