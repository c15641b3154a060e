import type { ReactNode } from 'react';
import { bytesText } from '../../src/core/text.js';
import { TROUBLE } from '../../src/core/trouble.js';
import { VIOLATION_WORDS } from '../../src/core/violationWords.js';
import type { AttemptView, RunView, TaskView } from '../../src/shared/protocol.js';
import { send } from '../app.js';
import { Icon } from '../components/icon.js';
import { Said } from '../components/prose.js';
import { IconButton } from '../components/toolkit.js';
import { agentText, ago, clock, duration } from '../format.js';
import { useNow } from '../time.js';
import { perform } from './acting.js';
import { backAct } from './actions.js';
import { BaseConflict, ResolvedFact } from './conflicts.js';
import { StrayChanges } from './stray.js';
import { Codes, ContractFacts, Fact } from './facts.js';
import { WhyBox } from './why.js';

const UNDO_WORDS = { moving: 'Being undone', undone: 'Undone', 'not-done': 'Not undone' } as const;

const RESULTS = {
  done: { icon: 'check', text: 'finished', tone: 'ok' },
  failed: { icon: 'error', text: 'failed', tone: 'bad' },
  stopped: { icon: 'debug-stop', text: 'stopped', tone: 'off' },
  running: { icon: 'sync', text: 'at work', tone: 'on' },
  /** Another session, or the same one later, goes on: nobody has to mend anything. */
  handed: { icon: 'arrow-right', text: 'handed on', tone: 'warning' },
  cut: { icon: 'watch', text: 'cut off', tone: 'warning' },
  idle: { icon: 'dash', text: 'changed nothing', tone: 'warning' },
} as const;

function resultOf({ result, reason, unchanged }: AttemptView): keyof typeof RESULTS {
  if (unchanged === true) return 'idle';
  if (result !== 'failed' || reason === undefined) return result ?? 'running';
  const { handling } = TROUBLE[reason];
  return handling === 'hand-off' ? 'handed' : handling === 'wait' || handling === 'fallback' ? 'cut' : 'failed';
}

function AttemptRow({ run, task, attempt }: { readonly run: RunView; readonly task: TaskView; readonly attempt: AttemptView }): ReactNode {
  const running = attempt.result === undefined;
  const now = useNow(running);
  const look = RESULTS[resultOf(attempt)];
  return (
    <li className="attempt">
      <div className="attempt-head">
        <Icon name={look.icon} spin={running} className={`tone-${look.tone}`} />
        <b>Attempt {attempt.attempt}</b>
        <span className="muted cut">
          {look.text}
          {attempt.aside === true ? ', put aside' : ''}
          {attempt.reason === undefined || attempt.reason === look.text ? '' : ` (${attempt.reason.replaceAll('-', ' ')})`} · {agentText(attempt.agent, attempt.model)}
        </span>
        <span className="muted num end">
          {attempt.endedAt === undefined ? clock(now - attempt.startedAt) : duration(attempt.endedAt - attempt.startedAt)}
        </span>
      </div>
      {attempt.green === true && task.actions.includes('back') ? (
        <p className="prose">
          Its gate was green.{' '}
          <button type="button" className="link" onClick={() => perform(backAct(run, task, attempt.attempt))}>
            Back to This Result…
          </button>
        </p>
      ) : null}
      {attempt.insteadOf === undefined ? null : <p className="prose">Instead of {agentText(attempt.insteadOf.agent, undefined)}: {attempt.insteadOf.why}</p>}
      {attempt.unattended === true ? <p className="prose">It ended while no window was open.</p> : null}
      {attempt.message === undefined ? null : <p className="prose">{attempt.message}</p>}
      {attempt.feedback === undefined ? null : (
        <details>
          <summary>What it was told</summary>
          <pre className="quoted">{attempt.feedback}</pre>
        </details>
      )}
      {attempt.denied.map((denial, index) => (
        <p key={index} className="prose">
          <Icon name="circle-slash" className="tone-warning" /> Was denied <code>{denial.tool}</code>: {denial.why}
        </p>
      ))}
    </li>
  );
}

function Copyable({ text, what, short = text }: { readonly text: string; readonly what: string; readonly short?: string }): ReactNode {
  return (
    <span className="copyable">
      <code className="cut" title={text}>
        {short}
      </code>
      <IconButton icon="copy" label={`Copy ${what}`} onClick={() => send(`copy:${text}`, { kind: 'action', action: { type: 'copy', text } })} />
    </span>
  );
}

/** Contract, attempts and place of a task, after why it waits or what it needs. */
export function Overview({ run, task }: { readonly run: RunView; readonly task: TaskView }): ReactNode {
  const now = useNow(false);
  return (
    <div className="pane scroll">
      {task.state === 'needs-you' ? null : <StrayChanges run={run} task={task} />}
      <WhyBox run={run} task={task} />
      <BaseConflict run={run} task={task} />
      {task.undo === undefined ? null : (
        <section className={`note ${task.undo.state === 'not-done' ? 'warning' : 'info'}`} aria-label="Undo">
          <p>
            <Icon name={task.undo.state === 'moving' ? 'sync' : 'discard'} spin={task.undo.state === 'moving'} /> <b>{UNDO_WORDS[task.undo.state]}</b>
          </p>
          <Said text={task.undo.text}>
            {task.undo.commit === undefined ? null : <Copyable text={task.undo.commit} what="commit" short={task.undo.commit.slice(0, 10)} />}
            {task.undo.paths === undefined || task.undo.paths.length === 0 ? null : <Codes items={task.undo.paths} none="" />}
          </Said>
        </section>
      )}
      {task.state === 'needs-you' ? <StrayChanges run={run} task={task} /> : null}
      {task.violations.length === 0 ? null : (
        <section className="note warning" aria-label="Outside its contract">
          <p>
            <Icon name="warning" className="tone-warning" /> <b>Changed outside its contract</b>
          </p>
          <ul className="codes">
            {task.violations.map((violation) => (
              <li key={violation.path}>
                <code>{violation.path}</code> <span className="muted">{VIOLATION_WORDS[violation.kind]}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <dl className="facts">
        <ContractFacts run={run} task={task} />
        <Fact label="Tier">
          {task.tier} → {agentText(task.agent, task.model)}
        </Fact>
        {task.isolation === undefined ? null : <Fact label="Isolation">{task.isolation}</Fact>}
        {task.branch === undefined ? null : (
          <Fact label="Branch">
            <Copyable text={task.branch} what="branch name" />
          </Fact>
        )}
        {task.worktree === undefined ? null : (
          <Fact label="Worktree">
            <Copyable text={task.worktree} what="worktree path" />
          </Fact>
        )}
        {task.dependencyFolders === undefined ? null : (
          <Fact label="Dependencies">
            {task.dependencyFolders.map((each) => (
              <p key={each} className="prose">
                {each}
              </p>
            ))}
          </Fact>
        )}
        {task.diskBytes === undefined ? null : <Fact label="Disk">{bytesText(task.diskBytes)}</Fact>}
        {task.landedCommit === undefined ? null : (
          <Fact label="Landed">
            <span className="beside">
              <Copyable text={task.landedCommit} what="commit" short={task.landedCommit.slice(0, 10)} />
              <span className="muted num">{ago(task.since, now)}</span>
            </span>
          </Fact>
        )}
        <ResolvedFact task={task} />
      </dl>
      {task.attempts.length === 0 ? null : (
        <section aria-label="Attempts">
          <h3>Attempts</h3>
          <ul className="attempts">
            {[...task.attempts].reverse().map((attempt) => (
              <AttemptRow key={attempt.attempt} run={run} task={task} attempt={attempt} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
