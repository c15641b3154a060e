/** Where a person writes to an agent or the planner: several lines, kept while the page is hidden, sent by Ctrl+Enter. */
import { useEffect, useRef, type ReactNode } from 'react';
import type { Composing, HostAction, RunView } from '../../src/shared/protocol.js';
import { app, useApp, useWorking } from '../app.js';
import { Banner } from './banner.js';
import { Button, TextArea } from './toolkit.js';

interface Words {
  readonly label: string;
  readonly hint: string;
  readonly send: string;
  readonly required: boolean;
}

function wordsFor(composing: Composing): Words {
  switch (composing.kind) {
    case 'retry':
      return { label: 'What should be different? Leave empty to just try again', hint: 'The agent goes on in the same worktree and session. Comments that you wrote in a review go along.', send: 'Retry', required: false };
    case 'replan':
      return composing.task === undefined
        ? { label: 'What should the planner consider? Optional', hint: 'What is landed or in work stays. You approve what changes.', send: 'Re-plan', required: false }
        : { label: 'What should the planner consider? Optional', hint: 'The planner gets the plan, what landed and this task’s evidence. You approve what it changes.', send: 'Re-plan', required: false };
    case 'ask-changes':
      return { label: 'What should be different in the plan?', hint: 'The planner gets the plan and your words, and proposes a new revision.', send: 'Ask for Changes', required: true };
  }
}

function actionFor(composing: Composing, text: string): HostAction {
  switch (composing.kind) {
    case 'retry':
      return { type: 'retry-with-feedback', task: composing.task, text };
    case 'replan':
      return { type: 'replan-with-feedback', text, ...(composing.task === undefined ? {} : { task: composing.task }) };
    case 'ask-changes':
      return { type: 'ask-changes', text };
  }
}

/** The words of what is being written, by run. */
const draftKey = (run: RunView, composing: Composing): string => `${run.id}/${composing.kind}/${'task' in composing ? (composing.task ?? '') : ''}`;

/** Shows itself while something of `task` (or of the run, without one) is being written. */
export function Composer({ run, task }: { readonly run: RunView; readonly task?: string }): ReactNode {
  const composing = useApp((state) => state.composing);
  if (composing === undefined || ('task' in composing ? composing.task : undefined) !== task) return null;
  return <Writing key={draftKey(run, composing)} run={run} composing={composing} />;
}

function Writing({ run, composing }: { readonly run: RunView; readonly composing: Composing }): ReactNode {
  const key = draftKey(run, composing);
  const text = useApp((state) => state.words[key] ?? '');
  const refusal = useApp((state) => (state.refusal?.key === `compose:${key}` ? state.refusal : undefined));
  const busy = useWorking(`compose:${key}`);
  const box = useRef<HTMLFormElement>(null);
  const { label, hint, send, required } = wordsFor(composing);
  useEffect(() => {
    box.current?.querySelector<HTMLElement>('vscode-text-area')?.focus();
  }, []);
  const set = (words: string): void => app.set({ words: { ...app.store.getState().words, [key]: words } });
  const submit = async (): Promise<void> => {
    if (required && text.trim() === '') return;
    if (!(await app.perform(`compose:${key}`, { kind: 'action', action: actionFor(composing, text) }))) return;
    const { [key]: _sent, ...others } = app.store.getState().words;
    app.set({ composing: undefined, words: others });
  };
  return (
    <form
      ref={box}
      className="composer"
      aria-label={send}
      onSubmit={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void submit();
        else if (event.key === 'Escape') app.set({ composing: undefined });
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <TextArea label={label} value={text} onChange={set} minRows={4} maxRows={14} />
      <p className="muted">{hint}</p>
      {refusal === undefined ? null : (
        <Banner kind="error" onDismiss={() => app.dismissRefusal()}>
          {refusal.reason}
        </Banner>
      )}
      <div className="buttons">
        <Button onClick={() => app.set({ composing: undefined })}>Cancel</Button>
        <Button primary busy={busy} disabled={required && text.trim() === ''} title="Ctrl+Enter" onClick={() => void submit()} testId="compose-send">
          {send}
        </Button>
      </div>
    </form>
  );
}
