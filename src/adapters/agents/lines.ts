/** What every CLI's parser needs: events with bounded texts, the tail of standard error, one list of denials. */
import type { AgentEvent, AgentOutcome, FailureReason, Usage } from '../../core/activity.js';
import { retryAtOf, reasonOfText, reasonWithoutVerdict } from './failures.js';
import { capped, cappedEnd, MESSAGE_LIMIT, RESULT_LIMIT, sentence, titleOf } from './text.js';

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Denial {
  readonly tool: string;
  readonly why: string;
}

export const say = {
  message: (text: string): AgentEvent => ({ type: 'message', text: capped(text, MESSAGE_LIMIT) }),
  thinking: (text: string): AgentEvent => ({ type: 'thinking', text: capped(text, MESSAGE_LIMIT) }),
  warning: (text: string): AgentEvent => ({ type: 'warning', text: sentence(text) ?? 'The agent gave a warning without words.' }),
  result: (id: string, ok: boolean, text: string | undefined): AgentEvent => ({
    type: 'tool-result',
    id,
    ok,
    ...(text === undefined ? {} : { text: cappedEnd(text, RESULT_LIMIT) }),
  }),
  tool: (id: string, name: string, title: string, path?: string): AgentEvent => ({
    type: 'tool',
    id,
    name,
    title: titleOf(title),
    ...(path === undefined ? {} : { path }),
  }),
  retry: (reason: FailureReason, attempt: number, of?: number, delayMs?: number): AgentEvent => ({
    type: 'retry',
    reason,
    attempt,
    ...(of === undefined ? {} : { of }),
    ...(delayMs === undefined ? {} : { delayMs }),
  }),
};

/** More denials than this are still said, and not gathered. */
const MOST_DENIALS = 100;

/** Denials in order. */
export function denials(): {
  readonly list: readonly Denial[];
  add(tool: string, why: string): readonly AgentEvent[];
} {
  const list: Denial[] = [];
  return {
    list,
    add: (tool, why) => {
      const denial = { tool, why: sentence(why) ?? 'Not allowed at this permission level.' };
      if (list.length < MOST_DENIALS) list.push(denial);
      return [{ type: 'denied', ...denial }];
    },
  };
}

const STDERR_LIMIT = 8_000;

/** Standard error comes in pieces: gives its whole lines, and keeps the end of it for the verdict. */
export function stderrLines(): { readonly tail: () => string; feed(text: string): readonly string[] } {
  let tail = '';
  let rest = '';
  return {
    tail: () => tail,
    feed: (text) => {
      tail = (tail + text).slice(-STDERR_LIMIT);
      const parts = (rest + text).split('\n');
      rest = (parts.pop() ?? '').slice(-STDERR_LIMIT);
      return parts;
    },
  };
}

export interface Verdict {
  /** The CLI's own final event says that the run went well. */
  readonly ok: boolean;
  /** Known without reading text. */
  readonly reason?: FailureReason | undefined;
  /** The CLI's words. */
  readonly message?: string | undefined;
  readonly retryAt?: number | undefined;
}

export interface Gathered {
  readonly session?: string | undefined;
  readonly usage: readonly Usage[];
  readonly usageIsCumulative?: boolean;
  readonly denied: readonly Denial[];
  readonly answer?: unknown;
  readonly text?: string | undefined;
  readonly stderr: string;
}

/** The last line on standard error that says what went wrong, if any does. */
function errorLine(stderr: string): string | undefined {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(at |\{|\}|warning:)/i.test(line) && !/YOLO mode|True color|256-color|additional input from stdin|Ripgrep is not/i.test(line));
  return lines.findLast((line) => /error|fail|invalid|cannot|must|not |denied|already/i.test(line)) ?? lines.at(-1);
}

/** Puts an outcome together. Without a verdict the exit and standard error decide which failure it was. */
export function outcomeOf(verdict: Verdict | undefined, gathered: Gathered, exit: Exit, now: number): AgentOutcome {
  const base = {
    usage: gathered.usage,
    usageIsCumulative: gathered.usageIsCumulative ?? false,
    denied: [...gathered.denied],
    ...(gathered.session === undefined ? {} : { session: gathered.session }),
    ...(gathered.answer === undefined ? {} : { answer: gathered.answer }),
    ...(gathered.text === undefined ? {} : { text: gathered.text }),
  };
  if (verdict?.ok === true) return { ok: true, ...base };
  const spoken = verdict?.message ?? (verdict === undefined ? errorLine(gathered.stderr) : undefined);
  const interrupted = verdict === undefined && reasonWithoutVerdict(exit) === 'interrupted';
  const reason = verdict?.reason ?? (interrupted ? 'interrupted' : (reasonOfText(spoken) ?? (verdict === undefined ? reasonWithoutVerdict(exit) : 'server')));
  const message = interrupted ? INTERRUPTED : (sentence(spoken) ?? `The agent ended with exit code ${exit.code ?? 'unknown'} and said nothing.`);
  const retryAt = verdict?.retryAt ?? retryAtOf(spoken, now);
  return { ok: false, reason, message, ...(retryAt === undefined ? {} : { retryAt }), ...base };
}

export const INTERRUPTED = 'The agent was interrupted before it finished. Its changes are still in the worktree.';
