/** Which task a command is about: the one it was called on, the one under review, or one that the person picks. */
import * as vscode from 'vscode';
import type { RunView, TaskAction, TaskView } from '../../shared/protocol.js';
import type { App } from '../app.js';
import { groupTasks, taskDetail } from '../tasks/groups.js';
import { taskIcon } from '../tasks/tree.js';
import type { Outcome } from '../outcome.js';
import { refuse } from '../outcome.js';
import { reviewedFile } from '../review/uris.js';

export interface Chosen {
  readonly run: RunView;
  readonly task: TaskView;
}

/** Calls `act` with the task that is meant; says so when there is none for which the command makes sense. */
export async function onTask(app: App, argument: unknown, action: TaskAction | undefined, what: string, act: (chosen: Chosen) => Promise<Outcome>): Promise<Outcome> {
  const { run } = app.model.snapshot();
  if (run === undefined) return refuse('There is no run. Decompose a task first.');
  const named = taskIdOf(argument) ?? fromEditorTitle(app, argument);
  const fits = (task: TaskView): boolean => action === undefined || task.actions.includes(action);
  if (named !== undefined) {
    const task = run.tasks.find((each) => each.id === named);
    // A task that is named is acted on even if its buttons say otherwise: the engine answers with the reason.
    return task === undefined ? refuse(`There is no task “${named}” in the run that is shown.`) : act({ run, task });
  }
  const candidates = run.tasks.filter(fits);
  if (candidates.length === 0) return refuse(`No task can be ${what} now.`);
  const task = await pick(candidates, `Which task should be ${what}?`);
  return task === undefined ? undefined : act({ run, task });
}

/** A tree row, an id, a comment box, or nothing. */
function taskIdOf(argument: unknown): string | undefined {
  if (typeof argument === 'string' && argument !== '') return argument;
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('task' in argument && typeof argument.task === 'string') return argument.task;
  return 'thread' in argument ? threadTask(argument.thread) : undefined;
}

/** A comment box belongs to the task of the file it stands in. */
function threadTask(thread: unknown): string | undefined {
  const uri = typeof thread === 'object' && thread !== null && 'uri' in thread ? thread.uri : undefined;
  return uri instanceof vscode.Uri ? reviewedFile(uri)?.task : undefined;
}

/** Buttons of an editor's title pass its address, or nothing at all for a multi-diff. */
function fromEditorTitle(app: App, argument: unknown): string | undefined {
  return argument === undefined || argument instanceof vscode.Uri ? app.review.shownTask() : undefined;
}

async function pick(tasks: readonly TaskView[], title: string): Promise<TaskView | undefined> {
  const items = groupTasks(tasks).flatMap(({ tasks: group }) =>
    group.map((task) => ({ label: task.title, description: taskDetail(task), detail: task.contract.owns.join(', '), iconPath: taskIcon(task), task })),
  );
  const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true, matchOnDetail: true });
  return chosen?.task;
}
