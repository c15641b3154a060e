/** A person resolves a conflict with the base: it is laid out in the worktree, and paths may be decided side by side. */
import { listed } from '../core/gate.js';
import { isSideName } from '../core/markers.js';
import type { ConflictSides, KeptPath } from '../core/ports.js';
import type { KeptSide, OpenConflict, TaskRun } from '../core/run.js';
import type { Wish, WishAnswer } from '../core/wishes.js';
import { messageOf } from './attempts.js';
import { openConflict } from './conflicts.js';
import type { RunContext } from './context.js';
import { resumed } from './goingOn.js';

const OK: WishAnswer = { ok: true };
const refuse = (reason: string): WishAnswer => ({ ok: false, reason });

/** Lays the conflict out where it is not yet, then keeps what the person says. *Check Again* concludes it. */
export async function resolveByHand(context: RunContext, before: TaskRun, wish: Extract<Wish, { type: 'resolve-conflict' }>): Promise<WishAnswer> {
  const answer = await layOut(context, before);
  const { conflict, state } = context.task(wish.task);
  if (!answer.ok || wish.keep === undefined || conflict === undefined || state !== 'needs-you') return answer;
  return keep(context, wish.task, conflict, wish.keep, wish.paths ?? []);
}

/** What is laid out already stays as it is. */
async function layOut(context: RunContext, before: TaskRun): Promise<WishAnswer> {
  const { id, title } = before.task;
  if (before.conflict !== undefined && before.state === 'needs-you') {
    // An agent has tried; from here on it is the person's.
    if (before.conflict.by === 'agent') await context.store.append({ type: 'conflict.opened', task: id, base: before.conflict.base, paths: before.conflict.paths, notes: before.conflict.notes, by: 'person' });
    return OK;
  }
  if (before.state !== 'needs-you' || before.reason?.kind !== 'conflict') return refuse(`${title} has no conflict to resolve now.`);
  const opened = await openConflict(context, before);
  if (typeof opened === 'string') return refuse(opened);
  const task = context.task(id);
  if (task.state !== before.state) return refuse(`${title} has moved on meanwhile (${task.state}); look again.`);
  if (opened !== undefined) {
    await context.store.append({ type: 'conflict.opened', task: id, ...opened, by: 'person' });
    return OK;
  }
  // The branches meet without a conflict meanwhile.
  context.rearm(id);
  await context.store.append(...resumed(context), { type: 'task.state', task: id, from: task.state, to: 'checking' });
  return OK;
}

/** Nobody's edit is lost by it: the worktree is saved first. Once every path is decided, the result is checked. */
async function keep(context: RunContext, id: string, conflict: OpenConflict, side: KeptSide, named: readonly string[]): Promise<WishAnswer> {
  const { world, store } = context;
  const task = context.task(id);
  const { title } = task.task;
  const worktree = task.worktree ?? '';
  const all = (task.head === undefined ? undefined : await world.git.conflict(task.head.commit, conflict.base))?.paths ?? [];
  const open = all.filter(({ path }) => conflict.decided?.includes(path) !== true);
  const wrong = named.find((path) => !all.some((each) => each.path === path));
  if (wrong !== undefined) return refuse(`${wrong} is none of the paths of ${title} that conflict. They are: ${all.map(({ path }) => path).join(', ')}. Nothing was changed.`);
  const chosen = named.length > 0 ? all.filter(({ path }) => named.includes(path)) : open.length > 0 ? open : all;
  const odd = side === 'as-is' ? [] : chosen.filter(isOdd).map(({ path }) => path);
  if (odd.length > 0) return refuse(`No side of ${listed(odd)} can be kept by itself. Nothing was changed. Decide about ${odd.length === 1 ? 'it' : 'them'} in ${worktree}, then check ${title} again.`);
  let backup: string | undefined;
  if (side !== 'as-is') {
    try {
      backup = (await world.git.backup(worktree, `${store.state.run}/${id}/resolving`)).ref;
      await world.git.keepSides(worktree, chosen.map((sides) => keptPath(sides, side)));
    } catch (error) {
      return refuse(messageOf(error));
    }
  }
  const paths = chosen.map(({ path }) => path);
  const kept = { type: 'conflict.kept' as const, task: id, keep: side, paths, ...(backup !== undefined && { backup }) };
  if (context.task(id).state !== 'needs-you') return refuse(`${title} has moved on meanwhile; look again.`);
  if (open.some(({ path }) => !paths.includes(path))) {
    await store.append(kept);
    return OK;
  }
  context.rearm(id);
  await store.append(...resumed(context), kept, { type: 'approval.withdrawn', task: id }, { type: 'task.state', task: id, from: 'needs-you', to: 'checking' });
  return OK;
}

function keptPath(sides: ConflictSides, side: Exclude<KeptSide, 'as-is'>): KeptPath {
  const kept = sides[side];
  return { path: sides.path, ...(kept !== undefined && { side: kept }) };
}

/** Names that git made up, or that are not written here as they are on the disk. */
function isOdd({ path }: ConflictSides): boolean {
  return isSideName(path) || /\\x[0-9a-f]{2}|[\n\0]/u.test(path);
}
