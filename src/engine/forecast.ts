/**
 * Keeps the forecast of the shown run up to date: computed after a quiet moment whenever a live worktree, the base or the
 * set of live branches changed, one computation at a time, and not at all while nothing changes.
 */
import { targetBranch } from '../core/change.js';
import { liveBranches, sameForecast } from '../core/forecast.js';
import type { Clock, Forecast, Forecaster, Git, LiveBranch, Log } from '../core/ports.js';
import type { RunState } from '../core/run.js';

export interface LiveForecast {
  /** The last one of the present run; `undefined` until the first is computed. */
  readonly present: Forecast | undefined;
  /** The shown run, or what is in it, may have changed. */
  noticed(): void;
  /** An agent says that it edited something. */
  edited(task: string): void;
  /** Resolves when nothing is under way any more and nothing temporary is left. */
  close(): Promise<void>;
}

/** An agent writes several files in a row: wait until it pauses, but not for ever. Milliseconds. */
const QUIET_MS = 300;
const LATEST_MS = 2_000;

interface Wanted {
  readonly run: string;
  readonly base: string;
  readonly branches: readonly LiveBranch[];
}

/**
 * A forecast that follows the run: `changed` is called when it differs from before. Nothing is computed until it is told that
 * something happened.
 */
export function liveForecast(world: { readonly git: Pick<Git, 'forecaster'>; readonly clock: Clock; readonly log: Log }, state: () => RunState | undefined, changed: () => void): LiveForecast {
  let forecaster: Forecaster | undefined;
  let present: { readonly run: string; readonly forecast: Forecast } | undefined;
  let asked = '';
  let heads: ReadonlyMap<string, string> = new Map();
  let cancel: (() => void) | undefined;
  let firstAt: number | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;

  const wanted = (): Wanted | undefined => {
    const run = state();
    return run === undefined ? undefined : { run: run.run, base: targetBranch(run), branches: liveBranches(run) };
  };

  const soon = (): void => {
    if (closed) return;
    const now = world.clock.now();
    firstAt ??= now;
    cancel?.();
    cancel = world.clock.after(Math.max(0, Math.min(QUIET_MS, firstAt + LATEST_MS - now)), () => {
      cancel = undefined;
      firstAt = undefined;
      start();
    });
  };

  const start = (): void => {
    if (closed) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    again = false;
    running = compute()
      .catch((error: unknown) => world.log.warn(`The forecast of conflicts could not be computed; the last one stays. ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => {
        running = undefined;
        if (again) start();
      });
  };

  const compute = async (): Promise<void> => {
    const now = wanted();
    if (now === undefined) return;
    // Nothing to compare and nothing open: not even a temporary folder is needed.
    if (now.branches.length > 0) forecaster ??= world.git.forecaster({ changed: soon });
    const forecast = (await forecaster?.compute(now.base, now.branches)) ?? { pairs: [], base: [] };
    if (wanted()?.run !== now.run) return;
    const same = present?.run === now.run && sameForecast(present.forecast, forecast);
    present = { run: now.run, forecast };
    if (!same) changed();
  };

  return {
    get present() {
      const run = state()?.run;
      return present !== undefined && present.run === run ? present.forecast : undefined;
    },
    noticed: () => {
      const now = wanted();
      if (closed || now === undefined) return;
      // What a turn's end or a landing leaves behind, where no file event tells of it.
      const before = heads;
      heads = headsOf(state());
      for (const { task, worktree } of now.branches) if (before.has(task) && before.get(task) !== heads.get(task)) forecaster?.touch(worktree);
      const next = JSON.stringify(now);
      if (next === asked) return;
      asked = next;
      soon();
    },
    edited: (task) => {
      const worktree = wanted()?.branches.find((branch) => branch.task === task)?.worktree;
      if (worktree !== undefined) forecaster?.touch(worktree);
    },
    close: async () => {
      closed = true;
      cancel?.();
      await running;
      await forecaster?.close();
    },
  };
}

/** Per task what changes when its turn ends or Switchyard has committed, merged or landed something. */
function headsOf(state: RunState | undefined): ReadonlyMap<string, string> {
  return new Map([...(state?.tasks ?? [])].map(([id, run]) => [id, `${run.state} ${run.head?.commit ?? ''} ${String(run.attempts.length)}`]));
}

/** Once, for a command: everything is read. */
export async function forecastNow(git: Pick<Git, 'forecaster'>, state: RunState): Promise<Forecast> {
  const forecaster = git.forecaster();
  try {
    return await forecaster.compute(targetBranch(state), liveBranches(state));
  } finally {
    await forecaster.close();
  }
}
