/** Runs whose logs cannot be believed: why, and the way out. */
import type { ReactNode } from 'react';
import type { RunSummaryView } from '../../src/shared/protocol.js';
import { app, inSidebar, send, useApp } from '../app.js';
import { Banner } from '../components/banner.js';
import { Icon } from '../components/icon.js';
import { Said } from '../components/prose.js';
import { Button } from '../components/toolkit.js';

function Recover({ run }: { readonly run: RunSummaryView }): ReactNode {
  // What a newer Switchyard wrote is whole: there is nothing to recover here.
  if (run.damaged !== true) return null;
  return (
    <Button onClick={() => send(`recover:${run.id}`, { kind: 'action', action: { type: 'recover-run', run: run.id } })}>
      Recover Run…
    </Button>
  );
}

/** All of them, where there is no run to show. */
export function RefusedRuns({ runs }: { readonly runs: readonly RunSummaryView[] }): ReactNode {
  const refused = runs.filter((run) => run.refused !== undefined);
  // Beside the sidebar's plan the tree of tasks lists them.
  if (refused.length === 0 || inSidebar()) return null;
  return (
    <section className="refused" aria-label="Runs that cannot be opened">
      {refused.map((run) => (
        <div key={run.id} className="note warning">
          <p>
            <Icon name="warning" className="tone-warning" /> <b>{run.id} cannot be opened</b>
          </p>
          <Said text={run.refused ?? ''} />
          <Recover run={run} />
        </div>
      ))}
    </section>
  );
}

/** Beside an older run, which is shown in its place; said until it is put away. An older refused one is in the list of runs. */
export function RefusedNews({ shown }: { readonly shown: string }): ReactNode {
  const runs = useApp((state) => state.snapshot?.runs);
  const dismissed = useApp((state) => state.dismissed);
  const refused = runs?.find((run) => run.refused !== undefined && number(run.id) > number(shown));
  if (refused === undefined || dismissed === `refused/${refused.id}`) return null;
  return (
    <Banner kind="warning" action={<Recover run={refused} />} onDismiss={() => app.set({ dismissed: `refused/${refused.id}` })}>
      <b>{refused.id} cannot be opened, so {shown} is shown: </b>
      {refused.refused}
    </Banner>
  );
}

/** Runs are called r1, r2, … in the order of their making. */
function number(run: string): number {
  return Number(run.slice(1));
}
