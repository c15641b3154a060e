/** How tasks are grouped, ordered and worded in the native tree and in pickers. Pure. */
import { attemptWords } from '../../core/attemptWords.js';
import type { TaskState } from '../../core/task.js';
import { reasonLine, reasonText } from '../../core/reasonWords.js';
import { STATE_WORDS } from '../../core/task.js';
import { apiMarked, dollars, unquoted } from '../../core/text.js';
import type { RunView, TaskView } from '../../shared/protocol.js';

export const GROUPS = ['needs-you', 'ready', 'working', 'waiting', 'proposed', 'stopped', 'landed', 'undone', 'dropped'] as const;
export type Group = (typeof GROUPS)[number];

export const GROUP_WORDS: Readonly<Record<Group, string>> = {
  'needs-you': 'Needs you',
  ready: 'Ready',
  working: 'Working',
  waiting: 'Waiting',
  proposed: 'Proposed',
  stopped: 'Stopped',
  landed: 'Landed',
  undone: 'Undone',
  dropped: 'Dropped',
};

const GROUP_OF: Readonly<Record<TaskState, Group>> = {
  proposed: 'proposed',
  waiting: 'waiting',
  'setting-up': 'working',
  working: 'working',
  checking: 'working',
  'in-review': 'working',
  merging: 'working',
  ready: 'ready',
  landed: 'landed',
  'needs-you': 'needs-you',
  stopped: 'stopped',
  dropped: 'dropped',
};

/** The group of the tree that a task stands in; what was undone has one of its own. */
export function groupOf(task: Pick<TaskView, 'state' | 'undo'>): Group {
  return task.undo?.state === 'undone' ? 'undone' : GROUP_OF[task.state];
}

export interface TaskGroup {
  readonly group: Group;
  readonly tasks: readonly TaskView[];
}

/** Groups with at least one task, the most urgent first; within a group in plan order. */
export function groupTasks(tasks: readonly TaskView[]): readonly TaskGroup[] {
  return GROUPS.map((group) => ({ group, tasks: tasks.filter((task) => groupOf(task) === group) })).filter(
    (each) => each.tasks.length > 0,
  );
}

function whyLine(task: TaskView): string | undefined {
  return task.why === undefined ? undefined : reasonLine(task.why);
}

/** What stands behind a task's title: the one thing worth knowing in its state. */
export function taskDetail(task: TaskView): string {
  const change = task.files.length === 0 ? undefined : `+${String(task.additions)} −${String(task.deletions)}`;
  switch (groupOf(task)) {
    case 'needs-you':
      return whyLine(task) ?? STATE_WORDS[task.state];
    case 'landed':
      if (task.undo !== undefined) return task.undo.state === 'moving' ? 'being undone' : `not undone: ${unquoted(task.undo.text)}`;
      return join(change, task.billed ? moneyWords(task.amount, task.apiEquivalent) : undefined);
    case 'ready':
      if (task.leaks?.some((leak) => leak.certainty === 'certain') === true) return 'stray changes wait for your choice';
      return join(change, task.billed ? moneyWords(task.amount, task.apiEquivalent) : undefined);
    case 'working':
      if (task.why?.kind === 'pull-request') return 'pull request open';
      return join(task.activity ?? (task.why?.kind === 'queue' ? whyLine(task) : undefined) ?? STATE_WORDS[task.state], task.agent);
    case 'waiting':
    case 'stopped':
      return whyLine(task) ?? '';
    case 'proposed':
      return join(task.agent, task.model);
    case 'undone':
    case 'dropped':
      return '';
  }
}

/** `$0.84`; `≈ $0.84 API` of a subscription; `$0.84+` when something is not known; `unknown cost` when nothing is. */
export function moneyWords(amount: { readonly usd: number; readonly unknownUsd: boolean; readonly printed?: string }, apiEquivalent = false): string {
  if (amount.usd === 0 && amount.unknownUsd) return 'unknown cost';
  return `${apiMarked(amount.printed ?? dollars(amount.usd), apiEquivalent)}${amount.unknownUsd ? '+' : ''}`;
}

/** The run's money so far; `undefined` while there is none. */
export function runMoneyWords({ bill: { total, lines } }: Pick<RunView, 'bill'>): string | undefined {
  return total.usd > 0 || total.unknownUsd ? moneyWords(total, lines.some((line) => line.apiEquivalent)) : undefined;
}

/** Everything a tooltip says, as plain lines. */
export function taskTooltip(task: TaskView): string {
  const lines = [
    task.title,
    join(STATE_WORDS[task.state], task.why === undefined ? undefined : unquoted(reasonText(task.why))),
    `${task.agent}${task.model === undefined ? '' : ` · ${task.model}`} · ${task.tier} tier${task.attempts.length > 0 ? ` · ${attemptWords(task.attempts, task.maxAttempts)}` : ''}`,
    `Owns ${task.contract.owns.join(', ')}`,
    task.contract.gate.length > 0 ? `Gate: ${task.contract.gate.join(' · ')}` : 'No gate of its own',
  ];
  if (task.branch !== undefined) lines.push(task.branch);
  return lines.join('\n');
}

/** For screen readers: state first in words, because they do not see the icon. */
export function taskLabel(task: TaskView): string {
  const detail = taskDetail(task);
  return `${task.title}, ${STATE_WORDS[task.state].toLowerCase()}${detail === '' ? '' : `, ${detail}`}`;
}

/** The tree's context value: `task` and every action that makes sense, each between semicolons. */
export function taskContextValue(task: TaskView): string {
  return `task;${task.actions.join(';')};`;
}

/** `3 working · 1 needs you · $0.84`; what is zero is left out. */
export function statusWords(run: RunView): string {
  const count = (group: Group): number => run.tasks.filter((task) => groupOf(task) === group).length;
  const parts: string[] = [];
  if (run.phase === 'planning') parts.push('planning');
  else if (run.phase === 'proposed') parts.push('plan to approve');
  else if (run.phase === 'failed') parts.push('planning failed');
  else if (run.phase === 'paused' || run.phase === 'stopped') parts.push(run.phase);
  const [working, needs, ready] = [count('working'), count('needs-you'), count('ready')];
  if (working > 0) parts.push(`${String(working)} working`);
  if (needs > 0) parts.push(`${String(needs)} needs you`);
  if (ready > 0) parts.push(`${String(ready)} ready`);
  if (run.landing?.state === 'ready') parts.push('the run is ready to land');
  else if (run.landing?.state === 'needs-you') parts.push('the run cannot land yet');
  if (run.phase === 'done') parts.push(`${String(count('landed'))} landed`);
  else if (parts.length === 0) parts.push(`${String(count('landed'))} of ${String(run.tasks.length - count('dropped'))} landed`);
  const money = runMoneyWords(run);
  if (money !== undefined) parts.push(money);
  return parts.join(' · ');
}

function join(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}
