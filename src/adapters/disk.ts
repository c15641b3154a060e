/**
 * The few file operations that a runner needs, on Node's callback API. A runner lives for some tens of milliseconds when
 * its task is small: `fs/promises` with its file handles costs several of them, more than all the work done here.
 */
import { access, close, constants, fstat, fsync, link, mkdir, open, read, readdir, readFile, rename, unlink, write } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';

export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;

type Done<T> = (error: NodeJS.ErrnoException | null, value?: T) => void;

/** One callback call as a promise; the callback's value is the answer. */
function call<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => start((error, value) => (error === null ? resolve(value as T) : reject(error))));
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** The error says that the file, or a folder on the way to it, does not exist. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

/** The text of a file, or `undefined` when there is none. Other errors are thrown. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await call<string>((done) => readFile(path, 'utf8', done));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * The bytes of a file that a repository or an agent made: a regular one (links are followed) of at most so many bytes. Of a link to
 * a device reading never ends, and a pipe is waited for without end. `undefined` when there is none; a `problem` is for people,
 * and follows the file's name.
 */
export async function readBounded(path: string, most: number): Promise<{ readonly bytes: Buffer } | { readonly problem: string } | undefined> {
  let fd: number;
  try {
    // Absent on Windows, which has no such files.
    fd = await call<number>((done) => open(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0), done));
  } catch (error) {
    if (isMissing(error)) return undefined;
    return { problem: `cannot be read (${codeOf(error)})` };
  }
  try {
    const info = await call<Stats>((done) => fstat(fd, done));
    if (!info.isFile()) return { problem: 'is no file' };
    if (info.size > most) return { problem: `is larger than ${String(Math.round(most / 1_000_000))} MB` };
    const bytes = Buffer.alloc(info.size);
    let size = 0;
    for (let got = -1; size < bytes.length && got !== 0; size += got) {
      const from = size;
      got = await call<number>((done) => read(fd, bytes, from, bytes.length - from, from, done));
    }
    return { bytes: bytes.subarray(0, size) };
  } finally {
    await call((done) => close(fd, done));
  }
}

/** The same as text, at most 1 MB; empty where there is none, or none that may be read. */
export async function readSmallText(path: string): Promise<string> {
  const found = await readBounded(path, 1_000_000);
  return found !== undefined && 'bytes' in found ? found.bytes.toString('utf8') : '';
}

/** Whether anything is at the path; what may not be looked at counts as absent. */
export function exists(path: string): Promise<boolean> {
  return call((done) => access(path, done)).then(() => true, () => false);
}

/** The names in a folder, hidden ones too, in no order. Rejects where there is no such folder. */
export function names(folder: string): Promise<readonly string[]> {
  return call<string[]>((done) => readdir(folder, done));
}

const PROC_BYTES = 16 * 1024;

/** A file of `/proc`, whose size is not known before, as latin1; empty when it is gone or somebody else's. */
export async function readProc(path: string): Promise<string> {
  let fd: number | undefined;
  try {
    fd = await call<number>((done) => open(path, 'r', done));
    const handle = fd;
    let text = '';
    for (;;) {
      const buffer = Buffer.allocUnsafe(PROC_BYTES);
      const count = await call<number>((done) => read(handle, buffer, 0, PROC_BYTES, null, done));
      text += buffer.toString('latin1', 0, count);
      if (count < PROC_BYTES) return text;
    }
  } catch {
    return '';
  } finally {
    if (fd !== undefined) close(fd);
  }
}

/** An open file that only grows. */
export interface Appender {
  append(data: string | Uint8Array): Promise<void>;
  close(): Promise<void>;
}

async function writeAll(fd: number, data: string | Uint8Array): Promise<void> {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  for (let from = 0; from < bytes.length; ) {
    const start = from;
    from += await call<number>((done) => write(fd, bytes, start, bytes.length - start, null, done));
  }
}

/** Opens a private file for appending, made if missing. Appends must not overlap. */
export async function openAppender(path: string): Promise<Appender> {
  const fd = await call<number>((done) => open(path, 'a', PRIVATE_FILE, done));
  return { append: (data) => writeAll(fd, data), close: () => call((done) => close(fd, done)) };
}

/** Writes a private file; with `flush` its content is on the disk when this resolves. */
export async function writeWhole(path: string, text: string, options: { readonly flush?: boolean; readonly flag?: 'w' | 'wx' } = {}): Promise<void> {
  const fd = await call<number>((done) => open(path, options.flag ?? 'w', PRIVATE_FILE, done));
  try {
    await writeAll(fd, text);
    if (options.flush === true) await call((done) => fsync(fd, done));
  } finally {
    await call((done) => close(fd, done));
  }
}

let counter = 0;

/** A name beside `path` that no other writer uses, in this process or another. Begins with a dot: lists leave it out. */
export function temporaryBeside(path: string): string {
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  counter += 1;
  return `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.${process.pid}-${counter}.tmp`;
}

/** Removes a file; one that is gone already is no error. */
export async function removeFile(path: string): Promise<void> {
  await call((done) => unlink(path, done)).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

/** Windows refuses to rename onto a file that somebody reads at that moment; a few tries get through. */
async function renameOver(from: string, to: string, tries = process.platform === 'win32' ? 10 : 1): Promise<void> {
  try {
    await call((done) => rename(from, to, done));
  } catch (error) {
    if (tries <= 1 || !['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error))) throw error;
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
    await writeWhole(temporary, text, { flush: true }).catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      await call((done) => mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER }, done));
      await writeWhole(temporary, text, { flush: true });
    });
    await renameOver(temporary, path);
  } catch (error) {
    await removeFile(temporary);
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
  await writeWhole(temporary, text);
  try {
    await call((done) => link(temporary, path, done)).catch(async (error: unknown) => {
      if (!NO_LINKS.has(codeOf(error))) throw error;
      await writeWhole(path, text, { flag: 'wx' });
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await removeFile(temporary);
  }
}
