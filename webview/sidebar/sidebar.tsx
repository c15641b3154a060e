/** The activity bar's view: the plan, compact and live. */
import type { ReactNode } from 'react';
import type { RunView } from '../../src/shared/protocol.js';
import { app, send, useApp } from '../app.js';
import { Banner } from '../components/banner.js';
import { Icon } from '../components/icon.js';
import { Button } from '../components/toolkit.js';
import { clock, count, isEquivalent, money, usd } from '../format.js';
import { LandingNews } from '../run/landing.js';
import { isLanded } from '../states.js';
import { useNow } from '../time.js';
import { CompactGraph } from './compactGraph.js';

function openDashboard(task?: string): void {
  send('open-dashboard', { kind: 'action', action: { type: 'open-dashboard', ...(task === undefined ? {} : { task }) } });
}

function strip(run: RunView): { readonly left: string; readonly right: string } {
  const tasks = run.tasks.filter((task) => task.difference !== 'removed' && task.state !== 'dropped');
  const landed = tasks.filter(isLanded).length;
  const spent = money(run.bill.total, run.bill.lines.length > 0, isEquivalent(run.bill.lines)) ?? '';
  const phase = run.phase === 'paused' ? ' · paused' : run.phase === 'stopped' ? ' · stopped' : '';
  return {
    left: run.phase === 'proposed' ? `${count(tasks.length, 'task')} proposed` : `${landed} of ${tasks.length} landed${phase}`,
    right: run.bill.budgetUsd === undefined ? spent : `${spent === '' ? usd(0) : spent} of ${usd(run.bill.budgetUsd)}`,
  };
}

function PlanningNews({ run }: { readonly run: RunView }): ReactNode {
  const now = useNow(true);
  return (
    <div className="side-news">
      <p className="live-line">
        <Icon name="loading" spin className="tone-on" />
        <span className="cut">{run.planner?.activity ?? 'Planning'}</span>
        {run.planner === undefined ? null : <span className="muted num end">{clock(now - run.planner.startedAt)}</span>}
      </p>
      <div className="buttons">
        <Button onClick={() => send('run:cancel', { kind: 'action', action: { type: 'cancel-planning' } })}>Cancel</Button>
      </div>
    </div>
  );
}

function Failed({ run }: { readonly run: RunView }): ReactNode {
  return (
    <div className="side-news">
      <p className="prose">{run.planner?.failure ?? (run.phase === 'stopped' ? 'Planning was stopped.' : 'No plan came of it.')}</p>
      <div className="buttons">
        <Button primary onClick={() => openDashboard()}>
          Open Dashboard
        </Button>
      </div>
    </div>
  );
}

/** The compact face: the same graph, a line of figures, and what needs the person. */
export function Sidebar({ run }: { readonly run: RunView }): ReactNode {
  const refusal = useApp((state) => state.refusal);
  const { left, right } = strip(run);
  const planless = run.tasks.length === 0;
  return (
    <main className="sidebar">
      <h1 className="cut" title={run.goal}>
        {run.goal}
      </h1>
      {planless ? null : (
        <p className="side-strip muted num">
          <span>{left}</span>
          <span>{right}</span>
        </p>
      )}
      {refusal === undefined ? null : (
        <Banner kind="error" onDismiss={() => app.dismissRefusal()}>
          {refusal.reason}
        </Banner>
      )}
      {run.phase === 'planning' && planless ? <PlanningNews run={run} /> : planless ? <Failed run={run} /> : null}
      {run.phase === 'proposed' && !planless ? (
        <div className="side-news buttons">
          <Button primary icon="type-hierarchy" onClick={() => openDashboard()}>
            Review Plan
          </Button>
        </div>
      ) : null}
      <LandingNews run={run} />
      {planless ? null : <CompactGraph run={run} onOpen={(task) => openDashboard(task)} />}
    </main>
  );
}
