/** Reads a CLI's output: raw bytes to the disk first, then lines to the parser, then events to the recorder. */
import { StringDecoder } from 'node:string_decoder';
import type { AgentEvent } from '../../core/activity.js';
import type { StreamParser } from '../../core/ports.js';
import { lineCutter } from './lines.js';
import type { StreamMask } from './masking.js';
import type { Recorder } from './recorder.js';
import type { Tap } from './tap.js';

export interface Sink {
  readonly parser: StreamParser;
  readonly recorder: Recorder;
  /** A fresh one for each stream: nothing secret is written or read. */
  readonly mask: () => StreamMask;
  /** Somebody looks at the attempt. */
  readonly watched: () => boolean;
  heard(chunk: Buffer): void;
  seen(events: readonly AgentEvent[]): void;
}

/** A parser is said never to throw; if it does, the attempt goes on and says so. */
function guarded(parse: () => readonly AgentEvent[]): readonly AgentEvent[] {
  try {
    return parse();
  } catch (error) {
    return [{ type: 'warning', text: `Part of the agent's output could not be read: ${(error as Error).message}` }];
  }
}

function tooLong(bytes: number): AgentEvent {
  return { type: 'warning', text: `A line of ${Math.round(bytes / 1024 / 1024)} MB was too long to read; it is in the raw output.` };
}

async function report(sink: Sink, events: readonly AgentEvent[]): Promise<void> {
  sink.seen(events);
  await sink.recorder.events(events);
}

/**
 * Twenty agents that say fifty lines a second each would cost as much as their work if every line went its own way to the disk
 * and the screen: they go together after so many milliseconds. The terminal has a pace of its own (`printer.ts`).
 */
const REST_MS = { watched: 40, unwatched: 250 };

async function eachChunk(stream: Tap, sink: Sink, name: 'raw' | 'stderr', read: (chunk: Buffer) => readonly AgentEvent[]): Promise<void> {
  const mask = sink.mask();
  const pass = async (clean: Buffer): Promise<void> => {
    if (clean.length === 0) return;
    await sink.recorder.raw(name, clean);
    await report(sink, read(clean));
  };
  await stream.each(async (chunk) => {
    sink.heard(chunk);
    await pass(mask.push(chunk));
  }, () => (sink.watched() ? REST_MS.watched : REST_MS.unwatched));
  await pass(mask.rest());
}

/** Resolves at the end of standard output, all of it recorded. */
export async function readStdout(stream: Tap, sink: Sink): Promise<void> {
  const cutter = lineCutter();
  const read = (line: string | number): readonly AgentEvent[] => (typeof line === 'number' ? [tooLong(line)] : guarded(() => sink.parser.line(line)));
  await eachChunk(stream, sink, 'raw', (chunk) => cutter.push(chunk).flatMap(read));
  const rest = cutter.rest();
  if (rest !== undefined) await report(sink, read(rest));
}

/** The same for standard error, which is text as it comes. */
export async function readStderr(stream: Tap, sink: Sink): Promise<void> {
  const decoder = new StringDecoder('utf8');
  await eachChunk(stream, sink, 'stderr', (chunk) => guarded(() => sink.parser.stderr(decoder.write(chunk))));
}
