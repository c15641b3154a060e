/** The native tree of tasks: the same run, fully usable by keyboard and screen reader. */
import * as vscode from 'vscode';
import type { TaskState } from '../../core/task.js';
import type { RunSummaryView, TaskView } from '../../shared/protocol.js';
import { commandId, VIEWS } from '../contributions.js';
import type { Disposable } from '../disposables.js';
import { Disposables } from '../disposables.js';
import type { Model } from '../model.js';
import { refusalItem, refusalsItem } from './refusals.js';
import type { Group } from './groups.js';
import { GROUP_WORDS, groupOf, groupTasks, taskContextValue, taskDetail, taskLabel, taskTooltip } from './groups.js';

export type TaskNode =
  | { readonly kind: 'group'; readonly group: Group }
  | { readonly kind: 'task'; readonly task: string }
  /** Runs that cannot be opened, after everything else. */
  | { readonly kind: 'refusals' }
  | { readonly kind: 'refusal'; readonly run: string };

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

const UNDONE = ['discard', 'disabledForeground'] as const;

/** Icon and theme colour of a state; the text beside it says the same. */
export function taskIcon(task: Pick<TaskView, 'state' | 'undo'>): vscode.ThemeIcon {
  const [icon, color] = groupOf(task) === 'undone' ? UNDONE : LOOKS[task.state];
  return color === undefined ? new vscode.ThemeIcon(icon) : new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}

export interface TaskTree extends Disposable {
  readonly provider: vscode.TreeDataProvider<TaskNode>;
}

/** The native tasks view; rows keep their identity while they exist, or selection and focus would jump. */
export function createTaskTree(model: Model): TaskTree {
  const own = new Disposables();
  const changed = own.add(new vscode.EventEmitter<TaskNode | undefined>());
  // One object per node for good: the tree keeps selection and focus by identity.
  const nodes = new Map<string, TaskNode>();
  const tasks = (): readonly TaskView[] => model.snapshot().run?.tasks ?? [];
  const refusals = (): readonly RunSummaryView[] => model.snapshot().runs.filter((run) => run.refused !== undefined);
  const groupNode = (group: Group): TaskNode => remember(`group:${group}`, { kind: 'group', group });
  const taskNode = (task: string): TaskNode => remember(`task:${task}`, { kind: 'task', task });
  const refusalsNode: TaskNode = { kind: 'refusals' };
  const refusalNode = (run: string): TaskNode => remember(`refusal:${run}`, { kind: 'refusal', run });
  const remember = (key: string, fresh: TaskNode): TaskNode => {
    const known = nodes.get(key) ?? fresh;
    nodes.set(key, known);
    return known;
  };

  const provider: vscode.TreeDataProvider<TaskNode> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => {
      if (node === undefined) return [...groupTasks(tasks()).map(({ group }) => groupNode(group)), ...(refusals().length === 0 ? [] : [refusalsNode])];
      if (node.kind === 'refusals') return refusals().map(({ id }) => refusalNode(id));
      if (node.kind !== 'group') return [];
      return tasks()
        .filter((task) => groupOf(task) === node.group)
        .map((task) => taskNode(task.id));
    },
    getParent: (node) => {
      if (node.kind === 'refusal') return refusalsNode;
      if (node.kind !== 'task') return undefined;
      const task = tasks().find((each) => each.id === node.task);
      return task === undefined ? undefined : groupNode(groupOf(task));
    },
    getTreeItem: (node) => {
      switch (node.kind) {
        case 'group':
          return groupItem(node.group, tasks());
        case 'task':
          return taskItem(tasks().find((task) => task.id === node.task));
        case 'refusals':
          return refusalsItem(refusals().length);
        case 'refusal':
          return refusalItem(refusals().find((run) => run.id === node.run));
      }
    },
  };

  const view = own.add(vscode.window.createTreeView(VIEWS.tasks, { treeDataProvider: provider, showCollapseAll: false }));
  const showBadge = (): void => {
    const waiting = tasks().filter((task) => task.state === 'needs-you' || task.state === 'ready').length;
    view.badge = waiting === 0 ? undefined : { value: waiting, tooltip: `${String(waiting)} ${waiting === 1 ? 'task waits' : 'tasks wait'} for you` };
  };
  let before: string | undefined;
  /** With several folders open, whose tasks these are. */
  const showRepository = (): void => {
    const { repository } = model.snapshot();
    const name = repository?.oneOfSeveral === true ? repository.name : '';
    if (view.description !== name) view.description = name;
  };
  showRepository();
  own.add(
    model.onDidChange(() => {
      showRepository();
      // The tree is drawn anew only when something it shows is different; activity of the graph alone is not.
      const now = JSON.stringify([tasks().map((task) => [task.id, task.title, task.state, taskDetail(task), task.actions]), refusals().map(({ id, refused }) => [id, refused])]);
      if (now === before) return;
      before = now;
      showBadge();
      changed.fire(undefined);
    }),
  );
  return { provider, dispose: () => own.dispose() };
}

function groupItem(group: Group, tasks: readonly TaskView[]): vscode.TreeItem {
  const folded = group === 'landed' || group === 'undone' || group === 'dropped';
  const item = new vscode.TreeItem(GROUP_WORDS[group], folded ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded);
  const count = tasks.filter((task) => groupOf(task) === group).length;
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
  item.iconPath = taskIcon(task);
  item.contextValue = taskContextValue(task);
  item.accessibilityInformation = { label: taskLabel(task) };
  item.command = { command: commandId('openDashboard'), title: 'Open Dashboard', arguments: [task.id] };
  return item;
}
