/** Reads the scripted agent's lines. */
import type { AgentEvent, AgentOutcome, Usage } from '../../../core/activity.js';
import { nestsTooDeep } from '../../../core/nesting.js';
import type { StreamParser } from '../../../core/ports.js';
import type { ScriptedLine } from './format.js';

/** What is not a line of ours (a `run` step's stray output, a crash of Node) gives nothing. */
function parse(text: string): ScriptedLine | undefined {
  if (nestsTooDeep(text)) return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && 'type' in value ? (value as ScriptedLine) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the scripted agent's own stream (`ScriptedLine`); a stream without its `end` line was cut short. */
export function scriptedParser(): StreamParser {
  let session: string | undefined;
  let usage: readonly Usage[] = [];
  let text: string | undefined;
  let errors = '';
  let end: Extract<ScriptedLine, { type: 'end' }> | undefined;

  const events = (line: ScriptedLine): readonly AgentEvent[] => {
    switch (line.type) {
      case 'start':
        session = line.session;
        return [{ type: 'session', session }];
      case 'say':
        text = line.text;
        return [{ type: 'message', text }];
      case 'tool':
      case 'tool-result':
      case 'edit':
        return [line];
      case 'usage':
        usage = line.usage;
        return [line];
      case 'end':
        end = line;
        return [];
      default:
        return [];
    }
  };
  return {
    line: (raw) => {
      const line = parse(raw);
      return line === undefined ? [] : events(line);
    },
    stderr: (more) => {
      errors = (errors + more).slice(-2000);
      return [];
    },
    end: ({ code, signal }): AgentOutcome => {
      const common = {
        usage,
        usageIsCumulative: false,
        denied: [],
        ...(session !== undefined && { session }),
        ...(text !== undefined && { text }),
      };
      if (end === undefined) {
        const how = signal === null ? `exit code ${String(code)}` : signal;
        const why = errors.trim().split('\n').at(-1) ?? '';
        return { ok: false, reason: 'crashed', message: `The scripted agent ended with ${how}.${why === '' ? '' : ` ${why}`}`, ...common };
      }
      const message = end.message === undefined ? {} : { message: end.message };
      const answer = end.answer === undefined ? {} : { answer: end.answer };
      if (end.ok) return { ok: true, ...message, ...answer, ...common };
      return { ok: false, reason: end.reason ?? (end.refused === true ? 'refused' : 'crashed'), ...(end.retryAt !== undefined && { retryAt: end.retryAt }), ...message, ...common };
    },
  };
}
