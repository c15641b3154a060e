import { describe, expect, it } from 'vitest';
import type { AgentId } from '../../src/core/ids.js';
import type { AgentStatus } from '../../src/core/ports.js';
import { DEFAULT_LIMITS } from '../../src/core/team.js';
import { parseTeamFile, resolveTeam } from '../../src/core/teamFile.js';

const found = (id: AgentId, parts: Partial<AgentStatus> = {}): AgentStatus => ({ id, name: id, found: true, signedIn: 'yes', account: 'unknown', ...parts });
const problems = (input: unknown): readonly string[] => {
  const parsed = parseTeamFile(input);
  return 'problems' in parsed ? parsed.problems : [];
};
const file = (input: object) => {
  const parsed = parseTeamFile({ version: 1, ...input });
  if ('problems' in parsed) throw new Error(parsed.problems.join('; '));
  return parsed.file;
};

const EXAMPLE = {
  $schema: './team.schema.json',
  version: 1,
  planner: { agent: 'claude', model: 'opus' },
  tiers: { fast: { agent: 'gemini' }, standard: { agent: 'claude', model: 'sonnet' }, deep: { agent: 'claude', model: 'opus' } },
  reviewer: { agent: 'codex' },
  permissions: 'edit-and-run',
  setup: ['npm ci'],
  gate: ['npm test'],
  merge: 'merge',
  limits: { maxParallel: 4, gateParallel: 1, retries: 2, attemptMinutes: 30, idleMinutes: 5, runUsd: 8, taskUsd: 2, reviewLines: 800 },
  environment: { pass: ['MY_REGISTRY'] },
};

describe('parseTeamFile', () => {
  it('takes the example of the format, and a file that says nothing', () => {
    expect(problems(EXAMPLE)).toEqual([]);
    expect(problems({ version: 1 })).toEqual([]);
    expect(problems({ version: 1, reviewer: null })).toEqual([]);
  });
  it.each<[unknown, string]>([
    [{}, 'version'],
    [{ version: 2 }, 'version'],
    ['text', 'the team file: '],
    [null, 'the team file: '],
    [{ version: 1, plannner: {} }, 'plannner: '],
    [{ version: 1, limits: { maxParalel: 4 } }, 'limits.maxParalel: '],
    [{ version: 1, planner: { agent: 'claude', modl: 'x' } }, 'planner.modl: '],
    [{ version: 1, tiers: { huge: { agent: 'claude' } } }, 'tiers.huge: '],
    [{ version: 1, environment: { passs: [] } }, 'environment.passs: '],
    [{ version: 1, planner: { agent: 'gpt' } }, 'planner.agent: '],
    [{ version: 1, planner: { model: 'opus' } }, 'planner.agent: '],
    [{ version: 1, planner: { agent: 'claude', model: '' } }, 'planner.model: '],
    [{ version: 1, permissions: 'read-only' }, 'permissions: '],
    [{ version: 1, merge: 'rebase' }, 'merge: '],
    [{ version: 1, setup: 'npm ci' }, 'setup: '],
    [{ version: 1, gate: ['npm test', ' '] }, 'gate[1]: '],
    [{ version: 1, limits: { maxParallel: 0 } }, 'limits.maxParallel: '],
    [{ version: 1, limits: { maxParallel: 1.5 } }, 'limits.maxParallel: '],
    [{ version: 1, limits: { gateParallel: 65 } }, 'limits.gateParallel: '],
    [{ version: 1, limits: { retries: -1 } }, 'limits.retries: '],
    [{ version: 1, limits: { runUsd: 0 } }, 'limits.runUsd: '],
    [{ version: 1, limits: { taskUsd: '2' } }, 'limits.taskUsd: '],
    [{ version: 1, environment: { pass: ['A=B'] } }, 'environment.pass[0]: '],
    [{ version: 1, environment: { pass: ['*'] } }, 'environment.pass[0]: '],
    [JSON.parse('{"version":1,"__proto__":{"limits":{}}}'), '__proto__: '],
  ])('%j is refused at %s', (input, place) => {
    const all = problems(input);
    expect(all.length).toBeGreaterThan(0);
    expect(all.some((text) => text.includes(place))).toBe(true);
  });
  it('reports every problem at once', () => expect(problems({ version: 1, a: 1, limits: { b: 2, retries: 99 }, merge: 'x' }).map((text) => text.split(':')[0]).sort()).toEqual(['a', 'limits.b', 'limits.retries', 'merge']));
  it('a name may end in a star', () => expect(problems({ version: 1, environment: { pass: ['NPM_*', '_X1'] } })).toEqual([]));
});

describe('resolveTeam', () => {
  it('without a file: the agents that are there, with every default', () => {
    expect(resolveTeam(undefined, [found('scripted'), found('codex')])).toEqual({
      planner: { agent: 'codex' },
      tiers: { fast: { agent: 'codex' }, standard: { agent: 'codex' }, deep: { agent: 'codex' } },
      reviewer: null,
      permissions: 'edit-and-run',
      setup: [],
      gate: [],
      merge: 'merge',
      limits: DEFAULT_LIMITS,
      environment: { pass: [] },
    });
  });

  it.each<[string, readonly AgentStatus[], AgentId]>([
    ['claude before all', [found('scripted'), found('opencode'), found('gemini'), found('codex'), found('claude')], 'claude'],
    ['a signed-out one is passed over', [found('claude', { signedIn: 'no' }), found('gemini'), found('scripted')], 'gemini'],
    ['one that cannot tell is taken', [found('claude', { signedIn: 'unknown' }), found('codex')], 'claude'],
    ['one that is not found is passed over', [found('claude', { found: false }), found('codex')], 'codex'],
    ['one with a problem is passed over', [found('claude', { problem: 'too old' }), found('opencode')], 'opencode'],
    ['the scripted one is last', [found('scripted'), found('opencode')], 'opencode'],
    ['the scripted one where nobody else can', [found('claude', { signedIn: 'no' }), found('scripted')], 'scripted'],
    ['the scripted one on a bare machine', [], 'scripted'],
  ])('%s', (_what, agents, expected) => {
    const team = resolveTeam(undefined, agents);
    expect([team.planner.agent, team.tiers.fast.agent, team.tiers.standard.agent, team.tiers.deep.agent]).toEqual([expected, expected, expected, expected]);
  });

  it('keeps what the file says, signed in or not', () => {
    const team = resolveTeam(file(EXAMPLE), [found('claude', { signedIn: 'no' })]);
    expect(team).toMatchObject({ planner: { agent: 'claude', model: 'opus' }, tiers: { fast: { agent: 'gemini' }, standard: { model: 'sonnet' }, deep: { model: 'opus' } }, reviewer: { agent: 'codex' } });
    expect(team.limits).toEqual({ ...DEFAULT_LIMITS, maxParallel: 4, gateParallel: 1, retries: 2, attemptMinutes: 30, idleMinutes: 5, runUsd: 8, taskUsd: 2, reviewLines: 800 });
  });
  it('a missing tier is done by the standard one, a missing planner by the first agent', () => {
    const team = resolveTeam(file({ tiers: { standard: { agent: 'codex', model: 'm' } } }), [found('claude')]);
    expect(team).toMatchObject({ planner: { agent: 'claude' }, tiers: { fast: { agent: 'codex', model: 'm' }, standard: { agent: 'codex', model: 'm' }, deep: { agent: 'codex', model: 'm' } } });
  });
  it.each([
    [1, 4],
    [7.7, 4],
    [11, 6],
    [15.5, 8],
    [64, 8],
  ])('with %d GB of memory %d agents at the same time', (gigabytes, agents) => {
    expect(resolveTeam(undefined, [], gigabytes * 2 ** 30).limits.maxParallel).toBe(agents);
    expect(resolveTeam(file({ limits: { maxParallel: 3 } }), [], gigabytes * 2 ** 30).limits.maxParallel).toBe(3);
  });
  it('a limit that is not said is the default, one dollar limit is no other', () => {
    const { limits } = resolveTeam(file({ limits: { retries: 0, runUsd: 1 } }), []);
    expect(limits).toEqual({ ...DEFAULT_LIMITS, retries: 0, runUsd: 1 });
    expect(limits).not.toHaveProperty('taskUsd');
  });
});
