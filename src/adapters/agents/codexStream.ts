/** `codex exec --json`. Usage is the running total of the thread; there is no cost and no model name. */
import type { AgentEvent, Usage } from '../../core/activity.js';
import type { StreamParser } from '../../core/ports.js';
import { reasonOfText } from './failures.js';
import { object, objects, parseObject, string, tokens, type Json } from './json.js';
import { denials, INTERRUPTED, outcomeOf, say, stderrLines, type Exit, type Verdict } from './lines.js';
import { withoutNulls } from './strictSchema.js';
import { relativePath } from './text.js';

const CHANGES: Readonly<Record<string, 'added' | 'modified' | 'deleted'>> = { add: 'added', update: 'modified', delete: 'deleted' };

/** `/bin/bash -lc 'npm test'` is `npm test` to people. */
function unwrapped(command: string): string {
  const match = /^\S*sh(?:\.exe)? -l?c (['"])([\s\S]*)\1$/.exec(command);
  return (match?.[2] ?? command).replaceAll(`'"'"'`, `'`).replaceAll(`'\\''`, `'`);
}

/** The address of the API helps nobody and may hold a key. */
function withoutAddress(message: string): string {
  return message.replace(/,? ?\(?url: \S+?\)?$/, '');
}

function parsedAnswer(text: string | undefined): unknown {
  const value = text === undefined ? undefined : parseObject(text);
  return value === undefined ? undefined : withoutNulls(value);
}

/** Reads `codex exec --json`, a JSON object a line. Usage is cumulative over a session and comes only when a turn completes. */
export function codexParser(cwd?: string): StreamParser {
  const stderr = stderrLines();
  const denied = denials();
  const started = new Set<string>();
  let session: string | undefined;
  let usage: readonly Usage[] = [];
  let text: string | undefined;
  let lastError: string | undefined;
  let verdict: Verdict | undefined;
  let retries = 0;
  let inTurn = false;

  const path = (value: unknown): string => relativePath(string(value) ?? '', cwd);

  function toolStart(item: Json, id: string): readonly AgentEvent[] {
    if (started.has(id)) return [];
    started.add(id);
    switch (item['type']) {
      case 'command_execution':
        return [say.tool(id, 'shell', `$ ${unwrapped(string(item['command']) ?? '')}`)];
      case 'file_change': {
        const paths = objects(item['changes']).map((change) => path(change['path']));
        return [say.tool(id, 'apply_patch', `Edit ${paths.join(', ')}`, paths[0])];
      }
      case 'mcp_tool_call':
        return [say.tool(id, string(item['tool']) ?? 'mcp', `${string(item['server']) ?? 'mcp'}: ${string(item['tool']) ?? 'tool'}`)];
      case 'web_search':
        return [say.tool(id, 'web_search', `Search ${JSON.stringify(string(item['query']) ?? '')}`)];
      default:
        return [];
    }
  }

  function toolEnd(item: Json, id: string): readonly AgentEvent[] {
    switch (item['type']) {
      case 'command_execution': {
        const declined = item['status'] === 'declined' ? denied.add('shell', `Not allowed: ${unwrapped(string(item['command']) ?? '')}`) : [];
        return [say.result(id, item['exit_code'] === 0, string(item['aggregated_output'])), ...declined];
      }
      case 'file_change': {
        const ok = item['status'] === 'completed';
        const edits = objects(item['changes']).map((change): AgentEvent => ({ type: 'edit', path: path(change['path']), change: CHANGES[string(change['kind']) ?? ''] ?? 'modified' }));
        return [say.result(id, ok, undefined), ...(ok ? edits : [])];
      }
      case 'mcp_tool_call':
        return [say.result(id, item['status'] === 'completed', string(object(item['error'])['message']))];
      case 'web_search':
        return [say.result(id, true, undefined)];
      default:
        return [];
    }
  }

  function completed(item: Json): readonly AgentEvent[] {
    const id = string(item['id']) ?? '';
    switch (item['type']) {
      case 'agent_message':
        text = string(item['text']) ?? text;
        return string(item['text']) === undefined ? [] : [say.message(String(item['text']))];
      case 'reasoning':
        return string(item['text']) === undefined ? [] : [say.thinking(String(item['text']))];
      case 'error':
        return string(item['message']) === undefined ? [] : [say.warning(String(item['message']))];
      default:
        return [...toolStart(item, id), ...toolEnd(item, id)];
    }
  }

  /** A notice that it tries again, or the last word before `turn.failed`. */
  function error(message: string): readonly AgentEvent[] {
    const notice = /^Reconnecting\.\.\. (?:(\d+)\/(\d+)|waiting for network)(?: \(([\s\S]*)\))?$/.exec(message);
    if (notice === null) {
      lastError = withoutAddress(message);
      return [];
    }
    retries = notice[1] === undefined ? retries + 1 : Number(notice[1]);
    const reason = notice[1] === undefined ? 'network' : (reasonOfText(notice[3]) ?? 'network');
    return [say.retry(reason, retries, notice[2] === undefined ? undefined : Number(notice[2]))];
  }

  function turnCompleted(event: Json): readonly AgentEvent[] {
    verdict = { ok: true };
    const told = object(event['usage']);
    const total: Usage = {
      inputTokens: tokens(told['input_tokens']),
      cachedInputTokens: tokens(told['cached_input_tokens']),
      cacheWriteTokens: tokens(told['cache_write_input_tokens']),
      outputTokens: tokens(told['output_tokens']),
    };
    usage = total.inputTokens + total.outputTokens === 0 ? [] : [total];
    // No usage event: it would be read as this attempt's, and this is the whole thread's.
    return [];
  }

  /** Every failure of a turn is told by `turn.failed`; a turn that just stops was interrupted (SIGINT exits with 1). */
  function endedEarly(exit: Exit): Verdict | undefined {
    if (exit.signal !== null || !inTurn) return undefined;
    return lastError === undefined ? { ok: false, reason: 'interrupted', message: INTERRUPTED } : { ok: false, message: lastError };
  }

  return {
    line: (raw) => {
      const event = parseObject(raw);
      switch (event?.['type']) {
        case 'turn.started':
          inTurn = true;
          return [];
        case 'thread.started':
          session = string(event['thread_id']) ?? session;
          return session === undefined ? [] : [{ type: 'session', session }];
        case 'item.started': {
          const item = object(event['item']);
          return toolStart(item, string(item['id']) ?? '');
        }
        case 'item.completed':
          return completed(object(event['item']));
        case 'error':
          return string(event['message']) === undefined ? [] : error(String(event['message']));
        case 'turn.completed':
          return turnCompleted(event);
        case 'turn.failed': {
          const message = string(object(event['error'])['message']);
          verdict = { ok: false, message: message === undefined ? lastError : withoutAddress(message) };
          return [];
        }
        default:
          return [];
      }
    },
    stderr: (chunk) =>
      // The only trace of a refused edit; the stream itself shows nothing.
      stderr.feed(chunk).flatMap((line) => {
        const rejected = /patch rejected: .*/.exec(line)?.[0];
        if (rejected !== undefined) return denied.add('apply_patch', rejected);
        return line.includes('rejected by user approval settings') ? denied.add('shell', line.replace(/^.*error=/, '')) : [];
      }),
    end: (exit) => {
      const said = verdict ?? endedEarly(exit);
      const gathered = { session, usage, usageIsCumulative: true, denied: denied.list, answer: parsedAnswer(text), text, stderr: stderr.tail() };
      return outcomeOf(said, gathered, exit, Date.now());
    },
  };
}
