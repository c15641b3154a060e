/**
 * What Switchyard remembers about a worktree it made, in that worktree's own git directory (`switchyard.json`):
 * which ignored files were copied in with which content, and the settings that decide what git sees there.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readlink, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Place } from './place.js';

const Schema = v.object({
  v: v.literal(1),
  /** Absent for a detached worktree. */
  branch: v.optional(v.string()),
  /** The commit it was made at. */
  commit: v.string(),
  /** Repository path to SHA-256 of the content (of a link: its target). */
  copied: v.record(v.string(), v.string()),
  settings: v.record(v.string(), v.string()),
  /** The patterns of `info/exclude`, one per line, without comments. */
  excludes: v.string(),
  /** The lines of `info/attributes`; absent in what earlier versions wrote. */
  attributes: v.optional(v.string()),
});
export type Remembered = v.InferOutput<typeof Schema>;

const FILE = 'switchyard.json';

/** `undefined` for a worktree that somebody else made, or one whose set-up never finished. */
export async function readRemembered(place: Pick<Place, 'gitDir'>): Promise<Remembered | undefined> {
  try {
    return v.parse(Schema, JSON.parse(await readFile(join(place.gitDir, FILE), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Its presence says that the set-up is finished, so it appears whole or not at all. */
export async function writeRemembered(place: Place, what: Remembered): Promise<void> {
  const file = join(place.gitDir, FILE);
  await writeFile(`${file}.new`, JSON.stringify(what), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** The active patterns of the repository's `info/exclude`, one per line. */
export function excludePatterns(commonDir: string): Promise<string> {
  return activeLines(join(commonDir, 'info', 'exclude'));
}

/** The active lines of the repository's `info/attributes`, which come before every `.gitattributes`. */
export function attributeLines(commonDir: string): Promise<string> {
  return activeLines(join(commonDir, 'info', 'attributes'));
}

async function activeLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .join('\n');
}

/** SHA-256 of a file's content or a link's target; `undefined` when it is neither or gone. */
export async function contentHash(file: string): Promise<string | undefined> {
  try {
    const info = await lstat(file);
    const hash = createHash('sha256');
    if (info.isSymbolicLink()) return hash.update('link ').update(await readlink(file)).digest('hex');
    if (!info.isFile()) return undefined;
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

/** Copied files that are gone or have another content now. */
export async function changedCopies(place: Place, remembered: Remembered | undefined): Promise<readonly string[]> {
  const copied = Object.entries(remembered?.copied ?? {});
  const changed = await Promise.all(copied.map(async ([path, hash]) => ((await contentHash(join(place.path, path))) === hash ? [] : [path])));
  return changed.flat().sort();
}
