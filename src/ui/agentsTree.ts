/** The agents view: which CLIs there are, their version, signed in or not, and what to do about it. */
import * as vscode from 'vscode';
import { bytesText } from '../core/text.js';
import type { AgentView, Snapshot } from '../shared/protocol.js';
import { agentDetail, agentLabel, isUsable } from './agentWords.js';
import { VIEWS } from './contributions.js';
import type { Disposable } from './disposables.js';
import { Disposables } from './disposables.js';
import { moneyWords } from './tasks/groups.js';
import type { Model } from './model.js';

/** The agents view: a row for each CLI, and one for the disk where worktrees take any. */
export function createAgentsTree(model: Model): Disposable & { readonly provider: vscode.TreeDataProvider<string> } {
  const own = new Disposables();
  const changed = own.add(new vscode.EventEmitter<undefined>());
  const agents = (): readonly AgentView[] => model.snapshot().agents;
  const provider: vscode.TreeDataProvider<string> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => (node === undefined ? [...agents().map((agent) => agent.id), ...(diskOf(model) === undefined ? [] : [DISK])] : []),
    getTreeItem: (id) => (id === DISK ? diskItem(diskOf(model)) : agentItem(agents().find((agent) => agent.id === id), spentOn(model, id))),
  };
  const view = own.add(vscode.window.createTreeView(VIEWS.agents, { treeDataProvider: provider }));
  const ask = (): void => {
    if (view.visible && model.snapshot().repository !== undefined) model.wantAgents();
  };
  let before: string | undefined;
  own.add(view.onDidChangeVisibility(ask));
  own.add(
    model.onDidChange(() => {
      ask();
      const now = JSON.stringify([diskOf(model), agents(), agents().map((agent) => spentOn(model, agent.id))]);
      if (now === before) return;
      before = now;
      changed.fire(undefined);
    }),
  );
  ask();
  return { provider, dispose: () => own.dispose() };
}

/** Not an agent: the last row says what their worktrees take. No agent's id has a dot. */
const DISK = '.disk';

type Disk = NonNullable<Snapshot['disk']>;

/** Nothing is said where there is nothing: neither a worktree nor anything to free. */
function diskOf(model: Model): Disk | undefined {
  const { disk } = model.snapshot();
  return disk === undefined || (disk.worktrees === 0 && disk.frees === undefined) ? undefined : disk;
}

/** The row that says what worktrees take; `reclaimable` in its context value offers *Clean Up*. */
export function diskItem(disk: Disk | undefined): vscode.TreeItem {
  if (disk === undefined) return new vscode.TreeItem('');
  const item = new vscode.TreeItem('Disk');
  item.id = DISK;
  item.description = disk.frees === undefined ? `${bytesText(disk.total)} in worktrees` : `${bytesText(disk.total)} in worktrees · ${disk.frees} can go`;
  item.tooltip = disk.text;
  item.iconPath = new vscode.ThemeIcon('database');
  item.contextValue = disk.frees === undefined ? 'disk' : 'reclaimable';
  item.accessibilityInformation = { label: `Disk, ${disk.text}` };
  return item;
}

function spentOn(model: Model, agent: string): string | undefined {
  const lines = model.snapshot().run?.bill.lines.filter((line) => line.agent === agent) ?? [];
  if (lines.length === 0) return undefined;
  return moneyWords({ usd: lines.reduce((sum, line) => sum + line.usd, 0), unknownUsd: lines.some((line) => line.unknownUsd) }, lines.some((line) => line.apiEquivalent));
}

function agentItem(agent: AgentView | undefined, spent: string | undefined): vscode.TreeItem {
  if (agent === undefined) return new vscode.TreeItem('');
  const item = new vscode.TreeItem(agent.name);
  const usable = isUsable(agent);
  const [icon, color] = !agent.found ? ['circle-slash', 'disabledForeground'] : usable ? ['pass', 'charts.green'] : ['warning', 'charts.yellow'];
  item.id = agent.id;
  item.description = agentDetail(agent, spent);
  item.tooltip = [agent.name, agent.problem, agent.hint].filter((line) => line !== undefined).join('\n');
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  item.contextValue = usable ? 'agent' : 'agent;unusable';
  item.accessibilityInformation = { label: agentLabel(agent, spent) };
  return item;
}
