/** Processes from `/proc`: `proc(5)`. Start time: field 22 of `stat` (ticks since boot) with the boot's id. */
import { names, readProc } from '../disk.js';
import { signalPosix, type ListOptions, type ProcessRef, type ProcessRow, type ProcessTable } from './table.js';

interface Stat {
  readonly ppid: number;
  readonly session: number;
  readonly startTime: string;
}

/** So many files are open at once while scanning, at most. */
const BATCH = 64;

let bootId: Promise<string> | undefined;

function boot(): Promise<string> {
  // Some sandboxes have no boot id; ticks since boot alone then have to do.
  bootId ??= readProc('/proc/sys/kernel/random/boot_id').then((text) => text.trim() || 'boot');
  return bootId;
}

/** The command's name may hold spaces and parentheses, so fields are counted after its last parenthesis. */
export function parseStat(text: string, bootName: string): Stat | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, ppid, , session] = fields;
  const ticks = fields[19];
  if (state === undefined || state === 'Z' || state === 'X' || ticks === undefined) return undefined;
  return { ppid: Number(ppid), session: Number(session), startTime: `${bootName}:${ticks}` };
}

async function stat(pid: number): Promise<Stat | undefined> {
  const [text, bootName] = await Promise.all([readProc(`/proc/${pid}/stat`), boot()]);
  return text === '' ? undefined : parseStat(text, bootName);
}

async function isMarked(pid: number, nonce: string): Promise<boolean> {
  if (nonce === '') return false;
  return `\0${await readProc(`/proc/${pid}/environ`)}\0`.includes(`\0SWITCHYARD_NONCE=${nonce}\0`);
}

/** In batches, so that a machine with thousands of processes does not cost thousands of open files. */
async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += BATCH) {
    results.push(...(await Promise.all(items.slice(start, start + BATCH).map(work))));
  }
  return results;
}

/** Pids grow until they wrap; the last one given out is the fifth field of `/proc/loadavg`. */
async function candidates(options: ListOptions): Promise<number[]> {
  const [entries, load] = await Promise.all([names('/proc'), readProc('/proc/loadavg')]);
  const pids = entries.map(Number).filter((pid) => Number.isInteger(pid) && pid > 0);
  const after = options.newerThan;
  if (after === undefined || !(Number(load.trim().split(' ')[4]) >= after)) return pids;
  return pids.filter((pid) => pid > after);
}

export const linuxTable: ProcessTable = {
  startTime: async (pid) => (await stat(pid))?.startTime,
  alive: async (refs) => {
    const now = await Promise.all(refs.map(({ pid }) => stat(pid)));
    return refs.filter((ref: ProcessRef, index) => now[index]?.startTime === ref.startTime);
  },
  list: async (options) => {
    const pids = await candidates(options);
    const stats = await inBatches(pids, async (pid) => ({ pid, facts: await stat(pid) }));
    const living = stats.flatMap(({ pid, facts }) => (facts === undefined ? [] : [{ pid, ...facts }]));
    // Among new processes only those that came from outside of them need a look: the others are told by their parents.
    const known = new Set(options.newerThan === undefined ? [] : pids);
    return inBatches(living, async (one): Promise<ProcessRow> => ({ ...one, marked: !known.has(one.ppid) && (await isMarked(one.pid, options.nonce)) }));
  },
  signal: signalPosix,
};
