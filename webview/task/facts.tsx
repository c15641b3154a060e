/** Pieces that show a task's contract and ties; read only. */
import type { ReactNode } from 'react';
import type { RunView, TaskView } from '../../src/shared/protocol.js';
import { app } from '../app.js';
import { TaskIcon } from '../components/icon.js';

/** A label and what it says. */
export function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Globs, paths or commands; `none` where there are none. */
export function Codes({ items, none }: { readonly items: readonly string[]; readonly none: string }): ReactNode {
  if (items.length === 0) return <span className="muted">{none}</span>;
  return (
    <ul className="codes">
      {items.map((item) => (
        <li key={item}>
          <code>{item}</code>
        </li>
      ))}
    </ul>
  );
}

/** Names of other tasks, as buttons that select them. */
export function TaskLinks({ run, ids, none }: { readonly run: RunView; readonly ids: readonly string[]; readonly none: string }): ReactNode {
  if (ids.length === 0) return <span className="muted">{none}</span>;
  return (
    <ul className="task-links">
      {ids.map((id) => {
        const task = run.tasks.find((other) => other.id === id);
        return (
          <li key={id}>
            <button type="button" className="link" onClick={() => app.set({ selected: id })}>
              {task === undefined ? null : <TaskIcon task={task} labelled />} {task?.title ?? id}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** What a task may change, must not touch, must deliver and how it is checked. */
export function ContractFacts({ run, task }: { readonly run: RunView; readonly task: TaskView }): ReactNode {
  const { owns, offLimits, acceptance, gate } = task.contract;
  const overlaps = run.edges.filter((edge) => edge.why === 'overlap' && edge.to === task.id);
  return (
    <>
      <Fact label="Does">
        {task.instructions === '' ? <p className="muted">What its title says</p> : <p className="prose">{task.instructions}</p>}
      </Fact>
      <Fact label="After">
        <TaskLinks run={run} ids={task.dependsOn} none="Nothing: it can start at once" />
      </Fact>
      {overlaps.length === 0 ? null : (
        <Fact label="In order">
          <TaskLinks run={run} ids={overlaps.map((edge) => edge.from)} none="" />
          <p className="muted">owns the same files, so it goes first</p>
        </Fact>
      )}
      <Fact label="May change">
        <Codes items={owns} none="Nothing" />
      </Fact>
      {task.allowedPaths === undefined ? null : (
        <Fact label="Allowed too">
          <Codes items={task.allowedPaths} none="" />
        </Fact>
      )}
      {offLimits.length === 0 ? null : (
        <Fact label="Off limits">
          <Codes items={offLimits} none="" />
        </Fact>
      )}
      <Fact label="Accepted when">
        {acceptance.length === 0 ? (
          <span className="muted">No acceptance criteria</span>
        ) : (
          <ul className="accepted">
            {acceptance.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
      </Fact>
      <Fact label="Gate">
        <Codes items={gate} none="No command: its result will be unproven" />
      </Fact>
    </>
  );
}
