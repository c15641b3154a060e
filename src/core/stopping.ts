/** Why a task is stopped, and what starts it again: its run going on, or only its person. Pure. */
import type { Reason, RunState, TaskRun } from './run.js';

/** A person stopped this one task (or pressed Ctrl+C in its terminal): only their own word starts it again. */
export const STOPPED_BY_YOU: Reason = { kind: 'stopped-by-you', text: 'You stopped it; its work is kept in its worktree. Retry continues it; Go On leaves it stopped.' };

export const NEVER_BEGUN: Reason = { kind: 'stopped-by-you', text: 'You stopped it before it started. Retry lets it start; Go On leaves it stopped.' };

/** Every agent of the run was stopped, this one with them. */
export const STOPPED_WITH_RUN: Reason = { kind: 'stopped-with-run', text: 'Stopped with the run; its work is kept in its worktree. Go On or Retry continues it.' };

/** The same, by the editor that was quit: the setting `switchyard.agentsOnQuit` says so. */
export const STOPPED_WITH_EDITOR: Reason = {
  kind: 'stopped-with-run',
  text: 'The editor was quit, so it was stopped (switchyard.agentsOnQuit); its work is kept in its worktree. Go On or Retry continues it.',
};

/** Why a task is stopped with its whole run. */
export function stoppedWith(run: Pick<RunState, 'stoppedBy'>): Reason {
  return run.stoppedBy === 'quit' ? STOPPED_WITH_EDITOR : STOPPED_WITH_RUN;
}

/** Go On starts it again: it was stopped with the run, or interrupted. */
export function goesOn(task: Pick<TaskRun, 'state' | 'reason'>): boolean {
  return task.state === 'stopped' && task.reason?.kind !== 'stopped-by-you';
}

/** It waits for its person. */
export function waitsForYou(task: Pick<TaskRun, 'state' | 'reason'>): boolean {
  return task.state === 'stopped' && !goesOn(task);
}
