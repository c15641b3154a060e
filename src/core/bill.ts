/** usage -> bill. Sums what is known and says that something is not; an unknown price is never 0. */
import type { Usage } from './activity.js';
import { NO_USAGE } from './activity.js';
import type { AgentId, Role } from './ids.js';
import type { Tier } from './plan.js';
import type { AttemptState, RunState } from './run.js';

/** Tokens and money. `inputTokens` includes cached reads and writes; `cachedInputTokens` are the reads. */
export interface Amount {
  readonly usd: number;
  readonly unknownUsd: boolean;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
}

export const NOTHING: Amount = { usd: 0, unknownUsd: false, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };

/** The sum of two amounts; unknown money in either stays unknown. */
export function plus(a: Amount, b: Amount): Amount {
  return {
    // Cents of a cent add up; binary noise does not: nine decimals are far below the smallest price of a token.
    usd: Math.round((a.usd + b.usd) * 1e9) / 1e9,
    unknownUsd: a.unknownUsd || b.unknownUsd,
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
  };
}

/** The sum of any number of amounts; of none it is nothing, and known. */
export function sum(amounts: Iterable<Amount>): Amount {
  let total = NOTHING;
  for (const amount of amounts) total = plus(total, amount);
  return total;
}

/** What a report of usage costs. Tokens without a price are unknown money, not 0. */
export function amountOf(usage: Usage): Amount {
  return {
    usd: usage.usd ?? 0,
    unknownUsd: usage.usd === undefined && usage.inputTokens + usage.outputTokens > 0,
    inputTokens: usage.inputTokens,
    cachedInputTokens: usage.cachedInputTokens,
    outputTokens: usage.outputTokens,
  };
}

/**
 * This attempt's own share where a CLI reports the running total of its session (codex): the difference to the
 * highest total seen before in that session. A total that went down means that the CLI began to count anew.
 */
export function shareOf(total: readonly Usage[], before: readonly Usage[]): readonly Usage[] {
  return total.map((now) => {
    const then = before.find((usage) => usage.model === now.model) ?? NO_USAGE;
    if (now.inputTokens < then.inputTokens || now.outputTokens < then.outputTokens) return now;
    const { usd, ...tokens } = now;
    return {
      ...tokens,
      ...(usd !== undefined && then.usd !== undefined && usd >= then.usd && { usd: Math.round((usd - then.usd) * 1e9) / 1e9 }),
      ...(usd !== undefined && then === NO_USAGE && { usd }),
      inputTokens: now.inputTokens - then.inputTokens,
      cachedInputTokens: Math.max(0, now.cachedInputTokens - then.cachedInputTokens),
      cacheWriteTokens: Math.max(0, now.cacheWriteTokens - then.cacheWriteTokens),
      outputTokens: now.outputTokens - then.outputTokens,
    };
  });
}

/** One attempt as the bill shows it. */
export interface AttemptBill extends Amount {
  readonly task: string;
  readonly title: string;
  readonly attempt: number;
  readonly role: Role;
  readonly agent: AgentId;
  readonly model?: string;
  readonly tier?: Tier;
  readonly apiEquivalent: boolean;
  /** It is over and its CLI told nothing: the attempt's money is unknown. */
  readonly nothingReported: boolean;
  readonly byModel: readonly { readonly model: string; readonly amount: Amount }[];
}

/** Nothing ran, so nothing can have been spent. */
function neverStarted(attempt: AttemptState): boolean {
  const reason = attempt.outcome?.reason;
  return reason === 'missing-cli' || reason === 'wrong-version' || (reason === 'interrupted' && attempt.outcome?.message === NEVER_STARTED);
}

/** The message of an attempt that was announced and never claimed. */
export const NEVER_STARTED = 'It was never started.';

/** The scripted agent costs nothing unless its script says otherwise; any other agent that tells nothing is unknown. */
function attemptBill(attempt: AttemptState, task: string, title: string, tier: Tier | undefined): AttemptBill {
  const total = sum(attempt.usage.map(amountOf));
  const silent = attempt.endedAt !== undefined && attempt.usage.length === 0 && attempt.agent !== 'scripted' && !neverStarted(attempt);
  const model = attempt.usage.find((usage) => usage.model !== undefined)?.model ?? attempt.model;
  return {
    ...total,
    unknownUsd: total.unknownUsd || silent,
    task,
    title,
    attempt: attempt.attempt,
    role: attempt.role,
    agent: attempt.agent,
    ...(model !== undefined && { model }),
    ...(tier !== undefined && { tier }),
    apiEquivalent: attempt.apiEquivalent,
    nothingReported: silent,
    byModel: attempt.usage.map((usage) => ({ model: usage.model ?? attempt.model ?? `${attempt.agent} (model unknown)`, amount: amountOf(usage) })),
  };
}

/** Every attempt of a run, the planner's first. */
export function billLines(state: RunState): readonly AttemptBill[] {
  return [
    ...state.plannerAttempts.map((attempt) => attemptBill(attempt, 'planner', 'Planning', undefined)),
    ...[...state.tasks.values()].flatMap((each) =>
      each.attempts.map((attempt) => attemptBill(attempt, each.task.id, each.task.title, each.task.tier)),
    ),
  ];
}

/** What the whole run has cost so far, the planner included. */
export function runAmount(state: RunState): Amount {
  return sum(billLines(state));
}

/** What all attempts of one task have cost so far. */
export function taskAmount(state: RunState, task: string): Amount {
  return sum(billLines(state).filter((line) => line.task === task));
}

/** Groups lines by a key, in order of first appearance. */
export function groupBy<T extends Amount>(lines: readonly T[], key: (line: T) => string): { readonly key: string; readonly amount: Amount }[] {
  const groups = new Map<string, Amount>();
  for (const line of lines) groups.set(key(line), plus(groups.get(key(line)) ?? NOTHING, pick(line)));
  return [...groups].map(([name, amount]) => ({ key: name, amount }));
}

function pick(amount: Amount): Amount {
  const { usd, unknownUsd, inputTokens, cachedInputTokens, outputTokens } = amount;
  return { usd, unknownUsd, inputTokens, cachedInputTokens, outputTokens };
}
