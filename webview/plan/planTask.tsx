/** The inspector of a task that is only proposed: its contract, and the way to change it before anything starts. */
import type { ReactNode } from 'react';
import { TIERS } from '../../src/core/plan.js';
import type { RunView, TaskView } from '../../src/shared/protocol.js';
import { app, send, useApp, useWorking } from '../app.js';
import { Icon } from '../components/icon.js';
import { Button, IconButton, Select } from '../components/toolkit.js';
import { agentText } from '../format.js';
import { DifferenceMark } from '../graph/difference.js';
import { CloseInspector } from '../task/close.js';
import { ContractFacts, Fact } from '../task/facts.js';
import { draftKey, draftOf } from './draft.js';
import { PlanForm } from './planForm.js';

function TierChoice({ run, task }: { readonly run: RunView; readonly task: TaskView }): ReactNode {
  const busy = useWorking(`tier:${task.id}`);
  return (
    <>
      <Select
        label="Tier"
        value={task.tier}
        disabled={busy}
        options={TIERS.map((tier) => ({ value: tier, text: tier === task.tier ? `${tier} → ${agentText(task.agent, task.model)}` : tier }))}
        onChange={(tier) =>
          send(`tier:${task.id}`, {
            kind: 'wish',
            wish: { type: 'edit-plan', run: run.id, revision: run.planRevision, edit: { kind: 'task', task: task.id, tier } },
          })
        }
      />
    </>
  );
}

function Warnings({ run, task }: { readonly run: RunView; readonly task: TaskView }): ReactNode {
  return run.warnings
    .filter((warning) => warning.tasks.includes(task.id))
    .map((warning) => (
      <p key={warning.message} className="note warning">
        <Icon name="warning" className="tone-warning" label="Warning" /> {warning.message}
      </p>
    ));
}

const CHANGED = {
  added: 'New in this revision.',
  changed: 'Changed by this revision.',
  removed: 'This revision takes it out of the plan.',
  same: 'The same as in the plan in force.',
} as const;

/** The inspector of a proposed task; while there is a draft it is the form. */
export function PlanTask({ run, task }: { readonly run: RunView; readonly task: TaskView }): ReactNode {
  const draft = useApp((state) => state.drafts[draftKey(run, task.id)]);
  const removed = task.difference === 'removed';
  const edit = (): void => app.set({ drafts: { ...app.store.getState().drafts, [draftKey(run, task.id)]: draftOf(task) } });
  const remove = (): void =>
    app.ask({
      title: `Remove “${task.title}” from the plan?`,
      text: 'Tasks that come after it no longer wait for it. Ask for Changes… brings the planner back if you think again.',
      button: 'Remove Task',
      key: `remove:${task.id}`,
      intent: { kind: 'wish', wish: { type: 'edit-plan', run: run.id, revision: run.planRevision, edit: { kind: 'remove', task: task.id } } },
    });
  return (
    <aside className="inspector" aria-label="Proposed task">
      <header className="inspector-head">
        <div className="title-row">
          <h2 tabIndex={-1} data-inspector-title>
            {task.title}
          </h2>
          <DifferenceMark difference={task.difference} />
          {draft === undefined && !removed ? <IconButton icon="edit" label="Edit This Task" onClick={edit} /> : null}
          <CloseInspector />
        </div>
        <p className="sub">
          {draft !== undefined
            ? 'Not saved yet'
            : task.difference === undefined
              ? 'Everything here can be edited before you approve'
              : CHANGED[task.difference]}
        </p>
      </header>
      {draft === undefined ? (
        <div className="pane scroll">
          <Warnings run={run} task={task} />
          <dl className="facts">
            <ContractFacts run={run} task={task} />
            <Fact label="Tier">{removed ? `${task.tier} → ${agentText(task.agent, task.model)}` : <TierChoice run={run} task={task} />}</Fact>
            {task.isolation === undefined ? null : <Fact label="Isolation">{task.isolation}</Fact>}
          </dl>
        </div>
      ) : (
        <PlanForm key={task.id} run={run} task={task} draft={draft} />
      )}
      {draft === undefined && !removed ? (
        <footer className="inspector-foot">
          <Button icon="edit" onClick={edit}>
            Edit…
          </Button>
          <Button icon="trash" onClick={remove}>
            Remove Task…
          </Button>
        </footer>
      ) : null}
    </aside>
  );
}
