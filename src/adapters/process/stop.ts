/**
 * Stopping a whole process tree: one policy, in one place. SIGINT, SIGTERM, SIGKILL, each after a delay unless all is
 * gone. The tree is looked up again before every step, because daemonised shells have a session of their own and lose
 * their ancestry as their parents die. Nothing is signalled that was not found to be ours a moment before.
 *
 * No system tells us about the death of processes that are not our children, so while a stop is under way (and only
 * then) they are looked at again after short, growing pauses.
 */
import { members } from './members.js';
import type { ProcessRef, ProcessTable } from './table.js';

export interface StopOptions {
  /** Milliseconds after SIGINT before SIGTERM follows. */
  readonly interruptMs?: number;
  /** Milliseconds after SIGTERM before SIGKILL follows. */
  readonly terminateMs?: number;
  /** Milliseconds after SIGKILL before we give up (a process that hangs in the kernel cannot be killed). */
  readonly killMs?: number;
  /** Where to begin: leftovers of something that ended by itself get no SIGINT. */
  readonly from?: 'SIGINT' | 'SIGTERM' | 'SIGKILL';
  /** See `ListOptions.newerThan`. */
  readonly newerThan?: number;
}

/** Some processes could not be ended, even by SIGKILL. */
export class UnstoppableError extends Error {
  readonly reason = 'unstoppable';
  constructor(readonly pids: readonly number[]) {
    super(`Could not end ${pids.join(', ')}: the system keeps them. Nothing else was touched. A restart of the machine ends them.`);
  }
  static is(error: unknown): error is UnstoppableError {
    return error instanceof UnstoppableError;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const FIRST_LOOK_MS = 3;
const LONGEST_LOOK_MS = 60;

/** Resolves when none of them runs any more, or when the time is over. */
export async function waitGone(table: ProcessTable, refs: readonly ProcessRef[], ms: number): Promise<void> {
  const until = performance.now() + ms;
  let look = FIRST_LOOK_MS;
  for (let left = await table.alive(refs); left.length > 0 && performance.now() < until; left = await table.alive(left)) {
    await pause(Math.min(look, Math.max(1, until - performance.now())));
    look = Math.min(look * 2, LONGEST_LOOK_MS);
  }
}

/**
 * Ends everything of a tree: `root` with its descendants and session, and every process whose environment holds the
 * nonce. Resolves when nothing of it is left; resolves at once when there is nothing. Throws `UnstoppableError`.
 */
export async function stopTreeWith(
  table: ProcessTable,
  root: ProcessRef | undefined,
  nonce: string,
  options: StopOptions = {},
): Promise<void> {
  const { interruptMs = 1500, terminateMs = 1500, killMs = 10_000, from = 'SIGINT', newerThan } = options;
  const steps = [
    { signal: 'SIGINT', ms: interruptMs },
    { signal: 'SIGTERM', ms: terminateMs },
    { signal: 'SIGKILL', ms: killMs },
  ] as const;
  const list = newerThan === undefined ? { nonce } : { nonce, newerThan };
  let known: readonly ProcessRef[] = [];
  const find = async (): Promise<readonly ProcessRef[]> => {
    known = members(await table.list(list), root, known, process.pid);
    return known;
  };
  for (const { signal, ms } of steps.slice(steps.findIndex((step) => step.signal === from))) {
    const until = performance.now() + ms;
    // A killed process may have forked a moment before, so the last step is repeated until a look finds nobody.
    do {
      const found = await find();
      if (found.length === 0) return;
      await table.signal(await table.alive(found), signal);
      await waitGone(table, found, Math.max(0, until - performance.now()));
    } while (signal === 'SIGKILL' && performance.now() < until);
  }
  const left = await find();
  if (left.length > 0) throw new UnstoppableError(left.map(({ pid }) => pid));
}
