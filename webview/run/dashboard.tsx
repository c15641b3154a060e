/** The editor tab: header, views of the run, and the selected task beside them. */
import type { ReactNode } from 'react';
import type { RunView } from '../../src/shared/protocol.js';
import { app, useApp, useRoom, useTask } from '../app.js';
import { Bill } from '../bill/bill.js';
import { Boundary } from '../components/boundary.js';
import { Composer } from '../components/composer.js';
import { panelId, tabId, Tabs } from '../components/tabs.js';
import { count } from '../format.js';
import { Graph } from '../graph/graph.js';
import { CompactGraph } from '../sidebar/compactGraph.js';
import { Inspector } from '../task/inspector.js';
import type { RunViewName } from '../viewState.js';
import { Banners } from './banners.js';
import { Chips, DifferenceChips } from './chips.js';
import { Header } from './header.js';
import { NoPlan, Planning } from './planning.js';

const VIEWS = [
  { id: 'graph', label: 'Graph' },
  { id: 'bill', label: 'Bill' },
] as const satisfies readonly { readonly id: RunViewName; readonly label: string }[];

function Views({ run }: { readonly run: RunView }): ReactNode {
  const view = useApp((state) => state.view);
  const room = useRoom();
  const open = useApp((state) => state.open);
  const task = useTask(useApp((state) => state.selected));
  const inspector = task !== undefined && open && view === 'graph' ? <Inspector run={run} task={task} /> : null;
  const covered = inspector !== null && room !== 'wide';
  return (
    <div className={`views ${inspector === null ? '' : covered ? 'covered' : 'split'}`} role="tabpanel" id={panelId('run')} aria-labelledby={tabId('run', view)}>
      {covered ? null : view === 'bill' ? <Bill run={run} /> : room === 'narrow' ? <CompactGraph run={run} onOpen={(id) => app.set({ selected: id, open: true })} /> : <Graph run={run} />}
      {inspector}
    </div>
  );
}

/** The page of a run: header, notices, and the view that is chosen with its inspector. */
export function Dashboard({ run }: { readonly run: RunView }): ReactNode {
  const view = useApp((state) => state.view);
  const planless = run.tasks.length === 0;
  return (
    <main className="dashboard">
      <Header run={run} />
      {planless ? null : (
        <nav className="run-nav" aria-label="Views of the run">
          <Tabs tabs={VIEWS} chosen={view} onChoose={(next) => app.set({ view: next })} label="Views" name="run" />
          {run.phase === 'proposed' && run.revisionInForce !== undefined ? <DifferenceChips run={run} /> : run.phase === 'proposed' ? <Team run={run} /> : <Chips run={run} />}
        </nav>
      )}
      <Banners run={run} />
      <Composer run={run} />
      <Boundary what="The run">
        {run.phase === 'planning' && planless ? <Planning run={run} /> : planless ? <NoPlan run={run} /> : <Views run={run} />}
      </Boundary>
    </main>
  );
}

function Team({ run }: { readonly run: RunView }): ReactNode {
  const { maxParallel, retries } = run.limits;
  return (
    <p className="chips still muted num">
      Nothing runs before you approve · then at most {count(maxParallel, 'agent')} at once, {count(retries, 'retry', 'retries')} per task
    </p>
  );
}
