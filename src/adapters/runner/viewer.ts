/**
 * What a later start of a runner does: the editor may re-create a terminal and run its command again. It shows the
 * transcript and follows it to the attempt's end; it never starts or stops anything.
 */
import { join } from 'node:path';
import { followLines, readLines, watchFolder } from '../follow.js';
import { connectControl } from './control.js';
import type { Printer } from './printer.js';
import { FILE, readClaim, readExit } from './records.js';

/** Resolves when the attempt is over, however it ended. */
function over(folder: string, socket: string): Promise<void> {
  return new Promise((resolve) => {
    const unwatch = watchFolder(folder, () => void look());
    const finish = (): void => {
      unwatch();
      resolve();
    };
    const look = async (): Promise<void> => {
      if ((await readExit(folder)) !== undefined) finish();
    };
    void connectControl(socket).then(async (connection) => {
      await connection?.closed;
      finish();
    });
  });
}

/** Follows an attempt that somebody else runs. `interrupted` resolves when the person wants to leave. */
export async function viewAttempt(folder: string, printer: Printer, interrupted: Promise<void>): Promise<void> {
  const claim = await readClaim(folder);
  if ((await readExit(folder)) === undefined) {
    printer.print('This is a view of an agent that already runs. Ctrl+C closes the view; the agent goes on.\n\n');
  }
  const transcript = join(folder, FILE.transcript);
  let shown = 0;
  const stop = followLines(transcript, 0, (lines, end) => {
    shown = end;
    printer.print(`${lines.join('\n')}\n`);
  });
  const left = await Promise.race([over(folder, claim?.socket ?? '').then(() => false), interrupted.then(() => true)]);
  stop();
  if (left) return;
  await finalLines(transcript, shown, printer);
  if ((await readExit(folder)) === undefined) {
    printer.print('■ The agent was interrupted: its process ended without a word. Its work so far is in the worktree.\n');
  }
}

async function finalLines(transcript: string, from: number, printer: Printer): Promise<void> {
  const { lines } = await readLines(transcript, from);
  if (lines.length > 0) printer.print(`${lines.join('\n')}\n`);
}
