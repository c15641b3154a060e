/** Where an attempt's events go: `activity.jsonl`, `transcript.txt` and the terminal, in order and with back-pressure. */
import { join } from 'node:path';
import type { AgentEvent } from '../../core/activity.js';
import { masked, type Mask } from '../../core/secrets.js';
import { openAppender, type Appender } from '../disk.js';
import type { Printer } from './printer.js';
import { FILE } from './records.js';
import { paint, paragraphs, type Paragraph } from './transcript.js';

/** Longer texts are cut in the activity (the raw stream has them): it is read by the dashboard. */
const LONGEST_TEXT = 32_000;

/**
 * No session that anybody could follow says so much. After that only what the engine acts on is kept, up to twice as much:
 * whoever shows or searches an attempt's activity must be able to hold it. The raw stream has everything.
 */
const MOST_ACTIVITY = 32 * 1024 * 1024;
const ALWAYS: ReadonlySet<AgentEvent['type']> = new Set(['session', 'edit', 'denied', 'usage', 'retry']);
const NO_MORE: AgentEvent = { type: 'warning', text: 'The agent says more than anybody can follow. From here on what it says is only in its raw output; its edits are still listed.' };

/** Takes the size that was written so far; gives what of these events is still worth writing. */
function worthWriting(events: readonly AgentEvent[], size: number, most: number): readonly AgentEvent[] {
  if (size < most) return events;
  return size < 2 * most ? events.filter((event) => ALWAYS.has(event.type)) : [];
}

export interface Recorder {
  /** Resolves when the disk has taken them; a full disk is reported once and never stops the agent. */
  events(events: readonly AgentEvent[]): Promise<void>;
  note(text: readonly Paragraph[]): Promise<void>;
  /** Bytes of the CLI as they come. */
  raw(stream: 'raw' | 'stderr', bytes: Buffer): Promise<void>;
  /** The first error of the disk, for the exit record. */
  trouble(): string | undefined;
  close(): Promise<void>;
}

function shortened<E extends AgentEvent>(event: E): E {
  if (!('text' in event) || typeof event.text !== 'string' || event.text.length <= LONGEST_TEXT) return event;
  return { ...event, text: `${event.text.slice(0, LONGEST_TEXT)} … (cut)` };
}

/** Opened with the first bytes: most agents say nothing on standard error. */
function lazily(start: () => Promise<Appender>): Appender {
  let file: Promise<Appender> | undefined;
  return {
    append: async (data) => (await (file ??= start())).append(data),
    close: async () => (await file)?.close(),
  };
}

/** `mask`: a secret may only show once an event's pieces are put together. `most`: bytes of activity, see `MOST_ACTIVITY`. */
export async function openRecorder(folder: string, printer: Printer, mask: Mask, most = MOST_ACTIVITY): Promise<Recorder> {
  const add = (name: string): Promise<Appender> => openAppender(join(folder, name));
  const [raw, activity, transcript] = await Promise.all([add(FILE.raw), add(FILE.activity), add(FILE.transcript)]);
  const stderr = lazily(() => add(FILE.stderr));
  let seq = 0;
  let trouble: string | undefined;
  const guarded = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      trouble ??= `Not everything could be recorded: ${(error as Error).message}`;
    }
  };
  const write = (text: string, shown: readonly Paragraph[]): Promise<void> => {
    if (shown.length > 0) printer.print(paint(shown, printer.colour));
    const writes: Promise<unknown>[] = [];
    if (text !== '') writes.push(activity.append(text));
    if (shown.length > 0) writes.push(transcript.append(paint(shown, false)));
    return guarded(Promise.all(writes));
  };
  // Two streams may report at once: their lines must neither mix nor change places.
  let last = Promise.resolve();
  const inOrder = (text: string, shown: readonly Paragraph[]): Promise<void> => (last = last.then(() => write(text, shown)));
  let size = 0;
  return {
    events: (heard) => {
      const worth = worthWriting(heard, size, most);
      if (worth.length === 0) return Promise.resolve();
      const events = worth.map((event) => masked(event, mask));
      const at = Date.now();
      const line = (event: AgentEvent): string => `${JSON.stringify({ seq: (seq += 1), at, ...shortened(event) })}\n`;
      let text = events.map(line).join('');
      const before = size;
      size += text.length;
      if (before < most && size >= most) {
        events.push(NO_MORE);
        text += line(NO_MORE);
      }
      return inOrder(text, events.flatMap(paragraphs));
    },
    note: (text) => inOrder('', text),
    raw: (stream, bytes) => guarded((stream === 'raw' ? raw : stderr).append(bytes)),
    trouble: () => trouble,
    close: async () => {
      await last;
      await Promise.all([raw, stderr, activity, transcript].map((file) => guarded(file.close())));
    },
  };
}
