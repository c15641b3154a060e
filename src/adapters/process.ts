/** Processes of this machine: when they started, whether they still are the same, and how to end a tree of them. */
import { linuxTable } from './process/linux.js';
import { macosTable } from './process/macos.js';
import { stopTreeWith, waitGone, type StopOptions } from './process/stop.js';
import type { ProcessRef, ProcessTable } from './process/table.js';
import { windowsTable } from './process/windows.js';

export { UnstoppableError, type StopOptions } from './process/stop.js';
export type { ProcessRef, ProcessTable } from './process/table.js';

export const processTable: ProcessTable =
  process.platform === 'linux' ? linuxTable : process.platform === 'win32' ? windowsTable : macosTable;

/** When a pid started, as an opaque text; `undefined` when nobody (or only a zombie) has that pid. */
export function startTime(pid: number): Promise<string | undefined> {
  return processTable.startTime(pid);
}

/** Whether the process that had this pid at that start time still runs. */
export async function isSame(pid: number, started: string): Promise<boolean> {
  return pid > 0 && (await processTable.startTime(pid)) === started;
}

/** For a process that is known to be ending: resolves when it has gone, or after `ms` milliseconds. */
export function whenGone(ref: ProcessRef, ms: number): Promise<void> {
  return waitGone(processTable, [ref], ms);
}

/**
 * Ends a process with everything that descends from it or carries the nonce. A bare pid is trusted to be the process
 * meant at the moment of the call; give a `ProcessRef` for one remembered from earlier.
 */
export async function stopTree(root: number | ProcessRef | undefined, nonce: string, options: StopOptions = {}): Promise<void> {
  if (typeof root !== 'number') return stopTreeWith(processTable, root, nonce, options);
  const started = await processTable.startTime(root);
  return stopTreeWith(processTable, started === undefined ? undefined : { pid: root, startTime: started }, nonce, options);
}
