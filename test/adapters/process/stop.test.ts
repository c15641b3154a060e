import { spawn, type ChildProcess } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { startTime, stopTree } from '../../../src/adapters/process.js';
import { stopTreeWith, UnstoppableError } from '../../../src/adapters/process/stop.js';
import type { ProcessRef, ProcessRow, ProcessTable } from '../../../src/adapters/process/table.js';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that says it is ready; its environment may carry a nonce. */
async function start(source: string, env: Record<string, string> = {}): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', `${source}; console.log('ready')`], { stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env['PATH'], ...env } });
  children.push(child);
  await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  return child;
}

const STAY = 'setTimeout(() => {}, 1e8)';
const fast = { interruptMs: 150, terminateMs: 150 };

test('a process that obeys SIGINT gets nothing harder', async () => {
  const child = await start(`process.on('SIGINT', () => process.exit(42)); ${STAY}`);
  const code = new Promise((resolve) => child.once('exit', resolve));
  await stopTree(child.pid, 'none-such');
  expect(await code).toBe(42);
});

test('one that ignores SIGINT gets SIGTERM, one that ignores both SIGKILL', async () => {
  const polite = await start(`process.on('SIGINT', () => {}); ${STAY}`);
  const deaf = await start(`process.on('SIGINT', () => {}); process.on('SIGTERM', () => {}); ${STAY}`);
  const signals = [polite, deaf].map((child) => new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal))));
  await Promise.all([stopTree(polite.pid, 'none-such', fast), stopTree(deaf.pid, 'none-such', fast)]);
  expect(await Promise.all(signals)).toEqual(['SIGTERM', 'SIGKILL']);
});

test('the nonce alone finds a process, and only the whole nonce', async () => {
  const nonce = `nonce-${process.pid}-${Date.now()}`;
  const ours = await start(STAY, { SWITCHYARD_NONCE: nonce });
  const other = await start(STAY, { SWITCHYARD_NONCE: `${nonce}0` });
  await stopTree(undefined, nonce, { from: 'SIGTERM' });
  expect(await startTime(ours.pid ?? 0)).toBeUndefined();
  expect(await startTime(other.pid ?? 0)).toBeDefined();
});

test("a remembered process whose pid is somebody else's now is left alone", async () => {
  const child = await start(STAY);
  await stopTree({ pid: child.pid ?? 0, startTime: 'of another' }, 'none-such', fast);
  expect(await startTime(child.pid ?? 0)).toBeDefined();
});

test('an empty nonce marks nobody', async () => {
  const child = await start(STAY, { SWITCHYARD_NONCE: '' });
  await stopTree(undefined, '', fast);
  expect(await startTime(child.pid ?? 0)).toBeDefined();
});

/** A table of processes that die of certain signals only. */
function fake(rows: readonly ProcessRow[], dies: (pid: number, signal: string) => boolean, born: (signal: string) => readonly ProcessRow[] = () => []) {
  let living = [...rows];
  const sent: string[] = [];
  const table: ProcessTable = {
    startTime: (pid) => Promise.resolve(living.find((row) => row.pid === pid)?.startTime),
    alive: (refs) => Promise.resolve(refs.filter((ref) => living.some((row) => row.pid === ref.pid && row.startTime === ref.startTime))),
    list: () => Promise.resolve(living),
    signal: (refs: readonly ProcessRef[], signal) => {
      sent.push(...refs.map(({ pid }) => `${signal} ${pid}`));
      living = [...living.filter((row) => !(refs.some((ref) => ref.pid === row.pid) && dies(row.pid, signal))), ...born(signal)];
      return Promise.resolve();
    },
  };
  return { table, sent };
}
const row = (pid: number, ppid: number, marked = false): ProcessRow => ({ pid, ppid, startTime: `t${pid}`, session: 0, marked });

test('what is born while stopping is found by the next look', async () => {
  let once = true;
  const { table, sent } = fake([row(10, 1)], () => true, () => {
    const late = once ? [row(11, 1, true)] : [];
    once = false;
    return late;
  });
  await stopTreeWith(table, { pid: 10, startTime: 't10' }, 'n');
  expect(sent).toEqual(['SIGINT 10', 'SIGTERM 11']);
});

test('a process that survives SIGKILL is reported, not waited for without end', async () => {
  const { table } = fake([row(10, 1)], () => false);
  const stop = stopTreeWith(table, { pid: 10, startTime: 't10' }, 'n', { interruptMs: 5, terminateMs: 5, killMs: 20 });
  await expect(stop).rejects.toSatisfy((error: unknown) => UnstoppableError.is(error) && error.pids.includes(10));
});
