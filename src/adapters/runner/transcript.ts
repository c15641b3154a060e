/** The readable form of an attempt: what the terminal shows and `transcript.txt` keeps. Pure. */
import type { AgentEvent } from '../../core/activity.js';
import type { AttemptSpec, ExitRecord } from '../../core/ports.js';
import { plain } from '../../core/plainText.js';
import { oneLine } from './sanitize.js';

export type Tone = 'plain' | 'dim' | 'strong' | 'good' | 'bad' | 'note';
export interface Paragraph {
  readonly tone: Tone;
  readonly text: string;
}

const SGR: Readonly<Record<Tone, string>> = { plain: '', dim: '2', strong: '1', good: '32', bad: '31', note: '33' };
const LONGEST_MESSAGE = 20_000;
const RESULT_LINES = 8;
const WIDTH = 200;

/** Lines with a final newline; in colour for terminals. */
export function paint(paragraphs: readonly Paragraph[], colour: boolean): string {
  return paragraphs
    .map(({ tone, text }) => {
      if (!colour || tone === 'plain') return `${text}\n`;
      return text.split('\n').map((line) => `\x1b[${SGR[tone]}m${line}\x1b[0m\n`).join('');
    })
    .join('');
}

function cut(text: string): string {
  return plain(text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)} … (cut)` : text).trim();
}

function result(ok: boolean, text: string): readonly Paragraph[] {
  const lines = plain(text.slice(0, LONGEST_MESSAGE)).trim().split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return ok ? [] : [{ tone: 'bad', text: '  ✗ failed' }];
  const shown = lines.length > RESULT_LINES ? [...lines.slice(0, RESULT_LINES - 1), `… ${lines.length - RESULT_LINES + 1} more lines`] : lines;
  const body = shown.map((line, index) => `${!ok && index === 0 ? '  ✗ ' : '    '}${oneLine(line, WIDTH)}`).join('\n');
  return [{ tone: ok ? 'dim' : 'bad', text: body }];
}

const MARK = { added: '+', modified: '~', deleted: '-' } as const;

/** An agent's event as a person reads it in the terminal; events that say nothing to people give none. */
export function paragraphs(event: AgentEvent): readonly Paragraph[] {
  switch (event.type) {
    case 'message':
      return [{ tone: 'plain', text: cut(event.text) }];
    case 'thinking':
      return [{ tone: 'dim', text: cut(event.text) }];
    case 'tool':
      return [{ tone: 'strong', text: `● ${oneLine(event.title, WIDTH)}` }];
    case 'tool-result':
      return result(event.ok, event.text ?? '');
    case 'edit':
      return [{ tone: 'good', text: `  ${MARK[event.change]} ${oneLine(event.path, WIDTH)}` }];
    case 'denied':
      return [{ tone: 'bad', text: `! Not allowed: ${oneLine(event.tool, 60)}: ${oneLine(event.why, WIDTH)}` }];
    case 'retry': {
      const of = event.of === undefined ? '' : ` of ${event.of}`;
      const wait = event.delayMs === undefined ? '' : `, again in ${Math.ceil(event.delayMs / 1000)} s`;
      return [{ tone: 'note', text: `↻ ${event.reason}: try ${event.attempt}${of}${wait}` }];
    }
    case 'warning':
      return [{ tone: 'note', text: `! ${cut(event.text)}` }];
    case 'session':
    case 'usage':
      return [];
  }
}

/** The first lines of a transcript: the task, who works on it and where. */
export function head(spec: AttemptSpec): readonly Paragraph[] {
  const model = spec.model === undefined ? '' : ` (${oneLine(spec.model, 80)})`;
  const attempt = spec.attempt > 1 ? `, attempt ${spec.attempt}` : '';
  return [
    { tone: 'strong', text: oneLine(spec.title, WIDTH) },
    { tone: 'dim', text: `${spec.agent}${model} as ${spec.role}${attempt} in ${oneLine(spec.cwd, WIDTH)}` },
  ];
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** How an attempt ended, in one line. */
export function tail(record: ExitRecord): readonly Paragraph[] {
  const after = duration(record.endedAt - record.startedAt);
  if (record.outcome.ok) return [{ tone: 'good', text: `✓ Finished after ${after}` }];
  const message = record.outcome.message === undefined ? '' : `: ${oneLine(record.outcome.message, WIDTH)}`;
  const words: Readonly<Record<ExitRecord['ended'], string>> = {
    exited: 'Failed',
    stopped: 'Stopped',
    idle: 'Stopped, it was silent',
    'time-limit': 'Stopped at the time limit',
    budget: 'Stopped at the budget',
    'not-started': 'Could not start',
  };
  return [{ tone: record.ended === 'stopped' ? 'note' : 'bad', text: `■ ${words[record.ended]} after ${after}${message}` }];
}
