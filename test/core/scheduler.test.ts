import { describe, expect, it } from 'vitest';
import { runBudget, shareFor, wasCutShort } from '../../src/core/budget.js';
import { budgetReason, decide, remainingPath } from '../../src/core/scheduler.js';
import type { TaskState } from '../../src/core/task.js';
import type { Limits } from '../../src/core/team.js';
import { dag, plan, Run, SHA, starting, task, usage, usd } from './build.js';

const alone = (...ids: string[]) => dag(Object.fromEntries(ids.map((id) => [id, ''])));
const starts = (run: Run) => decide(run.state).start;
const wait = (run: Run, id: string) => decide(run.state).waits.get(id);
const TO: Partial<Record<TaskState, readonly TaskState[]>> = {
  'setting-up': ['setting-up'],
  working: ['setting-up', 'working'],
  checking: ['setting-up', 'working', 'checking'],
  ready: ['setting-up', 'working', 'checking', 'ready'],
  'in-review': ['setting-up', 'working', 'checking', 'in-review'],
  merging: ['setting-up', 'working', 'checking', 'ready', 'merging'],
  'needs-you': ['setting-up', 'working', 'needs-you'],
  stopped: ['setting-up', 'working', 'stopped'],
};
/** Brings a task to a state with one ended attempt. */
const bring = (run: Run, id: string, state: TaskState) => {
  const [first, ...rest] = TO[state] ?? [];
  return first === undefined ? run : run.move(id, first).attempt(id, []).move(id, ...rest);
};

describe('dependencies', () => {
  it('what depends on nothing starts, the rest says what it waits for', () => {
    const run = new Run().approve(dag({ a: '', b: 'a', c: 'a b' }));
    expect(starts(run)).toEqual(['a']);
    expect(wait(run, 'b')).toEqual({ kind: 'dependency', text: 'Waits for Title of a to land', tasks: ['a'] });
    expect(wait(run, 'c')).toEqual({ kind: 'dependency', text: 'Waits for 2 tasks to land', tasks: ['a', 'b'] });
    expect(wait(run, 'a')).toBeUndefined();
  });
  it.each<TaskState>(['setting-up', 'working', 'checking', 'in-review', 'ready', 'merging'])('a dependency that is %s has not landed', (state) => {
    const run = bring(new Run().approve(dag({ a: '', b: 'a' })), 'a', state);
    expect(starts(run)).toEqual([]);
    expect(wait(run, 'b')?.kind).toBe('dependency');
  });
  it('a landed one lets go', () => expect(starts(new Run().approve(dag({ a: '', b: 'a' })).land('a'))).toEqual(['b']));
  it('nothing starts before the plan is approved', () => {
    const run = new Run().add({ type: 'plan.proposed', revision: 1, plan: alone('a') });
    expect(decide(run.state)).toEqual({ start: [], land: [], waits: new Map(), outOfBudget: false });
  });
});

describe('blocked', () => {
  it.each<[TaskState, string]>([
    ['needs-you', 'needs you'],
    ['stopped', 'is stopped'],
    ['dropped', 'was dropped'],
  ])('by one that is %s, and through those that wait', (state, words) => {
    const run = new Run().approve(dag({ a: '', b: 'a', c: 'b', free: '' }));
    if (state === 'dropped') run.move('a', 'dropped');
    else bring(run, 'a', state);
    expect(wait(run, 'b')).toEqual({ kind: 'blocked', text: `Blocked by Title of a, which ${words}`, tasks: ['a'] });
    expect(wait(run, 'c')).toEqual({ kind: 'blocked', text: 'Blocked by Title of b, which is itself blocked', tasks: ['b'] });
    expect(starts(run)).toEqual(['free']);
  });
  it('names what a person can move on before what only waits', () => {
    const run = bring(new Run().approve(dag({ a: '', b: '', c: 'a b' })), 'b', 'needs-you');
    expect(wait(run, 'c')?.tasks).toEqual(['b']);
  });
  it('looks at a layered plan once, not at every path through it', () => {
    const layers = Array.from({ length: 40 }, (_, layer) => Array.from({ length: 4 }, (_each, at) => `l${layer}x${at}`));
    const run = new Run().approve(dag(Object.fromEntries(layers.flatMap((ids, layer) => ids.map((id) => [id, (layers[layer - 1] ?? []).join(' ')])))));
    expect(starts(run)).toEqual(['l0x0', 'l0x1', 'l0x2', 'l0x3']);
    bring(run, 'l0x0', 'needs-you');
    expect(wait(run, 'l39x3')?.kind).toBe('blocked');
  });
});

describe('the same files', () => {
  const shared = () => new Run().approve(dag({ a: '', b: '' }, { a: ['s/**'], b: ['s/x'] }));
  it('an overlap edge orders them and says why', () => {
    expect(starts(shared())).toEqual(['a']);
    expect(wait(shared(), 'b')).toEqual({ kind: 'overlap', text: 'Same files as Title of a', tasks: ['a'], paths: ['s/** / s/x'] });
  });
  it('a dropped one is out of the way, a dropped dependency is not', () => {
    expect(starts(shared().move('a', 'dropped'))).toEqual(['b']);
    expect(starts(new Run().approve(dag({ a: '', b: 'a' })).move('a', 'dropped'))).toEqual([]);
  });
  // A re-plan can set a new task beside one that has started, with the edge the wrong way round.
  const replanned = (state: TaskState) => {
    const run = bring(new Run().approve(dag({ m: '' }, { m: ['s/**'] })), 'm', state);
    return run.approve(dag({ a: '' }, { a: ['s/x'] }));
  };
  it.each<TaskState>(['setting-up', 'working', 'checking', 'in-review', 'ready', 'merging', 'needs-you', 'stopped'])('one that is %s holds its files', (state) => {
    const run = replanned(state);
    expect(run.state.edges).toEqual([{ from: 'a', to: 'm', why: 'overlap' }]);
    expect(starts(run)).toEqual([]);
    expect(wait(run, 'a')).toEqual({ kind: 'overlap', text: 'Same files as Title of m: s/** / s/x', tasks: ['m'], paths: ['s/** / s/x'] });
  });
  it('one that needs you but never began holds nothing', () => {
    const run = new Run().approve(dag({ m: '' }, { m: ['s/**'] })).move('m', 'setting-up', 'needs-you').approve(dag({ a: '' }, { a: ['s/x'] }));
    expect(starts(run)).toEqual(['a']);
  });
  it('two that may start now and share files do not start together', () => {
    const run = new Run().approve(dag({ a: '', b: '' }, { a: ['s/**'], b: ['s/**'] }));
    run.state = { ...run.state, edges: [] };
    expect(starts(run)).toEqual(['a']);
    expect(wait(run, 'b')?.kind).toBe('overlap');
  });
});

describe('slots', () => {
  it('as many as agents may be at work', () => {
    const run = new Run({ maxParallel: 2 }).approve(alone('a', 'b', 'c'));
    expect(starts(run)).toEqual(['a', 'b']);
    expect(wait(run, 'c')).toEqual({ kind: 'agent-slots', text: 'All 2 agents are at work' });
  });
  it.each<[TaskState, number]>([
    ['setting-up', 1],
    ['working', 1],
    ['checking', 2],
    ['ready', 2],
    ['merging', 2],
    ['needs-you', 2],
    ['stopped', 2],
  ])('a task that is %s leaves room for %i', (state, room) => {
    expect(starts(bring(new Run({ maxParallel: 2 }).approve(alone('a', 'b', 'c', 'd')), 'a', state))).toHaveLength(room);
  });
  it('a limit that was lowered meanwhile starts nothing', () => {
    const run = new Run({ maxParallel: 3 }).approve(alone('a', 'b', 'c', 'd')).move('a', 'setting-up').move('b', 'setting-up').move('c', 'setting-up');
    expect(starts(run.add({ type: 'limits.changed', limits: { maxParallel: 1 } }))).toEqual([]);
  });
});

describe('the order of starts', () => {
  it('longest remaining path first, then by id', () => {
    const run = new Run({ maxParallel: 9 }).approve(dag({ z: '', y: 'z', x: 'y', short: '', next: 'short', b: '', a: '' }));
    expect(starts(run)).toEqual(['z', 'short', 'a', 'b']);
    expect(Object.fromEntries(remainingPath(run.state))).toEqual({ z: 2, y: 1, x: 0, short: 1, next: 0, b: 0, a: 0 });
  });
  it('overlap edges are part of the path', () => {
    const run = new Run({ maxParallel: 9 }).approve(dag({ a: '', m: '', n: '' }, { m: ['s'], n: ['s'] }));
    expect(starts(run)).toEqual(['m', 'a']);
  });
  it('is the same for every order of the file', () => {
    const tasks = [task('c'), task('a'), task('b', { dependsOn: ['c'] })];
    expect(starts(new Run().approve(plan(...tasks)))).toEqual(starts(new Run().approve(plan(...[...tasks].reverse()))));
  });
});

describe('pause and stop', () => {
  it.each([
    ['run.paused', 'The run is paused'],
    ['run.stopped', 'The run is stopped'],
  ] as const)('%s starts nothing', (type, text) => {
    const run = new Run().approve(dag({ a: '', b: 'a' })).add({ type });
    expect(starts(run)).toEqual([]);
    expect(wait(run, 'a')).toEqual({ kind: 'paused', text });
    expect(wait(run, 'b')?.kind).toBe('dependency');
    expect(decide(run.state).outOfBudget).toBe(false);
    expect(starts(run.add({ type: 'run.resumed' }))).toEqual(['a']);
  });
  it('a pause lands what is approved, a stop does not', () => {
    const run = bring(new Run().approve(alone('a')), 'a', 'ready').add({ type: 'task.approved', task: 'a', by: 'person' });
    expect(decide(run.add({ type: 'run.paused' }).state).land).toEqual(['a']);
    expect(decide(run.add({ type: 'run.stopped' }).state).land).toEqual([]);
  });
});

describe('landing', () => {
  it('what is ready and approved, in the order of the plan', () => {
    const run = new Run().approve(alone('b', 'a', 'c'));
    for (const id of ['a', 'b', 'c']) bring(run, id, 'ready');
    expect(decide(run.state).land).toEqual([]);
    run.add({ type: 'task.approved', task: 'a', by: 'person' }, { type: 'task.approved', task: 'b', by: 'yes' });
    expect(decide(run.state).land).toEqual(['b', 'a']);
  });
});

describe('budgets', () => {
  const spent = (dollars: number, limits: { runUsd?: number; taskUsd?: number }) => new Run({ maxParallel: 9, ...limits }).approve(alone('a', 'b', 'c', 'd')).land('a', usd(dollars));
  it('without a limit all start', () => expect(starts(spent(1000, {}))).toEqual(['b', 'c', 'd']));
  it('the first one starts, whatever the limit', () => expect(starts(new Run({ maxParallel: 1, runUsd: 0.01 }).approve(alone('a')))).toEqual(['a']));
  it('each start reserves what the dearest attempt has cost', () => {
    const run = spent(1, { runUsd: 3.5 });
    expect(starts(run)).toEqual(['b', 'c']);
    expect(wait(run, 'd')).toEqual({ kind: 'budget', text: "The run's budget of $3.50 leaves no room for another attempt ($3.00 spent or reserved)" });
    expect(decide(run.state).outOfBudget).toBe(false);
  });
  it('a task that is being set up has its reservation before its attempt begins, and after', () => {
    const run = spent(1, { runUsd: 3.5 }).move('b', 'setting-up').move('c', 'setting-up');
    expect(starts(run)).toEqual([]);
    expect(starts(run.move('b', 'working').attempt('b'))).toEqual([]);
    expect(starts(run.end('b', usd(0.2)).move('b', 'checking'))).toEqual(['d']);
  });
  it('an attempt that is told and over is no longer reserved', () => {
    const run = spent(1, { runUsd: 3.5 }).move('b', 'setting-up', 'working').attempt('b', usd(1)).move('b', 'checking');
    expect(starts(run)).toEqual(['c']);
  });
  it('planning counts', () => {
    const run = new Run({ maxParallel: 9, runUsd: 2 }).attempt('planner', usd(1.5)).approve(alone('a'));
    expect(starts(run)).toEqual([]);
    expect(decide(run.state).outOfBudget).toBe(true);
  });
  it('outOfBudget only when nothing moves', () => {
    const run = spent(3, { runUsd: 3 });
    expect(decide(run.state)).toMatchObject({ start: [], outOfBudget: true });
    for (const state of ['setting-up', 'working', 'checking', 'merging'] as const) expect(decide(bring(spent(3, { runUsd: 3 }), 'b', state).state).outOfBudget).toBe(false);
    const landing = bring(spent(3, { runUsd: 3 }), 'b', 'ready');
    expect(decide(landing.state).outOfBudget).toBe(true);
    expect(decide(landing.add({ type: 'task.approved', task: 'b', by: 'person' }).state).outOfBudget).toBe(false);
  });
  it('a raised limit goes on', () => expect(starts(spent(3, { runUsd: 3 }).add({ type: 'limits.changed', limits: { runUsd: 7 } }))).toEqual(['b']));
  it("a task's own budget holds that task only", () => {
    const run = new Run({ maxParallel: 9, taskUsd: 1 }).approve(alone('a', 'b')).move('a', 'setting-up', 'working').attempt('a', usd(1)).move('a', 'needs-you', 'waiting');
    expect(starts(run)).toEqual(['b']);
    expect(wait(run, 'a')).toEqual({ kind: 'budget', text: "The task's budget of $1.00 is spent ($1.00)" });
  });
  it('money that is not known holds nothing back, but is no money spent either', () => {
    const run = new Run({ maxParallel: 9, runUsd: 1 }).approve(alone('a', 'b')).land('a', [usage({ inputTokens: 1_000_000 })]);
    expect(starts(run)).toEqual(['b']);
  });
});

it('decides the same for the same state, and changes nothing', () => {
  const run = new Run().approve(dag({ a: '', b: 'a', c: '' })).move('c', 'setting-up').add({ type: 'worktree.creating', task: 'c', path: '/w', branch: 'x', commit: SHA('0') });
  const copy = structuredClone(run.state);
  expect(decide(run.state)).toEqual(decide(run.state));
  expect(run.state).toEqual(copy);
});

describe('the first wave of a budget', () => {
  const wave = (limits: Partial<Limits>, ...ids: string[]) => new Run({ maxParallel: 3, runUsd: 4, ...limits }).approve(alone(...ids));
  /** Begins an attempt as the engine does: with what it is promised now. */
  const begin = (run: Run, id: string) => {
    const share = shareFor(run.state, id);
    if (typeof share !== 'number') throw new Error(`${id} is promised nothing: ${String(share)}`);
    run.move(id, 'working').add(starting(id, run.task(id).attempts.length + 1, { budgetUsd: share }));
    return share;
  };
  const cut = (run: Run, id: string, dollars: number) => run.end(id, usd(dollars), { ok: false, reason: 'budget' });
  const setUp = (run: Run) => {
    for (const id of starts(run)) run.move(id, 'setting-up');
    return run;
  };

  it('each is promised a fair share, all together never more than the limit', () => {
    const run = setUp(wave({}, 'a', 'b', 'c'));
    const shares = ['a', 'b', 'c'].map((id) => begin(run, id));
    expect(shares).toEqual([1.3333, 1.3333, 1.3334]);
    expect(runBudget(run.state)).toMatchObject({ spent: 0, limit: 4 });
    expect(runBudget(run.state).reserved).toBeCloseTo(4);
  });
  it('what comes later waits with its reason, and goes on with what is given back', () => {
    const run = setUp(wave({ maxParallel: 2 }, 'a', 'b', 'c'));
    expect([begin(run, 'a'), begin(run, 'b')]).toEqual([2, 2]);
    run.add({ type: 'limits.changed', limits: { maxParallel: 9 } });
    expect(starts(run)).toEqual([]);
    expect(wait(run, 'c')).toEqual({ kind: 'budget', text: "The run's budget of $4.00 leaves no room for another attempt ($4.00 spent or reserved)" });
    expect(shareFor(run.move('c', 'setting-up').state, 'c')).toBe('no-room');
    run.move('c', 'waiting').end('a', usd(0.5)).move('a', 'checking');
    expect(starts(run)).toEqual(['c']);
    expect(begin(run.move('c', 'setting-up'), 'c')).toBe(1.5);
  });
  it('one alone is promised everything, an attempt that told nothing gives its share back', () => {
    const run = setUp(wave({}, 'a'));
    expect(begin(run, 'a')).toBe(4);
    expect(runBudget(run.end('a').state)).toMatchObject({ spent: 0 });
  });
  it('with a known cost, those that may come later keep room', () => {
    const run = new Run({ maxParallel: 3, runUsd: 4 }).approve(dag({ a: '', b: 'a', c: 'b' })).land('a', usd(1));
    expect(begin(setUp(run), 'b')).toBe(1.5);
  });
  it('one that needs more than its share waits for the others, then has all that is left', () => {
    const run = setUp(wave({ maxParallel: 2 }, 'a', 'b'));
    begin(run, 'a');
    begin(run, 'b');
    cut(run, 'a', 2.1);
    expect(wasCutShort(run.state, run.task('a'))).toBe(true);
    run.move('a', 'waiting');
    expect(starts(run)).toEqual([]);
    expect(wait(run, 'a')?.kind).toBe('budget');
    expect(decide(run.state).outOfBudget).toBe(false);
    run.end('b', usd(0.5)).move('b', 'checking');
    // Less than the dearest attempt has cost, but nobody else needs it.
    expect(starts(run)).toEqual(['a']);
    run.move('a', 'setting-up').move('a', 'working');
    expect(budgetReason(run.state, run.task('a'))).toBeUndefined();
    expect(shareFor(run.state, 'a')).toBe(1.4);
  });
  it('one that had everything, or whose CLI counts differently, needs a person', () => {
    const all = setUp(wave({}, 'a'));
    begin(all, 'a');
    expect(wasCutShort(cut(all, 'a', 4.01).state, all.task('a'))).toBe(false);
    const early = setUp(wave({}, 'a', 'b'));
    begin(early, 'a');
    expect(wasCutShort(cut(early, 'a', 0.1).state, early.task('a'))).toBe(false);
  });
  it("a task's own budget is the tighter limit", () => expect(begin(setUp(wave({ taskUsd: 0.5 }, 'a', 'b')), 'a')).toBe(0.5));
});
