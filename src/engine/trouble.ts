/** Carries out what the core decides about an attempt that did not end well, and ends the waits of agents in time. */
import type { AgentOutcome } from '../core/activity.js';
import type { EventBody } from '../core/events.js';
import type { TaskRun } from '../core/run.js';
import { STOPPED_BY_YOU, stoppedWith } from '../core/stopping.js';
import { afterTrouble, due, nextDue } from '../core/trouble.js';
import type { RunContext } from './context.js';

/** Decides what follows from an attempt that failed, and records that with the task's move as one write. */
export async function onTrouble(context: RunContext, id: string, outcome: AgentOutcome): Promise<void> {
  const { store, world } = context;
  const task = context.task(id);
  const step = afterTrouble(store.state, task, outcome, wordsFor(context, task), world.clock.now());
  const to = step.step === 'wait' ? 'waiting' : step.step;
  const move: EventBody = { type: 'task.state', task: id, from: task.state, to, ...(step.step !== 'wait' && { reason: step.reason === STOPPED_BY_YOU && context.isStoppedWithRun(id) ? stoppedWith(store.state) : step.reason }) };
  // One write: a crash between the two would forget the agent's wait, or send the task to it again.
  await context.store.append(...step.events, move);
}

function wordsFor(context: RunContext, task: TaskRun) {
  const attempt = task.attempts.at(-1);
  const adapter = attempt === undefined ? undefined : context.world.agents.adapter(attempt.agent);
  return { name: adapter?.name ?? attempt?.agent ?? 'The agent', ...(adapter?.signIn !== undefined && { signIn: adapter.signIn }) };
}

/**
 * Lets waiting agents go on at their time: one timer to the next one, set again whenever the waits change. The times are
 * in the log, so another process goes on with them.
 */
export class AgentWaits {
  readonly #context: RunContext;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** Call after every change. True while agents are just told to go on: another change follows. */
  look(): boolean {
    const { store, world } = this.#context;
    const now = world.clock.now();
    const over = due(store.state, now);
    if (over.length > 0) {
      void store.append(...over.map(({ agent }) => ({ type: 'agent.goes-on' as const, agent, by: 'time' as const }))).catch(() => undefined);
      return true;
    }
    const at = nextDue(store.state);
    if (at === this.#timer?.at) return false;
    this.close();
    // A timer may come early (its longest time is limited, clocks are set): it only looks again.
    if (at !== undefined) this.#timer = { at, cancel: world.clock.after(at - now, () => this.#again()) };
    return false;
  }

  #again(): void {
    this.#timer = undefined;
    this.look();
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
