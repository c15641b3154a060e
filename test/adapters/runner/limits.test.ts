import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { watchLimits } from '../../../src/adapters/runner/limits.js';
import { buildPrograms, END, sandbox, says, START, type Programs, type Sandbox } from './support.js';

let programs: Programs;
let box: Sandbox;
beforeAll(async () => (programs = await buildPrograms()));
afterAll(() => rm(programs.folder, { recursive: true }));
beforeEach(async () => (box = await sandbox(programs)));
afterEach(() => box.clean());

const STAYS = 'setTimeout(() => {}, 1e8);';
const TALKS = 'setInterval(() => process.stderr.write("."), 50);';

test('silence is ended as `silent`', async () => {
  const spec = await box.spec(says([START], STAYS), { limits: { idleMs: 400, totalMs: 60_000 } });
  const attempt = await box.runners().start(spec, {});
  expect(await attempt.ended).toMatchObject({
    kind: 'exit',
    record: { ended: 'idle', outcome: { ok: false, reason: 'silent', message: expect.stringContaining('no output for 0.4 s') as string } },
  });
});

// The program must have come to its question by then, on a busy machine too.
test.each([
  ['Claude Code', 'Do you want to proceed?'],
  ['Codex', 'Allow command? `rm -rf build`'],
  ['Gemini CLI', 'Allow execution of: npm test?'],
  ['opencode', 'Permission required: bash'],
  ['a program it runs', 'Overwrite the file? [y/N]'],
])('silence after a question for permission is told apart: %s', async (_, question) => {
  const spec = await box.spec(says([START], `process.stderr.write(${JSON.stringify(question)}); ${STAYS}`), { limits: { idleMs: 2000, totalMs: 60_000 } });
  const attempt = await box.runners().start(spec, {});
  expect(await attempt.ended).toMatchObject({ kind: 'exit', record: { ended: 'idle', outcome: { ok: false, reason: 'permission', message: expect.stringContaining('asked for a permission') as string } } });
});

test('an attempt that talks and talks is ended at the time limit', async () => {
  const spec = await box.spec(says([START], TALKS), { limits: { idleMs: 60_000, totalMs: 700 } });
  const attempt = await box.runners().start(spec, {});
  expect(await attempt.ended).toMatchObject({ kind: 'exit', record: { ended: 'time-limit', outcome: { ok: false, reason: 'time-limit' } } });
});

test('any output puts the watchdog off, but not the time limit; each stops once', () => {
  vi.useFakeTimers();
  try {
    const stops: string[] = [];
    const limits = watchLimits({ idleMs: 100, totalMs: 1000 }, (why) => stops.push(why));
    for (let round = 0; round < 5; round += 1) {
      vi.advanceTimersByTime(90);
      limits.heard();
    }
    expect(stops).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(stops).toEqual(['idle']);
    vi.advanceTimersByTime(1000);
    expect(stops).toEqual(['idle', 'time-limit']);
    const cleared = watchLimits({ idleMs: 100, totalMs: 1000 }, (why) => stops.push(why));
    cleared.clear();
    vi.advanceTimersByTime(5000);
    expect(stops).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

test("passing the budget by the CLI's own running total stops it, and the usage is kept", async () => {
  const usage = (usd: number) => ({ type: 'usage' as const, usage: [{ model: 'm', inputTokens: 10, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 5, usd }] });
  const spec = await box.spec(says([START, usage(0.4), usage(1.2)], STAYS), { limits: { idleMs: 60_000, totalMs: 60_000, usd: 1 } });
  const attempt = await box.runners().start(spec, {});
  expect(await attempt.ended).toMatchObject({
    kind: 'exit',
    record: { ended: 'budget', outcome: { reason: 'budget', message: expect.stringContaining('$1.20') as string, usage: [{ usd: 1.2 }] } },
  });
});

test('within its limits an attempt ends by itself', async () => {
  const spec = await box.spec(says([START, END]), { limits: { idleMs: 60_000, totalMs: 60_000, usd: 1 } });
  const attempt = await box.runners().start(spec, {});
  expect(await attempt.ended).toMatchObject({ kind: 'exit', record: { ended: 'exited', outcome: { ok: true } } });
});
