/** The part of the fold that is about changes of the base beside the tasks, and about the integration branch. */
import type { Change } from './change.js';
import { RUN_CHANGE, landedWith } from './change.js';
import type { Event } from './events.js';
import type { RunState } from './run.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type ChangeEvent = Extract<Event, { readonly type: `change.${string}` | `integration.${string}` }>;

/** Events of landings that are not one task's own: undone ones and the run's integration branch. */
export function isChangeEvent(event: Event): event is ChangeEvent {
  return event.type.startsWith('change.') || event.type.startsWith('integration.');
}

/** Returns what is wrong, or `undefined`. */
export function foldChange(run: Mutable<RunState>, event: ChangeEvent, at: number): string | undefined {
  switch (event.type) {
    case 'integration.creating':
      run.integration = { branch: event.branch, from: event.commit, created: false, landed: false };
      return undefined;
    case 'integration.created':
      if (run.integration === undefined) return 'an integration branch was made that nobody announced';
      run.integration = { ...run.integration, created: true };
      return undefined;
    case 'integration.removed':
      delete run.integration;
      if (run.changes.get(RUN_CHANGE)?.state !== 'landed') run.changes = new Map([...run.changes].filter(([id]) => id !== RUN_CHANGE));
      return undefined;
    case 'change.opened':
      delete run.endedAt;
      put(run, event.change, {
        kind: event.kind,
        ...(event.undoes !== undefined && { undoes: event.undoes }),
        state: 'checking',
        since: at,
        approved: event.by !== undefined,
        ...(event.accepts !== undefined && { accepts: event.accepts }),
        results: [],
      });
      return undefined;
    default:
      return step(run, event, at);
  }
}

function step(run: Mutable<RunState>, event: Exclude<ChangeEvent, { type: 'change.opened' | `integration.${string}` }>, at: number): string | undefined {
  const present = run.changes.get(event.change);
  if (present === undefined) return `there is no change "${event.change}"`;
  const change: Mutable<Change> = { ...present };
  switch (event.type) {
    case 'change.made':
      change.made = { commit: event.commit, tree: event.tree, base: event.base };
      delete change.receipt;
      delete change.verdict;
      change.results = [];
      break;
    case 'change.gated':
      change.verdict = event.verdict;
      change.results = event.results;
      if (event.note === undefined) delete change.note;
      else change.note = event.note;
      if (event.receipt === undefined) delete change.receipt;
      else change.receipt = event.receipt;
      break;
    case 'change.state':
      change.state = event.to;
      change.since = at;
      if (event.reason === undefined) delete change.reason;
      else change.reason = event.reason;
      break;
    case 'change.approved':
      change.approved = true;
      break;
    case 'change.opening':
      change.pullRequest = { remote: event.remote, branch: event.branch, commit: event.commit };
      break;
    case 'change.pull-request':
      if (change.pullRequest === undefined) return 'a pull request was opened that nobody announced';
      change.pullRequest = { ...change.pullRequest, url: event.url };
      break;
    case 'change.intended':
      change.mergeIntended = { from: event.from, to: event.to };
      break;
    case 'change.refused':
      delete change.mergeIntended;
      break;
    case 'change.landed':
      land(run, change, event.commit, at);
      break;
  }
  put(run, event.change, change);
  return undefined;
}

function land(run: Mutable<RunState>, change: Mutable<Change>, commit: string, at: number): void {
  change.state = 'landed';
  change.since = at;
  change.landed = { commit, at };
  delete change.reason;
  if (change.kind === 'run' && run.integration !== undefined) run.integration = { ...run.integration, landed: true };
  if (change.kind === 'run') run.tasks = new Map([...run.tasks].map(([id, task]) => [id, task.landed === undefined || task.landed.with !== undefined ? task : { ...task, landed: { ...task.landed, with: commit } }]));
  if (change.kind === 'undo' && change.undoes === undefined) landUndoneRun(run, { commit, at });
  const task = change.undoes === undefined ? undefined : run.tasks.get(change.undoes);
  if (task !== undefined) run.tasks = new Map(run.tasks).set(task.task.id, { ...task, undone: { commit, at } });
}

function landUndoneRun(run: Mutable<RunState>, undone: { readonly commit: string; readonly at: number }): void {
  const landed = run.changes.get(RUN_CHANGE);
  if (landed === undefined) return;
  put(run, RUN_CHANGE, { ...landed, undone });
  run.tasks = new Map([...run.tasks].map(([id, task]) => [id, task.undone === undefined && landedWith(task, landed) ? { ...task, undone } : task]));
}

function put(run: Mutable<RunState>, id: string, change: Change): void {
  run.changes = new Map(run.changes).set(id, change);
}
