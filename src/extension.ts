/** Composition root of the editor: one way to open a repository, one way to start a runner, and the UI around both. */
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { runnerCommand } from './adapters/runner/launch.js';
import { createLog } from './ui/log.js';
import type { Repository } from './ui/repository.js';
import type { SwitchyardApi } from './ui/start.js';
import { setting } from './ui/settings.js';
import { startUi } from './ui/start.js';
import { createTerminals } from './ui/terminals/terminals.js';

let repository: Repository | undefined;

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
  context.subscriptions.push(ui, terminals, log);
  log.info(`Activated in ${(performance.now() - begun).toFixed(1)} ms`);
  return ui.api;
}

/** Agents go on without the window, unless the person set that they stop with it. */
export async function deactivate(): Promise<void> {
  const open = repository;
  repository = undefined;
  await open?.close(setting('agentsOnQuit') === 'stop');
}
