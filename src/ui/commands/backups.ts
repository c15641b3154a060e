/** Getting back what was saved before something was removed. */
import * as vscode from 'vscode';
import type { KnownBackup } from '../../core/backups.js';
import { fateText } from '../../core/backups.js';
import type { App } from '../app.js';
import { noRepository } from '../goal.js';
import { showInformation } from '../messages.js';
import type { Outcome } from '../outcome.js';
import { DONE, refuse } from '../outcome.js';

/** Asks for a backup and a folder, where they are not given (`ref`, absolute path `into`), and writes the one into the other. */
export async function restoreBackup(app: App, ref: unknown, into: unknown): Promise<Outcome> {
  const session = app.repository.session();
  if (session === undefined) return refuse(noRepository(app));
  const backups = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Reading backups' }, () => session.backups());
  if (backups.length === 0) return refuse('There are no backups in this repository: nothing that was removed held unsaved work.');
  const chosen = typeof ref === 'string' ? ref : (await vscode.window.showQuickPick(backups.map(backupItem), { title: 'Restore which backup?', placeHolder: 'Newest first. Its files go into a folder of their own; nothing of yours is changed.', matchOnDescription: true, matchOnDetail: true }))?.ref;
  if (chosen === undefined) return undefined;
  const folder = typeof into === 'string' ? vscode.Uri.file(into) : await folderFor(chosen, session.facts.root);
  if (folder === undefined) return undefined;
  const answer = await session.restore(chosen, folder.fsPath);
  if (!answer.ok) return refuse(answer.reason);
  void offerToOpen(folder);
  return DONE;
}

/** Whose it is and when; which act saved it and what becomes of it; its name. */
export function backupItem(backup: KnownBackup): vscode.QuickPickItem & { readonly ref: string } {
  const icon = backup.landed ? '$(pass)' : backup.expired ? '$(clock)' : '$(archive)';
  return {
    label: `${icon} ${backup.title ?? backup.subject}`,
    description: [new Date(backup.at).toLocaleString(), ...(backup.task === undefined ? [] : [`${backup.run ?? ''} ${backup.task}`])].join(' · '),
    detail: `${sentence(backup.words)}. ${sentence(fateText(backup))}.`,
    ref: backup.ref,
  };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A new folder, named after the backup, in one that the person picks: a backup is never written over anything. */
async function folderFor(ref: string, root: string): Promise<vscode.Uri | undefined> {
  // Beside the repository: in it, the backup would be so many untracked files.
  const defaultUri = vscode.Uri.joinPath(vscode.Uri.file(root), '..');
  const [parent] = (await vscode.window.showOpenDialog({ defaultUri, title: 'Restore Backup Into', openLabel: 'Restore Here', canSelectFiles: false, canSelectFolders: true })) ?? [];
  return parent === undefined ? undefined : vscode.Uri.joinPath(parent, ref.split('/').slice(3).join('-'));
}

async function offerToOpen(folder: vscode.Uri): Promise<void> {
  const open = 'Open in New Window';
  const answer = await showInformation(`The backup is in ${folder.fsPath}.`, open);
  if (answer === open) await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: true });
}
