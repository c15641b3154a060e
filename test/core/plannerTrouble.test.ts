/** A planner in trouble: every reason has its message and next step, waits are told, quota moves on, context starts afresh. */
import { describe, expect, it } from 'vitest';
import { FAILURE_REASONS, type AgentOutcome, type FailureReason } from '../../src/core/activity.js';
import { afterPlannerTrouble, plannerMember, plannerWait } from '../../src/core/plannerTrouble.js';
import type { TierMember } from '../../src/core/team.js';
import { TROUBLE } from '../../src/core/trouble.js';
import { outcome, Run, T0 } from './build.js';

const WORDS = { name: 'Claude Code', signIn: 'Run claude and sign in.' };
const MINUTE = 60_000;

function planning(planner: TierMember = { agent: 'claude' }): Run {
  const run = new Run();
  run.state = { ...run.state, team: { ...run.state.team, planner } };
  return run;
}

function meet(run: Run, parts: Partial<AgentOutcome>, { fresh = false, agent = plannerMember(run.state).agent } = {}) {
  const step = afterPlannerTrouble(run.state, agent, outcome({ ok: false, ...parts }), WORDS, { fresh, now: T0 });
  run.add(...step.events);
  return step;
}

describe('what only a person can mend', () => {
  it.each(FAILURE_REASONS.filter((reason): reason is FailureReason => !['wait', 'fallback', 'hand-off'].includes(TROUBLE[reason].handling) && reason !== 'stopped'))('%s says what happened, what is safe and what next', (reason) => {
    const step = meet(planning(), { reason, message: 'Its own words.' });
    expect(step).toMatchObject({ step: 'failed', events: [] });
    const text = step.step === 'failed' ? step.failure : '';
    expect(text).toContain(`Claude Code did not answer a plan: it ${TROUBLE[reason].what}: Its own words. Nothing was changed. `);
    expect(text).not.toMatch(/[{}]|worktree|[Rr]etry/);
    expect(text).toMatch(/\.$/);
  });
});

it('a rate limit waits as told, says until when, and goes on', () => {
  const run = planning();
  expect(meet(run, { reason: 'rate-limit', retryAt: T0 + 5 * MINUTE })).toMatchObject({ step: 'again' });
  expect(plannerWait(run.state)).toMatchObject({ agent: 'claude', kind: 'rate-limit', told: true, until: T0 + 5 * MINUTE });
  run.add({ type: 'agent.goes-on', agent: 'claude', by: 'time' });
  expect(plannerWait(run.state)).toBeUndefined();
});

it.each(['network', 'server'] as const)('%s is tried again a few times, then a person is asked', (reason) => {
  const run = planning();
  let rounds = 0;
  for (; rounds < 30; rounds += 1) {
    if (meet(run, { reason }).step === 'failed') break;
    run.add({ type: 'agent.goes-on', agent: 'claude', by: 'time' });
  }
  expect(rounds).toBe(reason === 'network' ? 3 : 6);
});

describe('quota', () => {
  it('goes to the fallback at once', () => {
    const run = planning({ agent: 'claude', fallback: { agent: 'codex', model: 'gpt' } });
    expect(meet(run, { reason: 'quota' })).toMatchObject({ step: 'again' });
    expect(plannerMember(run.state)).toEqual({ agent: 'codex', model: 'gpt' });
    expect(plannerWait(run.state)).toBeUndefined();
  });
  it('without one it says so; with a told time it waits', () => {
    expect(meet(planning(), { reason: 'quota', message: 'Credit balance is too low' })).toMatchObject({ step: 'failed', failure: expect.stringContaining('name a fallback for the planner') as string });
    expect(meet(planning(), { reason: 'quota', retryAt: T0 + MINUTE })).toMatchObject({ step: 'again' });
  });
  it('a fallback without quota either is no way out', () => {
    const run = planning({ agent: 'claude', fallback: { agent: 'codex' } });
    meet(run, { reason: 'quota' });
    expect(meet(run, { reason: 'quota' })).toMatchObject({ step: 'failed' });
  });
});

it('a full context starts afresh once', () => {
  expect(meet(planning(), { reason: 'context-full' })).toEqual({ step: 'again', events: [], fresh: true });
  expect(meet(planning(), { reason: 'context-full' }, { fresh: true })).toMatchObject({ step: 'failed' });
});
