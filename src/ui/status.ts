/** The one status bar item. */
import * as vscode from 'vscode';
import { commandId } from './contributions.js';
import type { Disposable } from './disposables.js';
import { Disposables } from './disposables.js';
import type { Model } from './model.js';
import { statusWords } from './tasks/groups.js';

/** One item that says what is not zero; it leads to the dashboard. */
export function createStatus(model: Model): Disposable {
  const own = new Disposables();
  const item = own.add(vscode.window.createStatusBarItem('switchyard.status', vscode.StatusBarAlignment.Left, 5));
  item.name = 'Switchyard';
  item.command = commandId('openDashboard');
  const show = (): void => {
    const { run } = model.snapshot();
    if (run === undefined) {
      item.hide();
      return;
    }
    const words = statusWords(run);
    item.text = `$(${run.phase === 'planning' ? 'sync~spin' : 'git-merge'}) ${words}`;
    item.tooltip = `Switchyard: ${run.goal.split('\n')[0] ?? ''}\n${words}\nOpen Dashboard`;
    item.accessibilityInformation = { label: `Switchyard: ${words}`, role: 'button' };
    item.backgroundColor = run.tasks.some((task) => task.state === 'needs-you') ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    item.show();
  };
  own.add(model.onDidChange(show));
  show();
  return own;
}
