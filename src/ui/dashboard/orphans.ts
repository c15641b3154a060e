/**
 * Dashboard tabs that an extension host left behind when it crashed or was restarted. The workbench keeps showing such a
 * tab and never gives it to the next host's serializer: it looks alive, and nothing that is clicked in it arrives.
 */
import * as vscode from 'vscode';
import { PANEL_TYPE } from '../contributions.js';

/** Where the window is noted that has shown the dashboard. A window keeps its session id over its extension hosts, not over a reload. */
const SHOWN_IN = 'dashboard.shownIn';

/** Notes that this window shows the dashboard. */
export function noteShown(state: vscode.Memento): void {
  void state.update(SHOWN_IN, vscode.env.sessionId);
}

/** This window has shown the dashboard by an earlier extension host. Ask before `noteShown`. */
export function mayHaveOrphans(state: vscode.Memento): boolean {
  return state.get(SHOWN_IN) === vscode.env.sessionId;
}

/** The dashboard's tabs in this window, whoever made them. */
export function dashboardTabs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap((group) =>
    // The workbench puts a prefix of its own before an extension's view type.
    group.tabs.filter((tab) => tab.input instanceof vscode.TabInputWebview && tab.input.viewType.endsWith(PANEL_TYPE)),
  );
}
