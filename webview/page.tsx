/** Which face shows what. */
import type { ReactNode } from 'react';
import type { Face, Snapshot } from '../src/shared/protocol.js';
import { useApp } from './app.js';
import { QuestionDialog } from './components/question.js';
import { Dashboard } from './run/dashboard.js';
import { Empty, Loading } from './run/empty.js';
import { Sidebar } from './sidebar/sidebar.js';

function Content({ face, snapshot }: { readonly face: Face; readonly snapshot: Snapshot }): ReactNode {
  if (snapshot.run === undefined) return <Empty snapshot={snapshot} reason={snapshot.empty ?? 'no-plan'} />;
  return face === 'sidebar' ? <Sidebar run={snapshot.run} /> : <Dashboard run={snapshot.run} />;
}

/** The whole page, for either face, with its live region and what is said when the connection broke. */
export function Page({ face }: { readonly face: Face }): ReactNode {
  const snapshot = useApp((state) => state.snapshot);
  const broken = useApp((state) => state.broken);
  const announced = useApp((state) => state.announced);
  return (
    <>
      {broken !== undefined ? (
        <main className="stage">
          <p className="note error" role="alert">
            The editor did not answer: {broken} Your run goes on without this page. Close it and open the dashboard again.
          </p>
        </main>
      ) : snapshot === undefined ? (
        <Loading />
      ) : (
        <Content face={face} snapshot={snapshot} />
      )}
      <QuestionDialog />
      <p className="spoken" role="status" aria-live="polite">
        {announced}
      </p>
    </>
  );
}
