/** Keeps the context keys, on which menus and welcome texts depend, at what is true. */
import * as vscode from 'vscode';
import type { Base } from './app.js';
import { GOAL_SCHEME } from './contributions.js';
import { isPlanning } from './dashboard/phase.js';
import type { Disposable } from './disposables.js';
import { Disposables } from './disposables.js';

/** Keeps the context keys of menus and welcome views true to the snapshot. */
export function followState(base: Base): Disposable {
  const own = new Disposables();
  const show = (): void => {
    const snapshot = base.model.snapshot();
    const run = base.model.run();
    base.keys.set('state', snapshot.empty ?? (run === undefined ? 'loading' : 'ready'));
    base.keys.set('phase', snapshot.run?.phase ?? '');
    base.keys.set('landing', snapshot.run?.landing?.state ?? '');
    base.keys.set('planning', run !== undefined && isPlanning(run));
    base.keys.set('paused', run !== undefined && (run.paused || run.stopped));
    base.keys.set('severalFolders', (vscode.workspace.workspaceFolders?.length ?? 0) > 1);
  };
  const showGoal = (): void => base.keys.set('goalOpen', vscode.window.activeTextEditor?.document.uri.scheme === GOAL_SCHEME);
  own.add(base.model.onDidChange(show));
  own.add(vscode.window.onDidChangeActiveTextEditor(showGoal));
  show();
  showGoal();
  return own;
}
