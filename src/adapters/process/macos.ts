/**
 * Processes from `ps` of macOS (and the BSDs). Start time: `lstart`, printed in UTC and the C locale so that it is
 * the same text for every caller. `-E` appends the environment of our own processes to the command.
 */
import { output } from './run.js';
import { signalPosix, type ProcessRow, type ProcessTable } from './table.js';

/** `lstart` is five words: `Sat Nov 21 02:13:07 2026`. */
const LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s?(.*)$/;
const COLUMNS = 'pid=,ppid=,pgid=,state=,lstart=';

/** Rows of `ps -o pid=,ppid=,pgid=,state=,lstart=,command=`. */
export function parsePs(text: string, nonce: string): readonly ProcessRow[] {
  const rows: ProcessRow[] = [];
  for (const line of text.split('\n')) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, pid, ppid, group, state, started, command] = match;
    if (state?.startsWith('Z') === true) continue;
    rows.push({
      pid: Number(pid),
      ppid: Number(ppid),
      session: Number(group),
      startTime: (started ?? '').replace(/\s+/g, ' '),
      marked: nonce !== '' && ` ${command ?? ''} `.includes(` SWITCHYARD_NONCE=${nonce} `),
    });
  }
  return rows;
}

async function rowsOf(pids: readonly number[]): Promise<readonly ProcessRow[]> {
  if (pids.length === 0) return [];
  return parsePs(await output('ps', ['-o', COLUMNS, '-p', pids.join(',')]), '');
}

export const macosTable: ProcessTable = {
  startTime: async (pid) => (await rowsOf([pid]))[0]?.startTime,
  alive: async (refs) => {
    const now = new Map((await rowsOf(refs.map(({ pid }) => pid))).map((row) => [row.pid, row.startTime]));
    return refs.filter(({ pid, startTime }) => now.get(pid) === startTime);
  },
  list: async ({ nonce }) => parsePs(await output('ps', ['-axEww', '-o', `${COLUMNS},command=`]), nonce),
  signal: signalPosix,
};
