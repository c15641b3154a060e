/**
 * Prints to the terminal without ever waiting for it. `process.stdout` of a terminal writes synchronously: a person
 * who scrolls or presses Ctrl+S would stop the agent. Here one write is under way on a worker thread, what comes
 * meanwhile waits up to a limit, and beyond it is left out. What an agent says without a pause is printed together: the editor
 * spends as much on a word as on a page, and twenty agents that talk must leave it time. A terminal that is gone (EIO, EPIPE) ends the printing.
 */
import { write } from 'node:fs';
import { isatty } from 'node:tty';

const LONGEST_QUEUE = 512 * 1024;
/**
 * The first words are printed at once, what follows them together after so many milliseconds. A terminal that nobody has before
 * them costs as much as any other: the editor reads what is printed in the thread that draws its window, and after each print it
 * lists the machine's processes to learn whether one runs in there (`ChildProcessMonitor` of VS Code, every five seconds).
 */
const PACE_MS = { watched: 200, unwatched: 30_000 };
/** Runners that began in one moment would print all they have in one moment for ever: each waits between half and one and a half of it. */
const unwatchedMs = (): number => PACE_MS.unwatched * (0.5 + Math.random());
/** So many characters wait for nobody. */
const MUCH = 256 * 1024;
const LEFT_OUT = '\n… some output was left out here; it is in the transcript\n';

export interface Printer {
  readonly colour: boolean;
  /** It is a terminal that somebody may look at. */
  shows(): boolean;
  /** It was a terminal and is none any more. */
  lost(): boolean;
  print(text: string): void;
  /** Prints what waits now. */
  hurry(): void;
  /** Resolves when all is printed, or false when the terminal takes nothing within so many milliseconds. */
  flushed(ms: number): Promise<boolean>;
}

/**
 * Prints to the terminal behind a descriptor; see the head of this file for what waits and what is left out. `watched`: somebody
 * looks at the attempt.
 */
export function terminalPrinter(fd: number, env: Readonly<Record<string, string | undefined>>, watched: () => boolean = () => true): Printer {
  let queue = '';
  let busy = false;
  let gone = false;
  let leftOut = false;
  let hasty = false;
  let idle: (() => void)[] = [];
  let pause: NodeJS.Timeout | undefined;

  const rested = (): void => {
    pause = undefined;
    if (queue !== '' && !gone) {
      next();
      return;
    }
    busy = false;
    for (const done of idle) done();
    idle = [];
  };
  const rest = (): void => {
    if (hasty || gone) rested();
    else pause = setTimeout(rested, watched() ? PACE_MS.watched : unwatchedMs());
  };
  const hurry = (): void => {
    if (pause === undefined) return;
    clearTimeout(pause);
    rested();
  };
  const next = (): void => {
    busy = true;
    const bytes = Buffer.from(queue);
    queue = '';
    leftOut = false;
    put(bytes, 0);
  };
  const put = (bytes: Buffer, from: number): void => {
    write(fd, bytes, from, bytes.length - from, null, (error, written) => {
      if (error?.code === 'EAGAIN') {
        // The terminal's other owner made it non-blocking; the system offers no event for a plain descriptor.
        setTimeout(() => put(bytes, from), 20);
        return;
      }
      if (error !== null) gone = true;
      else if (from + written < bytes.length) {
        put(bytes, from + written);
        return;
      }
      rest();
    });
  };
  const terminal = isatty(fd);
  return {
    shows: () => terminal && isatty(fd),
    lost: () => terminal && !isatty(fd),
    colour: terminal && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb',
    print: (text) => {
      if (gone) return;
      if (queue.length + text.length <= LONGEST_QUEUE) queue += text;
      else if (!leftOut) {
        leftOut = true;
        queue += LEFT_OUT;
      }
      if (!busy) next();
      else if (queue.length >= MUCH) hurry();
    },
    hurry,
    flushed: (ms) =>
      new Promise((resolve) => {
        if (!busy) {
          resolve(true);
          return;
        }
        hasty = true;
        const timer = setTimeout(() => resolve(false), ms);
        idle.push(() => {
          clearTimeout(timer);
          resolve(true);
        });
        hurry();
      }),
  };
}

/** For a runner without a terminal. */
export const silentPrinter: Printer = { colour: false, shows: () => false, lost: () => false, print: () => undefined, hurry: () => undefined, flushed: () => Promise.resolve(true) };
