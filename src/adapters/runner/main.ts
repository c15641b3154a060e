/**
 * The runner: `node runner.js <attempt folder> [--headless]`. Starts and supervises one agent CLI, or, when somebody
 * has done so already, shows how it goes. Goes on without its terminal.
 */
import { startTime } from '../process.js';
import { runAttempt, type StopSwitch } from './attempt.js';
import { openControl } from './control.js';
import { silentPrinter, terminalPrinter } from './printer.js';
import { makeClaim, readSpec } from './records.js';

/** How long the terminal may take the last lines. */
const FLUSH_MS = 1000;

const stops: StopSwitch = { onStop: undefined, requested: false };
let leave: () => void = () => undefined;
const interrupted = new Promise<void>((resolve) => {
  const stop = (): void => {
    resolve();
    requestStop();
    leave();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
});
// Closing the terminal does not stop the agent.
process.on('SIGHUP', () => leave());
// A lost terminal shows up as errors of streams that nobody uses.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || error.code === 'EIO') return;
  throw error;
});

function requestStop(): void {
  stops.requested = true;
  stops.onStop?.();
}

/**
 * A terminal goes with its process, and somebody may be reading it: this resolves when it was closed. The window does
 * that as soon as a view of the transcript, which needs no process, has taken its place; the person may, by Ctrl+C too.
 */
function terminalClosed(): Promise<void> {
  return new Promise((resolve) => {
    leave = resolve;
    // Listening to the terminal keeps this process alive, and tells of its end where no signal does.
    for (const end of ['end', 'close', 'error']) process.stdin.once(end, resolve);
    process.stdin.resume();
  });
}

async function main(): Promise<number> {
  const [folder = '', ...flags] = process.argv.slice(2);
  let watched = (): boolean => true;
  const printer = flags.includes('--headless') ? silentPrinter : terminalPrinter(1, process.env, () => watched());
  const finish = async (code: number): Promise<number> => {
    // A terminal that takes nothing (Ctrl+S) holds a worker thread, which an ordinary exit would wait for; and Node
    // aborts, with a core file, when it cannot reset a terminal that is gone. All is done, so nothing is lost by this.
    if (!(await printer.flushed(FLUSH_MS)) || printer.lost()) process.kill(process.pid, 'SIGKILL');
    return code;
  };
  const spec = await readSpec(folder);
  if (typeof spec === 'string') {
    printer.print(`Could not start the agent: ${spec} Nothing was changed.\n`);
    return finish(1);
  }
  const [control, started] = await Promise.all([openControl(spec.nonce, requestStop, { looked: () => printer.hurry() }), startTime(process.pid)]);
  const claim = { v: 1, nonce: spec.nonce, pid: process.pid, startTime: started ?? '', socket: control.path, ...(spec.container !== undefined && { container: spec.container }) } as const;
  if (await makeClaim(spec.folder, claim)) {
    watched = () => control.watched();
    await runAttempt(spec, printer, stops, watched);
    watched = () => true;
    printer.hurry();
    // From here on the attempt is over for everybody who waits for it.
    await control.close();
    if (printer.shows()) await terminalClosed();
  } else {
    await control.close();
    const { viewAttempt } = await import('./viewer.js');
    await viewAttempt(spec.folder, printer, interrupted);
  }
  return finish(0);
}

main().then(
  (code) => process.exit(code),
  async (error: unknown) => {
    const printer = terminalPrinter(2, process.env);
    printer.print(`The runner failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    await printer.flushed(FLUSH_MS);
    process.exit(1);
  },
);
