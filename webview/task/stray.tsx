import type { ReactNode } from 'react';
import type { LeakChoice } from '../../src/core/leak.js';
import type { LeakView, RunView, TaskView } from '../../src/shared/protocol.js';
import { send } from '../app.js';
import { Icon } from '../components/icon.js';
import { Button } from '../components/toolkit.js';

/** What an agent changed outside its worktree, and the three things that can become of it. */
export function StrayChanges({ run, task }: { readonly run: RunView; readonly task: TaskView }): ReactNode {
  return (task.leaks ?? []).map((leak) => <Leak key={leak.id} run={run} task={task} leak={leak} />);
}

const CHANGES = {
  added: { icon: 'diff-added', tone: 'tone-added' },
  modified: { icon: 'diff-modified', tone: 'tone-warning' },
  deleted: { icon: 'diff-removed', tone: 'tone-bad' },
} as const;

function Leak({ run, task, leak }: { readonly run: RunView; readonly task: TaskView; readonly leak: LeakView }): ReactNode {
  const certain = leak.certainty === 'certain';
  const choose = (choice: LeakChoice): void => send(`leak:${task.id}:${leak.id}`, { kind: 'wish', wish: { type: 'leak', run: run.id, task: task.id, leak: leak.id, choice } });
  const undoable = leak.files.some((file) => file.undoable);
  return (
    <section className={`note ${certain ? 'warning' : 'info'}`} aria-label="Stray changes">
      <p>
        <Icon name={certain ? 'warning' : 'question'} className={certain ? 'tone-warning' : ''} /> <b>{certain ? 'Changed outside its worktree' : 'Perhaps changed outside its worktree'}</b>
      </p>
      <p className="prose">{leak.text}</p>
      <ul className="rows marked">
        {leak.files.map((file) => (
          <li key={file.path}>
            <Icon name={CHANGES[file.change].icon} className={CHANGES[file.change].tone} label={file.change} />
            <span>
              <code>{file.path}</code>
              {file.undoable ? null : <span className="muted"> what was there before is not known</span>}
            </span>
          </li>
        ))}
        {leak.more === 0 ? null : <li className="muted">and {leak.more} more</li>}
      </ul>
      <p className="prose muted">{certain ? 'The task can land once you have chosen.' : 'This holds nothing up: it may be your own change.'}</p>
      <div className="buttons">
        {leak.movable ? <Button primary={certain} onClick={() => choose('move')} title="Apply them to its worktree, where the gate checks them, and take them out of here">Move into the Task</Button> : null}
        <Button onClick={() => choose('keep')} title="They stay where they are, as your own uncommitted changes">
          Keep
        </Button>
        {undoable ? (
          <Button onClick={() => choose('undo')} title="Every file that still is as the agent left it becomes what it was; a backup keeps the rest">
            Undo
          </Button>
        ) : null}
        <button type="button" className="link" onClick={() => send(`patch:${task.id}:${leak.id}`, { kind: 'action', action: { type: 'show-patch', task: task.id, leak: leak.id } })}>
          Show the Changes
        </button>
      </div>
    </section>
  );
}
