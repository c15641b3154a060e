/** A planner at work, or why there is no plan. */
import type { ReactNode } from 'react';
import type { RunView } from '../../src/shared/protocol.js';
import { send } from '../app.js';
import { Icon } from '../components/icon.js';
import { Button } from '../components/toolkit.js';
import { agentText, clock, isEquivalent, money, tokens } from '../format.js';
import { useNow } from '../time.js';

const PLANNER_TRIES = 3;

/** The header shows a short goal whole; a longer one is repeated where there is room. */
function Goal({ text }: { readonly text: string }): ReactNode {
  return text.includes('\n') || text.length > 90 ? <blockquote className="prose">{text}</blockquote> : null;
}

/** The planner works: what it does now, for how long, and the way out. */
export function Planning({ run }: { readonly run: RunView }): ReactNode {
  const now = useNow(true);
  const planner = run.planner;
  const cost = planner === undefined ? undefined : money(planner.amount, planner.billed, isEquivalent(run.bill.lines.filter((line) => line.role === 'planner')));
  return (
    <section className="stage" aria-label="Planning">
      <div className="stage-card">
        <p className="stage-icon">
          <Icon name="loading" spin className="tone-on" />
        </p>
        <h2>{planner !== undefined && planner.try > 1 ? `Correcting the plan (try ${planner.try} of ${PLANNER_TRIES})` : 'Planning'}</h2>
        <Goal text={run.goal} />
        {planner === undefined ? (
          <p className="muted">Starting the planner…</p>
        ) : (
          <>
            <p className="live-line">
              <Icon name="sparkle" className="tone-on" />
              <span className="cut">{planner.activity ?? 'Reading the repository'}</span>
            </p>
            <p className="muted num">
              {agentText(planner.agent, planner.model)} · {clock(now - planner.startedAt)}
              {planner.billed ? ` · ${tokens(planner.amount.inputTokens + planner.amount.outputTokens)} tokens` : ''}
              {cost === undefined ? '' : ` · ${cost}`}
            </p>
          </>
        )}
        <p className="muted">It reads only and changes nothing. You see the plan and approve it before anything starts.</p>
        <div className="buttons">
          <Button icon="debug-stop" onClick={() => send('run:cancel', { kind: 'action', action: { type: 'cancel-planning' } })}>
            Cancel Planning
          </Button>
          {planner === undefined ? null : (
            <Button icon="terminal" onClick={() => send('run:terminal', { kind: 'action', action: { type: 'show-terminal', task: 'planner' } })}>
              Show Terminal
            </Button>
          )}
        </div>
      </div>
    </section>
  );
}

/** No plan came of it. */
export function NoPlan({ run }: { readonly run: RunView }): ReactNode {
  const stopped = run.phase === 'stopped';
  return (
    <section className="stage" aria-label={stopped ? 'Planning was stopped' : 'Planning failed'}>
      <div className="stage-card">
        <p className="stage-icon">
          <Icon name={stopped ? 'debug-stop' : 'error'} className={stopped ? 'tone-off' : 'tone-bad'} />
        </p>
        <h2>{stopped ? 'Planning was stopped' : 'No plan came of it'}</h2>
        <Goal text={run.goal} />
        {run.planner?.failure === undefined ? null : (
          <p className="note error prose" role="alert">
            {run.planner.failure}
          </p>
        )}
        {run.planner?.failure === undefined ? <p className="muted">Nothing was started and nothing in your repository was changed.</p> : null}
        <div className="buttons">
          <Button primary icon="refresh" onClick={() => send('run:replan', { kind: 'wish', wish: { type: 'replan', run: run.id } })}>
            Plan Again
          </Button>
          <Button onClick={() => send('run:new', { kind: 'action', action: { type: 'decompose' } })}>Decompose Task</Button>
          <Button onClick={() => send('open-team-file', { kind: 'action', action: { type: 'open-team-file' } })}>Open Team File</Button>
        </div>
      </div>
    </section>
  );
}
