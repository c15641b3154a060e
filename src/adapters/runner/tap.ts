import type { Readable } from 'node:stream';

/** A CLI's output stream, held on to from the moment of its start. */
export interface Tap {
  /** Hands over every chunk from the first on, one at a time; resolves when the stream is closed and all are taken. */
  each(take: (chunk: Buffer) => Promise<void>): Promise<void>;
  /** Closes it now: somebody out of reach holds it open. */
  cut(): void;
}

/**
 * After a small chunk the stream rests so long, in milliseconds: lines of a moment are read, written and shown together. Twenty
 * agents that say fifty lines a second each would otherwise cost as much as their work. What comes in big chunks never waits.
 */
const REST_MS = 40;
const BIG_CHUNK = 16 * 1024;

/**
 * Must be called in the turn of the start: when a process ends, Node drains and throws away the output of streams that
 * nobody listens to, and a short-lived CLI ends before its record is open.
 *
 * No more is read while a chunk is taken: that is the back-pressure, the CLI's pipe fills and it waits too.
 */
export function tap(stream: Readable): Tap {
  let begin: (take: (chunk: Buffer) => Promise<void>) => void = () => undefined;
  const taker = new Promise<(chunk: Buffer) => Promise<void>>((resolve) => (begin = resolve));
  const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
  let last: Promise<void> = Promise.resolve();
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    stream.pause();
    last = last.then(async () => (await taker)(chunk)).finally(() => {
      if (chunk.length >= BIG_CHUNK) stream.resume();
      // When the process ends, Node lets its streams flow by itself: nobody waits for this then.
      else setTimeout(() => stream.resume(), REST_MS).unref();
    });
    last.catch(() => undefined);
  });
  return {
    each: async (take) => {
      begin(take);
      await closed;
      await last;
    },
    cut: () => stream.destroy(),
  };
}
