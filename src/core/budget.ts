/** Budgets: what is spent, what is promised to attempts at work, and what the next one may be given. Dollars throughout. */
import type { Amount } from './bill.js';
import { amountOf, billLines, runAmount, sum, taskAmount } from './bill.js';
import type { AttemptState, RunState, TaskRun } from './run.js';
import type { Limits } from './team.js';
import { dollars } from './text.js';

/** The smallest share that an attempt is started with. */
export const LEAST = 0.01;
/** Shares are cut to this part of a dollar, never rounded up: together they must not be more than there is. */
const GRAIN = 10_000;
/** Below it a difference is binary noise. */
const NOISE = 1e-9;

export interface BudgetView {
  /** Known money of everything that is over. */
  readonly spent: number;
  /** Held back for attempts that run now, or are about to. */
  readonly reserved: number;
  readonly limit?: number;
}

/**
 * What an attempt that starts now may be expected to cost: the dearest finished attempt of this run so far, at least
 * nothing. CLIs that tell only at the end (codex, gemini) would otherwise let every parallel start slip under the limit.
 */
export function reserveFor(state: RunState): number {
  let dearest = 0;
  for (const line of billLines(state)) dearest = Math.max(dearest, line.usd);
  return dearest;
}

/** What a start must find free: what the dearest attempt has cost, and the smallest share while nobody has shown a cost. */
export function neededFor(state: RunState): number {
  return Math.max(reserveFor(state), LEAST);
}

/**
 * What of the run's budget is spent and reserved, in dollars. Tasks whose start is decided count as reserved, or two starts
 * would share one rest.
 */
export function runBudget(state: RunState): BudgetView {
  const needed = neededFor(state);
  let reserved = 0;
  for (const task of state.tasks.values()) {
    const running = atWork(task);
    // A task that is being set up has no attempt yet, but its start is decided: it must not be given away twice.
    if (running !== undefined || startsSoon(task)) reserved += running?.budgetUsd ?? needed;
  }
  const limit = state.team.limits.runUsd;
  return { spent: runAmount(state).usd, reserved, ...(limit !== undefined && { limit }) };
}

/** Does another need fit under the limit beside what is spent and held? */
export function fits(committed: number, need: number, limit: number): boolean {
  return committed + need <= limit + NOISE;
}

function atWork(task: TaskRun): AttemptState | undefined {
  return task.attempts.find((attempt) => attempt.endedAt === undefined);
}

function startsSoon(task: TaskRun): boolean {
  return (task.state === 'setting-up' || task.state === 'working') && atWork(task) === undefined;
}

/**
 * What the attempt of a task that starts now may spend, `undefined` without a limit: the tighter of what the task has left
 * and its share of what the run has left. Promises to those at work count as gone, so all of them together stay under the
 * limit, whatever the attempts turn out to cost. `no-room`: others hold all of it; the start waits for what they give back.
 */
export function shareFor(state: RunState, id: string): number | 'no-room' | undefined {
  const { runUsd, taskUsd } = state.team.limits;
  const left: number[] = [];
  if (taskUsd !== undefined) left.push(taskUsd - taskAmount(state, id).usd);
  if (runUsd !== undefined) {
    const share = runShare(state, id, runUsd);
    if (share <= NOISE && othersHold(state, id)) return 'no-room';
    left.push(share);
  }
  return left.length === 0 ? undefined : Math.max(LEAST, Math.floor(Math.min(...left) * GRAIN + NOISE) / GRAIN);
}

/** Other tasks are at work, or about to be: part of their money may come back. */
export function othersHold(state: RunState, id: string): boolean {
  return [...state.tasks.values()].some((task) => task.task.id !== id && (atWork(task) !== undefined || startsSoon(task)));
}

function runShare(state: RunState, id: string, runUsd: number): number {
  const tasks = [...state.tasks.values()];
  const expected = reserveFor(state);
  const running = tasks.map(atWork).filter((attempt) => attempt !== undefined);
  const left = runUsd - runAmount(state).usd - running.reduce((total, attempt) => total + (attempt.budgetUsd ?? expected), 0);
  const soon = tasks.filter((task) => task.task.id === id || startsSoon(task)).length;
  return left / Math.max(soon, expected === 0 ? 1 : laterToo(state.team.limits, tasks, { left, expected, running: running.length, soon }));
}

/** Once a cost is known, room is left for those that may come while this one runs; what it lacks then, it is given again. */
function laterToo(limits: Limits, tasks: readonly TaskRun[], now: { left: number; expected: number; running: number; soon: number }): number {
  const waiting = tasks.filter((task) => task.state === 'waiting').length;
  return Math.min(limits.maxParallel - now.running, now.soon + waiting, Math.floor(now.left / now.expected + NOISE));
}

/**
 * The task's last attempt was ended by its share of the run's budget, not by all that there was: it goes on when others
 * have given back what they did not need. One that was stopped before it had spent half its share would only be stopped
 * again (its CLI counts differently), and one that had everything needs a person.
 */
export function wasCutShort(state: RunState, task: TaskRun): boolean {
  const { runUsd, taskUsd } = state.team.limits;
  const last = task.attempts.at(-1);
  if (runUsd === undefined || last?.budgetUsd === undefined || last.outcome?.reason !== 'budget') return false;
  if (taskUsd !== undefined && taskUsd - taskAmount(state, task.task.id).usd < LEAST) return false;
  return sum(last.usage.map(amountOf)).usd >= last.budgetUsd / 2 && fits(runAmount(state).usd, LEAST, runUsd);
}

/** What was spent beyond the run's budget; `undefined` within it or without one. */
export function overshootOf(state: RunState, spent: Pick<Amount, 'usd'> = runAmount(state)): number | undefined {
  const limit = state.team.limits.runUsd;
  return limit === undefined || spent.usd <= limit + NOISE ? undefined : spent.usd - limit;
}

/** The overshoot as a sentence for people; `undefined` when there is none. */
export function overshootText(state: RunState): string | undefined {
  const over = overshootOf(state);
  return over === undefined ? undefined : `${dollars(over)} beyond the budget of ${dollars(state.team.limits.runUsd ?? 0)}: some CLIs tell what they used only at their end.`;
}
