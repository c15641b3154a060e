import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/core/plan.js';
import { editPlan } from '../../src/core/planEdit.js';
import type { PlanEdit } from '../../src/core/wishes.js';
import { dag, plan, task } from './build.js';

const PLAN = dag({ a: '', b: 'a', c: 'b', d: 'b c' });
const edited = (edit: PlanEdit, of: Plan = PLAN): Plan => {
  const result = editPlan(of, edit);
  if ('refused' in result) throw new Error(result.refused);
  return result.plan;
};
const change = (parts: Omit<Extract<PlanEdit, { kind: 'task' }>, 'kind' | 'task'>, id = 'b'): PlanEdit => ({ kind: 'task', task: id, ...parts });
const depends = (of: Plan) => Object.fromEntries(of.tasks.map((each) => [each.id, each.dependsOn]));

describe('changing a task', () => {
  it.each<[string, PlanEdit, object]>([
    ['title, trimmed', change({ title: '  New  ' }), { title: 'New' }],
    ['instructions', change({ instructions: 'Do it\n' }), { instructions: 'Do it\n' }],
    ['tier', change({ tier: 'deep' }), { tier: 'deep' }],
    ['dependencies', change({ dependsOn: [] }), { dependsOn: [] }],
    ['what it owns, and nothing else of its contract', change({ contract: { owns: ['x', 'y/**'] } }), { contract: { owns: ['x', 'y/**'], offLimits: [], acceptance: [], gate: ['npm test'] } }],
    ['its gate, without blank lines', change({ contract: { gate: ['', ' npm run lint ', '  '] } }), { contract: { gate: ['npm run lint'] } }],
    ['no gate', change({ contract: { gate: [' '] } }), { contract: { gate: [] } }],
    ['acceptance and offLimits', change({ contract: { acceptance: ['works', ''], offLimits: ['z'] } }), { contract: { acceptance: ['works'], offLimits: ['z'] } }],
  ])('%s', (_what, edit, expected) => {
    const result = edited(edit);
    expect(result.tasks[1]).toMatchObject(expected);
    expect(result.tasks.filter((each) => each.id !== 'b')).toEqual(PLAN.tasks.filter((each) => each.id !== 'b'));
  });
  it('hands out the new check with its warnings', () => {
    const result = editPlan(plan(task('a'), task('b')), change({ contract: { owns: ['src/a/x'], gate: [] } }));
    expect(result).toMatchObject({ check: { ok: true, edges: [{ from: 'a', to: 'b', why: 'overlap' }], levels: [['a'], ['b']] } });
    expect('check' in result && result.check.problems.map((problem) => problem.code)).toEqual(['no-gate', 'overlap']);
  });
  it('an empty edit changes nothing', () => expect(edited(change({}))).toEqual(PLAN));
});

describe('removing a task', () => {
  it('who depended on it inherits what it depended on, each once', () => {
    expect(depends(edited({ kind: 'remove', task: 'b' }))).toEqual({ a: [], c: ['a'], d: ['c', 'a'] });
    expect(depends(edited({ kind: 'remove', task: 'a' }))).toEqual({ b: [], c: ['b'], d: ['b', 'c'] });
    expect(depends(edited({ kind: 'remove', task: 'd' }))).toEqual({ a: [], b: ['a'], c: ['b'] });
  });
  it('keeps the order of everybody else, one after the other', () => {
    const twice = edited({ kind: 'remove', task: 'c' }, edited({ kind: 'remove', task: 'b' }));
    expect(depends(twice)).toEqual({ a: [], d: ['a'] });
  });
});

describe('refused, with nothing changed', () => {
  it.each<[string, PlanEdit, string]>([
    ['no such task', change({ title: 'x' }, 'ghost'), 'There is no task "ghost" in the proposed plan.'],
    ['no such task to remove', { kind: 'remove', task: 'ghost' }, 'There is no task "ghost" in the proposed plan.'],
    ['a cycle', change({ dependsOn: ['d'] }, 'a'), 'wait for each other'],
    ['a self-dependency', change({ dependsOn: ['b'] }), 'B depends on itself. The plan is unchanged.'],
    ['an unknown dependency', change({ dependsOn: ['ghost'] }), 'which is no task of this plan. The plan is unchanged.'],
    ['owning nothing', change({ contract: { owns: [] } }), 'B owns nothing'],
    ['owning only blanks', change({ contract: { owns: [' ', ''] } }), 'B owns nothing'],
    ['a bad glob', change({ contract: { owns: ['../x'] } }), 'B: owns "../x"'],
    ['a bad glob off limits', change({ contract: { offLimits: ['/x'] } }), 'B: offLimits "/x"'],
    ['no title', change({ title: ' ' }), 'A task needs a title.'],
    ['a title without end', change({ title: 'x'.repeat(501) }), 'The plan is unchanged.'],
  ])('%s', (_what, edit, words) => {
    const copy = structuredClone(PLAN);
    const result = editPlan(PLAN, edit);
    expect('refused' in result && result.refused).toContain(words);
    expect(PLAN).toEqual(copy);
  });
  it('the last task', () => expect(editPlan(dag({ a: '' }), { kind: 'remove', task: 'a' })).toEqual({ refused: 'The last task of a plan cannot be removed; discard the plan instead.' }));
});
