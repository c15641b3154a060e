/** The in-host suite's own small test registry: mocha's shape without mocha. Tests run one after the other in one host. */
import { rename, writeFile } from 'node:fs/promises';
import { SUITE_LINE } from './suiteLine.js';

export interface TestContext {
  /** Runs after the test, in reverse order, whether it passed or not. */
  after(cleanup: () => unknown): void;
}

/** What the suite writes at its very end. Without this file the run has failed, whatever code the editor reports. */
export interface SuiteResult {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly { readonly name: string; readonly error: string }[];
}

interface Registered {
  readonly name: string;
  readonly body: (context: TestContext) => unknown;
  readonly timeoutMs: number;
}

const registered: Registered[] = [];

/** Registers a test; `body` may be async. */
export function test(name: string, body: (context: TestContext) => unknown, timeoutMs = 60_000): void {
  registered.push({ name, body, timeoutMs });
}

/** Loads a file of tests; one that cannot be loaded becomes a failing test. */
export async function load(file: string, loading: () => Promise<unknown>): Promise<void> {
  try {
    await loading();
  } catch (error) {
    test(`${file} can be loaded`, () => {
      throw error;
    });
  }
}

/** Runs what was registered. Rejects when a test failed. */
export async function runRegistered(): Promise<void> {
  const failures: { name: string; error: string }[] = [];
  const only = process.env['SWITCHYARD_TEST_ONLY'];
  const chosen = registered.filter((one) => only === undefined || one.name.includes(only));
  for (const one of chosen) {
    const started = performance.now();
    const error = await runOne(one);
    const took = `${Math.round(performance.now() - started)} ms`;
    if (error === undefined) {
      console.log(`${SUITE_LINE}  ✓ ${one.name} (${took})`);
    } else {
      failures.push({ name: one.name, error });
      console.log(`${SUITE_LINE}  ✗ ${one.name} (${took})\n${error}`);
    }
  }
  await writeResult({ passed: chosen.length - failures.length, failed: failures.length, failures });
  if (failures.length > 0) throw new Error(`${failures.length} of ${chosen.length} tests failed`);
}

/** Gives the failure's text, or undefined when it passed. A failing cleanup fails its test. */
async function runOne({ body, timeoutMs }: Registered): Promise<string | undefined> {
  const cleanups: (() => unknown)[] = [];
  const errors: unknown[] = [];
  await limited(async () => body({ after: (cleanup) => cleanups.push(cleanup) }), timeoutMs).catch((error: unknown) => errors.push(error));
  for (const cleanup of cleanups.reverse()) {
    await limited(async () => cleanup(), timeoutMs).catch((error: unknown) => errors.push(error));
  }
  if (errors.length === 0) return undefined;
  return errors.map((error) => (error instanceof Error ? (error.stack ?? error.message) : String(error))).join('\n');
}

async function limited(work: () => Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished after ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function writeResult(result: SuiteResult): Promise<void> {
  const path = process.env['SWITCHYARD_TEST_RESULT'];
  if (path === undefined) throw new Error('SWITCHYARD_TEST_RESULT does not say where to write the result.');
  await writeFile(`${path}.part`, JSON.stringify(result));
  await rename(`${path}.part`, path);
}
