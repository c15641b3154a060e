/** A task's buttons: what they are called and what they ask for. Pure. */
import type { Composing, RunView, TaskAction, TaskView } from '../../src/shared/protocol.js';
import { backQuestion, dropQuestion, undoQuestion, unprovenQuestion } from '../../src/core/questions.js';
import type { Intent, Question } from '../store.js';

export interface Act {
  readonly id: TaskAction;
  readonly label: string;
  readonly icon: string;
  readonly title: string;
  readonly key: string;
  readonly intent: Intent;
  /** Words are asked for first, in the page. */
  readonly composing?: Composing;
  /** Asked before. */
  readonly question?: Question;
}

const WORDS: Readonly<Record<TaskAction, { readonly label: string; readonly icon: string; readonly title: string }>> = {
  approve: { label: 'Approve & Merge', icon: 'git-merge', title: 'Land exactly the tree that passed the gate' },
  retry: { label: 'Retry…', icon: 'debug-restart', title: 'Send it back to the same agent with your words' },
  back: { label: 'Back to Last Green…', icon: 'history', title: 'Take an earlier green result again; what came after is kept as a backup' },
  replan: { label: 'Re-plan…', icon: 'type-hierarchy', title: 'Give the planner the evidence and get a changed plan to approve' },
  'take-over': { label: 'Take Over', icon: 'terminal', title: 'Continue the agent’s session yourself in a terminal' },
  'try-it': { label: 'Try It', icon: 'folder-opened', title: 'Open its worktree in a new window and run its program or its gate there' },
  drop: { label: 'Drop…', icon: 'trash', title: 'Do without this task' },
  stop: { label: 'Stop', icon: 'debug-stop', title: 'Stop its agent; its work is kept' },
  check: { label: 'Check Again', icon: 'beaker', title: 'Run boundary check and gate on its worktree as it is now' },
  'resolve-conflict': { label: 'Resolve Conflict…', icon: 'git-merge', title: 'Lay the conflict into its worktree and open the merge editor; Check Again concludes it' },
  'allow-paths': { label: 'Allow Paths…', icon: 'unlock', title: 'Choose which of its changes outside what it owns this task may keep' },
  undo: { label: 'Undo Landing…', icon: 'discard', title: 'Take its changes back: the result is gated and landed like any other change' },
  'stray-changes': { label: 'Stray Changes…', icon: 'warning', title: 'Choose what becomes of what its agent changed outside its worktree' },
  review: { label: 'Review Changes', icon: 'diff-multiple', title: 'Open all its changes in the editor' },
  'show-terminal': { label: 'Show Terminal', icon: 'terminal-bash', title: 'Show its agent’s terminal' },
};

function intent(run: string, task: TaskView, id: TaskAction): Intent {
  const of = { run, task: task.id };
  switch (id) {
    case 'approve':
    case 'drop':
    case 'stop':
    case 'check':
    case 'undo':
      return { kind: 'wish', wish: { type: id, ...of } };
    case 'back':
      return backTo(of, task.backTo);
    case 'retry':
      return { kind: 'action', action: { type: 'retry-with-feedback', task: task.id } };
    case 'replan':
      return { kind: 'action', action: { type: 'replan-with-feedback', task: task.id } };
    case 'take-over':
    case 'resolve-conflict':
    case 'allow-paths':
    case 'try-it':
    case 'stray-changes':
    case 'review':
    case 'show-terminal':
      return { kind: 'action', action: { type: id, task: task.id } };
  }
}

function backTo(of: { readonly run: string; readonly task: string }, attempt: number | undefined): Intent {
  return { kind: 'wish', wish: { type: 'back', ...of, ...(attempt !== undefined && { attempt }) } };
}

/** *Back to Attempt 1*, also from that attempt's own row. */
export function backAct(run: RunView, task: TaskView, attempt: number | undefined): Act {
  const key = `back:${task.id}`;
  const intent = backTo({ run: run.id, task: task.id }, attempt);
  const question = backQuestion(task, attempt);
  return { id: 'back', ...WORDS.back, label: `${question.button}…`, key, intent, question: { ...question, key, intent } };
}

/** The task's buttons now, most important first. */
export function actsOf(run: RunView, task: TaskView): readonly Act[] {
  return task.actions.map((id): Act => {
    const words = WORDS[id];
    const act = { id, ...words, key: `${id}:${task.id}`, intent: intent(run.id, task, id) };
    const of = { key: act.key, intent: act.intent };
    if (id === 'back') return backAct(run, task, task.backTo);
    if (id === 'approve' && task.why?.kind === 'unproven') return { ...act, label: 'Land Unproven…', title: 'Land it on your word, without a proof', question: { ...unprovenQuestion(task), ...of } };
    if (id === 'check' && task.pullRequest !== undefined) return { ...act, title: 'Ask the remote whether its pull request was merged' };
    if (id === 'undo') return { ...act, question: { ...undoQuestion(task, run.landing?.branch ?? run.base), ...of } };
    if (id === 'retry' && task.why?.kind === 'conflict') return { ...act, title: 'Its agent resolves the conflict, told what both sides meant', composing: { kind: id, task: task.id } };
    if (id === 'retry' || id === 'replan') return { ...act, composing: { kind: id, task: task.id } };
    return id === 'drop' ? { ...act, question: { ...dropQuestion(task), ...of } } : act;
  });
}
