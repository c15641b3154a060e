/** What has to be said across the page, most urgent first. */
import type { ReactNode } from 'react';
import type { RunView } from '../../src/shared/protocol.js';
import { app, send, useApp } from '../app.js';
import { Banner } from '../components/banner.js';
import { clock, count, duration, isEquivalent, money } from '../format.js';
import { isLanded } from '../states.js';
import { useNow } from '../time.js';
import { LandingNews, UpstreamNews } from './landing.js';
import { PlannerLeaks } from './plannerLeaks.js';
import { RefusedNews } from './refused.js';

function titlesIn(run: RunView, ids: readonly string[]): string {
  return ids.map((id) => run.tasks.find((task) => task.id === id)?.title ?? id).join(' → ');
}

/** Overlaps read as an order of tasks; everything else is the check's own sentence. */
function PlanNews({ run }: { readonly run: RunView }): ReactNode {
  return (
    <>
      {run.warnings.map((warning) => (
        <Banner key={`${warning.code}:${warning.tasks.join()}:${warning.message}`} kind={warning.severity === 'warning' ? 'warning' : 'error'}>
          {warning.tasks.length === 0 ? null : <b>{titlesIn(run, warning.tasks)}: </b>}
          {warning.message}
        </Banner>
      ))}
      {run.notices.map((notice) => (
        <Banner
          key={notice.text}
          kind={notice.kind}
          action={
            notice.offer === undefined ? null : (
              <button type="button" className="link" onClick={() => send('open-source-control', { kind: 'action', action: { type: 'open-source-control' } })}>
                Open Source Control
              </button>
            )
          }
        >
          {notice.text}
        </Banner>
      ))}
      {run.note === undefined ? null : (
        <Banner kind="info">
          <b>About this plan: </b>
          {run.note}
        </Banner>
      )}
    </>
  );
}

function DoneNews({ run }: { readonly run: RunView }): ReactNode {
  const view = useApp((state) => state.view);
  const wanted = run.tasks.filter((task) => task.state !== 'dropped');
  const landed = wanted.filter(isLanded).length;
  const cost = money(run.bill.total, run.bill.lines.length > 0, isEquivalent(run.bill.lines));
  return (
    <Banner
      kind="done"
      action={
        view === 'bill' ? null : (
          <button type="button" className="link" onClick={() => app.set({ view: 'bill' })}>
            Open the Bill
          </button>
        )
      }
    >
      <b>
        {landed === wanted.length ? `${landed === 1 ? '' : 'All '}${count(landed, 'task')}` : `${landed} of ${count(wanted.length, 'task')}`} landed on {run.base}
      </b>
      {run.endedAt === undefined ? '' : ` in ${duration(run.endedAt - run.startedAt)}`}
      {cost === undefined ? '' : `, for ${cost}`}.
    </Banner>
  );
}

/** A planner works on a revision while the plan in force goes on. */
function ReplanningNews({ run }: { readonly run: RunView }): ReactNode {
  const now = useNow(true);
  const { planner } = run;
  return (
    <Banner kind="busy">
      <b>The planner works on a changed plan</b>
      {planner === undefined ? '' : ` · ${planner.activity ?? 'reading'} · `}
      {planner === undefined ? null : <span className="num">{clock(now - planner.startedAt)}</span>}
    </Banner>
  );
}

/** A re-plan that failed changes nothing; it is told once, and until the plan went another way. */
function FailedReplan({ run, failure, startedAt }: { readonly run: RunView; readonly failure: string; readonly startedAt: number }): ReactNode {
  const key = `${run.id}/planner/${startedAt}`;
  const dismissed = useApp((state) => state.dismissed === key);
  if (dismissed) return null;
  return (
    <Banner
      kind="warning"
      onDismiss={() => app.set({ dismissed: key })}
      action={
        <button type="button" className="link" onClick={() => app.calls.compose({ kind: 'replan' })}>
          Re-plan…
        </button>
      }
    >
      <b>No changed plan came of it: </b>
      {failure} The plan in force goes on.
    </Banner>
  );
}

/** The region above the graph; empty most of the time. */
export function Banners({ run }: { readonly run: RunView }): ReactNode {
  const refusal = useApp((state) => state.refusal);
  const teamProblem = useApp((state) => state.snapshot?.teamProblem);
  const quiet = refusal === undefined || refusal.key.startsWith('edit:') || refusal.key.startsWith('compose:');
  return (
    <div className="banners" role="region" aria-label="Notices" tabIndex={run.phase === 'proposed' ? 0 : -1}>
      {quiet ? null : (
        <Banner kind="error" onDismiss={() => app.dismissRefusal()}>
          {refusal.reason}
        </Banner>
      )}
      {teamProblem === undefined ? null : (
        <Banner
          kind="warning"
          action={
            <button type="button" className="link" onClick={() => send('open-team-file', { kind: 'action', action: { type: 'open-team-file' } })}>
              Open Team File
            </button>
          }
        >
          {teamProblem}
        </Banner>
      )}
      {run.heldBy === undefined ? null : <Banner kind="info">{run.heldBy.replace(/^a /, 'A ')} runs this; here you follow it. What you ask for is passed on.</Banner>}
      <PlannerLeaks run={run} />
      {run.phase === 'proposed' ? <PlanNews run={run} /> : null}
      {run.phase === 'planning' && run.tasks.length > 0 ? <ReplanningNews run={run} /> : null}
      {run.phase !== 'planning' && run.tasks.length > 0 && run.planner?.failure !== undefined ? (
        <FailedReplan run={run} failure={run.planner.failure} startedAt={run.planner.startedAt} />
      ) : null}
      <RefusedNews shown={run.id} />
      <UpstreamNews run={run} />
      <LandingNews run={run} />
      {run.phase === 'done' ? <DoneNews run={run} /> : null}
    </div>
  );
}
