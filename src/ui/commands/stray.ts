/** Changes that an agent left outside its worktree: look at them, and move, keep or undo them. */
import * as vscode from 'vscode';
import { PLANNER } from '../../core/events.js';
import type { LeakChoice } from '../../core/leak.js';
import type { LeakView } from '../../shared/protocol.js';
import type { App } from '../app.js';
import type { Outcome } from '../outcome.js';
import { DONE, refuse } from '../outcome.js';
import { sendWish } from '../wishing.js';
import { onTask } from './tasks.js';

interface Choice extends vscode.QuickPickItem {
  readonly choice: LeakChoice | 'show';
}

/** Asks what becomes of everything that the task's agent left elsewhere. */
export function strayChanges(app: App, argument: unknown): Promise<Outcome> {
  return onTask(app, argument, 'stray-changes', 'cleared of stray changes', async ({ run, task }) => {
    const leaks = task.leaks ?? [];
    const [first] = leaks;
    if (first === undefined) return refuse(`“${task.title}” left no changes outside its worktree that wait for a choice.`);
    const chosen = await vscode.window.showQuickPick<Choice>(choices(leaks), { title: `What becomes of the stray changes of “${task.title}”?`, placeHolder: leaks.map((leak) => leak.text).join(' ') });
    if (chosen === undefined) return undefined;
    if (chosen.choice === 'show') return openPatch(first);
    return sendWish(app, { type: 'leak', run: run.id, task: task.id, choice: chosen.choice });
  });
}

function choices(leaks: readonly LeakView[]): Choice[] {
  const files = leaks.flatMap((leak) => leak.files);
  const fixed = files.filter((file) => !file.undoable).length;
  const stays = fixed === 0 ? '' : ` ${String(fixed)} of ${String(files.length)} stay: nobody knows what was there before.`;
  return [
    ...(leaks.every((leak) => leak.movable) ? [{ label: 'Move into the Task', detail: 'Applied to its worktree, where the gate checks them; taken out of where they are.', choice: 'move' as const }] : []),
    { label: 'Keep', detail: 'They stay where they are, as your own uncommitted changes.', choice: 'keep' },
    { label: 'Undo', detail: `Every file that still is as the agent left it becomes what it was.${stays} They stay in a backup.`, choice: 'undo' },
    { label: 'Show the Changes', detail: files.map((file) => file.path).slice(0, 5).join(', '), choice: 'show' },
  ];
}

/** Opens the kept patch of a leak as a document; `id` may name one of several. */
export async function showStrayPatch(app: App, argument: unknown, id: unknown): Promise<Outcome> {
  const ofPlanner = argument === PLANNER ? app.model.snapshot().run?.leaks?.find((leak) => leak.id === id) : undefined;
  if (ofPlanner !== undefined) return openPatch(ofPlanner);
  return onTask(app, argument, 'stray-changes', 'shown', async ({ task }) => {
    const leak = task.leaks?.find((each) => id === undefined || each.id === id);
    return leak === undefined ? refuse(`“${task.title}” has no stray changes that wait for a choice.`) : openPatch(leak);
  });
}

async function openPatch(leak: LeakView): Promise<Outcome> {
  await vscode.window.showTextDocument(vscode.Uri.file(leak.patch), { preview: true });
  return DONE;
}
