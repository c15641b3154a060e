/** How a task's state looks: icon, words and colour class, and the groups that are counted and filtered by. */
import { STATE_WORDS, type TaskState } from '../src/core/task.js';
import { reasonHead } from '../src/core/reasonWords.js';
import { unquoted } from '../src/core/text.js';
import type { TaskView } from '../src/shared/protocol.js';

/** Groups in order of importance to a person. */
export const GROUPS = ['needs-you', 'ready', 'working', 'waiting', 'stopped', 'landed', 'undone', 'dropped'] as const;
export type Group = (typeof GROUPS)[number];

interface Look {
  readonly icon: string;
  readonly group: Group;
  /** The icon turns: something really moves. */
  readonly moves: boolean;
}

const LOOKS: Readonly<Record<TaskState, Look>> = {
  proposed: { icon: 'circle-large-outline', group: 'waiting', moves: false },
  waiting: { icon: 'circle-large-outline', group: 'waiting', moves: false },
  'setting-up': { icon: 'gear', group: 'working', moves: true },
  working: { icon: 'sync', group: 'working', moves: true },
  checking: { icon: 'beaker', group: 'working', moves: false },
  'in-review': { icon: 'comment-discussion', group: 'working', moves: false },
  ready: { icon: 'git-pull-request', group: 'ready', moves: false },
  merging: { icon: 'git-merge', group: 'working', moves: false },
  landed: { icon: 'pass-filled', group: 'landed', moves: false },
  'needs-you': { icon: 'bell-dot', group: 'needs-you', moves: false },
  stopped: { icon: 'debug-stop', group: 'stopped', moves: false },
  dropped: { icon: 'circle-slash', group: 'dropped', moves: false },
};

/** Icon, group and motion of a state. */
export function look(state: TaskState): Look {
  return LOOKS[state];
}

/** Its landing was taken back: it is on the base no more. */
export function isUndone(task: Pick<TaskView, 'undo'>): boolean {
  return task.undo?.state === 'undone';
}

/** In the base now: what was undone has landed and is not. */
export function isLanded(task: Pick<TaskView, 'state' | 'undo'>): boolean {
  return task.state === 'landed' && !isUndone(task);
}

/** The group of a task for colours and counts, as the native tree has it. */
export function groupOf(task: Pick<TaskView, 'state' | 'undo'>): Group {
  return isUndone(task) ? 'undone' : LOOKS[task.state].group;
}

export const GROUP_WORDS: Readonly<Record<Group, string>> = {
  'needs-you': 'needs you',
  ready: 'ready',
  working: 'working',
  waiting: 'waiting',
  stopped: 'stopped',
  landed: 'landed',
  undone: 'undone',
  dropped: 'dropped',
};

export const GROUP_ICONS: Readonly<Record<Group, string>> = {
  'needs-you': 'bell-dot',
  ready: 'git-pull-request',
  working: 'sync',
  waiting: 'circle-large-outline',
  stopped: 'debug-stop',
  landed: 'pass-filled',
  undone: 'discard',
  dropped: 'circle-slash',
};

/** How many tasks are in each group; groups without a task are left out. */
export function countGroups(tasks: readonly TaskView[]): readonly { readonly group: Group; readonly count: number }[] {
  return GROUPS.map((group) => ({ group, count: tasks.filter((task) => groupOf(task) === group).length })).filter(
    (entry) => entry.count > 0,
  );
}

/** The task a person should look at first, if any. */
export function mostUrgent(tasks: readonly TaskView[]): TaskView | undefined {
  const order: readonly Group[] = ['needs-you', 'ready', 'working', 'stopped', 'waiting', 'landed', 'undone', 'dropped'];
  for (const group of order) {
    const found = tasks.find((task) => groupOf(task) === group);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a screen reader should hear about the step from one snapshot to the next; empty when no state changed. */
export function announcement(before: readonly TaskView[], after: readonly TaskView[]): string {
  const old = new Map(before.map((task) => [task.id, task.state]));
  return after
    .filter((task) => old.has(task.id) && old.get(task.id) !== task.state)
    .map((task) => `${task.title}: ${STATE_WORDS[task.state]}${task.state === 'needs-you' && task.why ? `, ${unquoted(reasonHead(task.why))}` : ''}`)
    .join('. ');
}
