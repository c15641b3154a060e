/** Commands about the window: repository, agents, team file, log. */
import * as vscode from 'vscode';
import type { App } from '../app.js';
import { noRepository } from '../goal.js';
import { messageOf } from '../log.js';
import type { Outcome } from '../outcome.js';
import { DONE, refuse } from '../outcome.js';
import { defaultTeamFile } from '../teamFile.js';

/** Opens the team file; makes a commented one from what was found when there is none. */
export async function openTeamFile(app: App): Promise<Outcome> {
  const session = app.repository.session();
  if (session === undefined) return refuse(noRepository(app));
  const { team, file } = await session.team();
  const uri = vscode.Uri.file(file);
  if (!(await exists(uri))) {
    const text = defaultTeamFile(team, await session.agents());
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  }
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  return DONE;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

/** Probes every CLI again, with progress in the agents view. */
export async function refreshAgents(app: App): Promise<Outcome> {
  if (app.repository.session() === undefined) return refuse(noRepository(app));
  try {
    await vscode.window.withProgress({ location: { viewId: 'switchyard.agents' } }, () => app.model.refreshAgents());
    return DONE;
  } catch (error) {
    return refuse(messageOf(error));
  }
}

/** What installs an agent, or signs in to it, for a terminal. */
export async function copyAgentSetup(app: App, agent?: unknown): Promise<Outcome> {
  const hint = app.model.snapshot().agents.find((each) => each.id === agent)?.hint;
  if (hint === undefined) return refuse('There is nothing to set up for this agent.');
  await vscode.env.clipboard.writeText(hint);
  vscode.window.setStatusBarMessage(`Copied: ${hint}`, 5_000);
  return DONE;
}

/** Opens the repository anew; what it finds is shown by the views. */
export async function checkAgain(app: App): Promise<Outcome> {
  await app.repository.reopen();
  return DONE;
}

interface GitExtension {
  getAPI(version: 1): { init(root: vscode.Uri): Promise<unknown> };
}

/** Through the editor's own git, which asks nothing and knows the person's settings. */
export async function initRepository(app: App): Promise<Outcome> {
  if (!vscode.workspace.isTrusted) return refuse('This workspace is in restricted mode, so Switchyard starts nothing. Trust it first.');
  const folder = await pickFolder('Make which folder a git repository?');
  if (folder === undefined) return vscode.workspace.workspaceFolders === undefined ? refuse('No folder is open.') : undefined;
  const git = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (git === undefined) return refuse('The editor’s git support is switched off. Run “git init” in a terminal, then Check Again.');
  try {
    const editorsGit = await git.activate();
    await editorsGit.getAPI(1).init(folder.uri);
  } catch (error) {
    return refuse(`“${folder.name}” could not be made a repository: ${messageOf(error)}`);
  }
  await app.repository.reopen();
  return DONE;
}

/** Works on another workspace folder; where that cannot be, the one that was shown stays and the reason is said. */
export async function pickRepository(app: App): Promise<Outcome> {
  const folder = await pickFolder('Work on which folder?', shownFolder(app));
  if (folder === undefined) return undefined;
  const problem = await app.repository.choose(folder.uri);
  if (problem === undefined) return DONE;
  const shown = vscode.workspace.workspaceFolders?.find((each) => each.uri.toString() === shownFolder(app));
  return refuse(shown === undefined ? problem : `${problem} “${shown.name}” is shown as before.`);
}

function shownFolder(app: App): string | undefined {
  const state = app.repository.state();
  return state.kind === 'open' ? state.folder.toString() : undefined;
}

async function pickFolder(title: string, shown?: string): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length < 2) return folders[0];
  const items = folders.map((folder) => ({ label: folder.name, description: `${folder.uri.fsPath}${folder.uri.toString() === shown ? ' · shown' : ''}`, folder }));
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.folder;
}
