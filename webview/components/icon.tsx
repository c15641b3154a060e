import type { ReactNode } from 'react';
import { STATE_WORDS, type TaskState } from '../../src/core/task.js';
import type { TaskView } from '../../src/shared/protocol.js';
import { isUndone, look } from '../states.js';

/** All signs that turn take their steps together: each by itself would have the page drawn at its own moments. */
function inStep(sign: HTMLElement | null): void {
  for (const animation of sign?.getAnimations() ?? []) animation.startTime = 0;
}

/** A codicon; decoration unless a label is given. */
export function Icon({ name, spin = false, label, className = '' }: { readonly name: string; readonly spin?: boolean; readonly label?: string; readonly className?: string }): ReactNode {
  return (
    <span
      ref={spin ? inStep : undefined}
      className={`codicon codicon-${name} ${spin ? 'spin' : ''} ${className}`}
      aria-hidden={label === undefined ? true : undefined}
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
    />
  );
}

/** The icon of a task's state, in the state's colour; `labelled` where no word of the state stands beside it. */
export function StateIcon({ state, labelled = false }: { readonly state: TaskState; readonly labelled?: boolean }): ReactNode {
  const { icon, moves } = look(state);
  return <Icon name={icon} spin={moves} className={`state-color s-${state}`} {...(labelled ? { label: STATE_WORDS[state] } : {})} />;
}

/** The same of a task, which may have been undone since it landed. */
export function TaskIcon({ task, labelled = false }: { readonly task: Pick<TaskView, 'state' | 'undo'>; readonly labelled?: boolean }): ReactNode {
  if (isUndone(task)) return <Icon name="discard" className="state-color s-undone" {...(labelled ? { label: 'Undone' } : {})} />;
  return <StateIcon state={task.state} labelled={labelled} />;
}
