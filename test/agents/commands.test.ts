/** The command lines that adapters make; that the CLIs understand them is proved in `real/`. */
import { describe, expect, it } from 'vitest';
import { createAgents } from '../../src/adapters/agents/index.js';
import { strictSchema, withoutNulls } from '../../src/adapters/agents/strictSchema.js';
import type { Permissions } from '../../src/core/ids.js';
import { PLAN_JSON_SCHEMA } from '../../src/core/planAnswer.js';
import type { AgentAdapter, AgentCommand, StartRequest } from '../../src/core/ports.js';

const CLIS = ['claude', 'codex', 'gemini', 'opencode'] as const;
const agents = createAgents({ extra: [], environment: {} });

function adapter(id: string): AgentAdapter {
  const found = agents.adapter(id);
  if (found === undefined) throw new Error(id);
  return found;
}

const REQUEST: StartRequest = {
  role: 'executor',
  attempt: 1,
  cwd: '/work/repo.worktrees/r1/db',
  folder: '/work/repo/.git/switchyard/runs/r1/db/1',
  commonDir: '/work/repo/.git',
  prompt: 'Write "it"; rm -rf / $(date)',
  newSession: '11111111-2222-4333-8444-555555555501',
  permissions: 'edit-and-run',
};

function after(command: AgentCommand, option: string): string | undefined {
  const at = command.args.indexOf(option);
  return at < 0 ? undefined : command.args[at + 1];
}

describe.each(CLIS)('%s', (id) => {
  const levels: readonly Permissions[] = ['read-only', 'edit', 'edit-and-run', 'full'];

  it('gets the prompt on standard input only, and no secret in its arguments', () => {
    for (const permissions of levels) {
      const command = adapter(id).command({ ...REQUEST, permissions });
      expect(command.stdin).toBe(REQUEST.prompt);
      expect(command.args.join(' ')).not.toContain('rm -rf');
      expect(JSON.stringify(command.setEnv)).not.toMatch(/key|token/i);
    }
  });

  it('starts a new session, and resumes one with the same permissions and model', () => {
    const fresh = adapter(id).command({ ...REQUEST, model: 'some-model' });
    const resumed = adapter(id).command({ ...REQUEST, model: 'some-model', resume: 'session-7' });
    expect(fresh.args).toContain('some-model');
    expect(fresh.args).not.toContain('session-7');
    expect(resumed.args).toContain('some-model');
    expect(resumed.args).toContain('session-7');
    expect(resumed.args).not.toContain(REQUEST.newSession);
    const own = (command: AgentCommand): readonly string[] => command.args.filter((arg) => !['session-7', REQUEST.newSession, '--session-id', '--resume', '-s', 'resume', '-'].includes(arg));
    expect([...own(resumed)].sort()).toEqual([...own(fresh)].sort());
  });

  it('has four levels of permission that differ, where the CLI can tell them apart', () => {
    const told = levels.map((permissions) => {
      const command = adapter(id).command({ ...REQUEST, permissions });
      return JSON.stringify([command.args, command.setEnv, command.files]);
    });
    // Codex has no editing without commands.
    expect(new Set(told).size).toBe(id === 'codex' ? 3 : 4);
  });

  it('keeps quiet on the network', () => {
    const command = adapter(id).command(REQUEST);
    expect(`${command.args.join(' ')} ${JSON.stringify(command.setEnv)} ${JSON.stringify(command.files ?? {})}`).toMatch(/analytics\.enabled=false|NONESSENTIAL_TRAFFIC|usageStatisticsEnabled\\":false|DISABLE_MODELS_FETCH/);
  });

  it('is taken over by its interactive command', () => {
    const command = adapter(id).takeOver('session-7', { cwd: REQUEST.cwd, model: 'm', executable: '/opt/cli' });
    expect(command?.file).toBe('/opt/cli');
    expect(command?.args).toContain('session-7');
    expect(command?.args).not.toContain('-p');
    expect(command?.stdin).toBeUndefined();
    expect(adapter(id).takeOver(undefined, { cwd: REQUEST.cwd })?.args).not.toContain('session-7');
    expect(adapter(id).takeOver(undefined, { cwd: REQUEST.cwd })?.file).toBe(id);
  });
});

describe('claude', () => {
  it('takes a schema and a budget', () => {
    const command = adapter('claude').command({ ...REQUEST, permissions: 'read-only', schema: { type: 'object' }, budgetUsd: 1.5 });
    expect(after(command, '--json-schema')).toBe('{"type":"object"}');
    expect(after(command, '--max-budget-usd')).toBe('1.5');
    expect(after(command, '--permission-mode')).toBe('dontAsk');
    expect(after(command, '--disallowedTools')).toContain('Write,Edit');
  });
});

describe('codex', () => {
  it('puts place and sandbox before the word resume', () => {
    const { args } = adapter('codex').command({ ...REQUEST, resume: 'session-7' });
    expect(args.slice(0, 6)).toEqual(['exec', '-C', REQUEST.cwd, '-s', 'workspace-write', 'resume']);
    expect(args.slice(-2)).toEqual(['session-7', '-']);
  });

  it('keeps a worktree in the temporary folder from the others there', () => {
    expect(adapter('codex').command({ ...REQUEST, cwd: '/tmp/x/wt' }).args).toContain('sandbox_workspace_write.exclude_slash_tmp=true');
    expect(adapter('codex').command(REQUEST).args.join(' ')).not.toContain('exclude_slash_tmp');
  });

  it('writes the schema as a file of the attempt, in the strict form that its vendor demands', () => {
    const command = adapter('codex').command({ ...REQUEST, schema: PLAN_JSON_SCHEMA });
    expect(after(command, '--output-schema')).toBe(`${REQUEST.folder}/answer-schema.json`);
    const schema: unknown = JSON.parse(command.files?.['answer-schema.json'] ?? '');
    // The planner's schema is strict already.
    expect(schema).toEqual(PLAN_JSON_SCHEMA);
  });

  it('makes any schema strict, and takes back out of the answer what that forced in', () => {
    const schema = strictSchema({
      $schema: 'x',
      type: 'object',
      required: ['title'],
      properties: {
        title: { type: 'string', minLength: 1 },
        note: { type: 'string', default: '' },
        kind: { enum: ['a', 'b'] },
        parts: { type: 'array', items: { type: 'object', properties: { n: { type: 'number' } } } },
      },
    });
    expect(schema).toEqual({
      type: 'object',
      additionalProperties: false,
      required: ['title', 'note', 'kind', 'parts'],
      properties: {
        title: { type: 'string' },
        note: { type: ['string', 'null'] },
        kind: { anyOf: [{ enum: ['a', 'b'] }, { type: 'null' }] },
        parts: { type: ['array', 'null'], items: { type: 'object', additionalProperties: false, required: ['n'], properties: { n: { type: ['number', 'null'] } } } },
      },
    });
    expect(withoutNulls({ title: 't', note: null, parts: [{ n: null }, { n: 1 }] })).toEqual({ title: 't', parts: [{}, { n: 1 }] });
  });
});

describe('gemini', () => {
  it('brings its settings and policy into the attempt, and trusts the worktree', () => {
    const command = adapter('gemini').command({ ...REQUEST, permissions: 'read-only' });
    expect(command.setEnv['GEMINI_CLI_SYSTEM_DEFAULTS_PATH']).toBe(`${REQUEST.folder}/gemini-settings.json`);
    expect(command.setEnv['GEMINI_CLI_TRUST_WORKSPACE']).toBe('true');
    expect(after(command, '--policy')).toBe(`${REQUEST.folder}/gemini-policy.toml`);
    expect(command.files?.['gemini-policy.toml']?.match(/decision = "deny"/g)).toHaveLength(3);
    expect(JSON.parse(command.files?.['gemini-settings.json'] ?? '')).toMatchObject({ general: { sessionRetention: { enabled: false } } });
  });
});

describe('opencode', () => {
  it('is told what it may do', () => {
    const config = (permissions: Permissions): unknown => JSON.parse(adapter('opencode').command({ ...REQUEST, permissions }).setEnv['OPENCODE_CONFIG_CONTENT'] ?? '');
    expect(config('read-only')).toMatchObject({ permission: { edit: 'deny', bash: 'deny', external_directory: 'deny' } });
    expect(config('edit-and-run')).toMatchObject({ permission: { edit: 'allow', bash: 'allow', external_directory: 'deny' } });
  });
});
