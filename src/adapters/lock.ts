/**
 * One writer per repository. The lock is a chain of files `<generation>.json`, each made exclusively; the highest one
 * counts. A dead holder (pid gone, or somebody else's by now) is never removed and never overwritten: the next holder
 * makes the next generation, so of any number of takers exactly one wins, and a crash at any point leaves a chain that
 * the next taker can read.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createExclusive, PRIVATE_FOLDER, readText, writeAtomic } from './disk.js';
import { isSame, startTime } from './process.js';
import { openControl, removeControl } from './runner/control.js';

export interface LockHolder {
  readonly pid: number;
  readonly startTime: string;
  /** Who it is, for people: `VS Code window`, `switchyard run`. */
  readonly label: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Where it listens: a connection ends with the process, however that ends. Empty in records of earlier versions. */
  readonly socket: string;
}

export type LockResult =
  | { readonly ok: true; release(): Promise<void> }
  | { readonly ok: false; readonly holder: LockHolder };

/** The lock can neither be taken nor looked at: what happened, what is safe and what to do, for people. */
export class LockError extends Error {
  readonly reason = 'not-usable';
  static is(error: unknown): error is LockError {
    return error instanceof LockError;
  }
}

/** What a person mends: rights, a file in the folder's place, a temporary folder that is gone. Anything else is ours. */
function explained(folder: string, cause: unknown): unknown {
  const { code = '', syscall, message } = cause as NodeJS.ErrnoException;
  if (syscall === 'mkdtemp') return new LockError(`The folder for temporary files cannot be used (${message}). Nothing was started or changed; set TMPDIR to one that is there and is yours.`, { cause });
  if (!['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR', 'EISDIR'].includes(code)) return cause;
  return new LockError(`Switchyard's own folder in this repository cannot be used (${message}). Nothing was started or changed; make ${dirname(folder)} and all in it yours to write (was Switchyard run here as somebody else, with sudo?), then try again.`, { cause });
}

/** Older generations stay for a while: a slow taker must still find its number taken. */
const KEPT = 4;
const NAME = /^(\d+)\.json$/;

async function generations(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number).sort((a, b) => b - a);
}

/** Whom a generation's record names, dead or alive; nobody once it was released. An unreadable record is a power cut's: its machine has restarted since. */
async function recordOf(path: string): Promise<LockHolder | undefined> {
  try {
    const record = JSON.parse((await readText(path)) ?? '{}') as Partial<LockHolder>;
    const { pid, startTime: started, label = '', since = 0, socket = '' } = record;
    return typeof pid === 'number' && typeof started === 'string' ? { pid, startTime: started, label, since, socket } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function isAlive(holder: LockHolder | undefined): Promise<boolean> {
  return holder !== undefined && (await isSame(holder.pid, holder.startTime));
}

/** Who holds the lock now; `undefined` when nobody does, or when nobody that lives. Changes nothing. */
export async function lockHolder(folder: string): Promise<LockHolder | undefined> {
  const [highest = 0] = await generations(folder);
  const record = highest === 0 ? undefined : await recordOf(join(folder, `${highest}.json`));
  return (await isAlive(record)) ? record : undefined;
}

/**
 * Takes the lock that lives in `folder`, or says who holds it. It is released by `release`, or by the death of this
 * process. Taking it twice in one process is refused like everybody else's. Rejects with `LockError` where a person has to mend it.
 */
export async function acquireLock(folder: string, label: string): Promise<LockResult> {
  return acquire(folder, label).catch((error: unknown) => {
    throw explained(folder, error);
  });
}

async function acquire(folder: string, label: string): Promise<LockResult> {
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const present = await lockHolder(folder);
  if (present !== undefined) return { ok: false, holder: present };
  const door = await openControl(randomBytes(8).toString('hex'), () => undefined, { idle: true });
  try {
    const me = { pid: process.pid, startTime: (await startTime(process.pid)) ?? '', label, since: Date.now(), socket: door.path };
    const taken = await takeNext(folder, me);
    if (typeof taken !== 'string') {
      await door.close();
      return { ok: false, holder: taken };
    }
    const release = async (): Promise<void> => {
      await writeAtomic(taken, JSON.stringify({ released: true }));
      await door.close();
    };
    return { ok: true, release };
  } catch (error) {
    await door.close();
    throw error;
  }
}

/** Makes the next generation: gives its record's path, or who was quicker. */
async function takeNext(folder: string, me: LockHolder): Promise<string | LockHolder> {
  for (;;) {
    const [highest = 0] = await generations(folder);
    const before = highest === 0 ? undefined : await recordOf(join(folder, `${highest}.json`));
    if (before !== undefined && (await isAlive(before))) return before;
    const mine = highest + 1;
    const path = join(folder, `${mine}.json`);
    if (!(await createExclusive(path, JSON.stringify(me)))) continue;
    const [newest = mine, ...older] = await generations(folder);
    if (newest > mine) {
      // We were so slow that our number had been taken and cleaned away meanwhile.
      await rm(path, { force: true });
      continue;
    }
    await Promise.all(older.filter((one) => one < mine - KEPT).map((one) => rm(join(folder, `${one}.json`), { force: true })));
    if (before !== undefined) await removeControl(before.socket);
    return path;
  }
}
