import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/core/plan.js';
import { checkPlan, checkPlanInput, sharedGlobs } from '../../src/core/planCheck.js';
import { codes, dag, plan, task } from './build.js';

const of = (checked: Plan, code: string) => checkPlan(checked).problems.filter((problem) => problem.code === code);

describe('ids', () => {
  it.each(['a', '0', 'db-layer', 'a'.repeat(40), '1-2-3', 'a-'])('takes %s', (id) => expect(codes(checkPlan(plan(task(id))))).toEqual([]));
  it.each(['', '-a', 'A', 'a_b', 'a.b', 'a/b', 'ä', 'a'.repeat(41), 'a b', '..', 'a\n', 'planner'])('bad-id: %j', (id) => {
    const check = checkPlan(plan(task(id, { owns: ['x'] })));
    expect(check.ok).toBe(false);
    expect(check.problems).toEqual([expect.objectContaining({ code: 'bad-id', tasks: [id] })]);
  });
  it('duplicate-id: once for each id, with how often', () => {
    const check = checkPlan(plan(task('a'), task('b'), task('a'), task('a'), task('b')));
    expect(check).toMatchObject({ ok: false, levels: [] });
    expect(check.problems.filter((problem) => problem.code === 'duplicate-id').map((problem) => [problem.tasks, problem.message.slice(0, 7)])).toEqual([
      [['a'], '3 tasks'],
      [['b'], '2 tasks'],
    ]);
  });
});

describe('dependencies', () => {
  it('unknown-dependency names the task and what it wanted', () => {
    expect(of(dag({ a: 'ghost ghost' }), 'unknown-dependency')).toEqual([{ code: 'unknown-dependency', tasks: ['a'], message: expect.stringContaining('"ghost"') as string }]);
  });
  it('self-dependency is no cycle', () => {
    const check = checkPlan(dag({ a: 'a', b: 'a' }));
    expect(codes(check)).toEqual(['self-dependency']);
    expect(check.problems[0]?.tasks).toEqual(['a']);
    expect(check.ok).toBe(false);
    expect(check.edges).toEqual([{ from: 'a', to: 'b', why: 'depends' }]);
  });
  it.each<[string, Record<string, string>, string[][]]>([
    ['two tasks', { a: 'b', b: 'a' }, [['a', 'b']]],
    ['exactly its members, not what hangs on it', { before: '', a: 'c before', b: 'a', c: 'b', after: 'c', alone: '' }, [['a', 'b', 'c']]],
    ['two separate cycles', { a: 'b', b: 'a', x: 'z', y: 'x', z: 'y' }, [['a', 'b'], ['x', 'y', 'z']]],
    ['two cycles joined by a one-way edge stay two', { a: 'b', b: 'a', x: 'y b', y: 'x' }, [['a', 'b'], ['x', 'y']]],
    ['two cycles that share a task are one', { a: 'b c', b: 'a', c: 'a' }, [['a', 'b', 'c']]],
    ['a cycle with a self-dependency in it', { a: 'a b', b: 'a' }, [['a', 'b']]],
    ['none in a diamond', { a: '', b: 'a', c: 'a', d: 'b c' }, []],
  ])('cycle: %s', (_what, depends, expected) => {
    const check = checkPlan(dag(depends));
    expect(check.problems.filter((problem) => problem.code === 'cycle').map((problem) => problem.tasks)).toEqual(expected);
    if (expected.length > 0) expect(check).toMatchObject({ ok: false, levels: [] });
  });
  it('finds a cycle of 500 without running out of stack', () => {
    const ids = Array.from({ length: 500 }, (_, at) => `t${at}`);
    const [cycle] = of(dag(Object.fromEntries(ids.map((id, at) => [id, ids[(at + 1) % 500]!]))), 'cycle');
    expect(cycle?.tasks).toEqual([...ids].sort());
  });
});

describe('contracts', () => {
  it.each(['/abs/**', '../up', 'a/../b', '!no', 'a\\b', '', 'a/', '[', '{a', '+(a|b)'])('bad-glob in owns and in offLimits: %j', (glob) => {
    const found = of(plan(task('a', { owns: ['ok', glob], contract: { owns: ['ok', glob], offLimits: [glob] } })), 'bad-glob');
    expect(found.map((problem) => problem.tasks)).toEqual([['a'], ['a']]);
    expect(found.map((problem) => problem.message.includes(`owns "${glob}"`) || problem.message.includes(`offLimits "${glob}"`))).toEqual([true, true]);
  });
  it('a bad glob is not ok, and takes no part in overlap', () => {
    const check = checkPlan(plan(task('a', { owns: ['/x'] }), task('b', { owns: ['/x'] })));
    expect(check.ok).toBe(false);
    expect(codes(check)).toEqual(['bad-glob', 'bad-glob']);
  });
  it('empty-owns is an error', () => {
    expect(checkPlan(plan(task('a', { owns: [] })))).toMatchObject({ ok: false, problems: [{ code: 'empty-owns', tasks: ['a'] }] });
  });
  it('no-gate is a warning, and none where the team has a gate', () => {
    const bare = plan(task('a', { gate: [] }));
    expect(checkPlan(bare)).toMatchObject({ ok: true, problems: [{ code: 'no-gate', severity: 'warning', tasks: ['a'] }] });
    expect(checkPlan(bare, { teamHasGate: true })).toMatchObject({ ok: true, problems: [] });
  });
});

describe('order', () => {
  it('overlap is a warning and an edge', () => {
    const check = checkPlan(plan(task('b', { owns: ['src/**'] }), task('a', { owns: ['src/x.ts'] })));
    expect(check).toMatchObject({ ok: true, edges: [{ from: 'a', to: 'b', why: 'overlap' }], levels: [['a'], ['b']] });
    expect(check.problems).toEqual([{ code: 'overlap', severity: 'warning', tasks: ['a', 'b'], message: expect.stringContaining('src/x.ts / src/**') as string }]);
  });
  it.each<[string, Record<string, string>, Record<string, readonly string[]>, string[]]>([
    ['none where a dependency orders them', { a: '', b: 'a' }, { a: ['s/**'], b: ['s/**'] }, []],
    ['none where they are ordered through others', { a: '', m: 'a', b: 'm' }, { a: ['s/**'], b: ['s/**'] }, []],
    ['none where an overlap edge orders them already', { a: '', b: '', c: '' }, { a: ['s/**'], b: ['s/**'], c: ['s/**'] }, ['a>b', 'b>c']],
    ['goes with the dependencies, not with the alphabet', { z: '', y: 'z', a: 'y', b: '' }, { a: ['s'], b: ['s'] }, ['b>a']],
    ['never closes a cycle over two overlaps', { a: 'd', b: '', c: 'b', d: '' }, { a: ['s'], b: ['s'], c: ['t'], d: ['t'] }, ['b>a', 'd>c']],
    ['only the files count, not the folders around', { a: '', b: '' }, { a: ['src/a.ts'], b: ['src/b.ts'] }, []],
  ])('%s', (_what, depends, owns, expected) => {
    const check = checkPlan(dag(depends, owns));
    expect(check.edges.filter((edge) => edge.why === 'overlap').map((edge) => `${edge.from}>${edge.to}`)).toEqual(expected);
    expect(check.levels.flat().sort()).toEqual(Object.keys(depends).sort());
  });
  it('levels are by the longest way from a root', () => {
    expect(checkPlan(dag({ a: '', b: 'a', c: 'b', d: 'a', e: '', f: 'c d' })).levels).toEqual([['a', 'e'], ['b', 'd'], ['c'], ['f']]);
  });
  it('a dependency named twice is one edge', () => {
    expect(checkPlan(dag({ a: '', b: 'a a' })).edges).toEqual([{ from: 'a', to: 'b', why: 'depends' }]);
  });
  it('says every problem at once', () => {
    const check = checkPlan(plan(task('Bad'), task('a', { dependsOn: ['a', 'ghost'], owns: [] }), task('x', { dependsOn: ['y'], owns: ['/'] }), task('y', { dependsOn: ['x'], gate: [] })));
    expect(new Set(codes(check))).toEqual(new Set(['bad-id', 'self-dependency', 'unknown-dependency', 'empty-owns', 'bad-glob', 'no-gate', 'cycle']));
    expect(check.ok).toBe(false);
  });
});

describe('checkPlanInput', () => {
  it('hands out the plan only when it is ok', () => {
    expect(checkPlanInput(dag({ a: '', b: 'a' })).plan?.tasks).toHaveLength(2);
    expect(checkPlanInput(dag({ a: 'b', b: 'a' }))).not.toHaveProperty('plan');
  });
  it('is the shape that check --json prints', () => {
    expect(checkPlanInput(dag({ db: '', api: 'db' }))).toMatchObject({ ok: true, problems: [], edges: [{ from: 'db', to: 'api', why: 'depends' }], levels: [['db'], ['api']] });
  });
});

describe('sharedGlobs', () => {
  it('names what both may change, sorted, the same glob once', () => {
    expect(sharedGlobs(task('a', { owns: ['z', 'b/**', 'a'] }), task('b', { owns: ['a', 'b/c', 'z'] }))).toEqual(['a', 'b/** / b/c', 'z']);
  });
});
