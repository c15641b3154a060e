/** Notices that the remote's branch went on without the base; brings it in only when a person says so. */
import type { WishAnswer } from '../core/wishes.js';
import { messageOf } from './attempts.js';
import type { RunContext } from './context.js';
import { moveBase, refusal } from './landing.js';

/** Of looks that overlap only the newest says what it saw: an older one may be past already. */
const looks = new WeakMap<RunContext, number>();

/** Looks at what the last fetch left and records when that is news. The remote is not asked; never fails the run. */
export async function noticeUpstream(context: RunContext): Promise<void> {
  const { world, store } = context;
  const look = (looks.get(context) ?? 0) + 1;
  looks.set(context, look);
  const found = await world.git.upstreamOf(store.state.base.branch).catch((error: unknown) => {
    world.log.warn(`Could not look at what ${store.state.base.branch} follows: ${messageOf(error)}`);
    return 'unknown' as const;
  });
  // What could not be looked at stays as it was last seen.
  if (looks.get(context) !== look || found === 'unknown') return;
  const ahead = found === undefined || found.behind === 0 ? undefined : { name: found.name, behind: found.behind, diverged: found.ahead > 0 };
  const known = store.state.upstream;
  if (ahead?.name === known?.name && ahead?.behind === known?.behind && ahead?.diverged === known?.diverged) return;
  await store.append({ type: 'upstream.moved', ...(ahead !== undefined && { ahead }) });
}

/** Moves the base up to what the remote had at the last fetch: a fast-forward by the rules of a landing, at a person's word. */
export async function bringIn(context: RunContext): Promise<WishAnswer> {
  const { world, store } = context;
  const { branch } = store.state.base;
  const lane = await context.landingLane.acquire();
  try {
    const [now, found] = await Promise.all([world.git.branchCommit(branch), world.git.upstreamOf(branch)]);
    if (now === undefined || found === undefined) return { ok: false, reason: `${branch} follows no branch of a remote; there is nothing to bring in.` };
    if (found.ahead > 0 && found.behind > 0) return { ok: false, reason: `${branch} and ${found.name} both have commits of their own. Nothing was moved; merge or rebase ${branch} yourself.` };
    if (found.behind > 0) {
      const moved = await moveBase(context, branch, now, found.commit);
      if (!moved.ok) return { ok: false, reason: moved.reason === 'base-moved' ? `${branch} moved meanwhile; look again.` : refusal(branch, moved, 'nothing of yours was touched').text };
    }
  } finally {
    lane.release();
  }
  await noticeUpstream(context);
  return { ok: true };
}
