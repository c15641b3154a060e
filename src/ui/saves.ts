/** What the person saved, made, renamed or deleted by hand in this editor, so that no agent is blamed for it. */
import { realpath } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Saves } from '../core/ports.js';
import type { Disposable } from './disposables.js';
import { Disposables } from './disposables.js';
import { rememberSaves } from './savedPaths.js';

export interface TrackedSaves extends Saves, Disposable {}

/** Notes what the person saves, makes, renames and deletes in this editor, so that agents are not blamed for it. */
export function trackSaves(): TrackedSaves {
  const own = new Disposables();
  const saves = rememberSaves(() => Date.now());
  const note = (...uris: readonly vscode.Uri[]): void => {
    for (const { scheme, fsPath } of uris) {
      if (scheme !== 'file') continue;
      saves.note(fsPath);
      // A workspace that was opened through a link names its files otherwise than git does.
      void realpath(fsPath).then((path) => saves.note(path), () => undefined);
    }
  };
  own.add(vscode.workspace.onDidSaveTextDocument(({ uri }) => note(uri)));
  own.add(vscode.workspace.onDidSaveNotebookDocument(({ uri }) => note(uri)));
  own.add(vscode.workspace.onDidCreateFiles(({ files }) => note(...files)));
  own.add(vscode.workspace.onDidDeleteFiles(({ files }) => note(...files)));
  own.add(vscode.workspace.onDidRenameFiles(({ files }) => note(...files.flatMap(({ oldUri, newUri }) => [oldUri, newUri]))));
  return { since: (path, ms) => saves.since(path, ms), dispose: () => own.dispose() };
}
