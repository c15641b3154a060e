/** The Activity tab of a task. */
import { useEffect, useState, type ReactNode } from 'react';
import type { TaskView } from '../../src/shared/protocol.js';
import { app, useApp } from '../app.js';
import { Button, Select } from '../components/toolkit.js';
import { streamKey } from '../store.js';
import { ActivityList } from './activityList.js';
import { isShown } from './activityRows.js';

/** What an agent did, attempt by attempt. Looking at it asks the host to stream that attempt. */
export function Activity({ task }: { readonly task: TaskView }): ReactNode {
  const last = task.attempts.at(-1)?.attempt;
  const [chosen, setChosen] = useState<number>();
  const attempt = task.attempts.some((one) => one.attempt === chosen) ? chosen : last;
  const stream = useApp((state) => (attempt === undefined ? undefined : state.streams[streamKey(task.id, attempt)]));
  useEffect(() => {
    if (attempt === undefined) return;
    app.openActivity(task.id, attempt);
    return () => app.closeActivity(task.id, attempt);
  }, [task.id, attempt]);
  const lines = stream?.lines ?? [];
  if (attempt === undefined) return <p className="pane muted">No agent has worked on this task yet.</p>;
  return (
    <div className="pane fill">
      {task.attempts.length < 2 ? null : (
        <Select
          label="Attempt"
          value={String(attempt)}
          options={task.attempts.map((one) => ({ value: String(one.attempt), text: `Attempt ${one.attempt} of at most ${task.maxAttempts}` }))}
          onChange={(value) => setChosen(Number(value))}
        />
      )}
      {stream?.state === 'failed' ? (
        <div className="note error" role="alert">
          <p>The activity could not be read: {stream.error}</p>
          <Button onClick={() => app.openActivity(task.id, attempt)}>Read Again</Button>
        </div>
      ) : lines.some(isShown) ? (
        <ActivityList key={`${task.id}#${attempt}`} lines={lines} label={`Activity of attempt ${attempt}`} />
      ) : (
        <p className="muted">{stream?.state === 'live' ? 'The agent has not said anything yet.' : 'Reading…'}</p>
      )}
    </div>
  );
}
