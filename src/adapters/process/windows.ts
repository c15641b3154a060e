/**
 * Processes from the CIM of Windows (counterpart of `/proc`, not tested on Windows). Another process's environment
 * cannot be read there, so only ancestry counts; `taskkill /T` walks it once more.
 */
import { output } from './run.js';
import type { ProcessRow, ProcessTable } from './table.js';

const QUERY =
  'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $($_.CreationDate.ToFileTimeUtc())" }';

/**
 * Rows of `pid parent created` (created: 100 ns since 1601). Windows leaves an orphan its dead parent's number: whoever has
 * that number now and is younger than the orphan is not its parent, and the orphan has none (0).
 */
export function parseCim(text: string): readonly ProcessRow[] {
  const found = text.split(/\r?\n/).flatMap((line) => {
    const [pid, ppid, startTime = ''] = line.trim().split(' ');
    return /^\d+$/.test(startTime) ? [{ pid: Number(pid), ppid: Number(ppid), startTime, session: 0, marked: false }] : [];
  });
  const born = new Map(found.map((row) => [row.pid, BigInt(row.startTime)]));
  return found.map((row) => ((born.get(row.ppid) ?? 0n) > BigInt(row.startTime) ? { ...row, ppid: 0 } : row));
}

async function rows(): Promise<readonly ProcessRow[]> {
  return parseCim(await output('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', QUERY]));
}

export const windowsTable: ProcessTable = {
  startTime: async (pid) => (await rows()).find((row) => row.pid === pid)?.startTime,
  alive: async (refs) => {
    const now = new Map((await rows()).map((row) => [row.pid, row.startTime]));
    return refs.filter(({ pid, startTime }) => now.get(pid) === startTime);
  },
  list: () => rows(),
  signal: async (refs, signal) => {
    const force = signal === 'SIGKILL' ? ['/F'] : [];
    await Promise.all(refs.map(({ pid }) => output('taskkill', ['/PID', String(pid), '/T', ...force])));
  },
};
