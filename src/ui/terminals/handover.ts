/** Tells the terminals when an agent's work is over, so that what it said stays readable. */
import type { AttemptState, RunState } from '../../core/run.js';
import type { Base } from '../app.js';
import type { Disposable } from '../disposables.js';
import { terminalName } from './terminals.js';

/** Tells the terminals when attempts end, those that ended before this window came up too. */
export function followAttempts(base: Base): Disposable {
  const working = new Set<string>();
  const told = new Set<string>();
  const look = (): void => {
    const run = base.model.run();
    for (const { task, folder, agent, endedAt, isLast } of run === undefined ? [] : attemptsOf(run)) {
      if (endedAt === undefined) working.add(folder);
      if (endedAt === undefined || told.has(folder)) continue;
      told.add(folder);
      // After a reload a terminal may have come back whose agent has ended meanwhile; older attempts' are long gone.
      if (!working.delete(folder) && !isLast) continue;
      base.terminals.ended({ folder, agent, name: terminalName(task, agent) }).catch((error: unknown) => base.log.error(`The end of ${task} could not be shown in its terminal`, error));
    }
  };
  look();
  return base.model.onDidChange(look);
}

/** All attempts of a run, the planner's too, each with the task it is of. */
export function attemptsOf(run: RunState): readonly (AttemptState & { readonly task: string; readonly isLast: boolean })[] {
  const of = (task: string, attempts: readonly AttemptState[]) => attempts.map((each, at) => ({ ...each, task, isLast: at === attempts.length - 1 }));
  return [...of('planner', run.plannerAttempts), ...[...run.tasks].flatMap(([id, { attempts }]) => of(id, attempts))];
}
