import { describe, expect, it } from 'vitest';
import type { Usage } from '../../src/core/activity.js';
import { amountOf, billLines, groupBy, NOTHING, plus, runAmount, shareOf, sum, taskAmount } from '../../src/core/bill.js';
import { reserveFor, runBudget } from '../../src/core/budget.js';
import { dag, Run, starting, usage, usd } from './build.js';

describe('amounts', () => {
  it('an unknown price is unknown, never 0; no tokens cost nothing', () => {
    expect(amountOf(usage({ inputTokens: 10, outputTokens: 1 }))).toEqual({ usd: 0, unknownUsd: true, inputTokens: 10, cachedInputTokens: 0, outputTokens: 1 });
    expect(amountOf(usage({ inputTokens: 10, usd: 0 }))).toMatchObject({ usd: 0, unknownUsd: false });
    expect(amountOf(usage())).toEqual(NOTHING);
  });
  it('sums what is known and says that something is not', () => {
    expect(sum([amountOf(usage({ inputTokens: 5, usd: 0.5 })), amountOf(usage({ inputTokens: 7 }))])).toEqual({ usd: 0.5, unknownUsd: true, inputTokens: 12, cachedInputTokens: 0, outputTokens: 0 });
  });
  it('binary noise does not add up', () => {
    const tenth = { ...NOTHING, usd: 0.1 };
    expect(sum(Array.from({ length: 3 }, () => tenth)).usd).toBe(0.3);
    expect(sum(Array.from({ length: 10_000 }, () => ({ ...NOTHING, usd: 0.000_000_3 }))).usd).toBe(0.003);
    expect(plus({ ...NOTHING, usd: 1e-9 }, { ...NOTHING, usd: 2e-9 }).usd).toBe(3e-9);
  });
});

describe('shareOf: running totals of a session to one attempt', () => {
  const total = (input: number, cached: number, output: number, parts: Partial<Usage> = {}) => usage({ model: 'm', inputTokens: input, cachedInputTokens: cached, outputTokens: output, ...parts });
  it('the first attempt is the whole total', () => expect(shareOf([total(100, 80, 10)], [])).toEqual([total(100, 80, 10)]));
  it('a resumed one is the difference', () => expect(shareOf([total(250, 180, 30, { cacheWriteTokens: 5 })], [total(100, 80, 10, { cacheWriteTokens: 2 })])).toEqual([total(150, 100, 20, { cacheWriteTokens: 3 })]));
  it('the shares of a chain of resumes add up to the last total', () => {
    const totals = [total(100, 0, 10), total(250, 90, 30), total(251, 90, 31), total(900, 700, 90)];
    const shares = totals.map((now, at) => shareOf([now], at === 0 ? [] : [totals[at - 1]!])[0]!);
    expect([shares.reduce((all, share) => all + share.inputTokens, 0), shares.reduce((all, share) => all + share.cachedInputTokens, 0), shares.reduce((all, share) => all + share.outputTokens, 0)]).toEqual([900, 700, 90]);
  });
  it('a total that went down counts anew', () => {
    expect(shareOf([total(40, 0, 50)], [total(100, 80, 10)])).toEqual([total(40, 0, 50)]);
    expect(shareOf([total(400, 0, 5)], [total(100, 80, 10)])).toEqual([total(400, 0, 5)]);
  });
  it('nothing new is nothing, not negative', () => {
    expect(shareOf([total(100, 80, 10)], [total(100, 80, 10)])).toEqual([total(0, 0, 0)]);
    expect(shareOf([total(110, 70, 10)], [total(100, 80, 10)])[0]?.cachedInputTokens).toBe(0);
  });
  it('by model: a new model of the session has no total before', () => {
    const other = usage({ model: 'n', inputTokens: 7 });
    expect(shareOf([total(150, 0, 20), other], [total(100, 0, 10)])).toEqual([total(50, 0, 10), other]);
  });
  it('money that is a running total too is a difference too, and unknown where it was not told before', () => {
    expect(shareOf([total(150, 0, 20, { usd: 0.3 })], [total(100, 0, 10, { usd: 0.1 })])[0]?.usd).toBe(0.2);
    expect(shareOf([total(150, 0, 20, { usd: 0.3 })], [])[0]?.usd).toBe(0.3);
    expect(shareOf([total(150, 0, 20, { usd: 0.3 })], [total(100, 0, 10)])[0]).not.toHaveProperty('usd');
  });
});

describe('the bill of a run', () => {
  const run = () =>
    new Run()
      .attempt('planner', usd(0.25))
      .approve(dag({ a: '', b: '' }))
      .attempt('a', usd(0.5))
      .attempt('a', [usage({ model: 'opus', inputTokens: 100, cachedInputTokens: 60, outputTokens: 9, usd: 1 }), usage({ model: 'haiku', inputTokens: 10, outputTokens: 1, usd: 0.01 })])
      .attempt('b', usd(2));
  it('has a line for every attempt, the planner first', () => {
    expect(billLines(run().state).map((line) => [line.task, line.attempt, line.role, line.model, line.tier, line.usd, line.nothingReported])).toEqual([
      ['planner', 1, 'planner', 'sonnet', undefined, 0.25, false],
      ['a', 1, 'executor', 'sonnet', 'standard', 0.5, false],
      ['a', 2, 'executor', 'opus', 'standard', 1.01, false],
      ['b', 1, 'executor', 'sonnet', 'standard', 2, false],
    ]);
    expect(billLines(run().state)[2]?.byModel).toEqual([
      { model: 'opus', amount: { usd: 1, unknownUsd: false, inputTokens: 100, cachedInputTokens: 60, outputTokens: 9 } },
      { model: 'haiku', amount: { usd: 0.01, unknownUsd: false, inputTokens: 10, cachedInputTokens: 0, outputTokens: 1 } },
    ]);
  });
  it('sums by run and by task', () => {
    expect(runAmount(run().state)).toEqual({ usd: 3.76, unknownUsd: false, inputTokens: 3110, cachedInputTokens: 60, outputTokens: 310 });
    expect(taskAmount(run().state, 'a').usd).toBe(1.51);
    expect(taskAmount(run().state, 'planner').usd).toBe(0.25);
    expect(taskAmount(run().state, 'ghost')).toEqual(NOTHING);
  });
  it('groups by any key, in the order of first appearance, and loses nothing', () => {
    const groups = groupBy(billLines(run().state), (line) => line.role);
    expect(groups.map((group) => [group.key, group.amount.usd])).toEqual([['planner', 0.25], ['executor', 3.51]]);
    expect(groupBy(billLines(run().state), (line) => line.task).map((group) => group.key)).toEqual(['planner', 'a', 'b']);
    expect(sum(groups.map((group) => group.amount))).toEqual(runAmount(run().state));
    expect(Object.keys(groups[0]!.amount).sort()).toEqual(['cachedInputTokens', 'inputTokens', 'outputTokens', 'unknownUsd', 'usd']);
  });
  it('a re-plan keeps the money of a task that has started and waits', () => {
    const waiting = new Run().approve(dag({ a: '' })).move('a', 'setting-up', 'working').attempt('a', usd(3)).move('a', 'needs-you', 'waiting').approve(dag({ z: '' }));
    expect(runAmount(waiting.state).usd).toBe(3);
  });
});

describe('an agent that tells nothing', () => {
  it('costs an unknown sum once it is over, not while it runs', () => {
    const run = new Run().approve(dag({ a: '' })).attempt('a');
    expect(billLines(run.state)[0]).toMatchObject({ nothingReported: false, unknownUsd: false });
    expect(billLines(run.end('a', []).state)[0]).toMatchObject({ nothingReported: true, unknownUsd: true, usd: 0 });
    expect(runAmount(run.state).unknownUsd).toBe(true);
  });
  it('the scripted one costs nothing unless its script says so', () => {
    const run = new Run().approve(dag({ a: '' })).add(starting('a', 1, { agent: 'scripted' })).end('a', []);
    expect(billLines(run.state)[0]).toMatchObject({ nothingReported: false, unknownUsd: false, usd: 0 });
  });
  it('the model is the one that was asked for, or said to be unknown', () => {
    const run = new Run().approve(dag({ a: '' })).add(starting('a', 1, { agent: 'codex', model: 'gpt' })).end('a', [usage({ inputTokens: 1 })]).add(starting('a', 2, { agent: 'codex' })).end('a', [usage({ inputTokens: 1 })]);
    expect(billLines(run.state).map((line) => [line.model, line.byModel[0]?.model])).toEqual([['gpt', 'gpt'], [undefined, 'codex (model unknown)']]);
  });
  it('a subscription is labelled', () => {
    const run = new Run().approve(dag({ a: '' })).add(starting('a', 1, { apiEquivalent: true })).end('a', usd(1));
    expect(billLines(run.state)[0]?.apiEquivalent).toBe(true);
  });
});

describe('the budget', () => {
  it('reserves the dearest attempt for each that runs or is about to', () => {
    const run = new Run({ runUsd: 8 }).approve(dag({ a: '', b: '', c: '' })).land('a', usd(0.5));
    expect(reserveFor(run.state)).toBe(0.5);
    expect(runBudget(run.state)).toEqual({ spent: 0.5, reserved: 0, limit: 8 });
    run.move('b', 'setting-up');
    expect(runBudget(run.state).reserved).toBe(0.5);
    run.move('b', 'working').attempt('b').move('c', 'setting-up');
    expect(runBudget(run.state).reserved).toBe(1);
    run.end('b', usd(2)).move('b', 'checking');
    expect(runBudget(run.state)).toEqual({ spent: 2.5, reserved: 2, limit: 8 });
  });
  it('has no limit where none is set', () => expect(runBudget(new Run().state)).toEqual({ spent: 0, reserved: 0 }));
});
