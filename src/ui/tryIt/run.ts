/**
 * Runs what a window was opened for, in a terminal that the person sees, as the editor runs its own tasks. Only in a
 * trusted workspace: what an agent wrote is a program of that folder like any other.
 */
import * as vscode from 'vscode';
import type { Base } from '../app.js';
import type { Disposable } from '../disposables.js';
import { Disposables } from '../disposables.js';
import type { TrialCommand, TrialRequest } from './request.js';
import { showInformation } from '../messages.js';
import { takeRequest } from './request.js';
import { shellLine } from './shellLine.js';

/** Looks for a request when the window comes up, when it is trusted, and when it is shown again because it was open already. */
export function runTrials(base: Base): Disposable {
  const own = new Disposables();
  // Taken at once, so that it does not expire while a person makes up their mind about trust.
  let held: TrialRequest | undefined;
  const look = async (): Promise<void> => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    if (folder === undefined) return;
    const asked = await takeRequest(base.context, folder.uri);
    // Trust may have been given while the file was read.
    const request = asked ?? held;
    held = vscode.workspace.isTrusted ? undefined : request;
    if (held === undefined) {
      if (request !== undefined) await run(folder, request);
    } else if (asked !== undefined) await askForTrust(asked);
  };
  const begin = (): void => void look().catch((error: unknown) => base.log.error('What this window was opened to try could not be run', error));
  own.add(vscode.workspace.onDidGrantWorkspaceTrust(begin));
  own.add(vscode.window.onDidChangeWindowState(({ focused }) => (focused ? begin() : undefined)));
  begin();
  return own;
}

async function askForTrust({ commands }: TrialRequest): Promise<void> {
  const trust = 'Manage Workspace Trust';
  const words = commands.map((each) => `“${textOf(each)}”`).join(', then ');
  const answer = await showInformation(`This window was opened to try a task. Nothing was started: ${words} runs once you trust the workspace.`, trust);
  if (answer === trust) await vscode.commands.executeCommand('workbench.trust.manage');
}

/** One after the other, in one terminal; after a command that fails the rest is left out. */
async function run(folder: vscode.WorkspaceFolder, { label, slot, commands }: TrialRequest): Promise<void> {
  for (const command of commands) {
    const code = await exitCode(task(folder, commands.length === 1 ? label : `${label}: ${textOf(command)}`, command, { SWITCHYARD_SLOT: String(slot) }));
    if (code !== 0) return;
  }
}

function textOf(command: TrialCommand): string {
  return command.kind === 'line' ? command.line : command.argv.join(' ');
}

function task(folder: vscode.WorkspaceFolder, name: string, command: TrialCommand, env: Record<string, string>): vscode.Task {
  const options = { cwd: folder.uri.fsPath, env };
  const execution = command.kind === 'line' ? gateLine(command.line, options) : program(command.argv, options);
  const made = new vscode.Task({ type: 'switchyard' }, folder, `Try It: ${name}`, 'Switchyard', execution, []);
  made.presentationOptions = { reveal: vscode.TaskRevealKind.Always, focus: true, clear: false, panel: vscode.TaskPanelKind.Dedicated };
  return made;
}

function program([file, ...args]: readonly [string, ...string[]], options: vscode.ProcessExecutionOptions): vscode.ProcessExecution {
  return new vscode.ProcessExecution(file, args, options);
}

/** The shell that gates have, with nothing put into the line. */
function gateLine(line: string, options: vscode.ShellExecutionOptions): vscode.ShellExecution {
  if (process.platform === 'win32') return new vscode.ShellExecution(line, { ...options, executable: process.env['ComSpec'] ?? 'cmd.exe', shellArgs: ['/d', '/c'] });
  return new vscode.ShellExecution(shellLine(line), { ...options, executable: '/bin/sh', shellArgs: ['-c'] });
}

/** Resolves when it has ended: with its exit code, or `undefined` when it never began or was closed. */
async function exitCode(made: vscode.Task): Promise<number | undefined> {
  const ended = new Disposables();
  try {
    return await new Promise<number | undefined>((resolve, reject) => {
      let execution: vscode.TaskExecution | undefined;
      // A short command may have ended before the editor has said which execution it is.
      const early = new Map<vscode.TaskExecution, number | undefined>();
      const over = (which: vscode.TaskExecution, code: number | undefined): void => {
        if (which === execution) resolve(code);
        else early.set(which, code);
      };
      ended.add(vscode.tasks.onDidEndTaskProcess((event) => over(event.execution, event.exitCode)));
      ended.add(vscode.tasks.onDidEndTask((event) => early.has(event.execution) ? undefined : over(event.execution, undefined)));
      vscode.tasks.executeTask(made).then((begun) => {
        execution = begun;
        if (early.has(begun)) resolve(early.get(begun));
      }, reject);
    });
  } finally {
    ended.dispose();
  }
}
