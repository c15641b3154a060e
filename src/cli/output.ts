/** Where the headless command writes: JSON lines on stdout and nothing else there; everything for people on stderr. */
import { billLines, sum } from '../core/bill.js';
import type { RunState } from '../core/run.js';
import { plain } from '../core/plainText.js';
import { apiMarked, dollars } from '../core/text.js';

export const EXIT = { done: 0, internal: 1, badInput: 2, needsPerson: 3, budget: 4, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Bad input: nothing was changed. Ends the command with exit code 2 and its message. */
export class UsageError extends Error {}

export interface Output {
  readonly json: boolean;
  /** One JSON object on a line of stdout; nothing when `--json` was not given. */
  object(value: object): void;
  /** The command's own result for people, on stdout; nothing with `--json`. */
  result(text: string): void;
  /** Progress and remarks for people, on stderr. */
  say(text: string): void;
}

/**
 * Where answers go: with `json` objects on stdout and nothing else there, without it words. What is said to people is always on
 * stderr. Titles come from planners, reasons from agents and gates, a diff from both: on a terminal they are plain text; in a
 * file or a pipe a result is byte for byte.
 */
export function createOutput(json: boolean): Output {
  return {
    json,
    object: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    result: (text) => {
      if (!json) process.stdout.write(`${process.stdout.isTTY ? plain(text) : text}\n`);
    },
    say: (text) => {
      process.stderr.write(`${plain(text)}\n`);
    },
  };
}

/** `$0.84`, `≈ $0.84 API` of a subscription, `$0.84 + unknown` when a price or a count is missing. */
export function money(amount: { readonly usd: number; readonly unknownUsd: boolean }, apiEquivalent = false): string {
  const marked = apiMarked(dollars(amount.usd), apiEquivalent);
  return amount.unknownUsd ? `${marked} + unknown` : marked;
}

/** The run's money in words, marked where a subscription covers it. */
export function runMoney(state: RunState): string {
  const lines = billLines(state);
  return money(sum(lines), lines.some((line) => line.apiEquivalent));
}

/** A count of tokens, in thousands from ten thousand on. */
export function tokens(count: number): string {
  return count < 10_000 ? String(count) : `${(count / 1_000).toFixed(0)}k`;
}
