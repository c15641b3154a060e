/**
 * The strategy `pull-request`: an approved, green branch is pushed and a pull request opened for it; the task has landed
 * once the base on the remote holds its work. The base here is never moved. Every act can be repeated.
 */
import { pullRequestBody } from '../core/pullRequestText.js';
import type { Sha, Upstream } from '../core/ports.js';
import type { Reason } from '../core/run.js';
import type { WishAnswer } from '../core/wishes.js';
import type { RunContext } from './context.js';
import { outdated } from './gating.js';
import { cleanUp } from './landing.js';
import { targetTip } from './target.js';
import type { World } from './world.js';

export type PullRequestResult = { readonly next: 'checking' } | { readonly next: 'needs-you' | 'in-review'; readonly reason: Reason };

/** Why no pull request can be opened onto this base here, as a sentence; `undefined` when one can. */
export async function cannotOpen(world: World, base: string): Promise<string | undefined> {
  if ((await world.git.upstreamOf(base)) === undefined) return `${base} follows no branch of a remote. Push it once with "git push -u origin ${base}".`;
  const ready = await world.pullRequests.ready();
  return ready.ok ? undefined : ready.message;
}

/** Pushes the branch and opens its pull request, or finds the one that is open. */
export async function openPullRequest(context: RunContext, id: string): Promise<PullRequestResult> {
  const { world, store } = context;
  const { state } = store;
  const task = context.task(id);
  const { head, receipt, branch } = task;
  const now = await targetTip(context);
  if (head === undefined || receipt === undefined || branch === undefined || receipt.tree !== head.tree || receipt.base !== now) return { next: 'checking' };
  const why = await outdated(context, receipt, task.worktree ?? '');
  if (why !== undefined) {
    await store.append({ type: 'receipt.outdated', task: id, receipt: receipt.id, why });
    return { next: 'checking' };
  }
  const upstream = await world.git.upstreamOf(state.base.branch);
  const unable = await cannotOpen(world, state.base.branch);
  if (upstream === undefined || unable !== undefined) return failed(context, id, unable ?? '');
  await store.append({ type: 'pull-request.opening', task: id, remote: upstream.remote, branch, commit: head.commit, receipt: receipt.id });
  const pushed = await world.git.push(upstream.remote, head.commit, branch);
  if (!pushed.ok) return failed(context, id, pushed.message);
  const opened = await world.pullRequests.open({ head: branch, base: upstream.branch, title: task.task.title, body: pullRequestBody(state, task, receipt) });
  if (!opened.ok) return failed(context, id, opened.message);
  await store.append({ type: 'pull-request.opened', task: id, url: opened.url });
  return { next: 'in-review', reason: openReason(opened.url) };
}

function openReason(url: string): Reason {
  return { kind: 'pull-request', text: `Pull request opened: ${url}. What depends on it waits until it is merged; Check Again asks the remote.` };
}

function failed(context: RunContext, id: string, why: string): PullRequestResult {
  return { next: 'needs-you', reason: { kind: 'merge-failed', text: `No pull request was opened: ${why} Its work is safe on ${context.task(id).branch ?? 'its branch'}; approve again tries it again.` } };
}

/** Looks whether the pull request was merged. `ask`: the remote is asked first, at a person's word; else only what was fetched counts. */
export async function lookAtPullRequest(context: RunContext, id: string, { ask }: { readonly ask: boolean }): Promise<WishAnswer> {
  const { world, store } = context;
  const url = context.task(id).pullRequest?.url ?? '';
  const { title } = context.task(id).task;
  let upstream = await world.git.upstreamOf(store.state.base.branch);
  if (ask && upstream !== undefined) {
    const fetched = await world.git.fetchUpstream(upstream);
    if (!fetched.ok) return { ok: false, reason: `${fetched.message} Nothing was changed.` };
    upstream = await world.git.upstreamOf(store.state.base.branch);
  }
  const { head, state } = context.task(id);
  if (upstream === undefined || head === undefined || state !== 'in-review') return { ok: false, reason: `${title} has no open pull request to look at.` };
  const asked = ask ? await world.pullRequests.state(url) : undefined;
  if (await holdsWork(context, upstream, head.commit, asked)) {
    if (context.task(id).state !== 'in-review') return { ok: true };
    await store.append({ type: 'merge.landed', task: id, commit: asked?.commit ?? upstream.commit }, { type: 'task.state', task: id, from: 'in-review', to: 'landed' });
    await cleanUp(context, id);
    return { ok: true };
  }
  if (asked?.state === 'closed' && context.task(id).state === 'in-review') {
    const reason: Reason = { kind: 'pull-request', text: `The pull request was closed without being merged: ${url}. Its work is kept; retry with feedback, re-plan or drop it.` };
    await store.append({ type: 'task.state', task: id, from: 'in-review', to: 'needs-you', reason });
    return { ok: true };
  }
  return ask ? { ok: false, reason: `The pull request of ${title} is not merged into ${upstream.name} yet: ${url}` } : { ok: true };
}

/** Whether the base on the remote holds it: by what was fetched of it, or by the word of the remote that was just `asked`. */
export async function holdsWork(context: RunContext, upstream: Upstream, commit: Sha, asked: { readonly state: string; readonly commit?: Sha } | undefined): Promise<boolean> {
  if (await holds(context, upstream, commit)) return true;
  return asked?.state === 'merged' && asked.commit !== undefined && (await context.world.git.isAncestor(asked.commit, upstream.commit).catch(() => false));
}

/** Merged as it is, or its content is there: squashed or rebased, merging it again would change nothing. */
async function holds(context: RunContext, upstream: Upstream, commit: Sha): Promise<boolean> {
  const { git } = context.world;
  if (await git.isAncestor(commit, upstream.commit)) return true;
  const again = await git.mergedTree(upstream.commit, commit);
  return again.ok && again.tree === (await git.treeOf(upstream.commit));
}
