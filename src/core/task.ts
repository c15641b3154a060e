/** The task's state machine. Ids are the contract of the log, the headless command and the dashboard. */

export const TASK_STATES = [
  'proposed',
  'waiting',
  'setting-up',
  'working',
  'checking',
  'in-review',
  'ready',
  'merging',
  'landed',
  'needs-you',
  'stopped',
  'dropped',
] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** Where a task may go from each state. Anything else is a defect and refused by the fold. */
const NEXT: Readonly<Record<TaskState, readonly TaskState[]>> = {
  proposed: ['waiting', 'dropped'],
  waiting: ['setting-up', 'needs-you', 'dropped', 'stopped', 'proposed'],
  'setting-up': ['working', 'needs-you', 'stopped', 'dropped', 'waiting'],
  working: ['checking', 'needs-you', 'stopped', 'dropped', 'waiting'],
  checking: ['working', 'in-review', 'ready', 'needs-you', 'stopped', 'dropped', 'waiting'],
  'in-review': ['ready', 'working', 'waiting', 'needs-you', 'landed', 'stopped', 'dropped'],
  ready: ['merging', 'checking', 'working', 'waiting', 'needs-you', 'stopped', 'dropped'],
  merging: ['landed', 'checking', 'ready', 'in-review', 'needs-you', 'stopped'],
  landed: [],
  'needs-you': ['waiting', 'working', 'checking', 'ready', 'merging', 'dropped', 'stopped'],
  stopped: ['waiting', 'working', 'checking', 'dropped', 'needs-you'],
  dropped: ['waiting'],
};

/** Whether the state machine has this step. An event that says otherwise is refused by the fold. */
export function mayMove(from: TaskState, to: TaskState): boolean {
  return NEXT[from].includes(to);
}

/** In work right now: occupies an agent or the gate. */
export function isActive(state: TaskState): boolean {
  return state === 'setting-up' || state === 'working' || state === 'checking' || state === 'merging';
}

/** Nothing more will happen by itself. */
export function isOver(state: TaskState): boolean {
  return state === 'landed' || state === 'dropped';
}

/** Has not started: no worktree, no attempt. A re-plan may replace it. */
export function isUntouched(state: TaskState): boolean {
  return state === 'proposed' || state === 'waiting';
}

/** Has a history that a re-plan must keep: a task sent back to wait for its retry has started, though it waits. */
export function hasStarted(task: { readonly state: TaskState; readonly attempts: readonly unknown[]; readonly worktree?: string }): boolean {
  return !isUntouched(task.state) || task.attempts.length > 0 || task.worktree !== undefined;
}

/** The words people see. */
export const STATE_WORDS: Readonly<Record<TaskState, string>> = {
  proposed: 'Proposed',
  waiting: 'Waiting',
  'setting-up': 'Setting up',
  working: 'Working',
  checking: 'Checking',
  'in-review': 'In review',
  ready: 'Ready',
  merging: 'Merging',
  landed: 'Landed',
  'needs-you': 'Needs you',
  stopped: 'Stopped',
  dropped: 'Dropped',
};

/** A state by itself inside a text: `needs you`, `setting up`. */
export function stateWords(state: TaskState): string {
  return STATE_WORDS[state].toLowerCase();
}

/** A state as the rest of a sentence about a task: `needs you`, `is setting up`, `has landed`. */
export function stateClause(state: TaskState): string {
  if (state === 'needs-you') return 'needs you';
  if (state === 'landed') return 'has landed';
  return state === 'dropped' ? 'was dropped' : `is ${stateWords(state)}`;
}
