import type { ReactNode } from 'react';
import { reasonTitle } from '../../src/core/reasonWords.js';
import { STATE_WORDS } from '../../src/core/task.js';
import type { RunView, TaskView, Why } from '../../src/shared/protocol.js';
import { send, useWorking } from '../app.js';
import { TaskIcon } from '../components/icon.js';
import { Said } from '../components/prose.js';
import { Button } from '../components/toolkit.js';
import { duration } from '../format.js';
import { useNow } from '../time.js';
import { Codes, TaskLinks } from './facts.js';

/** Why it waits, needs you or stopped: the first thing to read. */
export function WhyBox({ run, task }: { readonly run: RunView; readonly task: TaskView }): ReactNode {
  const { why } = task;
  if (why === undefined) return null;
  const title = reasonTitle(why.kind);
  const listedBelow = why.kind === 'boundary' && task.violations.length > 0;
  return (
    <section className={`note ${task.state === 'needs-you' ? 'warning' : 'info'}`} aria-label="Why">
      <p>
        <TaskIcon task={task} /> <b>{title === undefined ? STATE_WORDS[task.state] : `${STATE_WORDS[task.state]}: ${title}`}</b>
      </p>
      <Said text={why.text}>
        {why.line === undefined ? null : <pre className="failure-line">{why.line}</pre>}
        {why.paths === undefined || why.paths.length === 0 || listedBelow ? null : <Codes items={why.paths} none="" />}
        {why.tasks === undefined || why.tasks.length === 0 ? null : <TaskLinks run={run} ids={why.tasks} none="" />}
      </Said>
      {why.until === undefined ? null : <Until at={why.until} />}
      <WaysOn run={run} task={task} why={why} />
    </section>
  );
}

/** The sentence above names the time of day; this says how long that is. */
function Until({ at }: { readonly at: number }): ReactNode {
  const left = at - useNow(true);
  return <p className="muted num">{left <= 0 ? 'Goes on by itself now' : `Goes on by itself in ${duration(left < 60_000 ? left : Math.ceil(left / 60_000) * 60_000)}`}</p>;
}

/** What the task's own buttons do not offer. */
function WaysOn({ run, task, why }: { readonly run: RunView; readonly task: TaskView; readonly why: Why }): ReactNode {
  const busy = useWorking('run:go-on');
  // An agent that did not say until when is tried again at a person's word.
  if (task.state === 'waiting' && why.kind === 'quota' && why.until === undefined) {
    return (
      <div className="buttons">
        <Button icon="play" busy={busy} title="Try the agent again now" onClick={() => send('run:go-on', { kind: 'wish', wish: { type: 'go-on', run: run.id } })}>
          Go On
        </Button>
        <Button onClick={() => send('open-team-file', { kind: 'action', action: { type: 'open-team-file' } })}>Open Team File</Button>
      </div>
    );
  }
  if (task.pullRequest !== undefined && why.kind === 'pull-request') {
    return (
      <div className="buttons">
        <Button icon="link-external" onClick={() => send(`pull-request:${task.id}`, { kind: 'action', action: { type: 'open-pull-request', task: task.id } })}>
          Open Pull Request
        </Button>
      </div>
    );
  }
  return null;
}
