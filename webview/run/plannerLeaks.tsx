import type { ReactNode } from 'react';
import type { LeakChoice } from '../../src/core/leak.js';
import type { LeakView, RunView } from '../../src/shared/protocol.js';
import { send } from '../app.js';
import { Banner } from '../components/banner.js';

const PLANNER = 'planner';

/** What a planner changed, which only reads: there is no task that could take it in, so it is kept or undone. */
export function PlannerLeaks({ run }: { readonly run: RunView }): ReactNode {
  return (run.leaks ?? []).map((leak) => <PlannerLeak key={leak.id} run={run} leak={leak} />);
}

function PlannerLeak({ run, leak }: { readonly run: RunView; readonly leak: LeakView }): ReactNode {
  const choose = (choice: LeakChoice): void => send(`leak:${PLANNER}:${leak.id}`, { kind: 'wish', wish: { type: 'leak', run: run.id, task: PLANNER, leak: leak.id, choice } });
  const show = (): void => send(`patch:${PLANNER}:${leak.id}`, { kind: 'action', action: { type: 'show-patch', task: PLANNER, leak: leak.id } });
  return (
    <Banner
      kind={leak.certainty === 'certain' ? 'warning' : 'info'}
      action={
        <>
          {leak.files.some((file) => file.undoable) ? (
            <button type="button" className="link" onClick={() => choose('undo')} title="Every file that still is as the planner left it becomes what it was; a backup keeps the rest">
              Undo
            </button>
          ) : null}
          <button type="button" className="link" onClick={() => choose('keep')} title="They stay where they are, as your own uncommitted changes">
            Keep
          </button>
          <button type="button" className="link" onClick={show}>
            Show
          </button>
        </>
      }
    >
      {leak.text}
    </Banner>
  );
}
