/**
 * Processes from the CIM of Windows (counterpart of `/proc`, not tested on Windows). Another process's environment
 * cannot be read there, so only ancestry counts; `taskkill /T` walks it once more.
 */
import { output } from './run.js';
import type { ProcessRow, ProcessTable } from './table.js';

const QUERY =
  'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $($_.CreationDate.ToFileTimeUtc())" }';

/** Rows of `pid parent created`. */
export function parseCim(text: string): readonly ProcessRow[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [pid, ppid, startTime] = line.trim().split(' ');
    if (startTime === undefined || startTime === '') return [];
    return [{ pid: Number(pid), ppid: Number(ppid), startTime, session: 0, marked: false }];
  });
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
