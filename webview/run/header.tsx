/** The run in two lines: goal, where it goes, what has landed, what it cost, and its buttons. */
import type { ReactNode } from 'react';
import type { RunView } from '../../src/shared/protocol.js';
import { useApp, useWorking } from '../app.js';
import { Bar } from '../components/bar.js';
import { MenuButton } from '../components/menu.js';
import { Button } from '../components/toolkit.js';
import { isLanded } from '../states.js';
import { agentText, ago, count, duration, isEquivalent, money, tokens, usd } from '../format.js';
import { perform } from '../task/acting.js';
import { useNow } from '../time.js';
import { moreRunActs, runActs, type RunAct } from './runActs.js';

function act(one: RunAct): void {
  perform({ ...one, key: `run:${one.id}` });
}

function RunButton({ one, blocked }: { readonly one: RunAct; readonly blocked: string | undefined }): ReactNode {
  const busy = useWorking(`run:${one.id}`);
  return (
    <Button primary={one.primary === true} icon={one.icon} busy={busy} disabled={blocked !== undefined} title={blocked ?? one.title} onClick={() => act(one)} testId={`run-${one.id}`}>
      {one.label}
    </Button>
  );
}

/** Who proposed the plan, and what that took. Only figures the planner reported. */
export function proposedBy(run: RunView): string {
  const planner = run.planner;
  if (planner === undefined) return 'A plan to approve';
  const { amount } = planner;
  return [
    `Proposed by ${agentText(planner.agent, planner.model)}`,
    planner.endedAt === undefined ? '' : duration(planner.endedAt - planner.startedAt),
    planner.billed ? `${tokens(amount.inputTokens + amount.outputTokens)} tokens` : '',
    money(amount, planner.billed, isEquivalent(run.bill.lines.filter((line) => line.role === 'planner'))) ?? '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

const PHASES: Partial<Record<RunView['phase'], string>> = { paused: 'paused', stopped: 'stopped', failed: 'failed', done: 'done' };

function SubLine({ run }: { readonly run: RunView }): ReactNode {
  const now = useNow(false);
  const repository = useApp((state) => state.snapshot?.repository);
  const where = repository?.oneOfSeveral === true ? ` in ${repository.name}` : '';
  if (run.phase === 'proposed') {
    const over = run.revisionInForce === undefined ? '' : ` · revision ${run.planRevision}, to replace revision ${run.revisionInForce}`;
    return (
      <>
        {proposedBy(run)}
        {over}
        {where === '' ? '' : ` ·${where}`}
      </>
    );
  }
  const phase = PHASES[run.phase];
  return (
    <>
      Run {run.id} onto <b>{run.base}</b>
      {where}
      {run.landing === undefined ? '' : `, collected on ${run.landing.branch}`}
      {phase === undefined ? '' : ` · ${phase}`}
      {run.endedAt === undefined ? ` · started ${ago(run.startedAt, now)}` : ` · took ${duration(run.endedAt - run.startedAt)}`}
      {run.tasks.length === 0 ? '' : ` · plan revision ${run.planRevision}`}
    </>
  );
}

function Meter({ label, children, bar }: { readonly label: string; readonly children: ReactNode; readonly bar?: ReactNode }): ReactNode {
  return (
    <div className="meter">
      <dt>{label}</dt>
      <dd className="num">
        {children}
        {bar}
      </dd>
    </div>
  );
}

function Meters({ run }: { readonly run: RunView }): ReactNode {
  const tasks = run.tasks.filter((task) => task.difference !== 'removed' && task.state !== 'dropped');
  const landed = tasks.filter(isLanded).length;
  const { bill } = run;
  const equivalent = isEquivalent(bill.lines);
  const spent = equivalent ? 'API-equivalent' : 'Spent';
  return (
    <dl className="meters">
      {run.phase === 'proposed' ? (
        <Meter label="Tasks">
          <b>{tasks.length}</b> in {count(run.levels, 'level')}
        </Meter>
      ) : null}
      {run.tasks.length > 0 && (run.phase !== 'proposed' || landed > 0) ? (
        <Meter label="Landed" bar={<Bar share={tasks.length === 0 ? 0 : landed / tasks.length} tone="green" />}>
          <b>{landed}</b> of {tasks.length}
        </Meter>
      ) : null}
      {bill.budgetUsd !== undefined ? (
        <Meter label={spent} bar={<Bar share={bill.total.usd / bill.budgetUsd} tone={bill.overshootUsd === undefined ? 'blue' : 'red'} />}>
          <b>{bill.total.printed}</b>
          {bill.total.unknownUsd ? ' + unknown' : ''} of {usd(bill.budgetUsd)} budget
        </Meter>
      ) : bill.lines.length > 0 && run.phase !== 'proposed' ? (
        <Meter label={spent}>
          <b>{bill.total.usd === 0 && bill.total.unknownUsd ? 'unknown' : bill.total.printed}</b>
          {bill.total.usd > 0 && bill.total.unknownUsd ? ' + unknown' : ''}
        </Meter>
      ) : null}
    </dl>
  );
}

/** Goal, state, money and the actions of the run. Unsaved edits hold back the approval. */
export function Header({ run }: { readonly run: RunView }): ReactNode {
  const unsaved = useApp((state) => Object.keys(state.drafts).length);
  const blocked = unsaved > 0 ? `Save or cancel your ${count(unsaved, 'unsaved edit')} first` : undefined;
  return (
    <header className="run-head">
      <div className="run-title">
        <h1 title={run.goal}>{run.goal}</h1>
        <p className="sub num">
          <SubLine run={run} />
        </p>
      </div>
      <Meters run={run} />
      <div className="buttons">
        {runActs(run).map((one) => (
          <RunButton key={one.id} one={one} blocked={one.id === 'approve' ? blocked : undefined} />
        ))}
        <MenuButton label="More" items={moreRunActs(run).map((one) => ({ id: one.id, label: one.label, icon: one.icon, run: () => act(one) }))} />
      </div>
    </header>
  );
}
