/** What every recorded run came to: the golden table. */
import { describe, expect, it } from 'vitest';
import { replay, type CliName } from './replay.js';

const OK = { code: 0, signal: null };
const FAILED = { code: 1, signal: null };
const TERM = { code: null, signal: 'SIGTERM' };
const KILL = { code: null, signal: 'SIGKILL' };

/** Input, cached reads, cache writes, output; then dollars where the CLI told. */
type Tokens = readonly [number, number, number, number, number?];
const FULL: Tokens = [37_160, 24_148, 12_446, 302];
const SECOND: Tokens = [24_656, 11_873, 12_275, 261];

type Case = readonly [
  cli: CliName,
  name: string,
  exit: { readonly code: number | null; readonly signal: string | null },
  verdict: string,
  usage?: Readonly<Record<string, Tokens>>,
  denied?: number,
];

const claude = (tokens: Tokens, usd: number, model = 'claude-sonnet-4-5'): Readonly<Record<string, Tokens>> => ({ [model]: [tokens[0], tokens[1], tokens[2], tokens[3], usd] });
const codex = (input: number, cached: number, output: number): Readonly<Record<string, Tokens>> => ({ '': [input, cached, 0, output] });
const gemini = (input: number, cached: number, output: number, model = 'gemini-2.5-pro'): Readonly<Record<string, Tokens>> => ({ [model]: [input, cached, 0, output] });

const CASES: readonly Case[] = [
  ['claude', 'ok', OK, 'ok', claude(FULL, 0.0601449)],
  ['claude', 'ok-plain', OK, 'ok', claude(FULL, 0.0601449)],
  ['claude', 'partial', OK, 'ok', claude(FULL, 0.0601449)],
  ['claude', 'settings-hooks', OK, 'ok', claude(FULL, 0.0601449)],
  // the second run of a session: its own usage, not the session's
  ['claude', 'resume', OK, 'ok', claude(SECOND, 0.05503215)],
  ['claude', 'resume-fork', OK, 'ok', claude(SECOND, 0.05503215)],
  ['claude', 'v2.1.197-ok', OK, 'ok', claude(FULL, 0.0601449)],
  ['claude', 'v2.1.197-resume', OK, 'ok', claude(SECOND, 0.05503215)],
  ['claude', 'schema', OK, 'ok', claude([12_285, 0, 11_873, 187], 0.04856475)],
  ['claude', 'schema-invalid-first', OK, 'ok', claude(SECOND, 0.05503215)],
  ['claude', 'tool-fails', OK, 'ok', claude(SECOND, 0.05503215)],
  ['claude', 'denied-dontask', OK, 'ok', claude(FULL, 0.0601449), 1],
  ['claude', 'denied-manual', OK, 'ok', claude(FULL, 0.0601449), 1],
  ['claude', 'unknown-model-alias', OK, 'ok', claude([12_285, 0, 11_873, 187], 0.064753, 'claude-opus-5-5')],
  ['claude', 'fail-429-once', OK, 'ok', claude(FULL, 0.0601449)],
  ['claude', 'fail-drop-once', OK, 'ok', claude([49_445, 24_148, 24_319, 317], 0.10612965)],
  ['claude', 'fail-401', FAILED, 'signed-out'],
  ['claude', 'no-key', FAILED, 'signed-out'],
  ['claude', 'fail-404-model', FAILED, 'bad-model'],
  ['claude', 'fail-413-context', FAILED, 'context-full'],
  ['claude', 'fail-429', FAILED, 'rate-limit'],
  ['claude', 'fail-429-long', FAILED, 'rate-limit'],
  ['claude', 'fail-500', FAILED, 'server'],
  ['claude', 'fail-credit', FAILED, 'quota'],
  ['claude', 'fail-connrefused', FAILED, 'network'],
  ['claude', 'fail-dropnow', FAILED, 'network'],
  ['claude', 'fail-hang-apitimeout', FAILED, 'network'],
  ['claude', 'fail-drop', FAILED, 'network', claude([49_140, 0, 47_492, 60], 0.183939)],
  ['claude', 'max-budget', FAILED, 'budget', claude([87_176, 73_248, 13_130, 466], 0.0805959)],
  ['claude', 'maxtok', FAILED, 'turn-limit', claude([49_140, 0, 47_492, 748], 0.194259)],
  ['claude', 'resume-unknown', FAILED, 'crashed'],
  ['claude', 'session-id-reused', FAILED, 'crashed'],
  ['claude', 'bypass-root', FAILED, 'crashed'],
  // exit 0, and yet no success
  ['claude', 'signal-SIGINT', OK, 'interrupted'],
  ['claude', 'signal-SIGTERM', { code: 143, signal: null }, 'interrupted'],
  ['claude', 'signal-SIGKILL', KILL, 'interrupted'],
  ['claude', 'fail-hang', { code: 143, signal: null }, 'interrupted'],

  ['codex', 'ok', OK, 'ok', codex(37_160, 24_148, 302)],
  ['codex', 'resume', OK, 'ok', codex(61_816, 36_021, 563)],
  ['codex', 'fork', OK, 'ok', codex(98_671, 36_021, 1_124)],
  ['codex', 'schema', OK, 'ok', codex(12_285, 0, 187)],
  ['codex', 'tool-fails', OK, 'ok', codex(24_656, 11_873, 261)],
  ['codex', 'readonly-denied', OK, 'ok', codex(37_160, 24_148, 302), 1],
  ['codex', 'fail-429-once', OK, 'ok', codex(37_160, 24_148, 302)],
  ['codex', 'fail-drop-once', OK, 'ok', codex(37_160, 24_148, 302)],
  ['codex', 'fail-401', FAILED, 'signed-out'],
  ['codex', 'no-auth', FAILED, 'signed-out'],
  ['codex', 'fail-404-model', FAILED, 'bad-model'],
  ['codex', 'fail-429', FAILED, 'rate-limit'],
  ['codex', 'fail-429-retries1', FAILED, 'rate-limit'],
  ['codex', 'fail-500', FAILED, 'server'],
  ['codex', 'fail-dropnow', FAILED, 'network'],
  ['codex', 'fail-hangmid-idle5s', FAILED, 'network'],
  ['codex', 'resume-unknown', FAILED, 'crashed'],
  ['codex', 'resume-flags-after', { code: 2, signal: null }, 'crashed'],
  ['codex', 'signal-SIGINT', FAILED, 'interrupted'],
  ['codex', 'signal-SIGTERM', TERM, 'interrupted'],
  ['codex', 'signal-SIGKILL', KILL, 'interrupted'],
  ['codex', 'fail-hang', TERM, 'interrupted'],
  ['codex', 'stdin-open', TERM, 'interrupted'],

  ['gemini', 'ok', OK, 'ok', gemini(37_160, 24_148, 366)],
  ['gemini', 'resume', OK, 'ok', gemini(24_656, 11_873, 325)],
  ['gemini', 'auto-model', OK, 'ok', { ...gemini(12_285, 0, 251, 'gemini-3.5-flash-lite'), ...gemini(37_160, 24_148, 366, 'gemini-3.8-flash') }],
  ['gemini', 'schema-fenced-text', OK, 'ok', gemini(12_285, 0, 251)],
  ['gemini', 'tool-fails', OK, 'ok', gemini(24_656, 11_873, 325)],
  ['gemini', 'default-denied', OK, 'ok', gemini(37_160, 24_148, 366), 2],
  ['gemini', 'fail-401', { code: 145, signal: null }, 'signed-out'],
  ['gemini', 'no-key', { code: 41, signal: null }, 'signed-out'],
  ['gemini', 'fail-404-model', FAILED, 'bad-model'],
  ['gemini', 'fail-429', { code: 173, signal: null }, 'rate-limit'],
  ['gemini', 'fail-credit', { code: 173, signal: null }, 'quota'],
  ['gemini', 'fail-500', { code: 244, signal: null }, 'server'],
  ['gemini', 'resume-unknown', { code: 42, signal: null }, 'crashed'],
  // these were ended by a signal and exited with 0
  ['gemini', 'fail-503', OK, 'interrupted'],
  ['gemini', 'fail-hang', OK, 'interrupted'],
  ['gemini', 'fail-hangmid', OK, 'interrupted'],
  ['gemini', 'signal-SIGINT', OK, 'interrupted'],
  ['gemini', 'signal-SIGTERM', OK, 'interrupted'],
  ['gemini', 'signal-SIGKILL', KILL, 'interrupted'],

  ['opencode', 'ok', OK, 'ok', { '': [37_160, 24_148, 0, 302, 0.0508104] }],
  ['opencode', 'resume', OK, 'ok', { '': [24_656, 11_873, 0, 261, 0.0458259] }],
  ['opencode', 'fail-401', FAILED, 'signed-out'],
  ['opencode', 'fail-429', FAILED, 'rate-limit'],
  ['opencode', 'fail-drop', FAILED, 'network'],
  ['opencode', 'fail-500', TERM, 'interrupted'],
  ['opencode', 'fail-hang-sigterm', TERM, 'interrupted'],
  ['opencode', 'signal-SIGINT', { code: null, signal: 'SIGINT' }, 'interrupted'],
  ['opencode', 'signal-SIGTERM', TERM, 'interrupted'],
];

describe('recorded runs', () => {
  for (const [cli, name, exit, verdict, usage = {}, denied = 0] of CASES) {
    it(`${cli} ${name}`, async () => {
      const { outcome, events } = await replay(cli, name, exit);
      expect(outcome.ok ? 'ok' : outcome.reason).toBe(verdict);
      expect(outcome.usageIsCumulative).toBe(cli === 'codex');
      expect(outcome.denied).toHaveLength(denied);
      expect(events.filter((event) => event.type === 'denied')).toHaveLength(denied);
      expect(Object.keys(usage)).toEqual(outcome.usage.map((each) => each.model ?? ''));
      for (const each of outcome.usage) {
        const [input, cached, written, output, usd] = usage[each.model ?? ''] ?? [0, 0, 0, 0];
        expect(each).toMatchObject({ inputTokens: input, cachedInputTokens: cached, cacheWriteTokens: written, outputTokens: output });
        if (usd === undefined) expect(each.usd).toBeUndefined();
        else expect(each.usd).toBeCloseTo(usd, 9);
      }
      if (outcome.ok) expect(outcome.session).toBeTruthy();
      else {
        expect(outcome.message).toBeTruthy();
        expect(outcome.message).not.toMatch(/dummy|https?:/);
      }
    });
  }

  it('a run cut off before its final event is never a success, even with exit code 0', async () => {
    const { recorded, PARSERS } = await import('./replay.js');
    for (const cli of ['claude', 'codex', 'gemini', 'opencode'] as const) {
      const lines = (await recorded(cli, 'ok')).stdout.trimEnd().split('\n');
      for (let kept = 0; kept < lines.length; kept += 1) {
        const parser = PARSERS[cli]();
        for (const line of lines.slice(0, kept)) parser.line(line);
        expect(parser.end(OK), `${cli} after ${kept} lines`).toMatchObject({ ok: false, reason: 'interrupted' });
      }
    }
  });

  it('opencode: a last step that ended well does not make up for a nonzero exit', async () => {
    const { outcome } = await replay('opencode', 'ok', FAILED);
    expect(outcome).toMatchObject({ ok: false, reason: 'crashed' });
  });

  it('says until when to wait, where the CLI does', async () => {
    const before = Date.now();
    const { outcome } = await replay('opencode', 'fail-429', FAILED);
    expect(outcome.retryAt).toBeGreaterThanOrEqual(before + 2_000);
    expect((await replay('gemini', 'fail-429', { code: 173, signal: null })).outcome.retryAt).toBeGreaterThanOrEqual(before + 2_000);
    expect((await replay('claude', 'fail-500', FAILED)).outcome.retryAt).toBeUndefined();
  });
});
