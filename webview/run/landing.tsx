/** How it stands with landing the run as a whole. */
import type { ReactNode } from 'react';
import type { RunView } from '../../src/shared/protocol.js';
import { send, useWorking } from '../app.js';
import { Banner } from '../components/banner.js';
import { Words } from '../components/prose.js';
import { Button } from '../components/toolkit.js';

const LANDING_WORDS = { checking: 'Every task is in', ready: 'Every task is in, and the merged result is green', merging: 'Landing the run', 'needs-you': 'The run cannot land yet' } as const;

/** Tasks land on the run's own branch: how it stands with landing that as a whole. */
export function LandingNews({ run }: { readonly run: RunView }): ReactNode {
  const busy = useWorking('run:land');
  const { landing } = run;
  if (landing === undefined || landing.state === 'filling' || landing.state === 'landed') return null;
  const moving = landing.state === 'checking' || landing.state === 'merging';
  return (
    <Banner
      kind={moving ? 'busy' : landing.state === 'ready' ? 'done' : 'warning'}
      action={
        moving ? null : (
          <Button primary={landing.state === 'ready'} icon="git-merge" busy={busy} testId="run-land" title={`Land ${landing.branch} on ${run.base} as one change`} onClick={() => send('run:land', { kind: 'wish', wish: { type: 'land-run', run: run.id } })}>
            Land the Run
          </Button>
        )
      }
    >
      <b>{LANDING_WORDS[landing.state]}</b>
      {landing.state === 'checking' ? `: ${landing.branch} merged with ${run.base} is being gated.` : landing.state === 'needs-you' ? <>: <Words text={landing.text ?? ''} /></> : '.'}
    </Banner>
  );
}

/** The base's branch on the remote has gone on without it. */
export function UpstreamNews({ run }: { readonly run: RunView }): ReactNode {
  const busy = useWorking('run:bring-in');
  const { upstream } = run;
  if (upstream === undefined || run.phase === 'done') return null;
  return (
    <Banner
      kind={upstream.diverged ? 'warning' : 'info'}
      action={
        upstream.diverged ? null : (
          <Button icon="repo-pull" busy={busy} testId="run-bring-in" title={`Fast-forward ${run.base} to what was fetched last`} onClick={() => send('run:bring-in', { kind: 'wish', wish: { type: 'bring-in', run: run.id } })}>
            Bring In
          </Button>
        )
      }
    >
      {upstream.text}
    </Banner>
  );
}
