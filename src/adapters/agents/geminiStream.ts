/** Gemini CLI's `-o stream-json`. Usage per model only at the end; waiting for another try is told on standard error. */
import type { AgentEvent, FailureReason, Usage } from '../../core/activity.js';
import type { StreamParser } from '../../core/ports.js';
import { reasonOfStatus, reasonOfText, statusIn } from './failures.js';
import { amount, isObject, object, parseObject, string, tokens, type Json } from './json.js';
import { denials, outcomeOf, say, stderrLines, type Exit, type Verdict } from './lines.js';
import { MESSAGE_LIMIT } from './text.js';
import { toolView, type ToolView } from './toolTitles.js';

/** Tools that the CLI withdraws when the approval mode does not allow them; calling one is "not found". */
const WITHHELD = new Set(['write_file', 'replace', 'run_shell_command', 'web_fetch']);

/** The CLI's own exit codes (its `FatalError` classes). */
const BY_EXIT: Readonly<Record<number, FailureReason>> = { 41: 'signed-out', 53: 'turn-limit', 130: 'interrupted' };

/** Other failures exit with the HTTP status modulo 256. */
function reasonOfExit(code: number | null): FailureReason | undefined {
  if (code === null || code === 0) return undefined;
  return BY_EXIT[code] ?? (code > 128 ? reasonOfStatus(code + 256) : undefined);
}

function usageOf(stats: Json): readonly Usage[] {
  return Object.entries(object(stats['models'])).flatMap(([model, value]): Usage[] => {
    if (!isObject(value)) return [];
    const input = tokens(value['input_tokens']);
    // The total also counts thinking, which `output_tokens` leaves out.
    const output = Math.max(tokens(value['output_tokens']), tokens(value['total_tokens']) - input);
    if (input + output === 0) return [];
    return [{ model, inputTokens: input, cachedInputTokens: tokens(value['cached']), cacheWriteTokens: 0, outputTokens: output }];
  });
}

/** `[API Error: {"error":{"message":"…"}}]` and `[API Error: …]\nPlease wait…` to the sentence inside. */
function plainMessage(message: string): string {
  const inner = /\[API Error: ([\s\S]*?)\](?:\n|$)/.exec(message)?.[1] ?? message;
  return string(object(parseObject(inner)?.['error'])['message']) ?? inner;
}

/**
 * Reads `--output-format stream-json`, a JSON object a line. Usage comes with the last line only, and not at all when the CLI
 * fails.
 */
export function geminiParser(cwd?: string): StreamParser {
  const stderr = stderrLines();
  const denied = denials();
  const calls = new Map<string, { readonly name: string; readonly view: ToolView }>();
  let session: string | undefined;
  /** The model has said or done something. The CLI keeps a session on disk only from then on: before, nothing is there to resume. */
  let answered = false;
  let usage: readonly Usage[] = [];
  let text: string | undefined;
  let speaking = '';
  let verdict: Verdict | undefined;
  let lastError: string | undefined;

  /** Deltas of one message are joined; whatever comes next ends it. */
  function spoken(): readonly AgentEvent[] {
    if (speaking.trim() === '') return [];
    text = speaking;
    speaking = '';
    return [say.message(text)];
  }

  function toolResult(event: Json): readonly AgentEvent[] {
    const id = string(event['tool_id']) ?? '';
    const call = calls.get(id);
    calls.delete(id);
    const ok = event['status'] === 'success';
    const failure = object(event['error']);
    const said = string(event['output']) ?? string(failure['message']);
    const events: AgentEvent[] = [say.result(id, ok, said)];
    const kind = string(failure['type']);
    if (call !== undefined && (kind === 'policy_violation' || (kind === 'tool_not_registered' && WITHHELD.has(call.name)))) events.push(...denied.add(call.name, string(failure['message']) ?? ''));
    if (ok && call?.view.path !== undefined && call.view.changes !== undefined) events.push({ type: 'edit', path: call.view.path, change: call.view.changes });
    return events;
  }

  function result(event: Json): readonly AgentEvent[] {
    usage = usageOf(object(event['stats']));
    if (event['status'] === 'success') verdict = { ok: true };
    else {
      const raw = string(object(event['error'])['message']) ?? lastError ?? '';
      // The CLI's advice behind the message ("request a quota increase") must not decide what went wrong.
      const message = plainMessage(raw);
      const words = reasonOfText(message);
      const certain = words === 'quota' || words === 'context-full';
      verdict = { ok: false, reason: certain ? words : (reasonOfStatus(statusIn(raw)) ?? words), message };
    }
    return usage.length === 0 ? [] : [{ type: 'usage', usage }];
  }

  function read(event: Json): readonly AgentEvent[] {
    switch (event['type']) {
      case 'init': {
        session = string(event['session_id']) ?? session;
        const model = string(event['model']);
        return session === undefined ? [] : [{ type: 'session', session, ...(model === undefined ? {} : { model }) }];
      }
      case 'tool_use': {
        answered = true;
        const id = string(event['tool_id']) ?? '';
        const name = string(event['tool_name']) ?? 'tool';
        const view = toolView(name, object(event['parameters']), cwd);
        calls.set(id, { name, view });
        return [say.tool(id, name, view.title, view.path)];
      }
      case 'tool_result':
        return toolResult(event);
      case 'error': {
        lastError = string(event['message']) ?? lastError;
        return lastError === undefined ? [] : [say.warning(lastError)];
      }
      case 'result':
        return result(event);
      default:
        return [];
    }
  }

  /** `Attempt 3 failed with status 500. Retrying…`, or over two lines: `Attempt 1 failed: …` / `…Retrying after 5039ms...` */
  let failing: { readonly attempt: number; readonly said: string } | undefined;
  function stderrLine(line: string): readonly AgentEvent[] {
    const head = /^Attempt (\d+) failed(.*)$/.exec(line);
    if (head !== null) failing = { attempt: Number(head[1]), said: head[2] ?? '' };
    const waits = /Retrying (?:after (\d+) ?ms|with backoff)/.exec(line);
    if (failing === undefined || waits === null) return [];
    const { attempt, said } = failing;
    failing = undefined;
    return [say.retry(reasonOfText(`${said} ${line}`) ?? 'server', attempt, undefined, amount(waits[1] === undefined ? undefined : Number(waits[1])))];
  }

  function atEnd(exit: Exit): Verdict | undefined {
    if (verdict?.ok === true) return verdict;
    const reason = reasonOfExit(exit.code);
    if (verdict !== undefined) return { ...verdict, reason: verdict.reason ?? reason };
    return reason === undefined || reason === 'interrupted' ? undefined : { ok: false, reason, message: lastError ?? stderrMessage(stderr.tail()) };
  }

  return {
    line: (raw) => {
      const event = parseObject(raw);
      if (event === undefined) return [];
      if (event['type'] === 'message') {
        if (event['role'] !== 'assistant') return spoken();
        answered = true;
        const before = event['delta'] === true ? [] : spoken();
        // Far beyond what is shown anyway; an endless message must not eat the memory.
        if (speaking.length < MESSAGE_LIMIT * 50) speaking += string(event['content']) ?? '';
        return before;
      }
      const ended = spoken();
      return [...ended, ...read(event)];
    },
    stderr: (chunk) => stderr.feed(chunk).flatMap(stderrLine),
    end: (exit) => {
      spoken();
      return outcomeOf(atEnd(exit), { session: answered ? session : undefined, usage, denied: denied.list, text, stderr: stderr.tail() }, exit, Date.now());
    },
  };
}

/** The CLI's own sentence on standard error, before the stack trace. */
function stderrMessage(tail: string): string | undefined {
  return tail.split('\n').find((line) => /error|must specify|invalid/i.test(line) && !line.includes('YOLO'));
}
