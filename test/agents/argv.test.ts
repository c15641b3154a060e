/** A word from outside never becomes an option of a CLI: a plan's model, and the session that a stream named. */
import { describe, expect, it } from 'vitest';
import { createAgents } from '../../src/adapters/agents/index.js';
import type { StartRequest } from '../../src/core/ports.js';
import { isModelName, isSessionId } from '../../src/core/words.js';

const agents = createAgents({ extra: [], environment: {} });
const request: StartRequest = { role: 'executor', attempt: 1, cwd: '/w', folder: '/f', commonDir: '/w/.git', prompt: '--help', newSession: '123e4567-e89b-42d3-a456-426614174000', permissions: 'edit' };
const HOSTILE = ['--yolo', '-y', '--dangerously-bypass-approvals-and-sandbox', '--permission-mode=bypassPermissions', '', ' --x', 'a\n--b'];

describe.each(['claude', 'codex', 'gemini', 'opencode'])('%s', (id) => {
  const adapter = agents.adapter(id);
  if (adapter === undefined) throw new Error(`no ${id}`);

  it.each(HOSTILE)('refuses %j as a model and as a session', (word) => {
    expect(() => adapter.command({ ...request, model: word })).toThrow(/could be taken for an option\. Nothing was started/);
    expect(() => adapter.command({ ...request, resume: word })).toThrow(/could be taken for an option/);
    expect(() => adapter.takeOver(word, { cwd: '/w' })).toThrow(/could be taken for an option/);
    expect(() => adapter.takeOver(undefined, { cwd: '/w', model: word })).toThrow(/could be taken for an option/);
  });

  it('never puts the prompt into the argument vector', () => {
    const command = adapter.command(request);
    expect(command.args).not.toContain('--help');
    expect(command.stdin).toBe('--help');
  });
});

it.each(['opus', 'opus[1m]', 'anthropic/claude-sonnet-4-5', 'gpt-5.2 (high)', 'qwen2.5-coder:7b', 'arn:aws:bedrock:us-east-1:1:inference-profile/x', '@cf/meta/llama'])('%s is a model', (name) => expect(isModelName(name)).toBe(true));
it.each(['123e4567-e89b-42d3-a456-426614174000', 'ses_4f2aXyZ', '0199-thread.1'])('%s is a session', (id) => expect(isSessionId(id)).toBe(true));
