/** The strategy `pull-request` takes a landing back as it landed it: the gated revert is pushed, and a pull request opened for it. */
import { undoWords } from '../core/change.js';
import type { Change } from '../core/change.js';
import { gateText } from '../core/pullRequestText.js';
import type { Receipt } from '../core/run.js';
import type { WishAnswer } from '../core/wishes.js';
import type { RunContext } from './context.js';
import { cannotOpen, holdsWork } from './pullRequests.js';

/** Pushes the revert and opens its pull request, or finds the one that is open. A sentence says why not. */
export async function openChange(context: RunContext, id: string, change: Change, receipt: Receipt): Promise<string | undefined> {
  const { world, store } = context;
  const { base, run } = store.state;
  const upstream = await world.git.upstreamOf(base.branch);
  const unable = await cannotOpen(world, base.branch);
  const commit = change.made?.commit;
  if (upstream === undefined || commit === undefined || unable !== undefined) return unable ?? '';
  // No task's id has an underscore.
  const branch = `${context.branchPrefix}/${run}/${change.undoes ?? ''}_undo`;
  await store.append({ type: 'change.opening', change: id, remote: upstream.remote, branch, commit, receipt: receipt.id });
  const pushed = await world.git.push(upstream.remote, commit, branch);
  if (!pushed.ok) return pushed.message;
  const title = `Revert "${context.task(change.undoes ?? '').task.title}"`;
  const body = `${undoWords(store.state, change)}\n\n${gateText(receipt)}\n\nSwitchyard-Task: ${change.undoes ?? ''}\nSwitchyard-Run: ${run}\nSwitchyard-Receipt: ${receipt.id}`;
  const opened = await world.pullRequests.open({ head: branch, base: upstream.branch, title, body });
  if (!opened.ok) return opened.message;
  const reason = { kind: 'pull-request' as const, text: `A pull request takes it back: ${opened.url}. It is undone once that is merged.` };
  await store.append({ type: 'change.pull-request', change: id, url: opened.url }, { type: 'change.state', change: id, to: 'in-review', reason });
  return undefined;
}

/** Looks whether the revert was merged. `ask`: the remote is asked first, at a person's word. */
export async function lookAtChange(context: RunContext, id: string, { ask }: { readonly ask: boolean }): Promise<WishAnswer> {
  const { world, store } = context;
  const url = store.state.changes.get(id)?.pullRequest?.url ?? '';
  let upstream = await world.git.upstreamOf(store.state.base.branch);
  if (ask && upstream !== undefined) {
    const fetched = await world.git.fetchUpstream(upstream);
    if (!fetched.ok) return { ok: false, reason: `${fetched.message} Nothing was changed.` };
    upstream = await world.git.upstreamOf(store.state.base.branch);
  }
  const asked = ask ? await world.pullRequests.state(url) : undefined;
  const change = store.state.changes.get(id);
  if (change?.state !== 'in-review' || change.made === undefined || upstream === undefined) return { ok: true };
  const merged = await holdsWork(context, upstream, change.made.commit, asked);
  if (store.state.changes.get(id)?.state !== 'in-review') return { ok: true };
  if (merged) {
    await store.append({ type: 'change.landed', change: id, commit: asked?.commit ?? upstream.commit });
    return { ok: true };
  }
  if (asked?.state === 'closed') {
    await store.append({ type: 'change.state', change: id, to: 'needs-you', reason: { kind: 'pull-request', text: `The pull request that takes it back was closed without being merged: ${url}. Nothing was undone; undo again opens another.` } });
    return { ok: true };
  }
  return ask ? { ok: false, reason: `The pull request that takes it back is not merged into ${upstream.name} yet: ${url}` } : { ok: true };
}
