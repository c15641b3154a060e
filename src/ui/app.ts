/** What every feature of the editor side is given. Built once by `start.ts`; plain data, no locator. */
import type * as vscode from 'vscode';
import type { ContextKeys } from './contextKeys.js';
import type { Dashboard } from './dashboard/panel.js';
import type { Goal } from './goal.js';
import type { UiLog } from './log.js';
import type { Model } from './model.js';
import type { Repository } from './repository.js';
import type { Review } from './review/review.js';
import type { Terminals } from './terminals/terminals.js';

/** What is there before any feature is. */
export interface Base {
  readonly context: vscode.ExtensionContext;
  readonly log: UiLog;
  readonly repository: Repository;
  readonly model: Model;
  readonly keys: ContextKeys;
  readonly terminals: Terminals;
}

export interface App extends Base {
  readonly dashboard: Dashboard;
  readonly review: Review;
  readonly goal: Goal;
}
