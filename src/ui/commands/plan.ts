/** Getting a goal to the planner. */
import * as vscode from 'vscode';
import type { App } from '../app.js';
import type { Outcome } from '../outcome.js';
import { refuse } from '../outcome.js';

/** With words from elsewhere (an issue, a chat), they are put into the goal. */
export function decomposeTask(app: App, text: unknown): Promise<Outcome> {
  return app.goal.open(typeof text === 'string' ? text : undefined);
}

/** The selected words, or the whole document where nothing is selected, go into the goal. */
export async function decomposeSelection(app: App): Promise<Outcome> {
  const editor = vscode.window.activeTextEditor;
  const text = editor?.document.getText(editor.selection.isEmpty ? undefined : editor.selection);
  if (text === undefined || text.trim() === '') return refuse('Nothing is selected. Select the words of the goal first.');
  return app.goal.open(text);
}
