/** A conflict in the editor's own merge editor: three sides from git objects, the result is the file in the task's worktree. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ConflictSides } from '../../core/ports.js';
import type { App, Base } from '../app.js';
import { commandId, SIDE_SCHEME } from '../contributions.js';
import type { Disposable } from '../disposables.js';
import { showInformation } from '../messages.js';
import type { Outcome } from '../outcome.js';
import { DONE, refuse } from '../outcome.js';

/** More at once would bury the person. */
const MOST = 8;

/** Serves the sides; they are fixed objects, so nothing of them ever changes. */
export function serveSides(base: Base): Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SIDE_SCHEME, {
    provideTextDocumentContent: async (uri) => {
      await base.repository.settled;
      return uri.query === '' ? '' : ((await base.repository.session()?.sideText(uri.query)) ?? '');
    },
  });
}

interface Resolved {
  readonly run: string;
  readonly task: string;
  readonly title: string;
  /** Name of the base branch. */
  readonly base: string;
}

/** The conflict is laid out: one merge editor per text, the file itself for what has no three texts. */
export async function openMergeEditors(app: App, { task, title, base }: Resolved): Promise<Outcome> {
  const conflict = await app.repository.session()?.conflict(task);
  if (conflict === undefined) {
    return refuse(`Nothing of “${title}” conflicts any more, or the window that runs its agents has not laid it out yet. Look at the task; Resolve Conflict again opens it then.`);
  }
  const texts = conflict.paths.filter(isText);
  for (const sides of texts.slice(0, MOST)) await openOne(sides, conflict.worktree, title, base);
  const others = conflict.paths.filter((sides) => !isText(sides)).map(({ path }) => path);
  const rest = texts.length > MOST ? ` The first ${String(MOST)} of ${String(texts.length)} files are open.` : '';
  const byHand = others.length === 0 ? '' : ` Decide about ${others.join(', ')} in ${conflict.worktree}, or choose Resolve Conflict again to keep one side.`;
  const again = 'Check Again';
  void showInformation(`Resolve “${title}”, save, then Check Again: it concludes the merge and runs the gate.${rest}${byHand}`, again).then(async (answer) => {
    if (answer === again) await vscode.commands.executeCommand(commandId('check'), task);
  });
  return DONE;
}

/** Both sides are there as plain files. */
function isText(sides: ConflictSides): boolean {
  return [sides.ours, sides.theirs].every((side) => side?.mode.startsWith('100') === true);
}

async function openOne({ path, base, ours, theirs }: ConflictSides, worktree: string, title: string, branch: string): Promise<void> {
  const side = (name: string, id: string | undefined): vscode.Uri => vscode.Uri.from({ scheme: SIDE_SCHEME, authority: name, path: `/${path}`, query: id ?? '' });
  const output = vscode.Uri.file(join(worktree, path));
  try {
    // The command that the editor's own git extension uses; it has no other door.
    await vscode.commands.executeCommand('_open.mergeEditor', {
      base: side('base', base?.id),
      input1: { uri: side('theirs', theirs?.id), title: branch, description: 'Landed' },
      input2: { uri: side('ours', ours?.id), title, description: 'This task' },
      output,
    });
  } catch {
    // An editor without it still shows the markers, with its own buttons beside them.
    await vscode.commands.executeCommand('vscode.open', output, { preview: false });
  }
}
