/** What a person decides about changes that an agent left outside its worktree: move, keep or undo. */
import type { EventBody } from '../core/events.js';
import { PLANNER } from '../core/events.js';
import { listed } from '../core/gate.js';
import type { Leak, LeakChoice } from '../core/leak.js';
import { leaver, openLeaks } from '../core/leak.js';
import type { LeftStray } from '../core/ports.js';
import { isActive, isOver } from '../core/task.js';
import type { Wish, WishAnswer } from '../core/wishes.js';
import { messageOf } from './attempts.js';
import type { RunContext } from './context.js';
import type { RunLoop } from './loop.js';

const OK: WishAnswer = { ok: true };
const refuse = (reason: string): WishAnswer => ({ ok: false, reason });

/** Carries the choice out for one leak or all open ones. What moved into the worktree is checked like the task's own work. */
export async function settleLeaks(loop: RunLoop, wish: Extract<Wish, { type: 'leak' }>): Promise<WishAnswer> {
  const { context } = loop;
  const found = leaver(context.store.state, wish.task);
  if (found === undefined) return refuse(`There is no task "${wish.task}" in ${context.store.state.run}.`);
  const { title } = found;
  const leaks = openLeaks(found).filter((leak) => wish.leak === undefined || leak.id === wish.leak);
  const refs = leaks.find((leak) => leak.refs === true);
  if (refs !== undefined && wish.choice !== 'keep') return refuse(`${refs.files.map(({ path }) => path).join(', ')}: refs are yours alone to move. Nothing was changed. ${refs.kept.patch} holds the commands that put them back; then keep what is.`);
  if (leaks.length === 0) return refuse(`${title} left no changes outside its worktree that wait for a choice.`);
  if (wish.choice === 'move') {
    if (wish.task === PLANNER) return refuse('A planner has no work of its own that could take them in. Keep the changes, or undo them.');
    const task = context.task(wish.task);
    if (isOver(task.state) || task.worktree === undefined) return refuse(`${title} is ${task.state}, so it takes nothing more in. Keep the changes, or undo them.`);
    // The gate must see one tree, and an agent must not find files that it did not write.
    if (isActive(task.state) || task.state === 'in-review') return refuse(`${title} is ${task.state}; its worktree must not change now. Wait until it rests, or stop it, then move.`);
  }
  const events: EventBody[] = [];
  let refusal: string | undefined;
  for (const leak of leaks) {
    try {
      const settled = await settle(context, wish.task, leak, wish.choice);
      if (typeof settled !== 'string') events.push(settled);
      else refusal ??= settled;
    } catch (error) {
      refusal ??= `${messageOf(error)} What the agent changed is kept as a patch: ${leak.kept.patch}`;
    }
  }
  // In one step with the choice: once nothing holds it, an approved task would land without what was moved into it.
  if (wish.choice === 'move' && events.length > 0) events.push(...checkAgain(context, wish.task));
  await context.store.append(...events);
  return refusal === undefined ? OK : refuse(refusal);
}

/** Carries it out; a sentence says why nothing was changed. */
async function settle(context: RunContext, id: string, leak: Leak, choice: LeakChoice): Promise<EventBody | string> {
  let left: readonly LeftStray[] = [];
  const paths = leak.files.map((file) => file.path);
  if (choice === 'undo') left = await context.sentinel.decide(paths, (strays) => strays.undo(leak.root, leak.kept.ref));
  if (choice === 'move') {
    const { worktree = '', task } = context.task(id);
    const moved = await context.sentinel.decide(paths, (strays) => strays.move(leak.root, leak.kept.ref, worktree));
    if ('refused' in moved) return `The changes do not fit into the worktree of ${task.title}: ${moved.refused}. Nothing was changed anywhere. Keep or undo them; they are also in ${leak.kept.patch}.`;
    ({ left } = moved);
  }
  if (left.length > 0) context.world.log.warn(`Left as it is: ${listed(left.map(({ path, why }) => `${path} (${why})`))}. ${leak.kept.ref} holds what the agent made of it.`);
  return { type: 'leak.settled', task: id, leak: leak.id, choice, left: left.map(({ path }) => path) };
}

function checkAgain(context: RunContext, id: string): readonly EventBody[] {
  const { state, attempts } = context.task(id);
  if (attempts.length === 0 || (state !== 'needs-you' && state !== 'stopped' && state !== 'ready')) return [];
  context.rearm(id);
  return [
    { type: 'approval.withdrawn', task: id },
    { type: 'task.state', task: id, from: state, to: 'checking' },
  ];
}
