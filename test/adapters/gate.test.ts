import { watch } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGates, GateError, gateEnvironment } from '../../src/adapters/gate.js';
import { tailOf } from '../../src/adapters/gateOutput.js';
import { startTime, stopTree } from '../../src/adapters/process.js';
import type { GateRequest } from '../../src/core/ports.js';
import { untilFile } from './runner/support.js';

let root: string;
let nonce: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gate-'));
  nonce = `gate-${process.pid}-${Date.now()}-${Math.random()}`;
  await mkdir(join(root, 'tree'));
});
afterEach(async () => {
  await stopTree(undefined, nonce, { from: 'SIGKILL' });
  await rm(root, { recursive: true, force: true });
});

const gates = createGates({ environment: { PATH: process.env['PATH'], HOME: tmpdir(), MINE: 'yes', SECRET: 'no' } });
const request = (commands: readonly string[], more: Partial<GateRequest> = {}): GateRequest => ({
  cwd: join(root, 'tree'),
  commands,
  outputFile: join(root, 'out', 'gate.txt'),
  slot: 3,
  passEnv: ['MINE'],
  timeoutMs: 60_000,
  nonce,
  ...more,
});
const node = (source: string): string => `"${process.execPath}" -e ${JSON.stringify(source)}`;

test('a stop that comes while a command is being started ends it', async () => {
  const stop = new AbortController();
  let asked = false;
  // The stop comes right after the gate has looked whether there was one.
  const signal = new Proxy(stop.signal, {
    get: (target, name): unknown => {
      if (name === 'aborted' && !asked) {
        asked = true;
        stop.abort();
        return false;
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
  expect(await gates.run(request([node('setTimeout(() => {}, 1e8)'), 'echo second'], { signal }))).toMatchObject([{ exitCode: null }]);
});

test('what a gate prints of secrets is in neither its tail nor its file', async () => {
  const token = ['gh', 'p_', 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5'].join('');
  const secretive = createGates({ environment: { PATH: process.env['PATH'], HOME: tmpdir(), DEPLOY_TOKEN: 'unmistakable-1' } });
  const [result] = await secretive.run(request([`echo "value $DEPLOY_TOKEN ü"; echo ${token}`], { passEnv: ['DEPLOY_TOKEN'] }));
  expect(result?.tail).toBe('value ‹secret› ü\n‹secret›');
  const [, ...lines] = (await readFile(join(root, 'out', 'gate.txt'), 'utf8')).split('\n');
  expect(lines.join('\n')).toBe('value ‹secret› ü\n‹secret›\n');
});

test('commands run in order in the worktree and stop at the first failure', async () => {
  const results = await gates.run(request(['echo one > a', 'cat a && exit 7', 'echo never > b']));
  expect(results.map(({ exitCode, tail }) => [exitCode, tail])).toEqual([[0, ''], [7, 'one']]);
  expect(results.every(({ ms }) => ms >= 0)).toBe(true);
  await expect(readFile(join(root, 'tree', 'b'))).rejects.toThrow('ENOENT');
  expect(await readFile(join(root, 'out', 'gate.txt'), 'utf8')).toBe('$ echo one > a\n$ cat a && exit 7\none\n');
  expect((await stat(join(root, 'out', 'gate.txt'))).mode & 0o777).toBe(0o600);
});

test('both streams are kept in their order, colours too', async () => {
  const [result] = await gates.run(request(["echo 1; echo 2 >&2; printf '\\033[31m3\\033[0m\\n'"]));
  expect(result?.tail).toBe('1\n2\n\x1b[31m3\x1b[0m');
});

test('a gate sees its slot, CI and allowed variables only', async () => {
  await gates.run(request([node("require('fs').writeFileSync('env.json', JSON.stringify(process.env))")]));
  const env = JSON.parse(await readFile(join(root, 'tree', 'env.json'), 'utf8')) as Record<string, string>;
  expect(env).toMatchObject({ MINE: 'yes', CI: 'true', SWITCHYARD_SLOT: '3', SWITCHYARD_NONCE: nonce });
  expect(env['SECRET']).toBeUndefined();
  expect(gateEnvironment({ passEnv: ['ELECTRON_RUN_AS_NODE'], slot: 0, nonce: 'n' }, { ELECTRON_RUN_AS_NODE: '1' })).toEqual({ CI: 'true', SWITCHYARD_SLOT: '0', SWITCHYARD_NONCE: 'n' });
});

test('of much output the last 50 lines are kept, long ones cut', async () => {
  const [result] = await gates.run(request([node("for (let i = 0; i < 100000; i++) console.log('line ' + i); console.log('y'.repeat(5000)); process.exitCode = 1")]));
  const lines = result?.tail.split('\n') ?? [];
  expect(lines).toHaveLength(50);
  expect(lines[48]).toBe('line 99999');
  expect(lines[49]).toBe(`${'y'.repeat(2000)} … (cut)`);
  expect((await stat(join(root, 'out', 'gate.txt'))).size).toBeGreaterThan(1_000_000);
  expect(tailOf('a\nb\n')).toBe('a\nb');
});

const loud = (megabytes: number, then = ''): string =>
  node(`const { writeSync } = require('fs'); const piece = Buffer.from(('z'.repeat(99) + '\\n').repeat(10486)); for (let i = 0; i < ${megabytes}; i++) writeSync(1, piece); ${then}`);

test('a gigabyte of output costs neither memory nor disk for long: both ends are kept, and it is said what is not', async () => {
  await mkdir(join(root, 'out'));
  let most = 0;
  const before = process.memoryUsage().rss;
  const watched = watch(join(root, 'out'), () => (most = Math.max(most, process.memoryUsage().rss - before)));
  try {
    const [result] = await gates.run(request([`echo first; ${loud(1024, "console.log('the last line')")}; exit 3`]));
    expect(result).toMatchObject({ exitCode: 3 });
    expect(result?.tail.split('\n').at(-1)).toBe('the last line');
    expect(result?.tail.split('\n')).toHaveLength(50);
    const text = await readFile(join(root, 'out', 'gate.txt'), 'utf8');
    expect(text.length).toBeLessThan(17 * 1024 * 1024);
    expect(text.split('\n').slice(1, 3)).toEqual(['first', 'z'.repeat(99)]);
    expect(text).toMatch(/\n… 1,0\d\d MB of output left out by Switchyard …\n/);
    expect(text.endsWith('the last line\n')).toBe(true);
    expect(Math.max(most, process.memoryUsage().rss - before)).toBeLessThan(256 * 1024 * 1024);
  } finally {
    watched.close();
  }
});

test('output without end is stopped before it fills the disk', async () => {
  const small = createGates({ environment: { PATH: process.env['PATH'] }, limits: { keep: 1000, stop: 20 * 1024 * 1024 } });
  const [result] = await small.run(request(['yes a line without end', 'echo never > second']));
  expect(result).toMatchObject({ exitCode: null, overflowed: true, tail: expect.stringContaining('a line without end\n') as string });
  expect((await stat(join(root, 'out', 'gate.txt'))).size).toBeLessThan(5000);
  await expect(readFile(join(root, 'tree', 'second'))).rejects.toThrow('ENOENT');
});

test('the tests that ran are counted over the whole output, not only its last lines', async () => {
  const results = await gates.run(request([`echo '  7 passing (2ms)'; ${node("for (let i = 0; i < 300; i++) console.log('a report line')")}`, 'echo built']));
  expect(results.map(({ tests }) => tests)).toEqual([7, undefined]);
  await writeFile(join(root, 'tree', 'a.test.mjs'), "import test from 'node:test'; test('a', () => {}); test('b', () => {}); test.skip('c', () => {});");
  const [real] = await gates.run(request([`"${process.execPath}" --test a.test.mjs`]));
  expect(real).toMatchObject({ exitCode: 0, tests: 2 });
});

test('a command that is not there is an ordinary failure', async () => {
  expect(await gates.run(request(['no-such-command-anywhere']))).toMatchObject([{ exitCode: 127, tail: expect.stringContaining('no-such-command-anywhere') as string }]);
});

/** Starts a deaf process with a session of its own and goes on. */
const DEAF = `
const deaf = "for (const s of ['SIGINT','SIGTERM','SIGHUP']) process.on(s, () => {}); require('fs').writeFileSync('deaf', String(process.pid)); setTimeout(() => {}, 1e8)";
require('child_process').spawn(process.execPath, ['-e', deaf], { detached: true, stdio: 'ignore' }).unref();
`;

test('a command beyond its time is ended with its whole tree', async () => {
  await writeFile(join(root, 'tree', 'slow.cjs'), `${DEAF} setTimeout(() => {}, 1e8)`);
  const [result] = await gates.run(request([`"${process.execPath}" slow.cjs`], { timeoutMs: 2500 }));
  expect(result).toMatchObject({ exitCode: null, timedOut: true });
  const pid = Number(await readFile(join(root, 'tree', 'deaf'), 'utf8'));
  expect(await startTime(pid)).toBeUndefined();
});

test('an abort ends it too, and nothing more is run', async () => {
  const abort = new AbortController();
  const running = gates.run(request([`echo > begun; ${node('setTimeout(() => {}, 1e8)')}`, 'echo > second'], { signal: abort.signal }));
  await untilFile(join(root, 'tree', 'begun'));
  abort.abort();
  expect(await running).toMatchObject([{ exitCode: null }]);
  await expect(readFile(join(root, 'tree', 'second'))).rejects.toThrow('ENOENT');
  expect(await gates.run(request(['true'], { signal: abort.signal }))).toEqual([]);
});

test('what a gate leaves in the background is ended after its last command, not before', async () => {
  await writeFile(join(root, 'tree', 'serve.cjs'), `${DEAF} require('fs').watch('.', (_, name) => name === 'deaf' && process.exit(0))`);
  const check = node("process.kill(Number(require('fs').readFileSync('deaf', 'utf8')), 0)");
  const results = await gates.run(request([`"${process.execPath}" serve.cjs`, check]));
  expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(await startTime(Number(await readFile(join(root, 'tree', 'deaf'), 'utf8')))).toBeUndefined();
});

test('a missing worktree is an error of its own, not a red gate', async () => {
  await expect(gates.run(request(['true'], { cwd: join(root, 'gone') }))).rejects.toSatisfy((error: unknown) => GateError.is(error));
});
