import type { ReactNode } from 'react';
import type { TaskView } from '../../src/shared/protocol.js';
import { Icon } from '../components/icon.js';

export type Difference = NonNullable<TaskView['difference']>;
const LOOKS: Readonly<Record<Exclude<Difference, 'same'>, { readonly icon: string; readonly word: string }>> = {
  added: { icon: 'diff-added', word: 'added' },
  removed: { icon: 'diff-removed', word: 'removed' },
  changed: { icon: 'diff-modified', word: 'changed' },
};

/** How a task of a proposed revision differs from the plan in force; nothing when it does not. */
export function DifferenceMark({ difference }: { readonly difference: TaskView['difference'] }): ReactNode {
  if (difference === undefined || difference === 'same') return null;
  const { icon, word } = LOOKS[difference];
  return (
    <span className={`difference d-${difference}`}>
      <Icon name={icon} /> {word}
    </span>
  );
}
