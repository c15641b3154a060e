/** Runs a program for a `run` step: argv, no shell, in the working directory. Loaded only by scripts that have one. */
import { spawn } from 'node:child_process';

/** Output beyond this is not shown. */
const LONGEST_OUTPUT = 16_000;

/**
 * Starts it in the working directory and waits for its exit; a program that cannot be started is not `ok`, never an exception.
 */
export function runProgram(argv: readonly string[]): Promise<{ readonly ok: boolean; readonly text: string }> {
  const [file = '', ...args] = argv;
  return new Promise((resolve) => {
    let text = '';
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    const add = (chunk: Buffer): void => {
      if (text.length < LONGEST_OUTPUT) text += chunk.toString('utf8');
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.once('error', (error) => resolve({ ok: false, text: error.message }));
    // Not `close`: something that the program left in the background may hold the pipes for ever.
    child.once('exit', (code, signal) => {
      const settle = (): void => {
        child.stdout.destroy();
        child.stderr.destroy();
        const how = code === 0 ? '' : signal === null ? `exit code ${String(code)}` : signal;
        const shown = text.length > LONGEST_OUTPUT ? `${text.slice(0, LONGEST_OUTPUT)} … (cut)` : text;
        resolve({ ok: code === 0, text: [shown.trimEnd(), how].filter((part) => part !== '').join('\n') });
      };
      const timer = setTimeout(settle, 200);
      child.once('close', () => {
        clearTimeout(timer);
        settle();
      });
    });
  });
}
