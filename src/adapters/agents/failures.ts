/** From what CLIs say to one `FailureReason`. Structured fields first; text only where a CLI has nothing else. */
import type { FailureReason } from '../../core/activity.js';

/** HTTP status of a model API. `undefined` for a status that says nothing about the cause. */
export function reasonOfStatus(status: number | undefined): FailureReason | undefined {
  if (status === undefined) return undefined;
  if (status === 401 || status === 403) return 'signed-out';
  if (status === 402) return 'quota';
  if (status === 404) return 'bad-model';
  if (status === 408) return 'network';
  if (status === 413) return 'context-full';
  if (status === 429) return 'rate-limit';
  return status >= 500 ? 'server' : undefined;
}

/** In order: the first that matches wins, so what is more specific stands first. */
const BY_TEXT: readonly (readonly [RegExp, FailureReason])[] = [
  [/usage limit|quota|billing|credit balance|insufficient funds|spending (cap|limit)/i, 'quota'],
  [/context (window|length)|prompt is too long|too many tokens|maximum context|input is too long|exceeds? the (maximum|limit) .*tokens/i, 'context-full'],
  // Codex tells it as a stream that was disconnected.
  [/content.?(policy|filter)/i, 'refused'],
  [/rate.?limit|too many requests|resource.?exhausted/i, 'rate-limit'],
  [/unauthori[sz]ed|unauthenticated|api key|not (logged|signed) in|please (log|sign) ?in|\/login|missing environment variable|invalid auth|authenticat/i, 'signed-out'],
  [/model[^.]{0,80}(not (found|exist|supported|available)|does not exist|may not exist|no access|unknown)|unknown model|^model: /i, 'bad-model'],
  [/high demand|overloaded|internal server error|service unavailable|bad gateway|temporarily unavailable|server.?error/i, 'server'],
  [/disconnect|network|ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|fetch failed|timed? ?out|lookup address|sending request|socket|connection|transport error|^terminated$/i, 'network'],
  [/safety|refus|prohibited/i, 'refused'],
];

/** `unexpected status 401 Unauthorized`, `last status: 429`, `Request rejected (429)`, `"code":500`, `status 503`. */
const STATUS = /(?:status:?|rejected|"?code"?:?|error:?)\s*\(?(\d{3})\b/i;
const STATUS_LINE = /\b([45]\d\d) [A-Z][a-z]/;

/** The HTTP status that an error text names, e.g. 429; `undefined` where it names none. */
export function statusIn(text: string): number | undefined {
  const found = STATUS.exec(text)?.[1] ?? STATUS_LINE.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Why an agent failed, judged by the first 4,000 characters of what it said; `undefined` where they tell nothing. */
export function reasonOfText(text: string | undefined): FailureReason | undefined {
  if (text === undefined) return undefined;
  const sample = text.slice(0, 4_000);
  const byWords = BY_TEXT.find(([pattern]) => pattern.test(sample))?.[1];
  // A used-up quota is a 429 as well, and a too long prompt a 400: the words know better than the number.
  if (byWords === 'quota' || byWords === 'context-full') return byWords;
  return reasonOfStatus(statusIn(sample)) ?? byWords;
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };

/**
 * Until when a CLI says to wait, in milliseconds since the epoch: `try again in 2 hours 5 minutes`,
 * `Suggested retry after 2s`, `limit reached|1763683200` (seconds since the epoch).
 */
export function retryAtOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const sample = text.slice(0, 4_000);
  const epoch = /limit reached\|(\d{10})\b/.exec(sample)?.[1];
  if (epoch !== undefined) return Number(epoch) * 1_000;
  const span = /(?:again|retry|retrying|resets?) (?:in|after) ((?:\d+(?:\.\d+)?\s*(?:days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b[\s,]*(?:and\s+)?)+)/i.exec(sample)?.[1];
  if (span === undefined) return undefined;
  let total = 0;
  for (const part of span.matchAll(/(\d+(?:\.\d+)?)\s*([dhms])/gi)) total += Number(part[1]) * (UNITS[(part[2] ?? 's').toLowerCase()] ?? 0);
  return now + Math.round(total);
}

/**
 * Why a process ended without its CLI's final event. Several CLIs exit 0 when they are interrupted, so 0 is no success.
 */
export function reasonWithoutVerdict(exit: { readonly code: number | null; readonly signal: string | null }): FailureReason {
  if (exit.signal !== null) return 'interrupted';
  // 128 + SIGINT or SIGTERM
  return exit.code === 0 || exit.code === null || exit.code === 130 || exit.code === 143 ? 'interrupted' : 'crashed';
}
