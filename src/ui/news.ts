/**
 * What is worth interrupting a person for: what needs them, what is ready, and that the run has finished. A plan that waits
 * for approval is ready, one that failed needs them. Everything else stands in the views, the status bar and the log. Pure.
 */
import type { TaskState } from '../core/task.js';
import { STATE_WORDS } from '../core/task.js';
import { unquoted } from '../core/text.js';
import { reasonHead } from '../core/reasonWords.js';
import type { RunView } from '../shared/protocol.js';
import { groupOf, runMoneyWords } from './tasks/groups.js';

export interface NewsItem {
  /** The same key is never told twice. */
  readonly key: string;
  readonly kind: 'needs-you' | 'ready' | 'plan' | 'land' | 'finished' | 'leak';
  readonly task?: string;
  readonly text: string;
}

/** Everything that would be told about a run now. What was told before is left out by the caller, by key. */
export function newsOf(run: RunView): readonly NewsItem[] {
  const items: NewsItem[] = [];
  for (const task of run.tasks) {
    const last = task.attempts.at(-1)?.attempt ?? 0;
    const key = `${run.id}/${task.id}/${String(last)}/${task.state}`;
    // One that is only possible holds nothing up.
    for (const leak of (task.leaks ?? []).filter((each) => each.certainty === 'certain')) {
      items.push({ key: `${run.id}/${task.id}/leak/${leak.id}`, kind: 'leak', task: task.id, text: `${leak.text} It lands once you have chosen what becomes of that.` });
    }
    if (task.state === 'needs-you') items.push({ key: `${key}/${task.why?.kind ?? ''}`, kind: 'needs-you', task: task.id, text: `“${task.title}” needs you: ${ended(task.why === undefined ? 'see the dashboard' : unquoted(reasonHead(task.why)))}` });
    if (task.state === 'ready' && task.actions.includes('approve')) {
      items.push({ key, kind: 'ready', task: task.id, text: `“${task.title}” is ready: its gate passed on the merged result.` });
    }
  }
  if (run.landing?.state === 'ready') items.push({ key: `${run.id}/landing/ready/${String(run.planRevision)}`, kind: 'land', text: `Every task is in and the merged result is green: the run is ready to land on ${run.base}.` });
  if (run.landing?.state === 'needs-you') items.push({ key: `${run.id}/landing/${run.landing.text ?? ''}`, kind: 'land', text: `The run cannot land yet: ${ended(run.landing.text ?? 'see the dashboard')}` });
  for (const task of run.tasks) {
    if (task.undo?.state === 'not-done') items.push({ key: `${run.id}/${task.id}/undo/${task.undo.text}`, kind: 'needs-you', task: task.id, text: `“${task.title}” was not undone: ${ended(task.undo.text)}` });
  }
  if (run.phase === 'proposed') {
    const count = run.tasks.filter((task) => task.difference !== 'removed').length;
    items.push({ key: `${run.id}/plan/${String(run.planRevision)}`, kind: 'plan', text: `The plan is ready to approve: ${String(count)} ${count === 1 ? 'task' : 'tasks'}.` });
  }
  if (run.phase === 'failed' && run.planner?.failure !== undefined) {
    items.push({ key: `${run.id}/planner/${String(run.planner.startedAt)}`, kind: 'plan', text: `Planning failed: ${ended(run.planner.failure)}` });
  }
  if (run.phase === 'done') {
    const landed = run.tasks.filter((task) => groupOf(task) === 'landed').length;
    const dropped = run.tasks.filter((task) => task.state === 'dropped').length;
    const money = runMoneyWords(run);
    items.push({
      key: `${run.id}/finished/${String(run.planRevision)}`,
      kind: 'finished',
      text: `The run is finished: ${String(landed)} landed on ${run.base}${dropped > 0 ? `, ${String(dropped)} dropped` : ''}.${money === undefined ? '' : ` It cost ${money}.`}`,
    });
  }
  return items;
}

/** Whether a window is one that *Try It* opened on a task's worktree: the window that it was opened from tells the news. */
export function isTryItWindow(run: RunView, root: string): boolean {
  return run.tasks.some((task) => task.worktree === root);
}

/**
 * A message may be answered long after it came. Says kindly that what it offers is done already, in what the run is now;
 * `undefined` when it still holds.
 */
export function outdated(item: NewsItem, run: RunView | undefined): string | undefined {
  if (run !== undefined && newsOf(run).some((now) => now.key === item.key)) return undefined;
  const task = run !== undefined && item.key.startsWith(`${run.id}/`) ? run.tasks.find((each) => each.id === item.task) : undefined;
  if (task === undefined) return 'That message was about another plan or run. Nothing was done.';
  return `“${task.title}” ${NOW_WORDS[task.state] ?? `is ${STATE_WORDS[task.state].toLowerCase()} now`}, so nothing had to be done.`;
}

const NOW_WORDS: Readonly<Partial<Record<TaskState, string>>> = {
  landed: 'has landed already',
  dropped: 'was dropped already',
  merging: 'is being merged already',
  ready: 'is ready again with newer work',
  'needs-you': 'needs you for something newer',
};

/** One sentence for several items. */
export function batchText(items: readonly NewsItem[]): string {
  const [only] = items;
  if (items.length === 1 && only !== undefined) return only.text;
  const count = (kind: NewsItem['kind']): number => items.filter((item) => item.kind === kind).length;
  const parts: string[] = [];
  const [ready, needs] = [count('ready'), count('needs-you')];
  if (ready > 0) parts.push(`${String(ready)} ${ready === 1 ? 'task is' : 'tasks are'} ready to merge`);
  if (needs > 0) parts.push(`${String(needs)} ${needs === 1 ? 'task needs' : 'tasks need'} you`);
  if (count('leak') > 0) parts.push(count('leak') === 1 ? 'an agent changed files outside its worktree' : `agents changed files outside their worktrees ${String(count('leak'))} times`);
  if (count('plan') > 0) parts.push('a plan waits for approval');
  if (count('land') > 0) parts.push('the run waits for you to land it');
  if (count('finished') > 0) parts.push('the run is finished');
  const text = parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}` : (parts[0] ?? '');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
