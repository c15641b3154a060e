/** Registers every command of the table. A refusal is shown; a failure is logged and shown. */
import * as vscode from 'vscode';
import type { App } from '../app.js';
import type { CommandName } from '../contributions.js';
import { commandId, COMMANDS } from '../contributions.js';
import type { Disposable } from '../disposables.js';
import { Disposables } from '../disposables.js';
import { messageOf } from '../log.js';
import type { Outcome } from '../outcome.js';
import { DONE } from '../outcome.js';
import { sayRefusal } from '../wishing.js';
import * as plan from './plan.js';
import { restoreBackup } from './backups.js';
import { cleanUp } from './cleanUp.js';
import { recoverRun } from './recoverRun.js';
import * as run from './run.js';
import * as stray from './stray.js';
import * as task from './task.js';
import * as workspace from './workspace.js';

type Handler = (app: App, ...args: readonly unknown[]) => Outcome | Promise<Outcome>;

const done = (act: () => unknown): Outcome => {
  act();
  return DONE;
};

export const HANDLERS: Readonly<Record<CommandName, Handler>> = {
  decomposeTask: plan.decomposeTask,
  decomposeSelection: plan.decomposeSelection,
  startPlanning: (app) => app.goal.start(),
  cancelGoal: (app) => app.goal.cancel(),
  cancelPlanning: run.cancelPlanning,
  openDashboard: (app, argument) => done(() => app.dashboard.open(typeof argument === 'string' ? argument : undefined)),
  approvePlan: run.approvePlan,
  askForChanges: run.askForChanges,
  discardPlan: run.discardPlan,
  approveAndMerge: task.approveAndMerge,
  retry: task.retry,
  retryWithComments: task.retryWithComments,
  replan: task.replan,
  takeOver: task.takeOver,
  check: task.check,
  allowPaths: task.allowPaths,
  resolveConflict: task.resolveConflict,
  undoLanding: task.undoLanding,
  landRun: run.landRun,
  undoRun: run.undoRun,
  strayChanges: stray.strayChanges,
  showStrayPatch: stray.showStrayPatch,
  tryIt: task.tryIt,
  backToGreen: task.backToGreen,
  drop: task.drop,
  stopTask: task.stopTask,
  stopAll: run.stopAll,
  pause: (app) => run.plainWish(app, 'pause'),
  goOn: (app) => run.plainWish(app, 'go-on'),
  reviewChanges: task.reviewChanges,
  showTerminal: task.showTerminal,
  importOutline: run.importOutline,
  openTeamFile: workspace.openTeamFile,
  refreshAgents: workspace.refreshAgents,
  copyAgentSetup: workspace.copyAgentSetup,
  cleanUp,
  exportReceipts: run.exportReceipts,
  restoreBackup,
  showLog: (app) => done(() => app.log.show()),
  checkAgain: workspace.checkAgain,
  initRepository: workspace.initRepository,
  pickRun: run.pickRun,
  recoverRun,
  pickRepository: workspace.pickRepository,
  addComment: (app, reply) => done(() => app.review.comments.add(reply)),
  deleteComment: (app, comment) => done(() => app.review.comments.remove(comment)),
};

/** Registers every command of the contributions table; a refusal is shown once, by whoever calls. */
export function registerCommands(app: App): Disposable {
  const own = new Disposables();
  for (const name of Object.keys(COMMANDS) as CommandName[]) {
    own.add(vscode.commands.registerCommand(commandId(name), (...args: unknown[]) => perform(app, name, args)));
  }
  return own;
}

/** Runs a command as its button does, and says out loud what was refused. Gives true when it was done. */
async function perform(app: App, name: CommandName, args: readonly unknown[]): Promise<boolean> {
  const outcome = await outcomeOf(app, name, args);
  if (outcome?.ok === false) void sayRefusal(app, outcome.reason);
  return outcome?.ok === true;
}

/** The outcome, for callers that show a refusal themselves. */
export async function outcomeOf(app: App, name: CommandName, args: readonly unknown[] = []): Promise<Outcome> {
  try {
    // Commands may come before the first look at the repository is over.
    await app.repository.settled;
    return await HANDLERS[name](app, ...args);
  } catch (error) {
    app.log.error(`The command ${name} failed`, error);
    return { ok: false, reason: `That did not work: ${messageOf(error)} No work was lost; the log has the details.` };
  }
}
