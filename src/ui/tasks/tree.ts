/** The native tree of tasks: the same run, fully usable by keyboard and screen reader. */
import * as vscode from 'vscode';
import type { TaskState } from '../../core/task.js';
import type { TaskView } from '../../shared/protocol.js';
import { commandId, VIEWS } from '../contributions.js';
import type { Disposable } from '../disposables.js';
import { Disposables } from '../disposables.js';
import type { Model } from '../model.js';
import type { Group } from './groups.js';
import { GROUP_WORDS, groupOf, groupTasks, taskContextValue, taskDetail, taskLabel, taskTooltip } from './groups.js';

export type TaskNode = { readonly kind: 'group'; readonly group: Group } | { readonly kind: 'task'; readonly task: string };

const LOOKS: Readonly<Record<TaskState, readonly [icon: string, color?: string]>> = {
  proposed: ['circle-large-outline', 'descriptionForeground'],
  waiting: ['circle-large-outline', 'descriptionForeground'],
  'setting-up': ['gear', 'charts.blue'],
  working: ['sync', 'charts.blue'],
  checking: ['beaker', 'charts.blue'],
  'in-review': ['eye', 'charts.blue'],
  ready: ['git-pull-request', 'charts.purple'],
  merging: ['git-merge', 'charts.purple'],
  landed: ['pass-filled', 'charts.green'],
  'needs-you': ['bell-dot', 'charts.yellow'],
  stopped: ['debug-stop', 'charts.orange'],
  dropped: ['circle-slash', 'disabledForeground'],
};

export function stateIcon(state: TaskState): vscode.ThemeIcon {
  const [icon, color] = LOOKS[state];
  return color === undefined ? new vscode.ThemeIcon(icon) : new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}

export interface TaskTree extends Disposable {
  readonly provider: vscode.TreeDataProvider<TaskNode>;
}

export function createTaskTree(model: Model): TaskTree {
  const own = new Disposables();
  const changed = own.add(new vscode.EventEmitter<TaskNode | undefined>());
  // One object per node for good: the tree keeps selection and focus by identity.
  const nodes = new Map<string, TaskNode>();
  const tasks = (): readonly TaskView[] => model.snapshot().run?.tasks ?? [];
  const groupNode = (group: Group): TaskNode => remember(`group:${group}`, { kind: 'group', group });
  const taskNode = (task: string): TaskNode => remember(`task:${task}`, { kind: 'task', task });
  const remember = (key: string, fresh: TaskNode): TaskNode => {
    const known = nodes.get(key) ?? fresh;
    nodes.set(key, known);
    return known;
  };

  const provider: vscode.TreeDataProvider<TaskNode> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => {
      if (node === undefined) return groupTasks(tasks()).map(({ group }) => groupNode(group));
      if (node.kind === 'task') return [];
      return tasks()
        .filter((task) => groupOf(task.state) === node.group)
        .map((task) => taskNode(task.id));
    },
    getParent: (node) => {
      if (node.kind === 'group') return undefined;
      const task = tasks().find((each) => each.id === node.task);
      return task === undefined ? undefined : groupNode(groupOf(task.state));
    },
    getTreeItem: (node) => (node.kind === 'group' ? groupItem(node.group, tasks()) : taskItem(tasks().find((task) => task.id === node.task))),
  };

  const view = own.add(vscode.window.createTreeView(VIEWS.tasks, { treeDataProvider: provider, showCollapseAll: false }));
  const showBadge = (): void => {
    const waiting = tasks().filter((task) => task.state === 'needs-you' || task.state === 'ready').length;
    view.badge = waiting === 0 ? undefined : { value: waiting, tooltip: `${String(waiting)} ${waiting === 1 ? 'task waits' : 'tasks wait'} for you` };
  };
  let before: string | undefined;
  own.add(
    model.onDidChange(() => {
      // The tree is drawn anew only when something it shows is different; activity of the graph alone is not.
      const now = JSON.stringify(tasks().map((task) => [task.id, task.title, task.state, taskDetail(task), task.actions]));
      if (now === before) return;
      before = now;
      showBadge();
      changed.fire(undefined);
    }),
  );
  return { provider, dispose: () => own.dispose() };
}

function groupItem(group: Group, tasks: readonly TaskView[]): vscode.TreeItem {
  const folded = group === 'landed' || group === 'dropped';
  const item = new vscode.TreeItem(GROUP_WORDS[group], folded ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded);
  const count = tasks.filter((task) => groupOf(task.state) === group).length;
  item.id = `group:${group}`;
  item.description = String(count);
  item.contextValue = 'group';
  item.accessibilityInformation = { label: `${GROUP_WORDS[group]}, ${String(count)} ${count === 1 ? 'task' : 'tasks'}` };
  return item;
}

function taskItem(task: TaskView | undefined): vscode.TreeItem {
  if (task === undefined) return new vscode.TreeItem('');
  const item = new vscode.TreeItem(task.title);
  item.id = `task:${task.id}`;
  item.description = taskDetail(task);
  item.tooltip = taskTooltip(task);
  item.iconPath = stateIcon(task.state);
  item.contextValue = taskContextValue(task);
  item.accessibilityInformation = { label: taskLabel(task) };
  item.command = { command: commandId('openDashboard'), title: 'Open Dashboard', arguments: [task.id] };
  return item;
}
