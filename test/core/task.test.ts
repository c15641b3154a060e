import { describe, expect, it } from 'vitest';
import type { TaskState } from '../../src/core/task.js';
import { hasStarted, isActive, isOver, isUntouched, mayMove, STATE_WORDS, TASK_STATES } from '../../src/core/task.js';

const pairs = TASK_STATES.flatMap((from) => TASK_STATES.map((to) => [from, to] as const));
const reach = (from: TaskState): Set<TaskState> => {
  const seen = new Set<TaskState>([from]);
  for (const state of seen) for (const to of TASK_STATES) if (mayMove(state, to)) seen.add(to);
  return seen;
};

describe('the state machine', () => {
  it('landed is final: what is on the base cannot be taken back', () => expect(pairs.filter(([from, to]) => from === 'landed' && mayMove(from, to))).toEqual([]));
  it('only merging lands, and a review whose pull request was merged', () => expect(pairs.filter(([from, to]) => to === 'landed' && mayMove(from, to)).map(([from]) => from)).toEqual(['in-review', 'merging']));
  it('only a green or once refused task is merged', () => expect(pairs.filter(([from, to]) => to === 'merging' && mayMove(from, to)).map(([from]) => from)).toEqual(['ready', 'needs-you']));
  it('nothing moves to itself', () => expect(TASK_STATES.filter((state) => mayMove(state, state))).toEqual([]));
  it('whatever is active can come to a person or be stopped', () => {
    for (const state of TASK_STATES.filter(isActive)) expect([state, mayMove(state, 'needs-you'), mayMove(state, 'stopped')]).toEqual([state, true, true]);
  });
  it('a person can drop whatever is not just landing, landed or dropped', () => {
    expect(TASK_STATES.filter((state) => !mayMove(state, 'dropped'))).toEqual(['merging', 'landed', 'dropped']);
  });
  it('from everywhere but landed the landing can still be reached', () => {
    expect(TASK_STATES.filter((state) => !reach(state).has('landed'))).toEqual([]);
  });
  it('a dropped task can only wait anew', () => expect(TASK_STATES.filter((to) => mayMove('dropped', to))).toEqual(['waiting']));
  it('the kinds do not overlap, and every state has its word', () => {
    for (const state of TASK_STATES) expect([isActive(state), isOver(state), isUntouched(state)].filter(Boolean).length).toBeLessThanOrEqual(1);
    expect(Object.keys(STATE_WORDS).sort()).toEqual([...TASK_STATES].sort());
  });
});

describe('hasStarted', () => {
  it.each<[Parameters<typeof hasStarted>[0], boolean]>([
    [{ state: 'waiting', attempts: [] }, false],
    [{ state: 'proposed', attempts: [] }, false],
    [{ state: 'waiting', attempts: [1] }, true],
    [{ state: 'waiting', attempts: [], worktree: '/w' }, true],
    [{ state: 'working', attempts: [] }, true],
    [{ state: 'dropped', attempts: [] }, true],
  ])('%j: %s', (run, expected) => expect(hasStarted(run)).toBe(expected));
});
