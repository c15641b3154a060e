/**
 * Every id that the manifest and the code share: commands with their arguments, settings, context keys and views.
 * A test compares this table with package.json and with what is registered.
 */
import type { ReviewComment } from '../core/wishes.js';

/** What a command may be given for a task: its id, a row of the tree, or nothing (the person picks). */
export type TaskArgument = string | { readonly task: string } | undefined;

/** Command id (without the prefix) to the arguments it may be called with from code. */
export interface CommandArguments {
  readonly decomposeTask: [text?: string];
  readonly decomposeSelection: [];
  readonly startPlanning: [];
  readonly cancelGoal: [];
  readonly cancelPlanning: [];
  readonly openDashboard: [task?: TaskArgument];
  readonly approvePlan: [];
  readonly askForChanges: [words?: string];
  readonly discardPlan: [];
  readonly approveAndMerge: [task?: TaskArgument];
  readonly retry: [task?: TaskArgument, words?: string];
  readonly retryWithComments: [task?: TaskArgument];
  readonly replan: [task?: TaskArgument, words?: string];
  readonly takeOver: [task?: TaskArgument];
  readonly check: [task?: TaskArgument];
  readonly allowPaths: [task?: TaskArgument];
  readonly resolveConflict: [task?: TaskArgument];
  readonly undoLanding: [task?: TaskArgument];
  readonly landRun: [];
  readonly undoRun: [];
  readonly strayChanges: [task?: TaskArgument];
  readonly showStrayPatch: [task?: TaskArgument, leak?: string];
  readonly tryIt: [task?: TaskArgument];
  readonly backToGreen: [task?: TaskArgument];
  readonly drop: [task?: TaskArgument];
  readonly stopTask: [task?: TaskArgument];
  readonly stopAll: [];
  readonly pause: [];
  readonly goOn: [];
  readonly reviewChanges: [task?: TaskArgument, path?: string];
  readonly showTerminal: [task?: TaskArgument];
  readonly importOutline: [];
  readonly openTeamFile: [];
  readonly refreshAgents: [];
  readonly copyAgentSetup: [agent?: string];
  readonly cleanUp: [sure?: boolean];
  readonly exportReceipts: [];
  readonly restoreBackup: [ref?: string, into?: string];
  readonly showLog: [];
  readonly checkAgain: [];
  readonly initRepository: [];
  readonly pickRun: [];
  readonly recoverRun: [run?: string];
  readonly pickRepository: [];
  readonly addComment: [reply?: unknown];
  readonly deleteComment: [comment?: unknown];
}

export type CommandName = keyof CommandArguments;

/** All of them, for the test that declared = registered; the type above keeps the list complete. */
export const COMMANDS: Readonly<Record<CommandName, true>> = {
  decomposeTask: true,
  decomposeSelection: true,
  startPlanning: true,
  cancelGoal: true,
  cancelPlanning: true,
  openDashboard: true,
  approvePlan: true,
  askForChanges: true,
  discardPlan: true,
  approveAndMerge: true,
  retry: true,
  retryWithComments: true,
  replan: true,
  takeOver: true,
  check: true,
  allowPaths: true,
  resolveConflict: true,
  undoLanding: true,
  landRun: true,
  undoRun: true,
  strayChanges: true,
  showStrayPatch: true,
  tryIt: true,
  backToGreen: true,
  drop: true,
  stopTask: true,
  stopAll: true,
  pause: true,
  goOn: true,
  reviewChanges: true,
  showTerminal: true,
  importOutline: true,
  openTeamFile: true,
  refreshAgents: true,
  copyAgentSetup: true,
  cleanUp: true,
  exportReceipts: true,
  restoreBackup: true,
  showLog: true,
  checkAgain: true,
  initRepository: true,
  pickRun: true,
  recoverRun: true,
  pickRepository: true,
  addComment: true,
  deleteComment: true,
};

/** The id under which a command is registered and declared. */
export function commandId(name: CommandName): string {
  return `switchyard.${name}`;
}

/** Settings with the type of their value. */
export interface SettingValues {
  readonly 'executables.claude': string;
  readonly 'executables.codex': string;
  readonly 'executables.gemini': string;
  readonly 'executables.opencode': string;
  readonly worktreesFolder: string;
  readonly agentsOnQuit: 'finish' | 'stop';
  readonly notifications: 'all' | 'needs-you' | 'off';
}

/** Every setting with its default, which the manifest repeats. */
export const SETTINGS: SettingValues = {
  'executables.claude': '',
  'executables.codex': '',
  'executables.gemini': '',
  'executables.opencode': '',
  worktreesFolder: '',
  agentsOnQuit: 'finish',
  notifications: 'all',
};

/** Context keys for `when` clauses, with the type of their value. */
export interface ContextValues {
  /** An `EmptyReason`, or `ready` while a run is shown. */
  readonly state: string;
  readonly phase: string;
  readonly planning: boolean;
  readonly paused: boolean;
  readonly severalFolders: boolean;
  /** How the landing of the run's integration branch stands; empty without one. */
  readonly landing: string;
  /** The task whose changes the active editor shows; empty when it shows none. */
  readonly reviewedTask: string;
  /** That task can be approved now. */
  readonly reviewedTaskReady: boolean;
  /** That task can be sent back now. */
  readonly reviewedTaskRetries: boolean;
  readonly goalOpen: boolean;
}

export const CONTEXT_KEYS: Readonly<Record<keyof ContextValues, true>> = {
  state: true,
  phase: true,
  planning: true,
  paused: true,
  severalFolders: true,
  landing: true,
  reviewedTask: true,
  reviewedTaskReady: true,
  reviewedTaskRetries: true,
  goalOpen: true,
};

export const VIEWS = { plan: 'switchyard.plan', tasks: 'switchyard.tasks', agents: 'switchyard.agents' } as const;
export const PANEL_TYPE = 'switchyard.dashboard';
export const REVIEW_SCHEME = 'switchyard-review';
/** One side of a conflict, by the id of its object. */
export const SIDE_SCHEME = 'switchyard-side';
export const GOAL_SCHEME = 'switchyard-goal';

/** A comment of a draft review, as kept in the workspace's state. */
export interface DraftComment extends ReviewComment {
  readonly run: string;
  readonly task: string;
  readonly commit: string;
}
