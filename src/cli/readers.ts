/**
 * Who reads what the command prints may go away before it is done: `switchyard diff db | head`, a pager that is quit, a closed
 * terminal. Node would end the command with a stack trace then, and a run in the middle of its work.
 */

export interface Readers {
  /** Why something that was printed did not arrive although its reader was there, e.g. a full disk; `undefined` when all did. */
  failure(): Error | undefined;
}

/** From now on a reader that is gone is no error: the command goes on, and what it prints is for nobody. */
export function outliveReaders(streams: readonly NodeJS.WritableStream[] = [process.stdout, process.stderr]): Readers {
  let failed: Error | undefined;
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!GONE.has(error.code ?? '')) failed ??= error;
    });
  }
  return { failure: () => failed };
}

/** `EPIPE`: a pipe's reader was closed. `EIO`: the terminal was. The last one comes with every later write. */
const GONE: ReadonlySet<string> = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);
