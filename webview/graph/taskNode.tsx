/** A task in the graph: state, title, money; one line of what or why; gate and agent. */
import { Handle, Position } from '@xyflow/react';
import { memo, type ReactNode } from 'react';
import { againWords } from '../../src/core/attemptWords.js';
import { STATE_WORDS } from '../../src/core/task.js';
import type { RunView, TaskView } from '../../src/shared/protocol.js';
import { useApp, useRun, useTask } from '../app.js';
import { Icon, TaskIcon } from '../components/icon.js';
import { agentText, clock, money, shortMoney } from '../format.js';
import { groupOf, isUndone } from '../states.js';
import { useNow } from '../time.js';
import { DifferenceMark } from './difference.js';
import { GateStrip } from './gateStrip.js';
import { changesText, gateText, taskLine } from './taskLine.js';

const ISOLATION_ICONS = { sandbox: 'shield', container: 'package' } as const;

const MOVING = new Set(['setting-up', 'working', 'checking', 'merging']);

/** Everything a sighted person sees in the node, in one sentence. */
export function spokenTask(task: TaskView, run: RunView | undefined, now: number): string {
  const titles = task.dependsOn.map((id) => run?.tasks.find((other) => other.id === id)?.title ?? id);
  return [
    task.title,
    task.difference === undefined || task.difference === 'same' ? '' : task.difference,
    STATE_WORDS[task.state],
    taskLine(task, now),
    task.state === 'landed' ? changesText(task) : '',
    task.state === 'proposed' ? `${task.tier} tier` : gateText(task),
    agentText(task.agent, task.model),
    task.isolation === undefined ? '' : `in a ${task.isolation}`,
    money(task.amount, task.billed, task.apiEquivalent) ?? '',
    task.baseConflict === undefined ? '' : `will conflict with ${run?.base ?? 'the base'} in ${task.baseConflict.join(', ')}`,
    titles.length === 0 ? '' : `after ${titles.join(', ')}`,
  ]
    .filter((part) => part !== '')
    .join('. ');
}

/** A task that is kept in more than a worktree. */
function Isolated({ task }: { readonly task: TaskView }): ReactNode {
  return task.isolation === undefined ? null : (
    <span className="keep" title={`Runs in a ${task.isolation}`}>
      <Icon name={ISOLATION_ICONS[task.isolation]} />
    </span>
  );
}

function Foot({ task, base, now }: { readonly task: TaskView; readonly base: string; readonly now: number }): ReactNode {
  const attempt = task.attempts.at(-1);
  if (task.state === 'proposed') {
    return (
      <span className="node-foot">
        <Isolated task={task} />
        <span className="cut">{`${task.tier} · ${agentText(task.agent, task.model)}`}</span>
        <DifferenceMark difference={task.difference} />
      </span>
    );
  }
  // Once it is more than a forecast, the line above says so.
  const ahead = task.why?.kind === 'conflict' ? undefined : task.baseConflict;
  return (
    <span className="node-foot">
      <GateStrip task={task} />
      <Isolated task={task} />
      {ahead === undefined ? (
        <span className="cut">{agentText(task.agent, task.model)}</span>
      ) : (
        <span className="cut node-conflict" title={ahead.join('\n')}>
          <Icon name="warning" /> conflicts with {base}
        </span>
      )}
      {attempt !== undefined && attempt.attempt > 1 && ahead === undefined ? <span className="keep">{againWords(task.attempts) ?? `attempt ${attempt.attempt}`}</span> : null}
      {MOVING.has(task.state) ? <span className="keep num">{clock(now - task.since)}</span> : null}
      <DifferenceMark difference={task.difference} />
    </span>
  );
}

export const TaskNode = memo(function TaskNode({ id }: { readonly id: string }): ReactNode {
  const task = useTask(id);
  const run = useRun();
  const selected = useApp((state) => state.selected === id);
  const tabbable = useApp((state) => state.selected === id || (state.selected === undefined && state.snapshot?.run?.tasks[0]?.id === id));
  const dimmed = useApp((state) => state.filter !== undefined && task !== undefined && groupOf(task) !== state.filter);
  const now = useNow(task !== undefined && MOVING.has(task.state));
  if (task === undefined) return null;
  const cost = shortMoney(task.amount, task.billed, task.apiEquivalent);
  const removed = task.difference === 'removed';
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <button
        type="button"
        data-task={id}
        className={`node s-${task.state} ${isUndone(task) ? 's-undone' : ''} ${removed ? 'is-removed' : ''} ${dimmed ? 'is-dimmed' : ''}`}
        aria-pressed={selected}
        aria-label={spokenTask(task, run, now)}
        tabIndex={tabbable ? 0 : -1}
      >
        <span className="node-head">
          <TaskIcon task={task} />
          <b className="cut">{task.title}</b>
          {cost === undefined ? null : <span className="node-money num">{cost}</span>}
        </span>
        <span className="node-line cut num">{taskLine(task, now)}</span>
        <Foot task={task} base={run?.base ?? 'the base'} now={now} />
      </button>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
});
