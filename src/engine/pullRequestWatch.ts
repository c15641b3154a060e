/** While pull requests are open, the base's remote-tracking ref is watched: any fetch may bring their merge. No polling. */
import { messageOf } from './attempts.js';
import { lookAtChange } from './changePullRequest.js';
import type { RunContext } from './context.js';
import { lookAtPullRequest } from './pullRequests.js';

export interface PullRequestWatch {
  /** The run's state changed: begins to watch, looks once, or lets go. */
  noticed(): void;
  close(): void;
}

/** `busy` counts the look as the run's own work until it is done. */
export function watchPullRequests(context: RunContext, busy: (work: () => Promise<void>) => void): PullRequestWatch {
  let stop: Promise<(() => void) | undefined> | undefined;
  const open = (): readonly string[] => [...context.store.state.tasks].filter(([, task]) => task.state === 'in-review' && task.pullRequest?.url !== undefined).map(([id]) => id);
  const undoing = (): readonly string[] => [...context.store.state.changes].filter(([, change]) => change.state === 'in-review').map(([id]) => id);
  const none = (): boolean => open().length === 0 && undoing().length === 0;
  const look = (): void =>
    busy(async () => {
      for (const id of undoing()) {
        await lookAtChange(context, id, { ask: false }).catch((error: unknown) => context.world.log.warn(`Could not look whether the pull request of ${id} was merged: ${messageOf(error)}`));
      }
      for (const id of open()) {
        await lookAtPullRequest(context, id, { ask: false }).catch((error: unknown) => context.world.log.warn(`Could not look whether the pull request of ${id} was merged: ${messageOf(error)}`));
      }
    });
  const close = (): void => {
    void stop?.then((end) => end?.());
    stop = undefined;
  };
  return {
    noticed: () => {
      if (none()) close();
      if (none() || stop !== undefined) return;
      stop = context.world.git
        .upstreamOf(context.store.state.base.branch)
        .then((upstream) => (upstream === undefined ? undefined : context.world.git.watchRef(upstream.ref, look)))
        .catch(() => undefined);
      look();
    },
    close,
  };
}
