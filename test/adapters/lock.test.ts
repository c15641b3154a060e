import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { acquireLock, lockHolder } from '../../src/adapters/lock.js';
import { watchLock } from '../../src/adapters/lockWatch.js';

let root: string;
let folder: string;
let program: string;
let programFolder: string;
const children: ChildProcess[] = [];

/** A taker in a process of its own: tries when told `go`, tells the result, stays until killed. */
const TAKER = `
import { acquireLock } from './src/adapters/lock.js';
process.on('message', async (folder) => {
  const result = await acquireLock(folder, 'taker');
  process.send(result.ok ? { ok: true } : result);
});
process.send('ready');
`;

beforeAll(async () => {
  programFolder = await mkdtemp(join(tmpdir(), 'taker-'));
  program = join(programFolder, 'taker.js');
  await build({ stdin: { contents: TAKER, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' }, bundle: true, platform: 'node', format: 'cjs', outfile: program, logLevel: 'error' });
});
afterAll(() => rm(programFolder, { recursive: true }));
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lock-'));
  folder = join(root, 'lock');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(root, { recursive: true, force: true });
});

interface Answer {
  readonly ok: boolean;
  readonly holder?: { readonly pid: number; readonly label: string };
}

function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve) => child.once('message', (value) => resolve(value as T)));
}

async function taker(): Promise<ChildProcess> {
  const child = fork(program, { env: { PATH: process.env['PATH'] } });
  children.push(child);
  await message(child);
  return child;
}

function take(child: ChildProcess): Promise<Answer> {
  const answer = message<Answer>(child);
  child.send(folder);
  return answer;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

test('one holds it, others learn who, and after the release it is free', async () => {
  expect(await lockHolder(folder)).toBeUndefined();
  const mine = await acquireLock(folder, 'VS Code window');
  expect(mine.ok).toBe(true);
  expect(await lockHolder(folder)).toMatchObject({ pid: process.pid, label: 'VS Code window' });
  expect(await take(await taker())).toMatchObject({ ok: false, holder: { pid: process.pid, label: 'VS Code window' } });
  expect(await acquireLock(folder, 'again')).toMatchObject({ ok: false });
  if (mine.ok) await mine.release();
  expect(await lockHolder(folder)).toBeUndefined();
  expect(await take(await taker())).toEqual({ ok: true });
});

test('a holder that was killed is taken over by exactly one of eight takers, again and again', async () => {
  const [first, ...takers] = await Promise.all(Array.from({ length: 9 }, taker));
  expect(await take(first!)).toEqual({ ok: true });
  await kill(first!);
  let waiting = takers;
  while (waiting.length > 0) {
    const answers = await Promise.all(waiting.map(take));
    const winners = waiting.filter((_, index) => answers[index]?.ok);
    expect(winners).toHaveLength(1);
    for (const answer of answers) if (!answer.ok) expect(answer.holder?.pid).toBe(winners[0]?.pid);
    await kill(winners[0]!);
    waiting = waiting.filter((child) => child !== winners[0]);
  }
});

test("a holder whose pid is somebody else's now is dead", async () => {
  const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e8)'], { stdio: 'ignore' });
  children.push(other);
  const mine = await acquireLock(folder, 'first');
  if (mine.ok) await mine.release();
  const [name] = (await readdir(folder)).filter((one) => one.endsWith('.json'));
  await writeFile(join(folder, name ?? ''), JSON.stringify({ pid: other.pid, startTime: 'long ago', label: 'ghost', since: 0 }));
  expect(await lockHolder(folder)).toBeUndefined();
  expect((await acquireLock(folder, 'second')).ok).toBe(true);
});

test('a watcher is told of each holder: by the end of its process, by its release, and of a record that no living process stands for', async () => {
  const first = await taker();
  await take(first);
  const heard: (number | undefined)[] = [];
  let wake: () => void = () => undefined;
  const stop = watchLock(folder, (holder) => {
    if (heard.length === 0 || heard.at(-1) !== holder?.pid) heard.push(holder?.pid);
    wake();
  }, (error) => {
    throw error;
  });
  const until = async (...pids: readonly (number | undefined)[]): Promise<void> => {
    while (heard.length < pids.length) await new Promise<void>((resolve) => (wake = resolve));
    expect(heard).toEqual(pids);
  };
  await until(first.pid);
  first.kill('SIGKILL');
  await until(first.pid, undefined);
  const mine = await acquireLock(folder, 'mine');
  await until(first.pid, undefined, process.pid);
  if (mine.ok) await mine.release();
  await until(first.pid, undefined, process.pid, undefined);
  const next = await taker();
  await take(next);
  await until(first.pid, undefined, process.pid, undefined, next.pid);
  stop();
});

test('a damaged record of a power cut does not lock for ever', async () => {
  const mine = await acquireLock(folder, 'first');
  if (mine.ok) await mine.release();
  const [name] = (await readdir(folder)).filter((one) => one.endsWith('.json'));
  await writeFile(join(folder, name ?? ''), '');
  expect((await acquireLock(folder, 'second')).ok).toBe(true);
});

test('the chain does not grow without end', async () => {
  for (let round = 0; round < 12; round += 1) {
    const lock = await acquireLock(folder, 'round');
    if (lock.ok) await lock.release();
  }
  expect((await readdir(folder)).length).toBeLessThanOrEqual(6);
});
