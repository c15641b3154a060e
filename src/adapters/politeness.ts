/** Agents and gates leave the editor the processor first: however many work, the person's own windows answer at once. */
import { writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';

const NICE = constants.priority.PRIORITY_BELOW_NORMAL;
/** The kernel takes one such change in a tenth of a second from all of a machine's people, and refuses others with EAGAIN (`proc_sched_autogroup_set_nice`). */
const AGAIN_MS = 110;
const MOST_TRIES = 50;

/**
 * Lowers a process that leads a session of its own, and what it starts from then on. A system that refuses (or has no
 * such thing), and a process that is over already, change nothing.
 */
export function letOthersFirst(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, NICE);
  } catch {
    // It works as well, only less politely.
  }
  if (process.platform === 'linux') void lowerSession(pid, MOST_TRIES);
}

/**
 * Where Linux groups processes by session (`sched(7)`, "The autogroup feature"), a process's own priority only counts among
 * those of its session, and twenty agents would get twenty times the editor's share.
 */
async function lowerSession(pid: number, tries: number): Promise<void> {
  try {
    await writeFile(`/proc/${pid}/autogroup`, String(NICE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN' && tries > 1) setTimeout(() => void lowerSession(pid, tries - 1), AGAIN_MS).unref();
  }
}
