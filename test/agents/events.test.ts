/** The vocabulary that recorded runs are translated into. */
import { describe, expect, it } from 'vitest';
import { PARSERS, replay } from './replay.js';

const OK = { code: 0, signal: null };
const FAILED = { code: 1, signal: null };

describe('events', () => {
  it('claude', async () => {
    const { events } = await replay('claude', 'ok', OK);
    expect(events).toEqual([
      { type: 'session', session: '11111111-2222-4333-8444-555555555501', model: 'claude-sonnet-4-5' },
      { type: 'thinking', text: 'The user wants a small file. I write it.' },
      { type: 'message', text: "I'll create the file." },
      { type: 'tool', id: 'toolu_b77be7dcb03ed4bdf347f684', name: 'Write', title: 'Write hello.txt', path: 'hello.txt' },
      expect.objectContaining({ type: 'tool-result', id: 'toolu_b77be7dcb03ed4bdf347f684', ok: true }),
      { type: 'edit', path: 'hello.txt', change: 'added' },
      { type: 'message', text: 'Now I check the tree.' },
      { type: 'tool', id: 'toolu_aa5f9a7b0fdcf233b969a153', name: 'Bash', title: '$ git status --short && cat hello.txt' },
      { type: 'tool-result', id: 'toolu_aa5f9a7b0fdcf233b969a153', ok: true, text: '?? hello.txt\nhello from the agent' },
      { type: 'message', text: 'Done: created hello.txt with a greeting.' },
      expect.objectContaining({ type: 'usage' }),
    ]);
  });

  it('claude: edits, refusals, retries, answers', async () => {
    const resumed = await replay('claude', 'resume', OK);
    expect(resumed.events).toContainEqual({ type: 'edit', path: 'hello.txt', change: 'modified' });
    const failedEdit = await replay('claude', 'resume-fork', OK);
    expect(failedEdit.events.some((event) => event.type === 'edit')).toBe(false);
    expect(failedEdit.events).toContainEqual(expect.objectContaining({ type: 'tool-result', ok: false }));
    const denied = await replay('claude', 'denied-dontask', OK);
    expect(denied.events).toContainEqual({ type: 'denied', tool: 'Write', why: "Permission to use Write has been denied because Claude Code is running in don't ask mode." });
    const retried = await replay('claude', 'fail-429', FAILED);
    expect(retried.events.filter((event) => event.type === 'retry')[2]).toEqual({ type: 'retry', reason: 'rate-limit', attempt: 3, of: 10, delayMs: 2_468 });
    const answered = await replay('claude', 'schema', OK);
    expect(answered.outcome.answer).toMatchObject({ tasks: [{ id: 'a' }, { id: 'b', dependsOn: ['a'] }] });
  });

  it('claude: until when a subscription limit holds', () => {
    const parser = PARSERS.claude();
    parser.line('{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1795240800,"rateLimitType":"five_hour"}}');
    parser.line('{"type":"assistant","error":"rate_limit","is_api_error_message":true,"message":{"content":[{"type":"text","text":"limit"}]}}');
    parser.line('{"type":"result","subtype":"success","is_error":true,"terminal_reason":"api_error","api_error_status":429,"result":"You have hit your limit","session_id":"s"}');
    expect(parser.end(FAILED)).toMatchObject({ ok: false, reason: 'rate-limit', retryAt: 1_795_240_800_000 });
  });

  it('codex, with paths as the repository names them', async () => {
    const { events } = await replay('codex', 'ok', OK, '/home/dev/sandbox/wt/codex');
    expect(events).toEqual([
      { type: 'session', session: '01a1fb72-6551-7020-a414-4eb0c6c50fe5' },
      { type: 'thinking', text: '**Thinking about the file**\n\nThe user wants a small file.' },
      { type: 'message', text: "I'll create the file." },
      { type: 'tool', id: 'item_2', name: 'apply_patch', title: 'Edit hello.txt', path: 'hello.txt' },
      { type: 'tool-result', id: 'item_2', ok: true },
      { type: 'edit', path: 'hello.txt', change: 'added' },
      { type: 'message', text: 'Now I check the tree.' },
      { type: 'tool', id: 'item_4', name: 'shell', title: '$ git status --short && cat hello.txt' },
      { type: 'tool-result', id: 'item_4', ok: true, text: '?? hello.txt\nhello from the agent\n' },
      { type: 'message', text: 'Done: created hello.txt with a greeting.' },
    ]);
  });

  it('codex: refusals on standard error, retries, answers', async () => {
    const denied = await replay('codex', 'readonly-denied', OK);
    expect(denied.outcome.denied).toEqual([{ tool: 'apply_patch', why: 'patch rejected: writing is blocked by read-only sandbox; rejected by user approval settings' }]);
    const retried = await replay('codex', 'fail-drop-once', OK);
    expect(retried.events).toContainEqual({ type: 'retry', reason: 'network', attempt: 1, of: 5 });
    expect((await replay('codex', 'fail-401', FAILED)).outcome.message).toBe('unexpected status 401 Unauthorized: Incorrect API key provided: …');
    expect((await replay('codex', 'schema', OK)).outcome.answer).toMatchObject({ tasks: [{ id: 'a' }, { id: 'b' }] });
    const waiting = await replay('codex', 'no-auth-openai', { code: null, signal: 'SIGTERM' });
    expect(waiting.events.filter((event) => event.type === 'retry').map((event) => event.attempt)).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('gemini', async () => {
    const { events, outcome } = await replay('gemini', 'ok', OK);
    expect(events.filter((event) => event.type !== 'tool-result')).toEqual([
      { type: 'session', session: '11111111-2222-4333-8444-5555555555a1', model: 'gemini-2.5-pro' },
      { type: 'message', text: "I'll create the file." },
      { type: 'tool', id: 'write_file__write_file_1795220152929_0', name: 'write_file', title: 'Write hello.txt', path: 'hello.txt' },
      { type: 'edit', path: 'hello.txt', change: 'added' },
      { type: 'message', text: 'Now I check the tree.' },
      { type: 'tool', id: 'run_shell_command__run_shell_command_1795220153127_0', name: 'run_shell_command', title: '$ git status --short && cat hello.txt' },
      { type: 'message', text: 'Done: created hello.txt with a greeting.' },
      expect.objectContaining({ type: 'usage' }),
    ]);
    expect(outcome.text).toBe('Done: created hello.txt with a greeting.');
  });

  it('gemini: joins the pieces of one message, and keeps messages apart', () => {
    const parser = PARSERS.gemini();
    const piece = (content: string): string => JSON.stringify({ type: 'message', role: 'assistant', content, delta: true });
    expect(parser.line(piece('One '))).toEqual([]);
    expect(parser.line(piece('two.'))).toEqual([]);
    expect(parser.line('{"type":"tool_use","tool_name":"read_file","tool_id":"t","parameters":{"file_path":"a"}}')[0]).toEqual({ type: 'message', text: 'One two.' });
    parser.line(piece('Three.'));
    expect(parser.end(OK)).toMatchObject({ ok: false, text: 'Three.' });
  });

  it('gemini: waiting for another try is told while it waits, also in two pieces', async () => {
    const { events } = await replay('gemini', 'fail-429', { code: 173, signal: null });
    expect(events.filter((event) => event.type === 'retry')[0]).toEqual({ type: 'retry', reason: 'rate-limit', attempt: 1, delayMs: 5_039 });
    const parser = PARSERS.gemini();
    expect(parser.stderr('Attempt 1 failed with sta')).toEqual([]);
    expect(parser.stderr('tus 503. Retrying with backoff... _ApiError\n    at x\n')).toEqual([{ type: 'retry', reason: 'server', attempt: 1 }]);
  });

  it('opencode, with a running total after every step', async () => {
    const { events } = await replay('opencode', 'resume', OK, '/home/dev/sandbox/wt/opencode');
    expect(events).toEqual([
      { type: 'session', session: 'ses_e048486a5ffegum01GIctuj6DV' },
      { type: 'message', text: 'Applying the feedback.' },
      { type: 'tool', id: 'call_e3c5e51cdb3c55f28aa778c0', name: 'edit', title: 'Edit hello.txt', path: 'hello.txt' },
      { type: 'tool-result', id: 'call_e3c5e51cdb3c55f28aa778c0', ok: true, text: 'Edit applied successfully.' },
      { type: 'edit', path: 'hello.txt', change: 'modified' },
      { type: 'usage', usage: [{ inputTokens: 12_285, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 187, usd: 0.03966 }] },
      { type: 'message', text: 'Done: applied the feedback to hello.txt.' },
      { type: 'usage', usage: [expect.objectContaining({ inputTokens: 24_656, outputTokens: 261 })] },
    ]);
  });

  it('bounds every text, whatever the CLI sends', () => {
    const parser = PARSERS.claude();
    const long = 'x'.repeat(3_000_000);
    const tool = (input: unknown): string => JSON.stringify({ type: 'assistant', message: { content: [{ type: 'tool_use', id: 't', name: 'Bash', input }] } });
    const events = [
      ...parser.line(JSON.stringify({ type: 'assistant', message: { content: [{ type: 'text', text: long }] } })),
      ...parser.line(tool({ command: long })),
      ...parser.line(JSON.stringify({ type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 't', content: `${long}the end` }] } })),
    ];
    expect(events.map((event) => event.type)).toEqual(['message', 'tool', 'tool-result']);
    for (const event of events) expect(JSON.stringify(event).length).toBeLessThan(21_000);
    expect(events[2]).toMatchObject({ text: expect.stringMatching(/the end$/) as string });
  });
});
