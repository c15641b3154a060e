/** What conflicts, or did: with the base ahead of time, and how it was resolved on the way. */
import type { ReactNode } from 'react';
import { resolutionWords } from '../../src/core/resolutions.js';
import type { RunView, TaskView } from '../../src/shared/protocol.js';
import { Icon } from '../components/icon.js';
import { count } from '../format.js';
import { Codes, Fact } from './facts.js';

/** Ahead of time: nothing has to be done yet, so it is quieter than a task that needs somebody. */
export function BaseConflict({ run, task }: { readonly run: RunView; readonly task: TaskView }): ReactNode {
  const paths = task.baseConflict;
  if (paths === undefined || task.why?.kind === 'conflict') return null;
  return (
    <section className="note warning" aria-label="Forecast">
      <p>
        <Icon name="warning" className="tone-warning" /> <b>Will conflict with {run.base}</b>
      </p>
      <p className="prose">
        {run.base} has changed {count(paths.length, 'file')} that this task changes too.
      </p>
      <Codes items={paths} none="" />
      <p className="prose muted">Nothing is lost: {task.state === 'ready' ? 'when you approve it' : 'when it is checked'}, Switchyard brings it up to date and says what has to be resolved.</p>
    </section>
  );
}

/** How earlier conflicts of the task were resolved; nothing where there were none. */
export function ResolvedFact({ task }: { readonly task: TaskView }): ReactNode {
  if (task.resolved.length === 0) return null;
  return (
    <Fact label="Conflicts">
      <ul className="rows">
        {task.resolved.map((each, index) => (
          <li key={index}>
            <code>{each.path}</code> <span className="muted">{resolutionWords(each).slice(each.path.length + 1)}</span>
          </li>
        ))}
      </ul>
    </Fact>
  );
}
