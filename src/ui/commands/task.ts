/** What a person does with one task. */
import * as vscode from 'vscode';
import { backQuestion, dropQuestion, undoQuestion, unprovenQuestion } from '../../core/questions.js';
import { STATE_WORDS } from '../../core/task.js';
import { VIOLATION_WORDS } from '../../core/violationWords.js';
import type { Limits } from '../../core/team.js';
import type { RunView, TaskView } from '../../shared/protocol.js';
import type { App } from '../app.js';
import { showInformation } from '../messages.js';
import { agreed } from '../asking.js';
import type { Outcome } from '../outcome.js';
import { DONE, refuse } from '../outcome.js';
import { chooseSides } from '../review/keepSides.js';
import { openMergeEditors } from '../review/mergeEditor.js';
import { asReview } from '../review/drafts.js';
import type { Sent } from '../review/sentWords.js';
import { sentWords } from '../review/sentWords.js';
import { terminalName } from '../terminals/terminals.js';
import { chooseTrial } from '../tryIt/choices.js';
import { leaveRequest } from '../tryIt/request.js';
import { sendWish } from '../wishing.js';
import { onTask } from './tasks.js';

/** Lands a ready task; what nothing proved is landed only after a question. */
export function approveAndMerge(app: App, argument: unknown): Promise<Outcome> {
  return onTask(app, argument, 'approve', 'approved and merged', async ({ run, task }) => {
    if (task.why?.kind === 'unproven' && !(await agreed(unprovenQuestion(task)))) return undefined;
    return sendWish(app, { type: 'approve', run: run.id, task: task.id });
  });
}

/** Words are written in the dashboard, where several lines have room; with them, draft comments of the task go along. */
export function retry(app: App, argument: unknown, words: unknown): Promise<Outcome> {
  return onTask(app, argument, 'retry', 'retried', async ({ run, task }) => {
    if (typeof words === 'string') return sendBack(app, run.id, task.id, words.trim(), asReview(app.review.drafts.of(run.id, task.id)));
    if (!task.actions.includes('retry')) return refuse(`“${task.title}” is ${STATE_WORDS[task.state].toLowerCase()}, so it cannot be retried now. Nothing was changed.`);
    app.dashboard.compose({ kind: 'retry', task: task.id });
    return DONE;
  });
}

/** Sends the draft review of a task to its agent; the drafts go only when it was taken. */
export function retryWithComments(app: App, argument: unknown): Promise<Outcome> {
  // Pressed in a comment's box, what was just typed goes along: the editor empties the box either way.
  app.review.comments.add(argument);
  return onTask(app, argument, 'retry', 'sent back with your comments', async ({ run, task }) => {
    const comments = asReview(app.review.drafts.of(run.id, task.id));
    if (comments.length === 0) {
      return refuse(`There are no comments on “${task.title}” yet. Open Review Changes, comment on lines with the + beside them, then retry with comments.`);
    }
    const answer = await sendBack(app, run.id, task.id, '', comments);
    if (answer?.ok === true) sayWhatBecame(app, { task: task.id, comments: comments.length, attempts: task.attempts.length });
    return answer;
  });
}

/** In the review nothing else would show that the comments have gone, and what came of it. Told once it is known. */
function sayWhatBecame(app: App, sent: Sent): void {
  const tell = (): boolean => {
    const { run } = app.model.snapshot();
    const isFresh = run?.heldBy !== undefined || run?.tasks.find((each) => each.id === sent.task)?.state === app.model.run()?.tasks.get(sent.task)?.state;
    // What is shown may still be what was before the wish.
    const text = run === undefined || !isFresh ? undefined : sentWords(run, sent);
    if (text === undefined) return false;
    const button = 'Show in Dashboard';
    void showInformation(text, button).then((chosen) => (chosen === button ? app.dashboard.open(sent.task) : undefined));
    return true;
  };
  if (tell()) return;
  const listening = app.model.onDidChange(() => {
    if (tell()) listening.dispose();
  });
}

async function sendBack(app: App, run: string, task: string, feedback: string, comments: ReturnType<typeof asReview>): Promise<Outcome> {
  const answer = await sendWish(app, { type: 'retry', run, task, ...(feedback !== '' && { feedback }), ...(comments.length > 0 && { comments }) });
  if (answer.ok) app.review.sent(run, task);
  return answer;
}

/** Without a task the whole rest of the run is planned again. */
export async function replan(app: App, argument: unknown, words: unknown): Promise<Outcome> {
  const { run } = app.model.snapshot();
  if (run === undefined) return refuse('There is no run to plan again. Decompose a task first.');
  const send = (task: string | undefined, text: string): Promise<Outcome> => sendWish(app, { type: 'replan', run: run.id, ...(task !== undefined && { task }), ...(text.trim() !== '' && { feedback: text.trim() }) });
  // A first plan that failed is asked for again; there is nothing to say about it.
  if (run.planRevision === 0) return send(undefined, '');
  if (argument === undefined) {
    if (typeof words === 'string') return send(undefined, words);
    app.dashboard.compose({ kind: 'replan' });
    return DONE;
  }
  return onTask(app, argument, 'replan', 'planned again', async ({ task }) => {
    if (typeof words === 'string') return send(task.id, words);
    app.dashboard.compose({ kind: 'replan', task: task.id });
    return DONE;
  });
}

/** What is there now is kept, so it is asked about once, and can be gone back from. */
export function backToGreen(app: App, argument: unknown): Promise<Outcome> {
  return onTask(app, argument, 'back', 'taken back to an earlier green result', async ({ run, task }) => {
    const to = task.backTo;
    if (to === undefined) return refuse(`“${task.title}” has no earlier green result to go back to. Nothing was changed.`);
    return (await agreed(backQuestion(task, to))) ? sendWish(app, { type: 'back', run: run.id, task: task.id, attempt: to }) : undefined;
  });
}

/** Asks first, and says what becomes of the work. */
export function drop(app: App, argument: unknown): Promise<Outcome> {
  return onTask(app, argument, 'drop', 'dropped', async ({ run, task }) => {
    return (await agreed(dropQuestion(task))) ? sendWish(app, { type: 'drop', run: run.id, task: task.id }) : undefined;
  });
}

/** Names what would stay behind without its ground before anything is done. */
export function undoLanding(app: App, argument: unknown): Promise<Outcome> {
  return onTask(app, argument, 'undo', 'undone', async ({ run, task }) => {
    return (await agreed(undoQuestion(task, run.landing?.branch ?? run.base))) ? sendWish(app, { type: 'undo', run: run.id, task: task.id }) : undefined;
  });
}

/** Stops a task's agent with everything it started; its work stays in the worktree. */
export function stopTask(app: App, argument: unknown): Promise<Outcome> {
  return onTask(app, argument, 'stop', 'stopped', async ({ run, task }) => sendWish(app, { type: 'stop', run: run.id, task: task.id }));
}

/** Runs boundary check and gate once more, without an agent. */
export function check(app: App, argument: unknown): Promise<Outcome> {
  return onTask(app, argument, 'check', 'checked again', async ({ run, task }) => sendWish(app, { type: 'check', run: run.id, task: task.id }));
}

/** Asks which of the violations may stay; those are allowed for this task only. */
export function allowPaths(app: App, argument: unknown): Promise<Outcome> {
  return onTask(app, argument, 'allow-paths', 'allowed its paths', async ({ run, task }) => {
    const items = [...new Map(task.violations.map((each) => [each.path, each])).values()].map(({ path, kind }) => ({ label: path, description: VIOLATION_WORDS[kind], picked: true }));
    const chosen = await vscode.window.showQuickPick(items, { title: `Allow “${task.title}” to keep which changes outside its contract?`, placeHolder: 'What you leave out stays a violation', canPickMany: true, matchOnDescription: true });
    if (chosen === undefined || chosen.length === 0) return undefined;
    return sendWish(app, { type: 'allow-paths', run: run.id, task: task.id, paths: chosen.map((item) => item.label) });
  });
}

/** Lays the conflict out and opens the merge editor; once it is laid out, whole sides can be chosen too. */
export function resolveConflict(app: App, argument: unknown): Promise<Outcome> {
  return onTask(app, argument, 'resolve-conflict', 'resolved by you', async ({ run, task }) => {
    const open = app.model.run()?.tasks.get(task.id)?.conflict;
    // Once it is laid out for the person, the merge editor is one way of several.
    const chosen = open?.by === 'person' ? await chooseSides(task.title, open, task.why?.paths ?? []) : 'merge-editor';
    if (chosen === undefined) return undefined;
    if (chosen !== 'merge-editor') return sendWish(app, { type: 'resolve-conflict', run: run.id, task: task.id, keep: chosen.keep, ...(chosen.paths.length > 0 && { paths: chosen.paths }) });
    const answer = await sendWish(app, { type: 'resolve-conflict', run: run.id, task: task.id });
    return answer.ok ? openMergeEditors(app, { run: run.id, task: task.id, title: task.title, base: run.base }) : answer;
  });
}

/** Opens the multi-diff, at `path` where it is given. */
export function reviewChanges(app: App, argument: unknown, path: unknown): Promise<Outcome> {
  return onTask(app, argument, 'review', 'reviewed', ({ task }) => app.review.open(task.id, typeof path === 'string' ? path : undefined));
}

/** Stops the headless agent, then opens its own interactive CLI on the same session for the person. */
export function takeOver(app: App, argument: unknown): Promise<Outcome> {
  return onTask(app, argument, 'take-over', 'taken over', async ({ run, task }) => {
    const answer = await sendWish(app, { type: 'take-over', run: run.id, task: task.id });
    if (!answer.ok) return answer;
    const command = await app.repository.session()?.takeOverCommand(task.id);
    const name = `${task.id} · ${task.agent} (you)`;
    if (command !== undefined) app.terminals.takeOver(name, task.agent, command);
    else if (task.worktree !== undefined) app.terminals.shell(name, task.worktree, `The worktree of “${task.title}”: ${task.agent} has no CLI to go on in, so this is your own shell. Edit, then choose Check Again in Switchyard.`);
    else return refuse(`“${task.title}” has no worktree: it has not started, or it was cleaned up after landing.`);
    return DONE;
  });
}

/** No agent (the planner is one more), no gate and no other task that is tried has it: two tried programs do not want one port. */
function trialSlot(run: RunView, task: TaskView, limits: Pick<Limits, 'gateParallel' | 'maxParallel'> | undefined): number {
  return (limits?.gateParallel ?? 0) + (limits?.maxParallel ?? 0) + 1 + run.tasks.findIndex((each) => each.id === task.id);
}

/** Opens the task's worktree in a window of its own, where the program or the gate that the person chose then runs. */
export function tryIt(app: App, argument: unknown): Promise<Outcome> {
  return onTask(app, argument, 'try-it', 'tried', async ({ run, task }) => {
    if (task.worktree === undefined) return refuse(`“${task.title}” has no worktree: it has not started, or it was cleaned up after landing.`);
    const folder = vscode.Uri.file(task.worktree);
    const team = app.model.run()?.team;
    const trial = await chooseTrial(task, folder, task.contract.gate.length > 0 ? task.contract.gate : (team?.gate ?? []));
    if (trial === undefined) return undefined;
    const slot = trialSlot(run, task, team?.limits);
    if (trial.commands.length > 0) await leaveRequest(app.context, { folder: folder.toString(), label: trial.label, at: Date.now(), slot, commands: [...trial.commands] });
    await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: true });
    return DONE;
  });
}

/** The planner's terminal too, by the name `planner`. */
export async function showTerminal(app: App, argument: unknown): Promise<Outcome> {
  const state = app.model.run();
  if (state === undefined) return refuse('There is no run, so there is no terminal to show.');
  if (argument === 'planner') return show(app, 'planner', state.plannerAttempts.at(-1));
  return onTask(app, argument, 'show-terminal', 'shown in a terminal', ({ task }) => show(app, task.id, state.tasks.get(task.id)?.attempts.at(-1)));
}

type Attempt = NonNullable<ReturnType<App['model']['run']>>['plannerAttempts'][number];

async function show(app: App, task: string, attempt: Attempt | undefined): Promise<Outcome> {
  if (attempt === undefined) return refuse('No agent has worked on that yet, so there is no terminal to show.');
  await app.terminals.show({ folder: attempt.folder, name: terminalName(task, attempt.agent), agent: attempt.agent, over: attempt.endedAt !== undefined });
  return DONE;
}
