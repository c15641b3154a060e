/** What is wrong with something that a person wrote, each on a line of its own: a notification would run it all together. */
import * as vscode from 'vscode';
import { showWarning } from './messages.js';

/** What fits a message box of a small screen; the rest is counted. */
const SHOWN = 12;

export interface Written {
  readonly document: vscode.TextDocument;
  /** `outline`, as in “The outline cannot be used”. */
  readonly what: string;
}

/** Asks for nothing but to be read; a button leads to the first place. Resolves when the person has gone on. */
export async function sayProblems({ document, what }: Written, problems: readonly string[]): Promise<void> {
  const title = `The ${what} cannot be used: ${problems.length === 1 ? 'one problem' : `${String(problems.length)} problems`}`;
  const more = problems.length > SHOWN ? [`and ${String(problems.length - SHOWN)} more`] : [];
  const detail = [...problems.slice(0, SHOWN).map(asSentence), ...more, '', 'Nothing was changed.'].join('\n');
  const show = `Show the ${what.charAt(0).toUpperCase()}${what.slice(1)}`;
  if ((await showWarning(title, { modal: true, detail }, show)) !== show) return;
  const line = Math.max(0, Number(/^line (\d+):/.exec(problems[0] ?? '')?.[1] ?? 1) - 1);
  const selection = document.lineAt(Math.min(line, document.lineCount - 1)).range;
  await vscode.window.showTextDocument(document, { selection });
}

function asSentence(problem: string): string {
  return `${problem.charAt(0).toUpperCase()}${problem.slice(1)}`;
}
