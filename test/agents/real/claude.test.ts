/**
 * The real Claude Code through its adapter. Its full set of retries takes three minutes: those ends are covered by
 * `fixtures/claude/fail-{401,429,500}.jsonl`; here it tries again once.
 */
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { closeDesks, openDesk, removeRunner } from './desk.js';
import { editsOnly, fails, goesOnAfterTrouble, isWatched, plansReadOnly, stopsWholeTree, worksAndResumes } from './suite.js';

afterEach(closeDesks);
afterAll(removeRunner);

const once = { retries: 1 };

describe('claude', () => {
  worksAndResumes('claude', { titles: ['Read notes.txt', 'Edit notes.txt', '$ git status --short'], cacheWrites: true });
  plansReadOnly('claude', ['Write', 'Bash', 'Edit']);
  editsOnly('claude');
  fails('claude', [
    { name: 'status 401', step: { fail: { status: 401 } }, knobs: once, reason: 'signed-out' },
    { name: 'status 429', step: { fail: { status: 429 } }, knobs: once, reason: 'rate-limit' },
    { name: 'status 500', step: { fail: { status: 500 } }, knobs: once, reason: 'server' },
    { name: 'a used-up balance', step: { fail: { status: 400, message: 'Your credit balance is too low to access the Anthropic API.' } }, knobs: {}, reason: 'quota' },
    { name: 'an unknown model', step: { fail: { status: 404, message: 'model: claude-sonnet-4-5' } }, knobs: {}, reason: 'bad-model' },
    { name: 'a closed connection', step: { drop: 'before' }, knobs: once, reason: 'network' },
    { name: 'a connection lost in the middle', step: { drop: 'midway' }, knobs: once, reason: 'network' },
    { name: 'no answer, with a time limit of its own', step: { silent: 'before' }, knobs: { retries: 0, timeoutMs: 2_000 }, reason: 'network' },
  ]);
  goesOnAfterTrouble('claude', { step: { fail: { status: 500 } }, knobs: once, reason: 'server' });
  isWatched('claude', 3_000);
  stopsWholeTree('claude');

  test('tells of its retries while it makes them', async () => {
    const desk = await openDesk('claude', (request) => (request.number === 1 ? [{ fail: { status: 500 } }] : [{ text: 'Done.' }]), once);
    const ran = await desk.run({});
    expect(ran.outcome).toMatchObject({ ok: true });
    expect(ran.events).toContainEqual(expect.objectContaining({ type: 'retry', reason: 'server', attempt: 1, of: 1 }));
  });

  test('its own budget counts this run only, and ends as budget', async () => {
    const desk = await openDesk('claude', (request) => (request.round === 0 || request.step > 8 ? [{ text: 'Done.' }] : [{ run: 'ls' }]));
    const first = await desk.run({ budgetUsd: 5 });
    const price = first.outcome.usage[0]?.usd ?? Number.NaN;
    expect(price).toBeGreaterThan(0);
    const second = await desk.run({ budgetUsd: price * 2.5, ...(first.outcome.session === undefined ? {} : { resume: first.outcome.session }) });
    expect(second.outcome).toMatchObject({ ok: false, reason: 'budget' });
    // Three responses of the same price pass 2.5 prices. If the first run counted as well, two would.
    expect(second.outcome.usage[0]?.usd).toBeCloseTo(price * 3, 9);
  });

  test('an unknown session is refused without a request', async () => {
    const desk = await openDesk('claude', () => [{ text: 'Done.' }]);
    const ran = await desk.run({ resume: '99999999-2222-4333-8444-555555555501' });
    expect(ran.outcome).toMatchObject({ ok: false, reason: 'crashed', message: expect.stringContaining('No conversation found') as string });
    expect(desk.server.requests).toEqual([]);
  });

  test('is detected with its version and who pays', async () => {
    const desk = await openDesk('claude', () => []);
    expect(await desk.status()).toEqual({ id: 'claude', name: 'Claude Code', found: true, path: desk.executable, version: '2.1.329', signedIn: 'yes', account: 'api-key' });
    const { ANTHROPIC_API_KEY: _key, ...without } = desk.environment;
    expect(await desk.adapter.detect(without)).toMatchObject({ found: true, signedIn: 'no', hint: expect.stringContaining('sign in') as string });
  });
});
