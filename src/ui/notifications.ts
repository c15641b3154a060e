/** Messages for a person who looks elsewhere: batched, with actions, and never the same thing twice. */
import * as vscode from 'vscode';
import type { App } from './app.js';
import type { CommandName } from './contributions.js';
import { commandId } from './contributions.js';
import type { Disposable } from './disposables.js';
import { coalesce, Disposables } from './disposables.js';
import { showInformation, showWarning } from './messages.js';
import type { NewsItem } from './news.js';
import { batchText, isTryItWindow, newsOf, outdated } from './news.js';
import { setting } from './settings.js';

const TOLD = 'notifications.told';
/** More keys than a long day of runs has; older ones belong to runs that are over. */
const KEPT = 500;
/** What happens within this time is told together. */
const BATCH_MS = 700;

/** Tells news as it comes. What was told is remembered with the workspace, so that a reload repeats nothing. */
export function createNotifications(app: App): Disposable {
  const own = new Disposables();
  const told = new Set(app.context.workspaceState.get<readonly string[]>(TOLD, []));

  const tell = (): void => {
    const { run } = app.model.snapshot();
    const root = app.repository.session()?.facts.root;
    if (run === undefined || root === undefined || isTryItWindow(run, root)) return;
    const fresh = newsOf(run).filter((item) => !told.has(item.key));
    if (fresh.length === 0) return;
    for (const item of fresh) told.add(item.key);
    void app.context.workspaceState.update(TOLD, [...told].slice(-KEPT));
    const wanted = fresh.filter(isWanted);
    // Who looks at the dashboard sees it there; a message on top would only be in the way.
    if (wanted.length === 0 || app.dashboard.isLookedAt()) return;
    void show(app, wanted).catch((error: unknown) => app.log.error('A message could not be shown', error));
  };

  const soon = own.add(coalesce(BATCH_MS, tell));
  own.add(app.model.onDidChange(soon));
  soon();
  return own;
}

function isWanted(item: NewsItem): boolean {
  const level = setting('notifications');
  return level === 'all' || (level === 'needs-you' && (item.kind === 'needs-you' || item.kind === 'leak'));
}

interface Button extends vscode.MessageItem {
  readonly command: CommandName;
}

/** What must not be done twice; looking at something is always right. */
const CHANGES: ReadonlySet<CommandName> = new Set<CommandName>(['approveAndMerge', 'retry']);

async function show(app: App, items: readonly NewsItem[]): Promise<void> {
  const [only] = items;
  const task = items.length === 1 ? only?.task : undefined;
  const buttons = buttonsFor(items);
  const urgent = items.some((item) => item.kind === 'needs-you' || item.kind === 'leak' || item.text.startsWith('Planning failed'));
  const text = batchText(items);
  const chosen = await (urgent ? showWarning(text, ...buttons) : showInformation(text, ...buttons));
  if (chosen === undefined) return;
  const late = only !== undefined && CHANGES.has(chosen.command) ? outdated(only, app.model.snapshot().run) : undefined;
  if (late === undefined) await vscode.commands.executeCommand(commandId(chosen.command), task);
  else void showInformation(late);
}

function buttonsFor(items: readonly NewsItem[]): readonly Button[] {
  const dashboard: Button = { title: 'Open Dashboard', command: 'openDashboard' };
  const [only] = items;
  if (items.length > 1 || only === undefined) return [dashboard];
  switch (only.kind) {
    case 'ready':
      return [{ title: 'Approve & Merge', command: 'approveAndMerge' }, { title: 'Review Changes', command: 'reviewChanges' }, dashboard];
    case 'needs-you':
      return [dashboard, { title: 'Review Changes', command: 'reviewChanges' }, { title: 'Retry…', command: 'retry' }];
    case 'leak':
      return [{ title: 'Stray Changes…', command: 'strayChanges' }, dashboard];
    case 'plan':
      return [{ title: 'Show Plan', command: 'openDashboard' }];
    case 'land':
      return [{ title: 'Land the Run', command: 'landRun' }, dashboard];
    case 'finished':
      return [dashboard];
  }
}
