import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLog, type LogFile } from '../../src/adapters/eventStore.js';
import { followLog, LogError, readLog, START } from '../../src/adapters/logLines.js';

let root: string;
let file: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'log-'));
  file = join(root, 'run', 'events.jsonl');
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function all(log: string): Promise<unknown[]> {
  const events: unknown[] = [];
  await readLog(log, (event) => events.push(event));
  return events;
}

test('what was appended is there again, in order, private', async () => {
  const log = await openLog(file);
  expect(log.events).toEqual([]);
  await Promise.all([log.append([{ seq: 1 }, { seq: 2 }]), log.append([{ seq: 3, text: 'é\n' }])]);
  await log.append([]);
  await log.close();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const again = await openLog(file);
  expect(again.events).toEqual([{ seq: 1 }, { seq: 2 }, { seq: 3, text: 'é\n' }]);
  expect(again.torn).toBeUndefined();
  await again.append([{ seq: 4 }]);
  await again.close();
  expect(await all(file)).toHaveLength(4);
});

test('appends of one moment share one write and one sync', async () => {
  const calls: string[] = [];
  const log = await openLog(file, undefined, (real) => ({
    ...real,
    write: (bytes, position) => (calls.push('write'), real.write(bytes, position)),
    datasync: () => (calls.push('sync'), real.datasync()),
  }));
  await Promise.all(Array.from({ length: 50 }, (_, seq) => log.append([{ seq }])));
  await log.close();
  expect(calls).toEqual(['write', 'sync']);
  expect((await all(file)).map((event) => (event as { seq: number }).seq)).toEqual(Array.from({ length: 50 }, (_, seq) => seq));
});

test('a torn last line is cut off and reported, and the next line starts clean', async () => {
  const log = await openLog(file);
  await log.append([{ seq: 1 }]);
  await log.close();
  await appendFile(file, '{"seq":2,"te');
  expect(await all(file)).toEqual([{ seq: 1 }]);
  const again = await openLog(file);
  expect(again.events).toEqual([{ seq: 1 }]);
  expect(again.torn).toBe('{"seq":2,"te');
  await again.append([{ seq: 2 }]);
  await again.close();
  expect(await readFile(file, 'utf8')).toBe('{"seq":1}\n{"seq":2}\n');
});

test('any other bad line is an error that names it, and the file is left alone', async () => {
  const log = await openLog(file);
  await log.close();
  const text = '{"seq":1}\nnot json\n{"seq":3}\n';
  await writeFile(file, text);
  await expect(openLog(file)).rejects.toSatisfy((error: unknown) => LogError.is(error, 'bad-line') && error.line === 2 && error.message.includes('line 2'));
  await expect(all(file)).rejects.toThrow('line 2');
  expect(await readFile(file, 'utf8')).toBe(text);
});

function full(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
}

test('a full disk: the batch is refused as such, the file stays readable, and later appends work', async () => {
  let room = Infinity;
  const log = await openLog(file, undefined, (real): LogFile => ({
    ...real,
    // Half of it gets through, as on a real disk.
    write: async (bytes, position) => {
      if (bytes.length <= room) return real.write(bytes, position);
      await real.write(bytes.subarray(0, room), position);
      throw full();
    },
  }));
  await log.append([{ seq: 1 }]);
  room = 5;
  const results = await Promise.allSettled([log.append([{ seq: 2 }]), log.append([{ seq: 3 }])]);
  expect(results.every((result) => result.status === 'rejected' && LogError.is(result.reason, 'disk-full'))).toBe(true);
  expect(await readFile(file, 'utf8')).toBe('{"seq":1}\n');
  room = Infinity;
  await log.append([{ seq: 2 }]);
  await log.close();
  expect(await all(file)).toEqual([{ seq: 1 }, { seq: 2 }]);
});

test('when even the cut fails, nothing is written until it succeeds', async () => {
  let broken = false;
  const log = await openLog(file, undefined, (real): LogFile => ({
    ...real,
    datasync: () => (broken ? Promise.reject(new Error('EIO: i/o error')) : real.datasync()),
    truncate: (length) => (broken ? Promise.reject(new Error('EIO: i/o error')) : real.truncate(length)),
  }));
  await log.append([{ seq: 1 }]);
  broken = true;
  await expect(log.append([{ seq: 2, text: 'a longer line that must go' }])).rejects.toSatisfy((error: unknown) => LogError.is(error, 'write-failed'));
  broken = false;
  await log.append([{ seq: 2 }]);
  await log.close();
  expect(await readFile(file, 'utf8')).toBe('{"seq":1}\n{"seq":2}\n');
});

test('goes on from where it was read to, and tells when the log is another one by now', async () => {
  const log = await openLog(file);
  await log.append([{ seq: 1 }, { seq: 2, text: 'é' }]);
  const place = await readLog(file, () => undefined);
  expect(place).toEqual({ bytes: 32, lines: 2, last: '{"seq":2,"text":"é"}' });
  expect(log.end).toEqual(place);
  expect(await readLog(file, () => expect.unreachable(), place)).toEqual(place);
  await log.append([{ seq: 3 }]);
  const seen: unknown[] = [];
  expect(await readLog(file, (event, line) => seen.push(event, line), place)).toEqual(log.end);
  expect(seen).toEqual([{ seq: 3 }, 3]);
  await log.close();
  const again = await openLog(file, place);
  expect(again.events).toEqual([{ seq: 3 }]);
  await again.append([{ seq: 4 }]);
  await again.close();
  expect(await all(file)).toHaveLength(4);
  await writeFile(file, '{"seq":1}\n{"seq":2,"text":"è"}\n{"seq":3}\n');
  await expect(readLog(file, () => undefined, place)).rejects.toSatisfy((error: unknown) => LogError.is(error, 'other-log'));
  await expect(openLog(file, place)).rejects.toSatisfy((error: unknown) => LogError.is(error, 'other-log'));
});

test('a closed log takes nothing', async () => {
  const log = await openLog(file);
  const last = log.append([{ seq: 1 }]);
  await log.close();
  await last;
  await expect(log.append([{ seq: 2 }])).rejects.toSatisfy((error: unknown) => LogError.is(error, 'closed'));
});

test('a follower gets all there is at once, then each append, never half a line', async () => {
  const log = await openLog(file);
  await log.append([{ seq: 1 }, { seq: 2 }]);
  const calls: (readonly unknown[])[] = [];
  let wake = (): void => undefined;
  const until = (number: number): Promise<void> =>
    new Promise((resolve) => {
      wake = () => calls.flat().length >= number && resolve();
      wake();
    });
  const onEvents = (events: readonly unknown[]): void => {
    calls.push(events);
    wake();
  };
  const stop = followLog(file, START, onEvents, (error) => expect.unreachable(String(error)));
  await until(2);
  expect(calls[0]).toEqual([{ seq: 1 }, { seq: 2 }]);
  await log.append([{ seq: 3 }]);
  await until(3);
  stop();
  await log.close();
  expect(calls.flat()).toEqual([{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
});

test('a follower is told of a bad line by its number', async () => {
  const log = await openLog(file);
  await log.append([{ seq: 1 }]);
  await log.close();
  const stops: (() => void)[] = [];
  const error = await new Promise<unknown>((resolve) => {
    const stop = followLog(file, START, () => void appendFile(file, '{}\nbad\n'), resolve);
    stops.push(stop);
  });
  stops.forEach((stop) => stop());
  expect(LogError.is(error, 'bad-line') && error.line).toBe(3);
});
