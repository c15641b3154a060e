/**
 * Sizes of worktrees, measured one after the other and only where something has happened since they were measured: an attempt or
 * a gate that ended, a set-up, a removal. Nothing looks while nothing happens, and no step of a run waits for it.
 */
import type { DiskUse, FolderUse, WorktreeUse } from '../core/disk.js';
import { diskUse } from '../core/disk.js';
import type { RunState, TaskRun } from '../core/run.js';
import { isOver } from '../core/task.js';
import type { Look } from './backups.js';
import { knownBackups } from './backups.js';
import { RunRefused } from './refused.js';
import type { World } from './world.js';

/** Several things happen at once: they are measured together. Milliseconds. */
const QUIET_MS = 1_000;

/** What is measured already, by the worktree's path. */
type Measured = Map<string, { readonly mark: string; readonly use: FolderUse }>;

/** Everything of the repository, measured where it is not known. */
export async function measureDisk(world: World, runs: readonly RunState[], look: Look, measured: Measured = new Map(), signal?: AbortSignal): Promise<DiskUse> {
  const worktrees: WorktreeUse[] = [];
  for (const run of runs) {
    for (const [id, task] of run.tasks) {
      if (task.worktree === undefined || task.cleaned || signal?.aborted === true) continue;
      const mark = markOf(task);
      const known = measured.get(task.worktree);
      const use = known?.mark === mark ? known.use : await world.folderUse(task.worktree, [], signal);
      measured.set(task.worktree, { mark, use });
      worktrees.push({ run: run.run, task: id, path: task.worktree, over: isOver(task.state), ...use });
    }
  }
  const expired = (await knownBackups(world, look)).filter((backup) => backup.expired).map((backup) => backup.ref);
  return diskUse(worktrees, await world.git.backupBytes(expired), await world.freeBytes(world.worktreesFolder));
}

/** Another text: something was done in the worktree. */
function markOf(task: TaskRun): string {
  return [task.state, task.prepared, task.attempts.length, task.attempts.at(-1)?.endedAt, task.gates.length, task.gates.at(-1)?.endedAt, task.head?.commit].join(' ');
}

/** The states of all runs that can be read. */
export async function readableRuns(ids: readonly string[], look: Look): Promise<readonly RunState[]> {
  const states: RunState[] = [];
  for (const id of ids) {
    const state = await look(id);
    if (state !== undefined && !(state instanceof RunRefused)) states.push(state);
  }
  return states;
}

export interface LiveDisk {
  /** The last measuring; `undefined` until the first is done. */
  readonly present: DiskUse | undefined;
  /** Something may have happened. */
  noticed(): void;
  close(): Promise<void>;
}

/** Keeps the sizes up to date. `shown`: the run whose happenings are noticed; others are read when one of its worktrees goes. */
export function liveDisk(world: World, parts: { readonly shown: () => RunState | undefined; readonly ids: () => Promise<readonly string[]>; readonly look: Look; readonly changed: () => void }): LiveDisk {
  const measured: Measured = new Map();
  const abort = new AbortController();
  let present: DiskUse | undefined;
  let mark = '';
  let cancel: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let again = false;

  const measure = async (): Promise<void> => {
    const found = await measureDisk(world, await readableRuns(await parts.ids(), parts.look), parts.look, measured, abort.signal);
    if (abort.signal.aborted || JSON.stringify(found) === JSON.stringify(present)) return;
    present = found;
    parts.changed();
  };

  const start = (): void => {
    if (abort.signal.aborted) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    again = false;
    running = measure()
      .catch((error: unknown) => world.log.warn(`Sizes of worktrees could not be measured; the last ones stay. ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => {
        running = undefined;
        if (again) start();
      });
  };

  return {
    get present() {
      return present;
    },
    noticed: () => {
      const run = parts.shown();
      const next = run === undefined ? '' : `${run.run} ${[...run.tasks.values()].map((task) => (task.cleaned ? 'gone' : task.worktree === undefined ? '' : markOf(task))).join()}`;
      if (next === mark || abort.signal.aborted) return;
      mark = next;
      cancel?.();
      cancel = world.clock.after(QUIET_MS, start);
    },
    close: async () => {
      abort.abort();
      cancel?.();
      await running;
    },
  };
}
