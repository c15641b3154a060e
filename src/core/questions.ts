/**
 * What a person is asked before something is done that cannot be taken back with a click, in words that are the same in the
 * dashboard and in the editor's own dialogs. Pure.
 */
import type { TaskState } from './task.js';
import { isActive } from './task.js';
import { unquoted } from './text.js';

export interface AskedFirst {
  readonly title: string;
  /** What happens, what is safe. */
  readonly text: string;
  /** The button that does it. */
  readonly button: string;
}

interface Titled {
  readonly title: string;
}

/** Without any attempt there is no work that could be kept. */
export function dropQuestion({ title, state, attempts }: Titled & { readonly state: TaskState; readonly attempts: readonly unknown[] }): AskedFirst {
  const stops = isActive(state) ? 'Its agent is stopped, and everything' : 'Everything';
  const kept = attempts.length === 0 ? 'It has not started.' : `${stops} in its worktree, uncommitted files too, is kept as a backup first: Restore Backup… brings it back.`;
  return { title: `Drop “${title}”?`, text: `${kept} Nothing of it will land, and tasks that depend on it stay blocked until you re-plan or drop them too.`, button: 'Drop' };
}

/** `attempt`: the one whose result comes back; without one the last that was green. */
export function backQuestion({ title }: Titled, attempt: number | undefined): AskedFirst {
  return {
    title: `Take “${title}” back to ${attempt === undefined ? 'its last green result' : `attempt ${String(attempt)}`}?`,
    text: 'Its branch and worktree hold that green result again. What is there now, uncommitted files too, is kept as a backup first. If its receipt still holds it is ready at once, else its gate runs again.',
    button: attempt === undefined ? 'Back to Last Green' : `Back to Attempt ${String(attempt)}`,
  };
}

/** `branch`: where the landing is taken back. Names the tasks that would stay without their ground. */
export function undoQuestion({ title, landedDependents = [] }: Titled & { readonly landedDependents?: readonly string[] | undefined }, branch: string): AskedFirst {
  const stays = landedDependents.length === 0 ? '' : ` ${landedDependents.join(', ')} ${landedDependents.length === 1 ? 'builds on it and has landed since; it stays' : 'build on it and have landed since; they stay'}.`;
  return {
    title: `Undo the landing of “${title}”?`,
    text: `A commit that takes its changes back is made and gated, and lands on ${branch} in the way in which the task did. If it conflicts or its gate is red, nothing is changed.${stays}`,
    button: 'Undo Landing',
  };
}

/** `gates`: of which the last says why it proves nothing. */
export function unprovenQuestion({ title, gates }: Titled & { readonly gates: readonly { readonly note?: string | undefined }[] }): AskedFirst {
  return { title: `Land “${title}” unproven?`, text: `${unquoted(gates.at(-1)?.note ?? 'No gate has proved it.')} Its receipt will say that a person accepted it.`, button: 'Land Unproven' };
}

/** `revisionInForce`: the plan that stays, where there is one already. */
export function discardQuestion(revision: number, revisionInForce: number | undefined): AskedFirst {
  return {
    title: revisionInForce === undefined ? 'Discard this plan?' : `Discard revision ${String(revision)}?`,
    text: revisionInForce === undefined ? 'The whole run goes. Nothing has started and nothing of yours was changed.' : `The plan in force (revision ${String(revisionInForce)}) stays and goes on as it is.`,
    button: 'Discard Plan',
  };
}

export const STOP_ALL_QUESTION: AskedFirst = {
  title: 'Stop all agents?',
  text: 'Every agent of this run is stopped with everything that it started. All their work is kept in the worktrees, and Go On continues it.',
  button: 'Stop All Agents',
};
