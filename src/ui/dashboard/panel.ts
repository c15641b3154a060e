/** The dashboard: one editor tab, brought back after a reload. The sidebar's plan view is the same page, smaller. */
import * as vscode from 'vscode';
import type { Composing } from '../../shared/protocol.js';
import type { Base } from '../app.js';
import { PANEL_TYPE, VIEWS } from '../contributions.js';
import type { Disposable } from '../disposables.js';
import { Disposables } from '../disposables.js';
import type { Connection, PerformAction } from './connection.js';
import { connect } from './connection.js';
import { pageHtml, webviewFolder } from './html.js';
import { dashboardTabs, mayHaveOrphans, noteShown } from './orphans.js';

export interface Dashboard extends Disposable {
  /** Opens or reveals it, with a task selected. */
  open(task?: string): void;
  /** Opens or reveals it where a person writes words for an agent or the planner. */
  compose(composing: Composing): void;
  /** A person is looking at it right now. */
  isLookedAt(): boolean;
}

/** The dashboard's tab and the sidebar's page. `perform` carries out what their buttons ask for. */
export function createDashboard(base: Base, perform: PerformAction): Dashboard {
  const own = new Disposables();
  let shown: { readonly panel: vscode.WebviewPanel; readonly connection: Connection } | undefined;

  const sidebars = new Set<Connection>();
  let looked: string | undefined;
  /** The sidebar marks what the dashboard shows; each page has a selection of its own. */
  const look = (task: string | undefined): void => {
    looked = task;
    for (const sidebar of sidebars) sidebar.shown(task);
  };

  const options: vscode.WebviewOptions = { enableScripts: true, localResourceRoots: [webviewFolder(base.context)] };

  const take = (panel: vscode.WebviewPanel): Connection => {
    const ofPanel = own.add(new Disposables());
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(base.context.extensionUri, 'media', `dashboard-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const connection = ofPanel.add(connect(base, panel.webview, perform, look));
    ofPanel.add(panel.onDidChangeViewState(() => connection.visible(panel.visible)));
    ofPanel.add(
      panel.onDidDispose(() => {
        if (shown?.panel === panel) shown = undefined;
        look(undefined);
        own.drop(ofPanel);
      }),
    );
    shown = { panel, connection };
    noteShown(base.context.workspaceState);
    panel.webview.html = pageHtml(panel.webview, base.context, 'dashboard');
    return connection;
  };

  own.add(
    vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, {
      deserializeWebviewPanel: (panel) => {
        // Two of them can come back only from a damaged window state; one is enough.
        if (shown === undefined) {
          panel.webview.options = options;
          take(panel);
        } else {
          panel.dispose();
        }
        return Promise.resolve();
      },
    }),
  );
  own.add(
    vscode.window.registerWebviewViewProvider(VIEWS.plan, {
      resolveWebviewView: (view) => {
        const ofView = own.add(new Disposables());
        view.webview.options = options;
        const connection = ofView.add(connect(base, view.webview, perform));
        ofView.add(view.onDidChangeVisibility(() => connection.visible(view.visible)));
        sidebars.add(connection);
        connection.shown(looked);
        ofView.add({ dispose: () => sidebars.delete(connection) });
        ofView.add(view.onDidDispose(() => own.drop(ofView)));
        view.webview.html = pageHtml(view.webview, base.context, 'sidebar');
      },
    }),
  );

  const create = (column: vscode.ViewColumn, preserveFocus: boolean): Connection =>
    take(vscode.window.createWebviewPanel(PANEL_TYPE, 'Switchyard', { viewColumn: column, preserveFocus }, options));

  /** Puts a living dashboard where an earlier extension host left a dead one. */
  const replaceOrphans = async (): Promise<void> => {
    const tabs = dashboardTabs();
    const [front] = tabs.filter((tab) => tab.isActive);
    if (tabs.length === 0) return;
    await vscode.window.tabGroups.close(tabs, true);
    if (front !== undefined && shown === undefined) create(front.group.viewColumn, true);
  };
  if (mayHaveOrphans(base.context.workspaceState)) void replaceOrphans().catch((error: unknown) => base.log.error('The dashboard of the earlier extension host could not be replaced', error));

  const reveal = (): Connection => {
    if (shown !== undefined) {
      shown.panel.reveal();
      return shown.connection;
    }
    // A tab that was behind others at a reload comes back only when it is looked at; this one takes its place.
    const left = dashboardTabs();
    const connection = create(vscode.ViewColumn.Active, false);
    if (left.length > 0) void vscode.window.tabGroups.close(left, true);
    return connection;
  };

  return {
    open: (task) => {
      const connection = reveal();
      if (task !== undefined) connection.select(task);
    },
    compose: (composing) => reveal().compose(composing),
    isLookedAt: () => shown?.panel.active === true && vscode.window.state.focused,
    // The tab itself stays: the editor keeps it and gives it back to the serializer after a reload.
    dispose: () => own.dispose(),
  };
}
