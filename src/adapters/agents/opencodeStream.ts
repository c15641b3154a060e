/**
 * `opencode run --format json`. Tools are told once they are done. There is no final event: the run went well when the
 * last step ended by `stop`, no error was told and the process ended by itself with 0.
 */
import type { AgentEvent, FailureReason, Usage } from '../../core/activity.js';
import type { StreamParser } from '../../core/ports.js';
import { reasonOfStatus, reasonOfText } from './failures.js';
import { amount, object, parseObject, string, tokens, type Json } from './json.js';
import { denials, outcomeOf, say, stderrLines, type Exit, type Verdict } from './lines.js';
import { toolView } from './toolTitles.js';

/** `error.name`, for those that name the cause themselves. */
const BY_NAME: Readonly<Record<string, FailureReason>> = {
  ProviderAuthError: 'signed-out',
  MessageAbortedError: 'interrupted',
  MessageOutputLengthError: 'turn-limit',
  ContextOverflowError: 'context-full',
  ProviderModelNotFoundError: 'bad-model',
};

/** `step_finish.part.reason` of the last step, where it is not a good end. */
const BY_STOP: Readonly<Record<string, FailureReason>> = { length: 'turn-limit', 'content-filter': 'refused' };

interface Sum {
  input: number;
  cached: number;
  written: number;
  output: number;
  usd: number;
  unpriced: boolean;
}

/** Reads `opencode run --format json`, a JSON object a line. Usage and money come step by step and are summed. */
export function opencodeParser(cwd?: string): StreamParser {
  const stderr = stderrLines();
  const denied = denials();
  const sum: Sum = { input: 0, cached: 0, written: 0, output: 0, usd: 0, unpriced: false };
  let session: string | undefined;
  let text: string | undefined;
  let stopped: string | undefined;
  let failure: Verdict | undefined;

  function usage(): readonly Usage[] {
    if (sum.input + sum.output === 0) return [];
    return [
      {
        inputTokens: sum.input,
        cachedInputTokens: sum.cached,
        cacheWriteTokens: sum.written,
        outputTokens: sum.output,
        ...(sum.unpriced ? {} : { usd: sum.usd }),
      },
    ];
  }

  function stepFinish(part: Json): readonly AgentEvent[] {
    stopped = string(part['reason']) ?? stopped;
    const told = object(part['tokens']);
    const cache = object(told['cache']);
    const read = tokens(cache['read']);
    const write = tokens(cache['write']);
    // `input` is what was neither read from nor written to the cache; `output` is without reasoning.
    const input = tokens(told['input']) + read + write;
    const output = tokens(told['output']) + tokens(told['reasoning']);
    const cost = amount(part['cost']) ?? 0;
    sum.input += input;
    sum.cached += read;
    sum.written += write;
    sum.output += output;
    sum.usd += cost;
    // A model without a price in the CLI's own table costs 0 there: unknown, not free.
    if (cost === 0 && input + output > 0) sum.unpriced = true;
    const now = usage();
    return now.length === 0 ? [] : [{ type: 'usage', usage: now }];
  }

  function toolUse(part: Json): readonly AgentEvent[] {
    const id = string(part['callID']) ?? string(part['id']) ?? '';
    const name = string(part['tool']) ?? 'tool';
    const state = object(part['state']);
    const input = object(state['input']);
    const metadata = object(state['metadata']);
    if (name === 'invalid') {
      // A tool that the permission level withholds cannot be called; the CLI turns the call into this one.
      const wanted = string(input['tool']) ?? 'a tool';
      const why = string(input['error']) ?? '';
      const events = [say.tool(id, wanted, wanted), say.result(id, false, string(state['output']))];
      return why.includes('unavailable tool') ? [...events, ...denied.add(wanted, `${wanted} is not available at this permission level.`)] : events;
    }
    const view = toolView(name, input, cwd);
    const exit = metadata['exit'];
    const ok = state['status'] === 'completed' && (exit === undefined || exit === null || exit === 0);
    const said = string(state['output']) ?? string(state['error']);
    const events: AgentEvent[] = [say.tool(id, name, view.title, view.path), say.result(id, ok, said)];
    const error = string(state['error']);
    if (error !== undefined && /permission|rejected|denied|not allowed/i.test(error)) events.push(...denied.add(name, error));
    if (ok && view.path !== undefined && view.changes !== undefined)
      events.push({ type: 'edit', path: view.path, change: view.changes === 'added' && metadata['exists'] === true ? 'modified' : view.changes });
    return events;
  }

  function failed(error: Json): void {
    const data = object(error['data']);
    const message = string(data['message']) ?? string(error['message']) ?? string(error['name']);
    const words = reasonOfText(`${message ?? ''} ${string(data['responseBody']) ?? ''}`);
    const reason =
      BY_NAME[string(error['name']) ?? ''] ??
      (words === 'quota' || words === 'context-full' ? words : (reasonOfStatus(amount(data['statusCode'])) ?? words));
    const after = Number(object(data['responseHeaders'])['retry-after'] ?? Number.NaN);
    failure = { ok: false, reason, message, ...(Number.isFinite(after) && after >= 0 ? { retryAt: Date.now() + after * 1_000 } : {}) };
  }

  function verdict(exit: Exit): Verdict | undefined {
    if (failure !== undefined) return failure;
    if (stopped === 'stop' && exit.code === 0 && exit.signal === null) return { ok: true };
    const reason = stopped === undefined ? undefined : BY_STOP[stopped];
    return reason === undefined ? undefined : { ok: false, reason, message: `The model ended its answer early (${stopped ?? ''}).` };
  }

  return {
    line: (raw) => {
      const event = parseObject(raw);
      if (event === undefined) return [];
      const events: AgentEvent[] = [];
      const named = string(event['sessionID']);
      if (named !== undefined && named !== session) {
        session = named;
        events.push({ type: 'session', session });
      }
      const part = object(event['part']);
      switch (event['type']) {
        case 'text':
          text = string(part['text']) ?? text;
          if (string(part['text']) !== undefined) events.push(say.message(String(part['text'])));
          break;
        case 'reasoning':
          if (string(part['text']) !== undefined) events.push(say.thinking(String(part['text'])));
          break;
        case 'tool_use':
          events.push(...toolUse(part));
          break;
        case 'step_start':
          stopped = undefined;
          break;
        case 'step_finish':
          events.push(...stepFinish(part));
          break;
        case 'error':
          failed(object(event['error']));
          break;
        default:
      }
      return events;
    },
    // `! permission requested: bash (rm -rf x); auto-rejecting`: headless it answers itself, and only says so here.
    stderr: (chunk) =>
      stderr.feed(chunk).flatMap((line) => {
        const asked = /permission requested: (\S+)/.exec(line);
        return asked?.[1] === undefined ? [] : denied.add(asked[1], line.replace(/^[^\w]*/, ''));
      }),
    end: (exit) => outcomeOf(verdict(exit), { session, usage: usage(), denied: denied.list, text, stderr: stderr.tail() }, exit, Date.now()),
  };
}
