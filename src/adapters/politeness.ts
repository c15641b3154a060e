/** Agents and gates leave the editor the processor first: however many work, the person's own windows answer at once. */
import { constants, setPriority } from 'node:os';

/**
 * Lowers a process and what it starts from then on; 0 is this process. A system that refuses (or has no such thing), and a
 * process that is over already, change nothing.
 */
export function letOthersFirst(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It works as well, only less politely.
  }
}
