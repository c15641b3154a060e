/**
 * The small vocabulary into which every agent CLI's stream is translated: what people see in the Activity tab and
 * the transcript, and what the bill and the retry policy decide on. One line of `activity.jsonl` is one `ActivityLine`.
 */

/** Tokens of one model in one attempt. `inputTokens` includes cached reads and writes; reasoning counts as output. */
export interface Usage {
  /** As the CLI names it; absent when the CLI does not tell (codex). */
  readonly model?: string;
  readonly inputTokens: number;
  /** Cached reads, part of `inputTokens`. */
  readonly cachedInputTokens: number;
  /** Cache writes, part of `inputTokens`; priced apart by some vendors. */
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  /** Money as the CLI itself reports it for this attempt; absent when it does not. */
  readonly usd?: number;
}

export type AgentEvent =
  /** The CLI named its session; needed to resume it. */
  | { readonly type: 'session'; readonly session: string; readonly model?: string }
  | { readonly type: 'message'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  /** A tool call has started. `title` is one line for people: `Edit src/a.ts`, `$ npm test`. */
  | { readonly type: 'tool'; readonly id: string; readonly name: string; readonly title: string; readonly path?: string }
  | { readonly type: 'tool-result'; readonly id: string; readonly ok: boolean; readonly text?: string }
  /** A file of the worktree was changed by one of the agent's own edit tools. */
  | { readonly type: 'edit'; readonly path: string; readonly change: 'added' | 'modified' | 'deleted' }
  /** The CLI refused the agent a tool because of its permission level. */
  | { readonly type: 'denied'; readonly tool: string; readonly why: string }
  | {
      readonly type: 'retry';
      readonly reason: FailureReason;
      readonly attempt: number;
      readonly of?: number;
      readonly delayMs?: number;
    }
  /** Running total of this attempt, where the CLI tells before its end. Replaces the previous one. */
  | { readonly type: 'usage'; readonly usage: readonly Usage[] }
  | { readonly type: 'warning'; readonly text: string };

/** One line of an attempt's `activity.jsonl`. `seq` starts at 1 and has no gaps; `at` is milliseconds since the epoch. */
export type ActivityLine = AgentEvent & { readonly seq: number; readonly at: number };

/** Why an attempt did not end well. See `TROUBLE` for what each means and what is done about it. */
export const FAILURE_REASONS = [
  'rate-limit',
  'quota',
  'signed-out',
  'bad-model',
  'context-full',
  'network',
  'server',
  'silent',
  // It asked for a permission, and nobody can answer there.
  'permission',
  'time-limit',
  'budget',
  'turn-limit',
  'refused',
  'stopped',
  'interrupted',
  'missing-cli',
  'wrong-version',
  'crashed',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** What one run of a CLI came to. `ok` only if the CLI's own final event was seen and says so. */
export interface AgentOutcome {
  readonly ok: boolean;
  readonly reason?: FailureReason;
  /** One sentence for people, from the CLI where it has one; without secrets. */
  readonly message?: string;
  /** When the CLI says until when to wait: milliseconds since the epoch. */
  readonly retryAt?: number;
  readonly session?: string;
  /** Totals by model; empty when the CLI told nothing. */
  readonly usage: readonly Usage[];
  /** `usage` is the running total of the whole session (codex): take differences. */
  readonly usageIsCumulative: boolean;
  readonly denied: readonly { readonly tool: string; readonly why: string }[];
  /** The schema-constrained answer where one was asked for, parsed. */
  readonly answer?: unknown;
  /** The last message, for CLIs that answer in text. */
  readonly text?: string;
}

export const NO_USAGE: Usage = { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };
