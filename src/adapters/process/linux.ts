/** Processes from `/proc`: `proc(5)`. Start time: field 22 of `stat` (ticks since boot) with the boot's id. */
import { names, readProc } from '../disk.js';
import { signalPosix, type ListOptions, type ProcessRef, type ProcessRow, type ProcessTable } from './table.js';

interface Stat {
  readonly ppid: number;
  readonly session: number;
  readonly startTime: string;
}

/** So many files are open at once while scanning. */
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

async function row(pid: number, nonce: string): Promise<ProcessRow | undefined> {
  const [facts, environment] = await Promise.all([stat(pid), readProc(`/proc/${pid}/environ`)]);
  if (facts === undefined) return undefined;
  const marked = nonce !== '' && `\0${environment}\0`.includes(`\0SWITCHYARD_NONCE=${nonce}\0`);
  return { pid, ...facts, marked };
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
    const rows: ProcessRow[] = [];
    for (let start = 0; start < pids.length; start += BATCH) {
      const found = await Promise.all(pids.slice(start, start + BATCH).map((pid) => row(pid, options.nonce)));
      rows.push(...found.filter((one) => one !== undefined));
    }
    return rows;
  },
  signal: signalPosix,
};
