/** Every kind of trouble by itself: what it says, what it does, when it goes on. Time is an argument here. */
import { describe, expect, it } from 'vitest';
import { FAILURE_REASONS, type AgentOutcome, type FailureReason } from '../../src/core/activity.js';
import { memberFor } from '../../src/core/member.js';
import { phaseOf } from '../../src/core/phase.js';
import { decide } from '../../src/core/scheduler.js';
import type { TierMember } from '../../src/core/team.js';
import { afterTrouble, due, nextDue, releases, TROUBLE, waitReason } from '../../src/core/trouble.js';
import { clockTime } from '../../src/core/text.js';
import { dag, outcome, Run, starting, T0 } from './build.js';

const WORDS = { name: 'Claude Code', signIn: 'Run claude and sign in.' };
const MINUTE = 60_000;

function teamed(run: Run, standard: TierMember): Run {
  run.state = { ...run.state, team: { ...run.state.team, tiers: { ...run.state.team.tiers, standard } } };
  return run;
}

/** Tasks a and b of claude, a at work. */
const fresh = (standard: TierMember = { agent: 'claude' }) => teamed(new Run(), standard).approve(dag({ a: '', b: '' }));
const meet = (run: Run, id: string, parts: Partial<AgentOutcome>, now: number, agent: 'claude' | 'codex' = 'claude') => {
  if (run.task(id).state === 'waiting') run.move(id, 'setting-up', 'working');
  run.add(starting(id, run.task(id).attempts.length + 1, { agent })).end(id, [], { ok: false, ...parts });
  const step = afterTrouble(run.state, run.task(id), outcome({ ok: false, ...parts }), WORDS, now);
  run.add(...step.events, { type: 'task.state', task: id, from: 'working', to: step.step === 'wait' ? 'waiting' : step.step, ...(step.step !== 'wait' && { reason: step.reason }) });
  return step;
};

describe('the table', () => {
  it.each(FAILURE_REASONS)('%s has its own words and a next step', (reason) => {
    const { what, next } = TROUBLE[reason];
    expect(FAILURE_REASONS.filter((other) => TROUBLE[other].what === what)).toEqual([reason]);
    expect(next).toMatch(/\.$/);
  });

  it.each<FailureReason>(['signed-out', 'bad-model', 'silent', 'permission', 'refused', 'crashed', 'turn-limit', 'time-limit', 'budget'])('%s needs you, and says what next', (reason) => {
    const step = meet(fresh(), 'a', { reason, message: 'Its own words.' }, T0);
    expect(step).toMatchObject({ step: 'needs-you', reason: { failure: reason } });
    const text = step.step === 'needs-you' ? step.reason.text : '';
    expect(text).toContain(`Claude Code ${TROUBLE[reason].what}: Its own words. Its work so far is kept`);
    expect(text).not.toMatch(/[{}]/);
  });

  it('signed out says how to sign in', () => {
    const step = meet(fresh(), 'a', { reason: 'signed-out' }, T0);
    expect(step).toMatchObject({ reason: { text: 'Claude Code is not signed in. Its work so far is kept in its worktree. Sign in (Run claude and sign in), then retry.' } });
  });

  it('an interruption is stopped, not needs you', () => {
    expect(meet(fresh(), 'a', { reason: 'interrupted' }, T0)).toMatchObject({ step: 'stopped', reason: { kind: 'interrupted' } });
  });
});

describe('rate limit', () => {
  it('waits as told, holds the other tasks of the agent, and lets other agents go on', () => {
    const run = teamed(new Run(), { agent: 'claude' });
    run.approve(dag({ a: '', b: '', c: '' }));
    run.state = { ...run.state, tasks: new Map([...run.state.tasks].map(([id, task]) => [id, id === 'c' ? { ...task, task: { ...task.task, agent: 'codex' } } : task])) };
    meet(run, 'a', { reason: 'rate-limit', retryAt: T0 + 5 * MINUTE }, T0);
    const decision = decide(run.state);
    expect(decision.start).toEqual(['c']);
    for (const id of ['a', 'b']) expect(decision.waits.get(id)).toEqual({ kind: 'rate-limit', failure: 'rate-limit', text: `claude is rate limited until ${clockTime(T0 + 5 * MINUTE, T0)}`, until: T0 + 5 * MINUTE });
    expect(nextDue(run.state)).toBe(T0 + 5 * MINUTE);
    expect(due(run.state, T0 + 5 * MINUTE - 1)).toEqual([]);
    expect(due(run.state, T0 + 5 * MINUTE).map((wait) => wait.agent)).toEqual(['claude']);
    run.move('c', 'dropped');
    expect(phaseOf(run.state)).toBe('running');
    run.add({ type: 'agent.goes-on', agent: 'claude', by: 'time' });
    expect([...decide(run.state).start].sort()).toEqual(['a', 'b']);
  });

  it('waits longer and longer where nobody told, with a cap, and asks a person in the end', () => {
    const run = fresh();
    const waits: number[] = [];
    for (let round = 0; ; round += 1) {
      const step = meet(run, 'a', { reason: 'rate-limit' }, T0);
      if (step.step !== 'wait') break;
      waits.push(((nextDue(run.state) ?? 0) - T0) / MINUTE);
      if (round === 1) expect(decide(run.state).waits.get('a')?.text).toMatch(/did not say until when; tries again at .* \(wait 2\)/);
      run.add({ type: 'agent.goes-on', agent: 'claude', by: 'time' });
    }
    expect(waits.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
    expect(waits).toHaveLength(24);
    expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { failure: 'rate-limit' } });
  });

  it('a success between begins the count anew', () => {
    const run = fresh();
    meet(run, 'a', { reason: 'rate-limit' }, T0);
    run.add({ type: 'agent.goes-on', agent: 'claude', by: 'time' }).move('b', 'setting-up', 'working').attempt('b', []).move('b', 'checking');
    meet(run, 'a', { reason: 'rate-limit' }, T0);
    expect(nextDue(run.state)).toBe(T0 + MINUTE);
  });

  it('a second task that meets the same limit waits with it; a later time counts', () => {
    const run = fresh();
    run.move('b', 'setting-up', 'working');
    meet(run, 'a', { reason: 'rate-limit', retryAt: T0 + MINUTE }, T0);
    expect(meet(run, 'b', { reason: 'rate-limit', retryAt: T0 + MINUTE / 2 }, T0).events).toEqual([]);
    run.move('b', 'setting-up', 'working');
    expect(meet(run, 'b', { reason: 'rate-limit', retryAt: T0 + 2 * MINUTE }, T0).events).toMatchObject([{ until: T0 + 2 * MINUTE, count: 1 }]);
  });

  it.each([
    ['past', -MINUTE, 1_000],
    ['in a hundred years', 100 * 365 * 24 * 60 * MINUTE, MINUTE],
    ['not a number', Number.NaN, MINUTE],
  ])('a told time that is %s is not taken at its word', (_, told, expected) => {
    const run = fresh();
    meet(run, 'a', { reason: 'rate-limit', retryAt: T0 + told }, T0);
    expect(nextDue(run.state)).toBe(T0 + expected);
  });

  it('the clock time names the day when it is another', () => {
    const noon = new Date(2025, 0, 1, 12, 5).getTime();
    expect(clockTime(noon, noon - 3_600_000)).toBe('12:05');
    expect(clockTime(noon + 86_400_000, noon)).toBe('2 Jan, 12:05');
  });
});

describe('network and service', () => {
  it('three tries by itself, then a person', () => {
    const run = fresh();
    for (let round = 0; round < 3; round += 1) {
      expect(meet(run, 'a', { reason: 'network' }, T0).step).toBe('wait');
      run.add({ type: 'agent.goes-on', agent: 'claude', by: 'time' });
    }
    expect(meet(run, 'a', { reason: 'network' }, T0)).toMatchObject({ step: 'needs-you', reason: { failure: 'network' } });
  });
});

describe('quota', () => {
  it('moves to the fallback at once, and every other task of the agent with it', () => {
    const run = fresh({ agent: 'claude', model: 'opus', fallback: { agent: 'codex', model: 'gpt' } });
    expect(meet(run, 'a', { reason: 'quota' }, T0).step).toBe('wait');
    expect([...decide(run.state).start].sort()).toEqual(['a', 'b']);
    expect(memberFor(run.state, run.task('a'))).toEqual({ agent: 'codex', model: 'gpt' });
    expect(memberFor(run.state, run.task('b'))).toEqual({ agent: 'codex', model: 'gpt' });
    // the quota is back: who has worked with the fallback stays, the rest goes to the team's choice
    run.move('a', 'setting-up', 'working').add(starting('a', 2, { agent: 'codex' }), { type: 'agent.goes-on', agent: 'claude', by: 'person' });
    expect(memberFor(run.state, run.task('a')).agent).toBe('codex');
    expect(memberFor(run.state, run.task('b'))).toEqual({ agent: 'claude', model: 'opus' });
  });

  it('without a fallback one task asks the person, the others wait; their word lets all go on', () => {
    const run = fresh();
    expect(meet(run, 'a', { reason: 'quota', message: 'Credit balance is too low' }, T0)).toMatchObject({ step: 'needs-you', reason: { kind: 'quota', failure: 'quota' } });
    expect(decide(run.state).waits.get('b')).toMatchObject({ kind: 'quota', text: expect.stringContaining('has no quota or credit left') as string });
    expect(decide(run.state).waits.get('b')?.until).toBeUndefined();
    expect(phaseOf(run.state)).toBe('needs-you');
    run.add(...releases(run.state));
    expect(decide(run.state).start).toEqual(['b']);
  });

  it('waits for a told time, which a person\'s word does not shorten', () => {
    const run = fresh();
    expect(meet(run, 'a', { reason: 'quota', retryAt: T0 + 60 * MINUTE }, T0).step).toBe('wait');
    expect(releases(run.state)).toEqual([]);
    expect(decide(run.state).waits.get('a')?.until).toBe(T0 + 60 * MINUTE);
  });

  it('when the fallback has none left either, the person is asked', () => {
    const run = fresh({ agent: 'claude', fallback: { agent: 'codex' } });
    meet(run, 'a', { reason: 'quota' }, T0);
    expect(meet(run, 'a', { reason: 'quota' }, T0, 'codex')).toMatchObject({ step: 'needs-you' });
  });
});

describe('context full', () => {
  it('hands off once, then needs you, and a person\'s word allows one more', () => {
    const run = fresh();
    expect(meet(run, 'a', { reason: 'context-full' }, T0)).toMatchObject({ step: 'wait', events: [{ type: 'task.handed-off' }] });
    expect(meet(run, 'a', { reason: 'context-full' }, T0)).toMatchObject({ step: 'needs-you', reason: { failure: 'context-full' } });
    run.add({ type: 'feedback.given', task: 'a', feedback: 'Go on', byPerson: true });
    expect(run.task('a').handOffs).toBe(0);
  });
});

it('the words of a wait', () => {
  const wait = { agent: 'claude', kind: 'quota', told: false, since: T0, count: 1, over: false } as const;
  expect(waitReason(wait).text).toMatch(/^claude has no quota or credit left\. Top it up/);
});
