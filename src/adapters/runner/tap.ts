import type { Readable } from 'node:stream';

/** A CLI's output stream, held on to from the moment of its start. */
export interface Tap {
  /**
   * Hands over every byte from the first on, what came meanwhile as one chunk, one at a time; resolves when the stream is closed
   * and all is taken. After a small chunk it rests `restMs` milliseconds: lines of a moment are written and shown together.
   * What comes in big chunks never waits.
   */
  each(take: (chunk: Buffer) => Promise<void>, restMs: () => number): Promise<void>;
  /** Closes it now: somebody out of reach holds it open. */
  cut(): void;
}

const BIG_CHUNK = 16 * 1024;
/** So many bytes wait to be taken; then no more is read, the CLI's pipe fills, and the CLI waits too. */
const MOST_HELD = 128 * 1024;

/**
 * Must be called in the turn of the start: when a process ends, Node drains and throws away the output of streams that
 * nobody listens to, and a short-lived CLI ends before its record is open.
 *
 * The stream itself is not paused while this rests: a paused stream keeps what it reads in pieces as small as they came, and
 * would hand over one of them for each rest, falling behind the CLI by as much as its buffer holds.
 */
export function tap(stream: Readable): Tap {
  let held: Buffer[] = [];
  let size = 0;
  let closed = false;
  let changed: () => void = () => undefined;
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    held.push(chunk);
    size += chunk.length;
    if (size >= MOST_HELD) stream.pause();
    changed();
  });
  stream.once('close', () => {
    closed = true;
    changed();
  });
  const until = async (enough: () => boolean): Promise<void> => {
    while (!enough()) await new Promise<void>((resolve) => (changed = resolve));
  };
  const rest = async (ms: number): Promise<void> => {
    let over = false;
    const timer = setTimeout(() => {
      over = true;
      changed();
    }, ms);
    await until(() => over || closed || size >= BIG_CHUNK);
    clearTimeout(timer);
  };
  const all = (): Buffer => {
    const chunk = Buffer.concat(held);
    held = [];
    size = 0;
    stream.resume();
    return chunk;
  };
  /** Whoever takes it has failed: the CLI must not wait for that. */
  const letRun = (): void => {
    stream.removeAllListeners('data').resume();
  };
  return {
    each: async (take, restMs) => {
      for (;;) {
        await until(() => size > 0 || closed);
        if (size === 0) return;
        const chunk = all();
        try {
          await take(chunk);
        } catch (error) {
          letRun();
          throw error;
        }
        if (chunk.length < BIG_CHUNK) await rest(restMs());
      }
    },
    cut: () => stream.destroy(),
  };
}
