/** Who stands on the other side of a conflict: the tasks that landed and the people who committed there. Pure. */
import type { PathCommit } from './ports.js';
import type { RunState, TaskRun } from './run.js';
import { listed } from './gate.js';

export interface OtherSide {
  readonly tasks: readonly TaskRun[];
  /** Commits that no task of this run made, newest first. */
  readonly commits: readonly PathCommit[];
}

/** `commits` are those of the base that touched the paths since the task was last brought up to date. */
export function otherSideOf(state: RunState, paths: readonly string[], commits: readonly PathCommit[]): OtherSide {
  const names = new Set(paths.map(plainPath));
  const byTask = new Set(commits.flatMap(({ message }) => (trailer(message, 'Switchyard-Run') === state.run ? (trailer(message, 'Switchyard-Task') ?? []) : [])));
  const tasks = [...state.tasks.values()].filter(
    (each) => each.landed !== undefined && (byTask.has(each.task.id) || each.files.some((file) => names.has(file.path) || (file.from !== undefined && names.has(file.from)))),
  );
  return { tasks, commits: commits.filter(({ message }) => trailer(message, 'Switchyard-Run') !== state.run) };
}

/** `Endpoint (landed) and Ada in “Rename the store”`; empty when nobody is known. */
export function otherSideWords({ tasks, commits }: OtherSide): string {
  const words = [...tasks.map((each) => `${each.task.title} (landed)`), ...commits.map((each) => `${each.author} in “${subjectOf(each)}”`)];
  return listed(words, 3);
}

/** A path as both sides know it, without the mark that tells two things of one name apart. */
export function plainPath(path: string): string {
  return path.replace(/~[0-9a-f]{40}(?:[0-9a-f]{24})?(?=\/|$)/u, '');
}

/** The first line of a commit's message. */
export function subjectOf({ message }: PathCommit): string {
  return message.split('\n')[0] ?? '';
}

/** The run's task that a commit says it belongs to. */
export function taskOfCommit({ message }: PathCommit, run: string): string | undefined {
  return trailer(message, 'Switchyard-Run') === run ? trailer(message, 'Switchyard-Task') : undefined;
}

function trailer(message: string, name: string): string | undefined {
  return new RegExp(`^${name}: (\\S+)$`, 'mu').exec(message)?.[1];
}
