/**
 * Trouble told apart, for all four CLIs: recorded streams where the real CLI could be brought to it, constructed ones
 * (marked so) in each CLI's own format where a real one cannot be had without an account. Then what is done about it.
 */
import { describe, expect, it } from 'vitest';
import type { AgentOutcome, FailureReason } from '../../src/core/activity.js';
import { afterPlannerTrouble } from '../../src/core/plannerTrouble.js';
import { TROUBLE } from '../../src/core/trouble.js';
import { Run } from '../core/build.js';
import { PARSERS, replay, type CliName, type Exit } from './replay.js';

const FAILED: Exit = { code: 1, signal: null };
const OK: Exit = { code: 0, signal: null };

/** A name is a recorded stream; lines are constructed. */
type Source = string | readonly object[] | { readonly stderr: string };
type Row = readonly [reason: FailureReason, source: Source, exit?: Exit];

const claudeInit = { type: 'system', subtype: 'init', session_id: 's', model: 'm', cwd: '/w' };
const claudeEnd = (parts: object) => [claudeInit, { type: 'result', session_id: 's', is_error: true, subtype: 'success', ...parts }];
const codexEnd = (message: string) => [{ type: 'thread.started', thread_id: 't' }, { type: 'turn.started' }, { type: 'turn.failed', error: { message } }];
const geminiEnd = (message: string) => [{ type: 'init', session_id: 's', model: 'm' }, { type: 'result', status: 'error', error: { type: 'Error', message }, stats: {} }];
const opencodeError = (name: string, data: object) => [{ type: 'error', sessionID: 's', error: { name, data } }];

const TABLE: Readonly<Record<CliName, readonly Row[]>> = {
  claude: [
    ['rate-limit', 'fail-429'],
    ['quota', 'fail-credit'],
    ['signed-out', 'no-key'],
    ['bad-model', 'fail-404-model'],
    ['context-full', 'fail-413-context'],
    ['network', 'fail-drop'],
    ['server', 'fail-500'],
    ['crashed', 'bypass-root'],
    ['interrupted', 'signal-SIGKILL', { code: null, signal: 'SIGKILL' }],
    ['refused', claudeEnd({ is_error: false, terminal_reason: 'completed', stop_reason: 'refusal', result: 'I cannot help with that.' })],
  ],
  codex: [
    ['rate-limit', 'fail-429'],
    ['quota', codexEnd("You've hit your usage limit. Upgrade to Plus or try again in 2 hours 5 minutes.")],
    ['signed-out', 'no-auth'],
    ['bad-model', 'fail-404-model'],
    ['context-full', codexEnd("Codex ran out of room in the model's context window. Start a new thread or clear earlier history before retrying.")],
    ['network', 'fail-dropnow'],
    ['server', 'fail-500'],
    ['crashed', 'resume-flags-after', { code: 2, signal: null }],
    ['interrupted', 'signal-SIGTERM', { code: null, signal: 'SIGTERM' }],
    ['refused', codexEnd('This request was flagged by our safety system.')],
  ],
  gemini: [
    ['rate-limit', 'fail-429', { code: 173, signal: null }],
    ['quota', 'fail-credit', { code: 173, signal: null }],
    ['signed-out', 'no-key', { code: 41, signal: null }],
    ['bad-model', 'fail-404-model'],
    ['context-full', geminiEnd('[API Error: {"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}]')],
    ['network', geminiEnd('[API Error: exception TypeError: fetch failed sending request]')],
    ['server', 'fail-500', { code: 244, signal: null }],
    ['crashed', 'resume-unknown', { code: 42, signal: null }],
    ['interrupted', 'signal-SIGTERM', OK],
    ['refused', geminiEnd('[API Error: Response stopped due to prohibited content (SAFETY).]')],
  ],
  opencode: [
    ['rate-limit', 'fail-429'],
    ['quota', opencodeError('APIError', { message: 'You exceeded your current quota, please check your plan and billing details.', statusCode: 429 })],
    ['signed-out', 'fail-401'],
    ['bad-model', opencodeError('ProviderModelNotFoundError', { message: 'Model not found: a/b', providerID: 'a', modelID: 'b' })],
    ['context-full', opencodeError('ContextOverflowError', { message: 'prompt is too long: 213462 tokens > 200000 maximum' })],
    ['network', 'fail-drop'],
    ['server', opencodeError('APIError', { message: 'Internal server error', statusCode: 500 })],
    ['crashed', { stderr: 'Error: Unexpected token in configuration\n' }],
    ['interrupted', 'signal-SIGTERM', { code: null, signal: 'SIGTERM' }],
    ['refused', [{ type: 'step_start', sessionID: 's', part: {} }, { type: 'step_finish', sessionID: 's', part: { reason: 'content-filter', tokens: {} } }], OK],
  ],
};

async function outcomeFrom(cli: CliName, source: Source, exit: Exit): Promise<AgentOutcome> {
  if (typeof source === 'string') return (await replay(cli, source, exit)).outcome;
  const parser = PARSERS[cli]();
  if ('stderr' in source) parser.stderr(source.stderr);
  else for (const line of source) parser.line(JSON.stringify(line));
  return parser.end(exit);
}

describe.each(Object.keys(TABLE) as CliName[])('%s', (cli) => {
  for (const [reason, source, exit = FAILED] of TABLE[cli]) {
    it(`${reason} (${typeof source === 'string' ? `recorded: ${source}` : 'constructed'})`, async () => {
      const outcome = await outcomeFrom(cli, source, exit);
      expect(outcome).toMatchObject({ ok: false, reason });
      expect(outcome.message).toBeTruthy();
      expect(TROUBLE[outcome.reason ?? 'crashed'].next).toBeTruthy();
      // A planner that meets it waits, starts afresh, or says what happened and what next.
      const run = new Run();
      run.state = { ...run.state, team: { ...run.state.team, planner: { agent: cli } } };
      const step = afterPlannerTrouble(run.state, cli, outcome, { name: cli }, { fresh: false, now: Date.now() });
      if (step.step === 'failed') expect(step.failure).toMatch(/did not answer a plan: it .*Nothing was changed\. \S.*\.$/);
      else expect(['wait', 'fallback', 'hand-off']).toContain(TROUBLE[reason].handling);
    });
  }

  it('every reason that a CLI can come to by itself is in its table', () => {
    const own: FailureReason[] = ['rate-limit', 'quota', 'signed-out', 'bad-model', 'context-full', 'network', 'server', 'refused', 'crashed', 'interrupted'];
    expect(TABLE[cli].map(([reason]) => reason).sort()).toEqual([...own].sort());
  });
});

describe('until when to wait', () => {
  it('claude: the reset time of the limit (constructed)', () => {
    const parser = PARSERS.claude();
    for (const line of [claudeInit, { type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt: 1_795_240_800 } }, { type: 'assistant', error: 'rate_limit', is_api_error_message: true }, claudeEnd({ terminal_reason: 'api_error', api_error_status: 429, result: 'API Error: 429' })[1]]) parser.line(JSON.stringify(line));
    expect(parser.end(FAILED)).toMatchObject({ reason: 'rate-limit', retryAt: 1_795_240_800_000 });
  });

  it.each<[CliName, Source, number]>([
    ['codex', codexEnd("You've hit your usage limit. Try again in 2 hours 5 minutes."), 7_500_000],
    ['gemini', geminiEnd('[API Error: Rate limit exceeded. Please retry in 31s]'), 31_000],
    ['opencode', opencodeError('APIError', { message: 'Too many requests', statusCode: 429, responseHeaders: { 'retry-after': '17' } }), 17_000],
  ])('%s (constructed)', async (cli, source, ms) => {
    const before = Date.now();
    const { retryAt } = await outcomeFrom(cli, source, FAILED);
    expect(retryAt).toBeGreaterThanOrEqual(before + ms);
  });
});

describe('a permission that nobody can give', () => {
  it.each<[CliName, string, string]>([
    ['claude', 'denied-dontask', 'recorded'],
    ['codex', 'readonly-denied', 'recorded'],
    ['gemini', 'default-denied', 'recorded'],
  ])('%s (%s, %s)', async (cli, name) => {
    expect((await replay(cli, name, OK)).outcome.denied.length).toBeGreaterThan(0);
  });

  it('opencode (constructed)', () => {
    const parser = PARSERS.opencode();
    const events = parser.stderr('! permission requested: external_directory (/etc/*); auto-rejecting\n');
    expect(events).toMatchObject([{ type: 'denied', tool: 'external_directory' }]);
    expect(parser.end(OK).denied).toHaveLength(1);
  });
});
