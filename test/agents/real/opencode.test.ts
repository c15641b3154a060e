/**
 * The real opencode through its adapter. It has no knob for its retries: a 429 that names no time has taken more than
 * 80 s, a lost connection over a minute, a 500 never ends. Those are covered by `fixtures/opencode/fail-{429,500,drop}.jsonl`.
 */
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { closeDesks, openDesk, removeRunner } from './desk.js';
import { fails, goesOnAfterTrouble, isWatched, plansReadOnly, stopsWholeTree, worksAndResumes } from './suite.js';

afterEach(closeDesks);
afterAll(removeRunner);

describe('opencode', () => {
  worksAndResumes('opencode', { titles: ['Read notes.txt', 'Edit notes.txt', '$ git status --short'], cacheWrites: false });
  plansReadOnly('opencode', ['write', 'bash', 'edit']);
  fails('opencode', [
    { name: 'status 401', step: { fail: { status: 401 } }, knobs: {}, reason: 'signed-out' },
    { name: 'status 429 that says when to come back', step: { fail: { status: 429, retryAfterSeconds: 1 } }, knobs: {}, reason: 'rate-limit' },
  ]);
  goesOnAfterTrouble('opencode', { step: { fail: { status: 401 } }, knobs: {}, reason: 'signed-out' });
  isWatched('opencode', 12_000);
  stopsWholeTree('opencode');

  test('is detected with its version', async () => {
    const desk = await openDesk('opencode', () => []);
    expect(await desk.status()).toMatchObject({ id: 'opencode', found: true, path: desk.executable, version: '1.18.33', signedIn: 'unknown' });
  });
});
