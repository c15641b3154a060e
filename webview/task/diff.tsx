import { useMemo, useState, type ReactNode } from 'react';
import type { FileDiff } from '../../src/core/ports.js';
import type { TaskView } from '../../src/shared/protocol.js';
import { app, send, useAnswer } from '../app.js';
import { Icon } from '../components/icon.js';
import { Lines } from '../components/lines.js';
import { count } from '../format.js';
import { diffRows, type DiffRow } from './diffRows.js';
import { Proof } from './proof.js';

const CHANGES: Readonly<Record<FileDiff['change'], { readonly icon: string; readonly tone: string; readonly word: string }>> = {
  added: { icon: 'diff-added', tone: 'ok', word: 'added' },
  modified: { icon: 'diff-modified', tone: 'warning', word: 'modified' },
  deleted: { icon: 'diff-removed', tone: 'bad', word: 'deleted' },
  renamed: { icon: 'diff-renamed', tone: 'on', word: 'renamed' },
  mode: { icon: 'diff-modified', tone: 'off', word: 'mode changed' },
  type: { icon: 'diff-modified', tone: 'warning', word: 'type changed' },
};
const PARTS = 5;

/** Five small parts: how much was added and removed, against the largest change of the task. */
function ChangeBar({ file, most }: { readonly file: FileDiff; readonly most: number }): ReactNode {
  const added = file.additions ?? 0;
  const total = added + (file.deletions ?? 0);
  const filled = total === 0 ? 0 : Math.max(1, Math.round((PARTS * total) / most));
  const green = total === 0 ? 0 : Math.round((filled * added) / total);
  return (
    <span className="change-bar" aria-hidden="true">
      {Array.from({ length: PARTS }, (_, index) => (
        <span key={index} className={index < green ? 'ok' : index < filled ? 'bad' : ''} />
      ))}
    </span>
  );
}

function FileRow({ file, most, chosen, onChoose }: { readonly file: FileDiff; readonly most: number; readonly chosen: boolean; readonly onChoose: () => void }): ReactNode {
  const look = CHANGES[file.change];
  const slash = file.path.lastIndexOf('/') + 1;
  const name = file.from === undefined ? file.path : `${file.from} → ${file.path}`;
  return (
    <button type="button" className="file-row" aria-pressed={chosen} title={name} onClick={onChoose}>
      <Icon name={look.icon} className={`tone-${look.tone}`} label={look.word} />
      <span className="path">
        <span className="cut">{file.path.slice(0, slash)}</span>
        <span className="cut name">{file.path.slice(slash)}</span>
      </span>
      {file.additions === undefined ? (
        <span className="muted">binary</span>
      ) : (
        <span className="num">
          <span className="plus">+{file.additions}</span> <span className="minus">−{file.deletions ?? 0}</span>
        </span>
      )}
      <ChangeBar file={file} most={most} />
    </button>
  );
}

const SIGNS = { insert: '+', delete: '−', normal: '', hunk: '', file: '' } as const;

function DiffLine({ row }: { readonly row: DiffRow }): ReactNode {
  if (row.kind === 'hunk') return <div className="diff-line hunk">{row.text}</div>;
  return (
    <div className={`diff-line ${row.kind}`}>
      <span className="line-number">{row.old ?? ''}</span>
      <span className="line-number">{row.new ?? ''}</span>
      <span className="sign">{SIGNS[row.kind]}</span>
      <span className="code-text">{row.text}</span>
    </div>
  );
}

function Preview({ task, file }: { readonly task: TaskView; readonly file: FileDiff }): ReactNode {
  // The tree changes only with an attempt or a check; those are in the key.
  const key = [task.id, file.path, file.additions, file.deletions, task.attempts.length, task.gates.length, task.state].join('|');
  const loaded = useAnswer(key, () => app.host.diff(task.id, file.path));
  const text = loaded.state === 'answered' && loaded.ok ? loaded.value : undefined;
  const parsed = useMemo(() => (text === undefined ? undefined : diffRows(text)), [text]);
  if (loaded.state === 'loading') return <p className="muted preview-note">Reading {file.path}…</p>;
  if (!loaded.ok) {
    return (
      <p className="note error" role="alert">
        {loaded.reason}
      </p>
    );
  }
  if (parsed === undefined || parsed.rows.length === 0) {
    return <p className="muted preview-note">{parsed?.binary === true ? 'A binary file: open it in the editor to compare.' : `Only ${CHANGES[file.change].word}: no line differs.`}</p>;
  }
  const rows = parsed.rows;
  return (
    <Lines
      key={key}
      className="code grow"
      count={rows.length}
      height={18}
      label={`Changes in ${file.path}`}
      render={(index) => {
        const row = rows[index];
        return row === undefined ? null : <DiffLine row={row} />;
      }}
    />
  );
}

/** The files of a task with the patch of the one that is chosen, read when it is. */
export function Diff({ task }: { readonly task: TaskView }): ReactNode {
  const [path, setPath] = useState<string>();
  const file = task.files.find((one) => one.path === path) ?? task.files[0];
  const most = Math.max(1, ...task.files.map((one) => (one.additions ?? 0) + (one.deletions ?? 0)));
  if (file === undefined) {
    return <p className="pane muted">{task.attempts.length === 0 ? 'No agent has worked on this task yet.' : 'Nothing is committed yet. Changes appear when the attempt ends.'}</p>;
  }
  return (
    <div className="pane fill">
      <Proof task={task} />
      <div className="files" role="group" aria-label={count(task.files.length, 'changed file')}>
        {task.files.map((one) => (
          <FileRow key={one.path} file={one} most={most} chosen={one === file} onChoose={() => setPath(one.path)} />
        ))}
      </div>
      <Preview task={task} file={file} />
    </div>
  );
}

/** The way from the preview to the editor's own diff, and to the worktree. */
export function DiffFoot({ task }: { readonly task: TaskView }): ReactNode {
  const review = task.actions.includes('review');
  const tryIt = task.actions.includes('try-it');
  if (!review && !tryIt) return null;
  return (
    <footer className="inspector-foot">
      {review ? (
        <button type="button" className="link" onClick={() => send(`review:${task.id}`, { kind: 'action', action: { type: 'review', task: task.id } })}>
          <Icon name="diff-multiple" /> Review Changes
        </button>
      ) : null}
      {tryIt ? (
        <button type="button" className="link" onClick={() => send(`try-it:${task.id}`, { kind: 'action', action: { type: 'try-it', task: task.id } })}>
          <Icon name="folder-opened" /> Try It
        </button>
      ) : null}
    </footer>
  );
}

