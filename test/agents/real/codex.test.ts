/** The real Codex CLI through its adapter. Its full set of retries is covered by `fixtures/codex/fail-*.jsonl`. */
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { closeDesks, openDesk, removeRunner } from './desk.js';
import { fails, goesOnAfterTrouble, isWatched, plansReadOnly, stopsWholeTree, worksAndResumes } from './suite.js';

afterEach(closeDesks);
afterAll(removeRunner);

const none = { retries: 0 };

describe('codex', () => {
  worksAndResumes('codex', { titles: ['$ cat notes.txt', 'Edit notes.txt', '$ git status --short'], cacheWrites: false });
  // A refused command leaves no trace in its output, only refused patches do.
  plansReadOnly('codex', ['apply_patch', 'apply_patch']);
  fails('codex', [
    { name: 'status 401', step: { fail: { status: 401, message: 'Incorrect API key provided: sk-dummy-000000.' } }, knobs: none, reason: 'signed-out' },
    { name: 'status 429', step: { fail: { status: 429 } }, knobs: none, reason: 'rate-limit' },
    { name: 'status 500', step: { fail: { status: 500 } }, knobs: none, reason: 'server' },
    { name: 'an unknown model', step: { fail: { status: 404, message: 'The model `gpt-5.5` does not exist or you do not have access to it.' } }, knobs: none, reason: 'bad-model' },
    { name: 'a closed connection', step: { drop: 'before' }, knobs: none, reason: 'network' },
    { name: 'a connection lost in the middle', step: { drop: 'midway' }, knobs: none, reason: 'network' },
    { name: 'silence in the middle, with a time limit of its own', step: { silent: 'midway' }, knobs: { retries: 0, timeoutMs: 1_500 }, reason: 'network' },
  ]);
  goesOnAfterTrouble('codex', { step: { fail: { status: 500 } }, knobs: none, reason: 'server' });
  isWatched('codex', 3_000);
  stopsWholeTree('codex');

  test('tells of its retries while it makes them', async () => {
    const desk = await openDesk('codex', (request) => (request.number === 1 ? [{ drop: 'midway' }] : [{ text: 'Done.' }]), { retries: 1 });
    const ran = await desk.run({});
    expect(ran.outcome).toMatchObject({ ok: true });
    expect(ran.events).toContainEqual(expect.objectContaining({ type: 'retry', reason: 'network', attempt: 1, of: 1 }));
  });

  test('a command cannot write outside the worktree', async () => {
    const desk = await openDesk('codex', (request) => (request.step === 0 ? [{ run: 'echo x > ../outside.txt' }] : [{ text: 'Done.' }]));
    const ran = await desk.run({});
    expect(ran.outcome).toMatchObject({ ok: true });
    // The stream says nothing of such a command; what the model was told does.
    const told = desk.server.requests.at(-1)?.turns.flatMap((turn) => (turn.role === 'tool' ? turn.results : [])).join('\n');
    expect(told).toMatch(/read-only file system|not permitted|denied/i);
    expect(await desk.read('../outside.txt')).toBeUndefined();
  });

  test('is detected with its version', async () => {
    const desk = await openDesk('codex', () => []);
    expect(await desk.status()).toEqual({ id: 'codex', name: 'Codex', found: true, path: desk.executable, version: '0.169.0', signedIn: 'unknown', account: 'unknown' });
    const { OPENAI_API_KEY: _key, ...without } = desk.environment;
    expect(await desk.adapter.detect({ ...without, CODEX_HOME: desk.repo })).toMatchObject({ signedIn: 'no', hint: 'codex login' });
    expect(await desk.adapter.detect({ ...without, CODEX_API_KEY: 'dummy' })).toMatchObject({ signedIn: 'yes', account: 'api-key' });
  });
});
