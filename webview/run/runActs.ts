/** What can be asked for the whole run. Pure. */
import { discardQuestion, STOP_ALL_QUESTION } from '../../src/core/questions.js';
import type { Composing, RunView } from '../../src/shared/protocol.js';
import type { Intent, Question } from '../store.js';

export interface RunAct {
  readonly id: string;
  readonly label: string;
  readonly icon: string;
  readonly primary?: boolean;
  readonly title?: string;
  readonly intent: Intent;
  /** Words are asked for first, in the page. */
  readonly composing?: Composing;
  readonly question?: Question;
}

const action = (type: 'decompose' | 'ask-changes' | 'open-team-file' | 'pick-run' | 'cancel-planning' | 'replan-with-feedback'): Intent => ({
  kind: 'action',
  action: { type },
});

const NEW: RunAct = { id: 'new', label: 'Decompose Task', icon: 'add', intent: action('decompose') };
const REPLAN: RunAct = { id: 'replan', label: 'Re-plan…', icon: 'type-hierarchy', intent: action('replan-with-feedback'), composing: { kind: 'replan' }, title: 'Ask the planner for a changed plan; what has landed or is in work stays' };

function planActs(run: RunView): readonly RunAct[] {
  const first = run.revisionInForce === undefined;
  const discard: Intent = { kind: 'wish', wish: { type: 'discard-plan', run: run.id } };
  return [
    {
      id: 'discard',
      label: 'Discard Plan…',
      icon: 'trash',
      intent: discard,
      question: { ...discardQuestion(run.planRevision, run.revisionInForce), key: 'run:discard', intent: discard },
    },
    { id: 'ask', label: 'Ask for Changes…', icon: 'comment-discussion', intent: action('ask-changes'), composing: { kind: 'ask-changes' }, title: 'Send the plan back to the planner with your words' },
    {
      id: 'approve',
      label: first ? 'Approve and Start' : 'Approve Changes',
      icon: 'play',
      primary: true,
      intent: { kind: 'wish', wish: { type: 'approve-plan', run: run.id, revision: run.planRevision } },
    },
  ];
}

/** Buttons in the header, the most important last (as in VS Code's dialogs). */
export function runActs(run: RunView): readonly RunAct[] {
  const pause: RunAct = { id: 'pause', label: 'Pause', icon: 'debug-pause', title: 'Start nothing new; what runs goes on', intent: { kind: 'wish', wish: { type: 'pause', run: run.id } } };
  const goOn: RunAct = { id: 'go-on', label: 'Go On', icon: 'play', primary: true, intent: { kind: 'wish', wish: { type: 'go-on', run: run.id } } };
  // Without a plan the page itself shows the planner or what became of it, with the ways out.
  if (run.tasks.length === 0) return [];
  switch (run.phase) {
    case 'planning':
      return [{ id: 'cancel', label: 'Cancel Planning', icon: 'debug-stop', intent: action('cancel-planning') }];
    case 'proposed':
      return planActs(run);
    case 'running':
    case 'needs-you':
      return [pause, REPLAN];
    case 'paused':
      return [REPLAN, goOn];
    case 'stopped':
      return [REPLAN, goOn];
    case 'failed':
    case 'done':
      return [{ ...NEW, primary: true }];
  }
}

/** The rest, behind "…". */
export function moreRunActs(run: RunView): readonly RunAct[] {
  const stop: Intent = { kind: 'wish', wish: { type: 'stop', run: run.id } };
  const active = run.phase === 'running' || run.phase === 'paused' || run.phase === 'needs-you';
  return [
    ...(active
      ? [
          {
            id: 'stop',
            label: 'Stop All Agents…',
            icon: 'debug-stop',
            intent: stop,
            question: { ...STOP_ALL_QUESTION, key: 'run:stop', intent: stop },
          },
        ]
      : []),
    ...(run.phase === 'done' || (run.phase === 'failed' && run.tasks.length > 0) ? [] : [NEW]),
    { id: 'pick', label: 'Switch Run…', icon: 'history', intent: action('pick-run') },
    { id: 'team', label: 'Open Team File', icon: 'organization', intent: action('open-team-file') },
  ];
}
