/** A run whose log is damaged: what can be read is saved, or gone on from in a new run. */
import * as vscode from 'vscode';
import type { RunSummary, Session } from '../../engine/api.js';
import type { SalvagedRun } from '../../engine/salvage.js';
import { salvagedFiles } from '../../engine/salvage.js';
import type { App } from '../app.js';
import { refusalText } from '../dashboard/refusal.js';
import { noRepository } from '../goal.js';
import { messageOf } from '../log.js';
import { showInformation } from '../messages.js';
import type { Outcome } from '../outcome.js';
import { DONE, refuse } from '../outcome.js';

/** Asks for the run (`argument`, its name) where it is not given, and what becomes of it. */
export async function recoverRun(app: App, argument: unknown): Promise<Outcome> {
  const session = app.repository.session();
  if (session === undefined) return refuse(noRepository(app));
  const refused = (await session.runs()).filter((run) => run.refused !== undefined);
  if (refused.length === 0) return refuse('Every run of this repository can be opened, so there is nothing to recover.');
  const run = typeof argument === 'string' ? refused.find((each) => each.run === argument) : await pick(refused);
  if (run === undefined) return typeof argument === 'string' ? refuse(`${argument} can be opened, so there is nothing to recover.`) : undefined;
  // What a newer Switchyard wrote is whole; only that one can go on with it.
  if (run.damaged !== true) return refuse(refusalText(run.refused ?? ''));
  const saved = await session.salvage(run.run);
  return saved === undefined ? refuse(`Nothing of ${run.run} can be read any more. Its branches and worktrees are as they were.`) : decide(app, session, run, saved);
}

async function pick(refused: readonly RunSummary[]): Promise<RunSummary | undefined> {
  if (refused.length === 1) return refused[0];
  const items = refused.map((run) => ({ label: `$(warning) ${run.run}`, detail: refusalText(run.refused ?? ''), run }));
  return (await vscode.window.showQuickPick(items, { title: 'Recover which run?', matchOnDetail: true }))?.run;
}

async function decide(app: App, session: Session, run: RunSummary, saved: SalvagedRun): Promise<Outcome> {
  const goOn = { label: '$(play) Go On in a New Run', detail: 'A plan of what had not landed, beginning with its branches. You approve it first.', act: 'go-on' as const };
  const save = { label: '$(save) Save What Can Be Read…', detail: 'Its events, where its work is and that plan, in a folder that you choose.', act: 'save' as const };
  const chosen = await vscode.window.showQuickPick(saved.plan === undefined ? [save] : [goOn, save], { title: `What becomes of ${run.run}?`, placeHolder: 'Its log stays as it is, and so do its branches and worktrees.' });
  if (chosen === undefined) return undefined;
  if (chosen.act === 'save') return saveIn(run.run, saved);
  if (saved.plan === undefined) return undefined;
  const answer = await session.decompose({ kind: 'plan', plan: saved.plan });
  if (!answer.ok) return refuse(answer.reason);
  app.dashboard.open();
  return DONE;
}

/** Into a new folder of its own: nothing is written over. */
async function saveIn(run: string, saved: SalvagedRun): Promise<Outcome> {
  const [parent] = (await vscode.window.showOpenDialog({ title: `Save ${run} In`, openLabel: 'Save Here', canSelectFiles: false, canSelectFolders: true })) ?? [];
  if (parent === undefined) return undefined;
  const folder = vscode.Uri.joinPath(parent, `switchyard-${run}`);
  const there = await vscode.workspace.fs.stat(folder).then(() => true, () => false);
  if (there) return refuse(`${folder.fsPath} is there already, and nothing is written over. Choose another folder.`);
  try {
    await vscode.workspace.fs.createDirectory(folder);
    for (const { name, text } of salvagedFiles(saved)) await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, name), new TextEncoder().encode(text));
  } catch (error) {
    return refuse(`${run} could not be saved in ${folder.fsPath}: ${messageOf(error)}. Nothing else was changed; choose another folder.`);
  }
  void showInformation(`What can be read of ${run} is in ${folder.fsPath}.`);
  return DONE;
}
