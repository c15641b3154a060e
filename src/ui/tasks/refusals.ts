/** Runs that cannot be opened, as rows of the task tree. */
import * as vscode from 'vscode';
import { firstSentence } from '../../core/text.js';
import type { RunSummaryView } from '../../shared/protocol.js';
import { commandId } from '../contributions.js';

/** The parent row of runs whose log cannot be read. */
export function refusalsItem(count: number): vscode.TreeItem {
  const item = new vscode.TreeItem('Cannot be opened', vscode.TreeItemCollapsibleState.Expanded);
  item.id = 'refusals';
  item.description = String(count);
  item.contextValue = 'refusals';
  item.accessibilityInformation = { label: `Cannot be opened, ${String(count)} ${count === 1 ? 'run' : 'runs'}` };
  return item;
}

/** Its reason, and what to do next when it is chosen. */
export function refusalItem(run: RunSummaryView | undefined): vscode.TreeItem {
  if (run?.refused === undefined) return new vscode.TreeItem('');
  const { first } = firstSentence(run.refused);
  const item = new vscode.TreeItem(run.id);
  item.id = `refusal:${run.id}`;
  item.description = first;
  item.tooltip = run.refused;
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('charts.yellow'));
  item.contextValue = 'refusal';
  item.accessibilityInformation = { label: `${run.id} cannot be opened. ${run.refused}` };
  item.command = { command: commandId('recoverRun'), title: 'Recover Run…', arguments: [run.id] };
  return item;
}
