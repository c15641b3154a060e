/** Claude Code's `--output-format stream-json`. The verdict is `is_error` and `terminal_reason`, never `subtype`. */
import type { AgentEvent, FailureReason, Usage } from '../../core/activity.js';
import type { StreamParser } from '../../core/ports.js';
import { reasonOfStatus } from './failures.js';
import { amount, isObject, object, objects, parseObject, string, tokens, type Json } from './json.js';
import { denials, INTERRUPTED, outcomeOf, say, stderrLines, type Verdict } from './lines.js';
import { relativePath } from './text.js';
import { toolView, type ToolView } from './toolTitles.js';

/** `error` of an API failure, on `api_retry` and on the synthetic last message. */
const BY_KIND: Readonly<Record<string, FailureReason>> = {
  authentication_failed: 'signed-out',
  oauth_org_not_allowed: 'signed-out',
  billing_error: 'quota',
  rate_limit: 'rate-limit',
  overloaded: 'server',
  model_not_found: 'bad-model',
  max_output_tokens: 'turn-limit',
};

/** `terminal_reason` of the final event, for those that name the cause themselves. */
const BY_TERMINAL: Readonly<Record<string, FailureReason>> = {
  max_turns: 'turn-limit',
  budget_exhausted: 'budget',
  prompt_too_long: 'context-full',
  aborted_tools: 'interrupted',
  aborted_streaming: 'interrupted',
};

/** Before `terminal_reason` existed only these subtypes told the cause. */
const BY_SUBTYPE: Readonly<Record<string, FailureReason>> = { error_max_turns: 'turn-limit', error_max_budget_usd: 'budget' };

function apiReason(kind: string | undefined, status: number | undefined, apiError: string | undefined): FailureReason | undefined {
  const known = kind === undefined ? undefined : BY_KIND[kind];
  if (known !== undefined) return known;
  if (apiError === 'connection_failed') return 'network';
  const byStatus = reasonOfStatus(status);
  if (byStatus !== undefined) return byStatus;
  // No status at all: the request never got an answer.
  return status === undefined && (kind === 'server_error' || kind === 'unknown') ? 'network' : undefined;
}

function modelUsage(models: Json): readonly Usage[] {
  return Object.entries(models).flatMap(([model, value]): Usage[] => {
    if (!isObject(value)) return [];
    const cached = tokens(value['cacheReadInputTokens']);
    const written = tokens(value['cacheCreationInputTokens']);
    const input = tokens(value['inputTokens']) + cached + written;
    const output = tokens(value['outputTokens']);
    if (input + output === 0) return [];
    const usd = amount(value['costUSD']);
    // A model without a list price is reported as 0: that is "unknown", not "free".
    return [{ model, inputTokens: input, cachedInputTokens: cached, cacheWriteTokens: written, outputTokens: output, ...(usd === undefined || usd === 0 ? {} : { usd }) }];
  });
}

/** `model_usage_since_last_result` is this run's; `modelUsage` is the session's, except in versions that lack the former. */
function usageOf(result: Json): readonly Usage[] {
  const since = result['model_usage_since_last_result'];
  return modelUsage(isObject(since) ? since : object(result['modelUsage']));
}

function added(sum: readonly Usage[], more: readonly Usage[]): readonly Usage[] {
  const byModel = new Map(sum.map((usage) => [usage.model, usage]));
  for (const usage of more) {
    const before = byModel.get(usage.model);
    if (before === undefined) byModel.set(usage.model, usage);
    else {
      const { usd: first, ...left } = before;
      const { usd: second, ...right } = usage;
      byModel.set(usage.model, {
        ...left,
        inputTokens: left.inputTokens + right.inputTokens,
        cachedInputTokens: left.cachedInputTokens + right.cachedInputTokens,
        cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
        outputTokens: left.outputTokens + right.outputTokens,
        ...(first === undefined || second === undefined ? {} : { usd: first + second }),
      });
    }
  }
  return [...byModel.values()];
}

/** The CLI adds advice to the model behind the reason. */
function forPeople(message: string | undefined): string {
  return message?.replace(/ IMPORTANT: [\s\S]*$/, '') ?? '';
}

function resultText(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  const parts = objects(content).flatMap((part) => string(part['text']) ?? []);
  return parts.length === 0 ? undefined : parts.join('\n');
}

/**
 * Reads `--output-format stream-json`, a JSON object a line. Paths below `cwd` become relative to it; its `result` line alone
 * has the final usage.
 */
export function claudeParser(cwd?: string): StreamParser {
  const stderr = stderrLines();
  const denied = denials();
  const deniedCalls = new Set<string>();
  const calls = new Map<string, ToolView>();
  let root = cwd;
  let session: string | undefined;
  let final: Json | undefined;
  let usage: readonly Usage[] = [];
  let text: string | undefined;
  let failureKind: string | undefined;
  let retryAt: number | undefined;
  let interrupted = false;

  function system(event: Json): readonly AgentEvent[] {
    switch (event['subtype']) {
      case 'init': {
        root = string(event['cwd']) ?? root;
        session = string(event['session_id']) ?? session;
        const model = string(event['model']);
        return session === undefined ? [] : [{ type: 'session', session, ...(model === undefined ? {} : { model }) }];
      }
      case 'api_retry': {
        const reason = apiReason(string(event['error']), amount(event['error_status']), undefined) ?? 'server';
        return [say.retry(reason, tokens(event['attempt']), amount(event['max_retries']), amount(event['retry_delay_ms']))];
      }
      case 'permission_denied': {
        const id = string(event['tool_use_id']);
        if (id !== undefined) deniedCalls.add(id);
        return denied.add(string(event['tool_name']) ?? 'a tool', forPeople(string(event['message'])));
      }
      default:
        return [];
    }
  }

  function assistant(event: Json): readonly AgentEvent[] {
    // The CLI's own words about a failed request; the final event repeats them.
    if (event['is_api_error_message'] === true || string(event['error']) !== undefined) {
      failureKind = string(event['error']) ?? failureKind;
      return [];
    }
    return objects(object(event['message'])['content']).flatMap((block): AgentEvent[] => {
      if (block['type'] === 'text') {
        text = string(block['text']) ?? text;
        return string(block['text']) === undefined ? [] : [say.message(String(block['text']))];
      }
      if (block['type'] === 'thinking') return string(block['thinking']) === undefined ? [] : [say.thinking(String(block['thinking']))];
      if (block['type'] !== 'tool_use') return [];
      const id = string(block['id']) ?? '';
      const name = string(block['name']) ?? 'tool';
      const view = toolView(name, object(block['input']), root);
      calls.set(id, view);
      return [say.tool(id, name, view.title, view.path)];
    });
  }

  function user(event: Json): readonly AgentEvent[] {
    const content = object(event['message'])['content'];
    return objects(content).flatMap((block): AgentEvent[] => {
      if (block['type'] === 'text' && string(block['text'])?.startsWith('[Request interrupted') === true) interrupted = true;
      if (block['type'] !== 'tool_result') return [];
      const id = string(block['tool_use_id']) ?? '';
      const ok = block['is_error'] !== true;
      const said = resultText(block['content']);
      const events = [say.result(id, ok, said)];
      const view = calls.get(id);
      calls.delete(id);
      const withheld = ok ? null : /No such tool available: (\w+)\. \1 is disabled/.exec(said?.slice(0, 200) ?? '');
      if (withheld?.[1] !== undefined) events.push(...denied.add(withheld[1], `${withheld[1]} is not available at this permission level.`));
      if (!ok || view?.path === undefined || view.changes === undefined) return events;
      const kind = object(event['tool_use_result'])['type'];
      const change = kind === 'create' ? 'added' : kind === 'update' ? 'modified' : view.changes;
      return [...events, { type: 'edit', path: relativePath(view.path, root), change }];
    });
  }

  function result(event: Json): readonly AgentEvent[] {
    final = event;
    session = string(event['session_id']) ?? session;
    usage = added(usage, usageOf(event));
    const late = objects(event['permission_denials']).flatMap((entry) => {
      const id = string(entry['tool_use_id']);
      if (id !== undefined && deniedCalls.has(id)) return [];
      if (id !== undefined) deniedCalls.add(id);
      return denied.add(string(entry['tool_name']) ?? 'a tool', '');
    });
    return usage.length === 0 ? late : [...late, { type: 'usage', usage }];
  }

  function verdict(): Verdict | undefined {
    if (final === undefined) return interrupted ? { ok: false, reason: 'interrupted', message: INTERRUPTED } : undefined;
    const terminal = string(final['terminal_reason']);
    const refused = final['stop_reason'] === 'refusal';
    if (final['is_error'] === false && (terminal === undefined || terminal === 'completed') && !refused) return { ok: true };
    const errors: readonly unknown[] = Array.isArray(final['errors']) ? final['errors'] : [];
    const message = string(final['result']) ?? string(errors[0]);
    const reason =
      (terminal === undefined ? undefined : BY_TERMINAL[terminal]) ??
      (refused ? 'refused' : undefined) ??
      BY_SUBTYPE[string(final['subtype']) ?? ''] ??
      apiReason(failureKind, amount(final['api_error_status']), string(final['api_error'])) ??
      // No request was made: the command line or the session was refused.
      (terminal === undefined && final['num_turns'] === 0 ? 'crashed' : undefined);
    return { ok: false, reason, message, ...(retryAt === undefined ? {} : { retryAt }) };
  }

  return {
    line: (raw) => {
      const event = parseObject(raw);
      switch (event?.['type']) {
        case 'system':
          return system(event);
        case 'assistant':
          return assistant(event);
        case 'user':
          return user(event);
        case 'result':
          return result(event);
        case 'rate_limit_event': {
          const info = object(event['rate_limit_info']);
          const resets = amount(info['resetsAt']);
          if (info['status'] === 'rejected' && resets !== undefined) retryAt = resets * 1_000;
          return [];
        }
        default:
          return [];
      }
    },
    stderr: (chunk) => {
      stderr.feed(chunk);
      return [];
    },
    end: (exit) => {
      const answer = final?.['structured_output'];
      const gathered = { session, usage, denied: denied.list, answer, text, stderr: stderr.tail() };
      return outcomeOf(verdict(), gathered, exit, Date.now());
    },
  };
}
