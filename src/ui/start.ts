/** Builds the editor side around one way to open a repository. Each feature's start is contained. */
import type * as vscode from 'vscode';
import { createAgentsTree } from './agentsTree.js';
import type { App, Base } from './app.js';
import { registerCommands } from './commands/register.js';
import { createContextKeys } from './contextKeys.js';
import { createDashboard } from './dashboard/panel.js';
import { performAction } from './dashboard/perform.js';
import type { Snapshot } from '../shared/protocol.js';
import type { Disposable } from './disposables.js';
import { Disposables } from './disposables.js';
import { createGoal } from './goal.js';
import type { UiLog } from './log.js';
import { messageOf } from './log.js';
import { showError } from './messages.js';
import { createModel } from './model.js';
import { createNotifications } from './notifications.js';
import type { OpenRepository } from './opening.js';
import type { Repository } from './repository.js';
import { createRepository } from './repository.js';
import { createReview } from './review/review.js';
import { trackSaves } from './saves.js';
import { followState } from './state.js';
import { createStatus } from './status.js';
import type { TaskNode } from './tasks/tree.js';
import { createTaskTree } from './tasks/tree.js';
import { followAttempts } from './terminals/handover.js';
import { followTerminalInFront } from './terminals/inFront.js';
import { runTrials } from './tryIt/run.js';
import type { Terminals } from './terminals/terminals.js';

/** What other extensions (and our own tests) may read. It changes nothing: acting goes through the commands. */
export interface SwitchyardApi {
  readonly version: 1;
  /** Resolves when it is known whether there is a repository to work on. */
  readonly settled: Promise<void>;
  snapshot(): Snapshot;
  readonly onDidChange: vscode.Event<void>;
  /** The rows of the tasks view, as they are drawn. */
  readonly tasks: vscode.TreeDataProvider<TaskNode>;
}

export interface Started extends Disposable {
  readonly repository: Repository;
  readonly api: SwitchyardApi;
}

/** Builds the features one by one; one that cannot be started is said and leaves the others alone. */
export function startUi(context: vscode.ExtensionContext, parts: { readonly log: UiLog; readonly terminals: Terminals; readonly open: OpenRepository }): Started {
  const { log, terminals, open } = parts;
  const own = new Disposables();
  const repository = own.add(createRepository(context, log, open, own.add(trackSaves())));
  const model = own.add(createModel(repository, log));
  const base: Base = { context, log, repository, model, keys: createContextKeys(), terminals };
  // These are needed by the others; without them there is nothing to show.
  const review = own.add(createReview(base));
  const dashboard = own.add(createDashboard(base, (action) => performAction(app, action)));
  const goal = own.add(createGoal(base, () => dashboard.open()));
  const taskTree = own.add(createTaskTree(model));
  const app: App = { ...base, review, dashboard, goal };

  const features: readonly (readonly [name: string, start: () => Disposable])[] = [
    ['commands', () => registerCommands(app)],
    ['context keys', () => followState(base)],
    ['agents view', () => createAgentsTree(model)],
    ['terminals', () => followAttempts(base)],
    ['terminal in front', () => followTerminalInFront(base)],
    ['status bar', () => createStatus(model)],
    ['trials', () => runTrials(base)],
    ['notifications', () => createNotifications(app)],
  ];
  for (const [name, start] of features) {
    try {
      own.add(start());
    } catch (error) {
      log.error(`The ${name} could not be started`, error);
      void showError(`Switchyard works without its ${name}: ${messageOf(error)}`);
    }
  }
  const api: SwitchyardApi = { version: 1, settled: repository.settled, snapshot: () => model.snapshot(), onDidChange: model.onDidChange, tasks: taskTree.provider };
  return { repository, api, dispose: () => own.dispose() };
}
