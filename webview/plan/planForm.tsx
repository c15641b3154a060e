/** Editing one task of a proposed plan. What is typed is kept until it is saved or thrown away. */
import { useEffect, useRef, type ReactNode } from 'react';
import type { RunView, TaskView } from '../../src/shared/protocol.js';
import { app, useApp, useWorking } from '../app.js';
import { Button, Checkbox, TextArea, TextField } from '../components/toolkit.js';
import type { Draft } from '../viewState.js';
import { dependentsOf, draftKey, editOf } from './draft.js';

function Dependencies({ run, task, draft, change }: { readonly run: RunView; readonly task: TaskView; readonly draft: Draft; readonly change: (part: Partial<Draft>) => void }): ReactNode {
  const impossible = dependentsOf(run, task.id);
  const others = run.tasks.filter((other) => !impossible.has(other.id) && other.difference !== 'removed');
  if (others.length === 0) return <p className="muted">Every other task waits for this one.</p>;
  return (
    <div className="checkboxes" role="group" aria-label="After">
      {others.map((other) => (
        <Checkbox
          key={other.id}
          label={other.title}
          checked={draft.dependsOn.includes(other.id)}
          onChange={(on) => change({ dependsOn: on ? [...draft.dependsOn, other.id] : draft.dependsOn.filter((id) => id !== other.id) })}
        />
      ))}
    </div>
  );
}

/** Edits one task of a proposed plan; it is checked by the engine, whose refusal stands beside the form. */
export function PlanForm({ run, task, draft }: { readonly run: RunView; readonly task: TaskView; readonly draft: Draft }): ReactNode {
  const key = `edit:${task.id}`;
  const busy = useWorking(key);
  const refusal = useApp((state) => (state.refusal?.key === key ? state.refusal.reason : undefined));
  const form = useRef<HTMLDivElement>(null);
  const name = draftKey(run, task.id);
  const put = (next: Draft | undefined): void => {
    const { [name]: _old, ...rest } = app.store.getState().drafts;
    app.set({ drafts: next === undefined ? rest : { ...rest, [name]: next } });
  };
  const change = (part: Partial<Draft>): void => {
    const present = app.store.getState().drafts[name] ?? draft;
    put({ ...present, ...part });
  };
  const edit = editOf(task, draft);
  // The form goes, and the focus with it: it belongs on the task, or the next key starts at the top of the page.
  const close = (): void => {
    put(undefined);
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-inspector-title]')?.focus());
  };
  const cancel = (): void => {
    app.dismissRefusal();
    close();
  };
  const save = async (): Promise<void> => {
    if (edit === undefined) {
      cancel();
      return;
    }
    const wish = { type: 'edit-plan', run: run.id, revision: run.planRevision, edit } as const;
    if (await app.perform(key, { kind: 'wish', wish })) close();
  };
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('vscode-text-field')?.focus();
  }, []);
  return (
    <div
      ref={form}
      className="pane scroll plan-form"
      onKeyDown={(event) => {
        if (event.key === 'Escape') cancel();
        else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
        else return;
        event.preventDefault();
      }}
    >
      {refusal === undefined ? null : (
        <p className="note error" role="alert">
          {refusal}
        </p>
      )}
      <TextField label="Title" value={draft.title} onChange={(title) => change({ title })} />
      <TextArea label="Does" value={draft.instructions} onChange={(instructions) => change({ instructions })} maxRows={14} />
      <TextArea label="May change (one glob per line)" mono value={draft.owns} onChange={(owns) => change({ owns })} />
      <TextArea label="Off limits (one glob per line)" mono value={draft.offLimits} onChange={(offLimits) => change({ offLimits })} />
      <TextArea label="Accepted when (one sentence per line)" value={draft.acceptance} onChange={(acceptance) => change({ acceptance })} />
      <TextArea label="Gate (one command per line)" mono value={draft.gate} onChange={(gate) => change({ gate })} />
      <div>
        <p aria-hidden="true">After</p>
        <Dependencies run={run} task={task} draft={draft} change={change} />
      </div>
      <div className="buttons">
        <Button primary busy={busy} disabled={edit === undefined} onClick={() => void save()} title="Ctrl+Enter">
          Save Changes
        </Button>
        <Button onClick={cancel} title="Escape">
          Cancel
        </Button>
      </div>
    </div>
  );
}
