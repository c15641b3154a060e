import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { lineCutter } from '../../../src/adapters/runner/lines.js';
import { loadParser } from '../../../src/adapters/runner/parsers.js';
import { oneLine } from '../../../src/adapters/runner/sanitize.js';
import { plain } from '../../../src/core/plainText.js';
import { tap } from '../../../src/adapters/runner/tap.js';
import { paint, paragraphs, tail } from '../../../src/adapters/runner/transcript.js';
import { AGENT_IDS } from '../../../src/core/ids.js';
import type { ExitRecord } from '../../../src/core/ports.js';

test('output of a process that ended before anybody asked for it is not lost', async () => {
  const child = spawn(process.execPath, ['-e', "process.stdout.write('x'.repeat(50000) + 'end')"], { stdio: ['ignore', 'pipe', 'ignore'] });
  const held = tap(child.stdout);
  await new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => setImmediate(resolve));
  let text = '';
  await held.each(async (chunk) => {
    text += chunk.toString();
  }, () => 1);
  expect(text).toBe(`${'x'.repeat(50_000)}end`);
});

test('a tap hands over one chunk at a time and can be cut', async () => {
  const child = spawn(process.execPath, ['-e', "setInterval(() => process.stdout.write('x'.repeat(100000)), 1)"], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const held = tap(child.stdout);
    let under = 0;
    let chunks = 0;
    await held.each(async () => {
      expect((under += 1)).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      under -= 1;
      if ((chunks += 1) === 5) held.cut();
    }, () => 1);
    expect(chunks).toBeGreaterThanOrEqual(5);
  } finally {
    child.kill('SIGKILL');
  }
});

test('what came while a tap rested is handed over together, and nothing waits for a second rest', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const stream = new PassThrough();
    const taken: string[] = [];
    const all = tap(stream).each(async (chunk) => void taken.push(chunk.toString()), () => 40);
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    for (let n = 0; n < 50; n += 1) {
      stream.write(`${n},`);
      await turn();
    }
    expect(taken).toEqual(['0,']);
    await vi.runOnlyPendingTimersAsync();
    await turn();
    const rest = Array.from({ length: 49 }, (_, n) => `${n + 1},`).join('');
    expect(taken).toEqual(['0,', rest]);
    stream.end('end');
    await all;
    expect(taken).toEqual(['0,', rest, 'end']);
  } finally {
    vi.useRealTimers();
  }
});

test('a tap lets the program wait that says more than is taken, and lets it run when the taker fails', async () => {
  const stream = new PassThrough({ highWaterMark: 1024 });
  let fail: (error: Error) => void = () => undefined;
  const failed = tap(stream).each(() => new Promise((_, reject) => (fail = reject)), () => 1);
  let written = 0;
  while (stream.write('x'.repeat(1000)) && written < 10_000) {
    written += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(written).toBeLessThan(200);
  fail(new Error('no room'));
  await expect(failed).rejects.toThrow('no room');
  stream.end('y'.repeat(100_000));
  await new Promise((resolve) => stream.once('close', resolve));
});

test('lines are cut at bytes, whatever the chunks', () => {
  const bytes = Buffer.from('{"a":"é"}\r\n\n{"b":"€"}\nrest');
  for (let size = 1; size <= bytes.length; size += 1) {
    const cutter = lineCutter();
    const lines = [];
    for (let start = 0; start < bytes.length; start += size) lines.push(...cutter.push(bytes.subarray(start, start + size)));
    expect([...lines, cutter.rest()]).toEqual(['{"a":"é"}', '', '{"b":"€"}', 'rest']);
    expect(cutter.rest()).toBeUndefined();
  }
});

test('a line beyond the limit is told by its size, and the next one is whole', () => {
  const cutter = lineCutter(10);
  expect(cutter.push(Buffer.from('0123456789\n0123456'))).toEqual(['0123456789']);
  expect(cutter.push(Buffer.from('789ab\nok\n'))).toEqual([12, 'ok']);
  cutter.push(Buffer.from('0123456789012'));
  expect(cutter.rest()).toBe(13);
});

test('escape sequences of every kind are taken out, text stays', () => {
  expect(plain('a\x1b[1;31mb\x1b[0m\x1b]8;;http://x\x1b\\c\x1b]8;;\x07d\x1b(Be\x1bMf\x9b2Jg')).toBe('abcdefg');
  expect(plain('open \x1b]0;title never closed')).toBe('open ');
  expect(plain('ends in \x1b')).toBe('ends in ');
  expect(plain('one\r\ntwo\rthree\ttab')).toBe('one\ntwo\nthree\ttab');
  expect(plain('Zeile mit ü, 日本語 and 🎉')).toBe('Zeile mit ü, 日本語 and 🎉');
  expect(oneLine(`a\n\tb ${'x'.repeat(50)}`, 10)).toBe('a b xxxxx…');
});

test('what an agent does reads like this', () => {
  const text = paint(
    [
      { type: 'session', session: 's' } as const,
      { type: 'message', text: 'I will fix it.\nNow.' } as const,
      { type: 'tool', id: '1', name: 'Edit', title: 'Edit src/a.ts' } as const,
      { type: 'edit', path: 'src/a.ts', change: 'modified' } as const,
      { type: 'tool', id: '2', name: 'Bash', title: '$ npm test' } as const,
      { type: 'tool-result', id: '2', ok: false, text: 'one\n\ntwo' } as const,
      { type: 'tool-result', id: '3', ok: true, text: Array.from({ length: 30 }, (_, index) => `l${index}`).join('\n') } as const,
      { type: 'denied', tool: 'Bash', why: 'not in the list' } as const,
      { type: 'retry', reason: 'rate-limit', attempt: 2, of: 10, delayMs: 1500 } as const,
      { type: 'warning', text: 'careful' } as const,
    ].flatMap(paragraphs),
    false,
  );
  expect(text).toBe(
    [
      'I will fix it.', 'Now.', '● Edit src/a.ts', '  ~ src/a.ts', '● $ npm test', '  ✗ one', '    two',
      '    l0', '    l1', '    l2', '    l3', '    l4', '    l5', '    l6', '    … 23 more lines',
      '! Not allowed: Bash: not in the list', '↻ rate-limit: try 2 of 10, again in 2 s', '! careful', '',
    ].join('\n'),
  );
});

test('an ending is one line, with how long it took', () => {
  const record: ExitRecord = {
    v: 1, nonce: 'n', startedAt: 0, endedAt: 125_000, exitCode: 1, signal: null, ended: 'exited',
    outcome: { ok: false, message: 'no\x1b[2J credit', usage: [], usageIsCumulative: false, denied: [] },
  };
  expect(paint(tail(record), false)).toBe('■ Failed after 2 min 5 s: no credit\n');
  expect(paint(tail({ ...record, endedAt: 1234, ended: 'stopped' }), true)).toBe('\x1b[33m■ Stopped after 1.2 s: no credit\x1b[0m\n');
  expect(paint(tail({ ...record, endedAt: 42_400, outcome: { ...record.outcome, ok: true } }), false)).toBe('✓ Finished after 42 s\n');
});

test('there is a parser for every agent, and for nothing else', async () => {
  for (const agent of AGENT_IDS) expect((await loadParser(agent, '/tree')).line('not json')).toEqual([]);
  await expect(loadParser('toString' as 'claude', '/tree')).rejects.toThrow('no parser');
});
