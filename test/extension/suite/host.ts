/** What the in-host tests share: the extension's own reading of the run, and bounded waiting for its events. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Snapshot, TaskView } from '../../../src/shared/protocol.js';
import type { SwitchyardApi } from '../../../src/ui/start.js';
import type { TaskNode } from '../../../src/ui/tasks/tree.js';

export async function switchyard(): Promise<SwitchyardApi> {
  const extension = vscode.extensions.all.find((one) => (one.packageJSON as { readonly name?: string }).name === 'switchyard');
  assert.ok(extension, 'the extension is installed in this host');
  const api = (await extension.activate()) as SwitchyardApi;
  await api.settled;
  return api;
}

/** Waits for the extension's own events until `look` finds something. */
export async function eventually<T>(api: SwitchyardApi, what: string, look: (snapshot: Snapshot) => T | undefined, timeoutMs = 45_000): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      listening.dispose();
    };
    const check = (): void => {
      const found = look(api.snapshot());
      if (found === undefined) return;
      stop();
      resolve(found);
    };
    const timer = setTimeout(() => {
      stop();
      const { run, empty } = api.snapshot();
      reject(new Error(`${what} did not come. Now: ${empty ?? run?.phase ?? '?'} ${JSON.stringify(run?.tasks.map((task) => [task.id, task.state, task.why?.text]))} ${run?.planner?.failure ?? ''}`));
    }, timeoutMs);
    const listening = api.onDidChange(check);
    check();
  });
}

export function taskOf(snapshot: Snapshot, id: string): TaskView {
  const task = snapshot.run?.tasks.find((each) => each.id === id);
  assert.ok(task, `the run has a task ${id}`);
  return task;
}

/** The tree as text: groups with their count, tasks with their title and description. */
export async function treeText(tree: vscode.TreeDataProvider<TaskNode>): Promise<readonly string[]> {
  const lines: string[] = [];
  const children = async (node?: TaskNode): Promise<readonly TaskNode[]> => (await tree.getChildren(node)) ?? [];
  for (const group of await children()) {
    const item = await tree.getTreeItem(group);
    lines.push(`${labelOf(item)} ${String(item.description)}`);
    for (const task of await children(group)) lines.push(`  ${labelOf(await tree.getTreeItem(task))}`);
  }
  return lines;
}

function labelOf({ label }: vscode.TreeItem): string {
  return typeof label === 'string' ? label : (label?.label ?? '');
}

export async function treeItem(tree: vscode.TreeDataProvider<TaskNode>, task: string): Promise<vscode.TreeItem> {
  return tree.getTreeItem({ kind: 'task', task });
}

/** Waits until a tab is there, by the editor's own events. */
export async function tab(what: string, matches: (tab: vscode.Tab) => boolean): Promise<vscode.Tab> {
  return tabs(`${what} did not open`, () => openTabs().find(matches));
}

/** Waits until no such tab is there. */
export async function noTab(what: string, matches: (tab: vscode.Tab) => boolean): Promise<void> {
  await tabs(`${what} is still open`, () => (openTabs().some(matches) ? undefined : true));
}

async function tabs<T>(failure: string, find: () => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      listening.dispose();
    };
    const check = (): void => {
      const found = find();
      if (found === undefined) return;
      stop();
      resolve(found);
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`${failure}; there are ${openTabs().map((each) => each.label).join(', ')}`));
    }, 20_000);
    const listening = vscode.window.tabGroups.onDidChangeTabs(check);
    check();
  });
}

export function isGoal(candidate: vscode.Tab): boolean {
  return candidate.input instanceof vscode.TabInputText && candidate.input.uri.scheme === 'switchyard-goal';
}

export function isDashboard(candidate: vscode.Tab): boolean {
  return candidate.input instanceof vscode.TabInputWebview && candidate.input.viewType.endsWith('switchyard.dashboard');
}

export function openTabs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs);
}

/** Runs one of our commands; true when it did what it was asked. */
export async function command(name: string, ...args: readonly unknown[]): Promise<boolean> {
  const done: unknown = await vscode.commands.executeCommand(`switchyard.${name}`, ...args);
  return done === true;
}
