import { describe, expect, it } from 'vitest';
import type { RunPhase } from '../../src/core/phase.js';
import { NEVER_BEGUN } from '../../src/core/stopping.js';
import { phaseOf } from '../../src/core/phase.js';
import { dag, Run, usd } from './build.js';

const two = () => new Run().approve(dag({ a: '', b: 'a' }));
const planning = (run: Run) => run.add({ type: 'planner.started', kind: 'replan' });
const proposed = { type: 'plan.proposed' as const, revision: 9, plan: dag({ x: '' }) };
const needsYou = (run: Run) => run.move('a', 'setting-up', 'working').attempt('a', []).move('a', 'needs-you');

const cases: readonly (readonly [string, RunPhase, () => Run])[] = [
  ['the planner is at work', 'planning', () => planning(new Run())],
  ['planning failed', 'failed', () => planning(new Run()).add({ type: 'planner.ended', failure: 'x' })],
  ['planning was cancelled', 'stopped', () => planning(new Run()).add({ type: 'planner.ended', cancelled: true })],
  ['a plan is proposed', 'proposed', () => new Run().add(proposed)],
  ['the proposal is being changed', 'planning', () => planning(new Run().add(proposed))],
  ['a task may start', 'running', two],
  ['a task is in work', 'running', () => two().move('a', 'setting-up')],
  ['a re-plan is proposed', 'proposed', () => two().move('a', 'setting-up').add(proposed)],
  ['a re-plan is being made while nothing runs', 'planning', () => planning(needsYou(two()))],
  ['a re-plan is being made beside the work', 'running', () => planning(two().move('a', 'setting-up'))],
  ['a task needs you', 'needs-you', () => needsYou(two())],
  ['a task is ready', 'needs-you', () => two().move('a', 'setting-up', 'working', 'checking', 'ready')],
  ['a task is ready and approved', 'running', () => two().move('a', 'setting-up', 'working', 'checking', 'ready').add({ type: 'task.approved', task: 'a', by: 'yes' })],
  ['the rest waits for a dropped task', 'needs-you', () => two().move('a', 'dropped')],
  ['the rest waits for a stopped task', 'stopped', () => two().move('a', 'stopped')],
  ['its person stopped one task and nothing else is left', 'needs-you', () => two().add({ type: 'task.state', task: 'a', from: 'waiting', to: 'stopped', reason: NEVER_BEGUN })],
  ['it is paused', 'paused', () => two().add({ type: 'run.paused' })],
  ['it is stopped', 'stopped', () => two().add({ type: 'run.stopped' })],
  ['the budget is spent', 'stopped', () => new Run({ runUsd: 1 }).approve(dag({ a: '', b: 'a' })).land('a', usd(1))],
  ['it was discarded', 'stopped', () => new Run().add(proposed, { type: 'run.discarded' })],
  ['all landed', 'done', () => two().land('a').land('b')],
  ['all landed or dropped', 'done', () => two().land('a').move('b', 'dropped')],
];

describe('phaseOf', () => {
  it.each(cases)('%s: %s', (_what, phase, run) => expect(phaseOf(run().state)).toBe(phase));
});
