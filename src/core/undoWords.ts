/** Why a landing cannot be taken back: what was built on it since, by name. Pure. */
import { listed } from './gate.js';
import { subjectOf, taskOfCommit } from './otherSide.js';
import type { PathCommit, Sha } from './ports.js';
import type { Reason, RunState, TaskRun } from './run.js';

export interface Builders {
  /** Tasks of the run that have landed since, and still are there. */
  readonly tasks: readonly TaskRun[];
  /** Commits that no task of the run made, newest first. */
  readonly commits: readonly PathCommit[];
  readonly paths: readonly string[];
}

/** `commits` are those on the branch since the landing `landing` that touch the paths in which it cannot be taken back. */
export function buildersOf(state: Pick<RunState, 'run' | 'tasks'>, landing: Sha, paths: readonly string[], commits: readonly PathCommit[]): Builders {
  const all = [...state.tasks.values()];
  const at = all.find((task) => task.landed?.commit === landing || task.landed?.with === landing)?.landed?.at ?? 0;
  const made = new Set(commits.map((commit) => taskOfCommit(commit, state.run)));
  const touches = (task: TaskRun): boolean => task.files.some((file) => paths.includes(file.path) || (file.from !== undefined && paths.includes(file.from)));
  const tasks = all.filter(
    (task) => task.landed !== undefined && task.landed.commit !== landing && task.landed.with !== landing && task.undone === undefined && (made.has(task.task.id) || (task.landed.at > at && touches(task))),
  );
  // An agent's own commits name no task: where tasks are known to be the builders, they are theirs.
  return { tasks, commits: tasks.length > 0 ? [] : commits.filter((commit) => taskOfCommit(commit, state.run) === undefined), paths };
}

/** The refusal: what happened, what is safe, what next. */
export function cannotUndo(title: string, landing: Sha, { tasks, commits, paths }: Builders): Reason {
  const by = [...tasks.map((task) => `“${task.task.title}”`), ...commits.map((commit) => `${commit.author} in “${subjectOf(commit)}” (${commit.commit.slice(0, 10)})`)];
  const one = by.length === 1;
  const what = by.length === 0 ? `later changes to ${listed(paths)} build on it` : `${listed(by, 3)} ${one ? 'builds' : 'build'} on it and changed ${listed(paths)} since`;
  const first = tasks.length === 0 ? 'Undo that first' : `Undo the landing of ${listed(tasks.map((task) => task.task.title), 3)} first`;
  return {
    kind: 'conflict',
    text: `${title} cannot be undone: ${what}. Nothing was changed. ${first}, or revert ${landing.slice(0, 10)} by hand.`,
    ...(tasks.length > 0 && { tasks: tasks.map((task) => task.task.id) }),
  };
}
