/** Composition root of the editor: one way to open a repository, one way to start a runner, and the UI around both. */
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { runnerCommand, startBehind } from './adapters/runner/launch.js';
import { createLog } from './ui/log.js';
import type { Repository } from './ui/repository.js';
import type { SwitchyardApi } from './ui/start.js';
import { setting } from './ui/settings.js';
import { startUi } from './ui/start.js';
import { createTerminals } from './ui/terminals/terminals.js';

/**
 * A reload of the editor in a browser, until its terminals are back, takes about ten seconds on two processors (the `reload` and
 * `quit` stories); three times that is still soon after a quit. Milliseconds.
 */
const COMES_BACK_MS = 30_000;

let repository: Repository | undefined;
let stayBehind: (word: string, directory: string) => void = () => undefined;

/** Called by the editor once. It waits for nothing: the repository is opened behind it, and the views say so. */
export function activate(context: vscode.ExtensionContext): SwitchyardApi {
  const begun = performance.now();
  const log = createLog();
  const program = (name: string): string => join(context.extensionPath, 'dist', name);
  const programs = { node: process.execPath, runner: program('runner.js'), scripted: program('scripted.js') };
  const runner = { node: programs.node, runnerPath: programs.runner, environment: process.env };
  const terminals = createTerminals(log, (folder) => runnerCommand(runner, folder));
  const ui = startUi(context, {
    log,
    terminals,
    open: async (request) => {
      // The engine is most of our code, and nothing needs it before a repository is opened.
      const { openSession } = await import('./compose.js');
      return openSession({
        ...request,
        environment: process.env,
        programs,
        launch: (spec, command) => Promise.resolve(terminals.launch(spec, command)),
        label: 'a VS Code window',
      });
    },
  });
  repository = ui.repository;
  stayBehind = (word, directory) => startBehind(runner, [program('stayBehind.js'), JSON.stringify({ word, directory, comesBackMs: COMES_BACK_MS })]);
  context.subscriptions.push(ui, terminals, log);
  log.info(`Activated in ${(performance.now() - begun).toFixed(1)} ms`);
  return ui.api;
}

/**
 * Agents go on without the window. Where the person set that they stop with it, a process that stays behind stops them
 * when no window comes back: a reload looks like a quit from here.
 */
export async function deactivate(): Promise<void> {
  const open = repository;
  repository = undefined;
  await open?.settled;
  const state = open?.state();
  if (state?.kind === 'open' && setting('agentsOnQuit', state.folder) === 'stop') {
    const word = await state.session.leave();
    if (word !== undefined) stayBehind(word, state.folder.fsPath);
  }
  await open?.close();
}
