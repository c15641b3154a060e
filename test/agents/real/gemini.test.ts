/**
 * The real Gemini CLI through its adapter. Its own ten tries take four minutes: those ends are covered by
 * `fixtures/gemini/fail-{429,500,503}.jsonl`; here `general.maxAttempts` is 1.
 */
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { closeDesks, openDesk, removeRunner } from './desk.js';
import { editsOnly, fails, goesOnAfterTrouble, isWatched, plansReadOnly, stopsWholeTree, worksAndResumes } from './suite.js';

afterEach(closeDesks);
afterAll(removeRunner);

const none = { retries: 0 };

describe('gemini', () => {
  worksAndResumes('gemini', { titles: ['Read notes.txt', 'Edit notes.txt', '$ git status --short'], cacheWrites: false });
  plansReadOnly('gemini', ['write_file', 'run_shell_command', 'replace']);
  editsOnly('gemini');
  fails('gemini', [
    { name: 'status 401', step: { fail: { status: 401 } }, knobs: none, reason: 'signed-out' },
    { name: 'status 429', step: { fail: { status: 429 } }, knobs: none, reason: 'rate-limit' },
    { name: 'status 500', step: { fail: { status: 500 } }, knobs: none, reason: 'server' },
    { name: 'a closed connection', step: { drop: 'before' }, knobs: none, reason: 'network' },
    { name: 'a connection lost in the middle', step: { drop: 'midway' }, knobs: none, reason: 'network' },
  ]);
  goesOnAfterTrouble('gemini', { step: { fail: { status: 500 } }, knobs: none, reason: 'server' });
  isWatched('gemini', 8_000);
  stopsWholeTree('gemini');

  test('a later session in the same folder does not cost the earlier one', async () => {
    const desk = await openDesk('gemini', (request) => [{ text: `Round ${request.round}.` }]);
    const first = await desk.run({ prompt: 'First session.' });
    await desk.run({ prompt: 'Second session.' });
    const again = await desk.run({ prompt: 'Back to the first.', ...(first.outcome.session === undefined ? {} : { resume: first.outcome.session }) });
    expect(again.outcome, again.stderr).toMatchObject({ ok: true, session: first.outcome.session, text: 'Round 1.' });
  });

  test('is detected with its version and who pays', async () => {
    const desk = await openDesk('gemini', () => []);
    expect(await desk.status()).toEqual({ id: 'gemini', name: 'Gemini CLI', found: true, path: desk.executable, version: '0.61.0', signedIn: 'yes', account: 'api-key' });
  });
});
