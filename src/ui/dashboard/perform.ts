/** What the page asks the editor to do. Each is a command; a refusal goes back to where it was asked. */
import * as vscode from 'vscode';
import type { WishAnswer } from '../../core/wishes.js';
import type { HostAction } from '../../shared/protocol.js';
import type { App } from '../app.js';
import { outcomeOf } from '../commands/register.js';
import type { CommandName } from '../contributions.js';
import { DONE } from '../outcome.js';

/** Does what a page asked of the editor, by the commands that the palette has too. */
export async function performAction(app: App, action: HostAction): Promise<WishAnswer> {
  // Changing one's mind in an input box is no refusal.
  const run = async (name: CommandName, ...args: readonly unknown[]): Promise<WishAnswer> => (await outcomeOf(app, name, args)) ?? DONE;
  switch (action.type) {
    case 'decompose':
      return run('decomposeTask');
    case 'open-dashboard':
      return run('openDashboard', action.task);
    case 'review':
      return run('reviewChanges', action.task, action.path);
    case 'try-it':
      return run('tryIt', action.task);
    case 'stray-changes':
      return run('strayChanges', action.task);
    case 'show-patch':
      return run('showStrayPatch', action.task, action.leak);
    case 'take-over':
      return run('takeOver', action.task);
    case 'resolve-conflict':
      return run('resolveConflict', action.task);
    case 'allow-paths':
      return run('allowPaths', action.task);
    case 'show-terminal':
      return run('showTerminal', action.task);
    case 'open-pull-request':
      return openPullRequest(app, action.task);
    case 'cancel-planning':
      return run('cancelPlanning');
    case 'retry-with-feedback':
      return run('retry', action.task, action.text);
    case 'replan-with-feedback':
      return run('replan', action.task, action.text);
    case 'ask-changes':
      return run('askForChanges', action.text);
    case 'open-team-file':
      return run('openTeamFile');
    case 'refresh-agents':
      return run('refreshAgents');
    case 'init-repository':
      return run('initRepository');
    case 'check-again':
      return run('checkAgain');
    case 'open-source-control':
      await vscode.commands.executeCommand('workbench.view.scm');
      return DONE;
    case 'pick-run':
      return run('pickRun');
    case 'recover-run':
      return run('recoverRun', action.run);
    case 'export-receipts':
      return run('exportReceipts');
    case 'trust':
      await vscode.commands.executeCommand('workbench.trust.manage');
      return DONE;
    case 'open-folder':
      await vscode.commands.executeCommand('workbench.action.files.openFolder');
      return DONE;
    case 'copy':
      await vscode.env.clipboard.writeText(action.text);
      return DONE;
  }
}

/** The address is the engine's own record, never one that the page sends. */
async function openPullRequest(app: App, id: string): Promise<WishAnswer> {
  const url = app.model.snapshot().run?.tasks.find((task) => task.id === id)?.pullRequest;
  if (url === undefined || !/^https?:\/\//.test(url)) return { ok: false, reason: 'This task has no pull request that can be opened.' };
  return (await vscode.env.openExternal(vscode.Uri.parse(url, true))) ? DONE : { ok: false, reason: `The editor did not open ${url}.` };
}
