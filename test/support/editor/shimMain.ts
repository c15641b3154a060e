/**
 * Stands in for the desktop editor's executable when `@vscode/test-electron` starts one: takes the same arguments,
 * runs the suite in the npm-shipped editor's extension host through a browser window, and ends with the suite's code.
 */
import { resolve } from 'node:path';
import { launchBrowser } from '../browser.js';
import { SUITE_LINE } from '../../extension/suiteLine.js';
import { startEditor } from './start.js';

/** A suite that has not ended by then hangs. */
const LIMIT_MS = 10 * 60_000;

const { development, tests, folder } = readArguments(process.argv.slice(2));
process.exitCode = await runSuite();

async function runSuite(): Promise<number> {
  const passOn = Object.entries(process.env).filter(([name]) => name.startsWith('SWITCHYARD_')) as [string, string][];
  const version = process.env['SWITCHYARD_TEST_EDITOR'] === 'minimum' ? 'minimum' : 'newest';
  const editor = await startEditor({ folder, version, smokeDriver: true, env: Object.fromEntries(passOn) });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(`ended by ${signal}`)));
  // `runTests` holds the other end of this pipe: when it is gone, nobody waits for a result any more.
  process.stdin.resume().once('end', () => stop.abort(new Error('the test runner has gone')));
  try {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      const ended = new Promise<number>((done, failed) => {
        stop.signal.addEventListener('abort', () => failed(stop.signal.reason as Error));
        setTimeout(() => failed(new Error('The suite did not end in ten minutes.')), LIMIT_MS).unref();
        page.on('crash', () => failed(new Error('The browser page crashed.')));
        void page.exposeFunction('codeAutomationExit', (code: number) => done(code)).catch(failed);
      });
      await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => report(args));
      await page.goto(`${editor.url}/?${query(editor.port)}`);
      return await ended;
    } finally {
      await browser.close();
    }
  } catch (error) {
    console.error(error);
    return 1;
  } finally {
    await editor.close();
    process.stdin.destroy();
  }
}

/** The workbench's own chatter goes the same way as the suite's lines; it is shown on demand only. */
function report(args: readonly unknown[]): void {
  const text = args.map(String).join(' ');
  const own = text.startsWith(SUITE_LINE);
  if (own || process.env['SWITCHYARD_TEST_VERBOSE'] !== undefined) console.log(own ? text.slice(SUITE_LINE.length) : text);
}

function query(port: number): string {
  const remote = (path: string): string => `vscode-remote://127.0.0.1:${port}${path}`;
  const payload = [...development.map((path) => ['extensionDevelopmentPath', remote(path)]), ['extensionTestsPath', remote(tests)], ['skipWelcome', 'true']];
  return new URLSearchParams({ folder, payload: JSON.stringify(payload) }).toString();
}

function readArguments(args: readonly string[]): { development: string[]; tests: string; folder: string } {
  const values = (name: string): string[] => args.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) => resolve(arg.slice(name.length + 3)));
  const positional = args.find((arg) => !arg.startsWith('-'));
  const [tests] = values('extensionTestsPath');
  if (tests === undefined) throw new Error('No --extensionTestsPath: this executable runs test suites only.');
  return { development: values('extensionDevelopmentPath'), tests, folder: resolve(positional ?? '.') };
}
