/** Back to an earlier green result of a task: what came after is saved first, and a receipt is used again only while it holds. */
import type { EarlierResult } from '../core/earlier.js';
import { greenResults } from '../core/earlier.js';
import type { Receipt, Reason, TaskRun } from '../core/run.js';
import { stateClause } from '../core/task.js';
import type { WishAnswer } from '../core/wishes.js';
import { messageOf } from './attempts.js';
import type { RunContext } from './context.js';
import { gateOf, outdated } from './gating.js';
import { resumed } from './goingOn.js';

const refuse = (reason: string): WishAnswer => ({ ok: false, reason });

/** Takes the wish: the intention is on disk, and the check that follows does it. Without an attempt the last green one is meant. */
export async function wishBack(context: RunContext, task: TaskRun, attempt: number | undefined): Promise<WishAnswer> {
  const { id, title } = task.task;
  if (task.state !== 'ready' && task.state !== 'needs-you' && task.state !== 'stopped') return refuse(`${title} ${stateClause(task.state)}; it goes back only while it rests. Stop it first, or wait until it is done.`);
  if (task.worktree === undefined || task.cleaned) return refuse(`${title} has no worktree that could go back. Nothing was changed.`);
  const results = greenResults(task);
  const chosen = attempt === undefined ? results[0] : results.find((each) => each.attempt === attempt);
  if (chosen === undefined) return refuse(attempt === undefined ? `${title} has no earlier green result to go back to. Nothing was changed.` : `Attempt ${String(attempt)} of ${title} has no green result of its own to go back to. Nothing was changed.${results.length === 0 ? '' : ` These have: ${results.map((each) => String(each.attempt)).join(', ')}.`}`);
  context.rearm(id);
  await context.store.append(...resumed(context), { type: 'task.going-back', task: id, ...chosen }, { type: 'task.state', task: id, from: task.state, to: 'checking' });
  return { ok: true };
}

/**
 * Does it, where it was wished. Can be repeated after a crash at any point: what is saved already is found again.
 * `proven`: a receipt holds for the result as it is. A reason: why not; nothing is lost then.
 */
export async function goBack(context: RunContext, id: string): Promise<Reason | 'proven' | undefined> {
  const { world, store } = context;
  const task = context.task(id);
  const { goingBack: to, worktree } = task;
  if (to === undefined || worktree === undefined) return undefined;
  try {
    const backup = await world.git.backup(worktree, `${store.state.run}/${id}/before-attempt-${String(to.attempt)}`);
    await world.git.goBack(worktree, to.commit);
    const files = await world.git.diffFiles(to.base, to.commit);
    const receipt = await holding(context, task, to);
    await store.append({ type: 'task.went-back', task: id, ...to, files, backup: backup.ref, ...(receipt !== undefined && { receipt }) });
    return receipt === undefined ? undefined : 'proven';
  } catch (error) {
    return { kind: 'worktree-missing', text: `Could not go back to attempt ${String(to.attempt)}: ${messageOf(error)} Its work is kept in its worktree. Check Again tries it once more; Retry goes on from what is there.` };
  }
}

/** The receipt that this very tree has on this very base, with the gate as it is today. */
async function holding(context: RunContext, task: TaskRun, to: EarlierResult): Promise<Receipt | undefined> {
  const commands = gateOf(context, task);
  const found = context.store.state.receipts.findLast(
    ({ receipt, tasks }) => tasks.includes(task.task.id) && receipt.unproven !== true && receipt.tree === to.tree && receipt.base === to.base && receipt.commands.length === commands.length && receipt.commands.every(({ command }, at) => command === commands[at]),
  )?.receipt;
  return found === undefined || (await outdated(context, found, task.worktree ?? '')) !== undefined ? undefined : found;
}
