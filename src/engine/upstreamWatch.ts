/**
 * While a run is open, the base's remote-tracking ref is watched: any fetch, whoever makes it, may bring commits that the base
 * has not, or the merge of a pull request. As long as the base lacks some, it is watched as well: a person may pull them in.
 * No polling, and the remote is not asked.
 */
import { messageOf } from './attempts.js';
import { lookAtChange } from './changePullRequest.js';
import type { RunContext } from './context.js';
import { lookAtPullRequest } from './pullRequests.js';
import { noticeUpstream } from './upstream.js';

export interface UpstreamWatch {
  /** The run's state changed: begins to watch and looks once, or lets go. */
  noticed(): void;
  close(): void;
}

/** `busy` counts the look as the run's own work until it is done. */
export function watchUpstream(context: RunContext, busy: (work: () => Promise<void>) => void): UpstreamWatch {
  const { store, world } = context;
  let stop: Promise<(() => void) | undefined> | undefined;
  let stopBase: Promise<() => void> | undefined;
  let warned = false;
  /** One fetch moves a ref by several file events: what comes during a look is one more look. */
  let looking: 'no' | 'yes' | 'again' = 'no';
  const open = (): readonly string[] => [...store.state.tasks].filter(([, task]) => task.state === 'in-review' && task.pullRequest?.url !== undefined).map(([id]) => id);
  const undoing = (): readonly string[] => [...store.state.changes].filter(([, change]) => change.state === 'in-review').map(([id]) => id);
  const wanted = (): boolean => store.state.endedAt === undefined || open().length > 0 || undoing().length > 0;

  const lookOnce = async (): Promise<void> => {
    if (store.state.endedAt === undefined) await noticeUpstream(context);
    for (const id of undoing()) await lookAtChange(context, id, { ask: false }).catch(couldNot(id));
    for (const id of open()) await lookAtPullRequest(context, id, { ask: false }).catch(couldNot(id));
  };
  const couldNot = (id: string) => (error: unknown) => world.log.warn(`Could not look whether the pull request of ${id} was merged: ${messageOf(error)}`);
  const look = (): void => {
    if (looking !== 'no') {
      looking = 'again';
      return;
    }
    busy(async () => {
      try {
        do {
          looking = 'yes';
          await lookOnce();
        } while (nextLook());
      } finally {
        // A look that failed (a full disk) is not the last one.
        looking = 'no';
      }
    });
  };
  const nextLook = (): boolean => looking === 'again' && stop !== undefined;

  const closeBase = (): void => {
    void stopBase?.then((end) => end(), () => undefined);
    stopBase = undefined;
  };
  const close = (): void => {
    void stop?.then((end) => end?.());
    stop = undefined;
    closeBase();
  };
  const watchBase = (): void => {
    if (store.state.upstream === undefined) closeBase();
    else stopBase ??= world.git.watchRef(`refs/heads/${store.state.base.branch}`, look);
    stopBase?.catch(() => undefined);
  };
  return {
    noticed: () => {
      if (!wanted()) close();
      if (!wanted()) return;
      watchBase();
      if (stop !== undefined) return;
      stop = world.git
        .upstreamOf(store.state.base.branch)
        .then(async (upstream) => {
          if (upstream === undefined) return undefined;
          const end = await world.git.watchRef(upstream.ref, look);
          look();
          return end;
        })
        .catch((error: unknown) => {
          // Tried again when the run's state changes next.
          stop = undefined;
          if (!warned) world.log.warn(`What ${store.state.base.branch} follows cannot be watched: ${messageOf(error)}`);
          warned = true;
          return undefined;
        });
    },
    close,
  };
}
