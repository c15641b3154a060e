/** What a person does with the plan and the run as a whole. */
import * as vscode from 'vscode';
import { discardQuestion, STOP_ALL_QUESTION } from '../../core/questions.js';
import { receiptsDocument } from '../../core/receiptExport.js';
import { maskOf } from '../../core/secrets.js';
import type { Wish } from '../../core/wishes.js';
import type { Session } from '../../engine/api.js';
import type { RunView } from '../../shared/protocol.js';
import type { App } from '../app.js';
import { agreed } from '../asking.js';
import { isPlanning } from '../dashboard/phase.js';
import { refusalText } from '../dashboard/refusal.js';
import { noRepository } from '../goal.js';
import { messageOf } from '../log.js';
import type { Outcome } from '../outcome.js';
import { DONE, refuse } from '../outcome.js';
import { sayProblems } from '../problems.js';
import { sendWish } from '../wishing.js';
import { recoverRun } from './recoverRun.js';

async function onRun(app: App, act: (run: RunView) => Promise<Outcome>): Promise<Outcome> {
  const { run } = app.model.snapshot();
  return run === undefined ? refuse('There is no run. Decompose a task first.') : act(run);
}

async function onSession(app: App, act: (session: Session) => Promise<Outcome>): Promise<Outcome> {
  const session = app.repository.session();
  return session === undefined ? refuse(noRepository(app)) : act(session);
}

/** A wish about the run that needs nothing but its name. */
export function plainWish(app: App, type: 'pause' | 'go-on' | 'discard-plan'): Promise<Outcome> {
  return onRun(app, (run) => sendWish(app, { type, run: run.id }));
}

/** Approves exactly the revision that is shown: another one that came meanwhile is refused by the engine. */
export function approvePlan(app: App): Promise<Outcome> {
  return onRun(app, (run) => {
    if (run.phase !== 'proposed') return Promise.resolve(refuse('There is no proposed plan to approve.'));
    return sendWish(app, { type: 'approve-plan', run: run.id, revision: run.planRevision });
  });
}

/** Takes back what *Land the Run* landed. */
export function undoRun(app: App): Promise<Outcome> {
  return onRun(app, async (run) => {
    const text = `One commit that takes the changes of all its tasks back is made, gated and landed on ${run.base}. If it conflicts or its gate is red, nothing is changed.`;
    const question = { title: `Undo the landing of ${run.id}, “${run.goal.split('\n')[0] ?? ''}”?`, text, button: 'Undo Landing' };
    return (await agreed(question)) ? sendWish(app, { type: 'undo', run: run.id }) : undefined;
  });
}

/** Lands the run's integration branch on its base. */
export function landRun(app: App): Promise<Outcome> {
  return onRun(app, (run) => sendWish(app, { type: 'land-run', run: run.id }));
}

/** Without words it opens the box for them in the dashboard. */
export function askForChanges(app: App, words: unknown): Promise<Outcome> {
  return onRun(app, async (run) => {
    if (run.phase !== 'proposed') return refuse('There is no proposed plan to change.');
    if (typeof words !== 'string') {
      app.dashboard.compose({ kind: 'ask-changes' });
      return DONE;
    }
    return words.trim() === '' ? refuse('There are no words for the planner yet. Write what should be different.') : sendWish(app, { type: 'ask-changes', run: run.id, text: words.trim() });
  });
}

/** Asks first, and says whether the whole run goes or only the proposed revision. */
export function discardPlan(app: App): Promise<Outcome> {
  return onRun(app, async (run) => {
    if (run.phase !== 'proposed') return refuse('There is no proposed plan to discard.');
    return (await agreed(discardQuestion(run.planRevision, run.revisionInForce))) ? sendWish(app, { type: 'discard-plan', run: run.id }) : undefined;
  });
}

/** Stops the planner; agents that work on a plan in force go on. */
export async function cancelPlanning(app: App): Promise<Outcome> {
  const state = app.model.run();
  if (state === undefined || !isPlanning(state)) return refuse('No planner is at work.');
  // Before anything was approved the planner is all there is; later only the planner may stop, not the agents.
  const wish: Wish = state.revision === 0 ? { type: 'stop', run: state.run } : { type: 'stop', run: state.run, task: 'planner' };
  return sendWish(app, wish);
}

/** Asks first: it ends every process of every agent of the run. */
export function stopAll(app: App): Promise<Outcome> {
  return onRun(app, async (run) => {
    return (await agreed(STOP_ALL_QUESTION)) ? sendWish(app, { type: 'stop', run: run.id }) : undefined;
  });
}

/** What every green of the shown run was bound to, as one JSON document. */
export function exportReceipts(app: App): Promise<Outcome> {
  return onSession(app, async (session) => {
    const state = session.current();
    if (state === undefined || state.receipts.length === 0) return refuse('There is no receipt to export yet: no gate of this run was green.');
    const name = `switchyard-receipts-${state.run}.json`;
    const uri = await vscode.window.showSaveDialog({ title: 'Export Receipts', saveLabel: 'Export Receipts', defaultUri: vscode.Uri.joinPath(vscode.Uri.file(session.facts.root), '..', name), filters: { JSON: ['json'] } });
    if (uri === undefined) return undefined;
    try {
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(`${JSON.stringify(receiptsDocument(state, maskOf(process.env)), null, 2)}\n`));
      return DONE;
    } catch (error) {
      return refuse(`The receipts could not be written to ${uri.fsPath}: ${messageOf(error)}. Nothing else was changed; choose another place.`);
    }
  });
}

/** Shows another run; one that cannot be opened is listed with its reason and leads to *Recover Run…*. */
export function pickRun(app: App): Promise<Outcome> {
  return onSession(app, async (session) => {
    // A plan that was discarded before it began left nothing to show.
    const runs = (await session.runs()).filter((run) => run.discarded !== true);
    if (runs.length === 0) return refuse('There are no runs in this repository yet. Decompose a task first.');
    const shown = app.model.run()?.run;
    const items = runs.map((run) => ({
      label: run.refused === undefined ? (run.goal.split('\n')[0] ?? run.run) : `$(warning) ${run.goal}`,
      description: run.refused === undefined ? `${run.run}${run.run === shown ? ' · shown' : ''}${run.ended ? ' · over' : ''}` : '',
      detail: run.refused === undefined ? new Date(run.createdAt).toLocaleString() : refusalText(run.refused),
      run: run.run,
      refused: run.refused !== undefined,
    }));
    const chosen = await vscode.window.showQuickPick(items, { title: 'Show which run?', matchOnDescription: true });
    if (chosen === undefined) return undefined;
    if (chosen.refused) return recoverRun(app, chosen.run);
    try {
      await session.open(chosen.run);
      return DONE;
    } catch (error) {
      return refuse(`${chosen.run} could not be opened: ${messageOf(error)}`);
    }
  });
}

/** A plan that a person wrote: from the editor's selection or text, or from a file. No model is asked. */
export function importOutline(app: App): Promise<Outcome> {
  return onSession(app, async (session) => {
    const outline = await chosenOutline(vscode.Uri.file(session.facts.root));
    if (outline === undefined) return undefined;
    const answer = await session.decompose({ kind: 'outline', text: outline.text });
    if (!answer.ok) {
      if (answer.problems === undefined) return refuse(answer.reason);
      await sayProblems({ document: outline.document, what: 'outline' }, answer.problems);
      return undefined;
    }
    app.dashboard.open();
    return DONE;
  });
}

interface ChosenOutline {
  /** In the document's own lines, so that a problem's line is the document's. */
  readonly text: string;
  readonly document: vscode.TextDocument;
}

/** `root` is where a file is looked for first. */
async function chosenOutline(root: vscode.Uri): Promise<ChosenOutline | undefined> {
  const editor = vscode.window.activeTextEditor;
  const file = { label: '$(folder-opened) Choose a File…', from: 'file' as const };
  const items = [];
  if (editor !== undefined && !editor.selection.isEmpty) items.push({ label: '$(selection) The Selected Text', description: vscode.workspace.asRelativePath(editor.document.uri), from: 'selection' as const });
  if (editor !== undefined) items.push({ label: '$(file) The Active Editor', description: vscode.workspace.asRelativePath(editor.document.uri), from: 'editor' as const });
  const chosen = items.length === 0 ? file : await vscode.window.showQuickPick([...items, file], { title: 'Import an outline from', placeHolder: 'A Markdown list: - [ ] db: Activity table (owns: src/db/**) (gate: npm test)' });
  if (chosen === undefined) return undefined;
  if (chosen.from !== 'file' && editor !== undefined) {
    const { document, selection } = editor;
    return { document, text: chosen.from === 'editor' ? document.getText() : `${'\n'.repeat(selection.start.line)}${document.getText(selection)}` };
  }
  const [uri] = (await vscode.window.showOpenDialog({ title: 'Import Outline', defaultUri: root, openLabel: 'Import Outline', filters: { Markdown: ['md', 'markdown', 'txt'] } })) ?? [];
  if (uri === undefined) return undefined;
  const document = await vscode.workspace.openTextDocument(uri);
  return { document, text: document.getText() };
}
