import { describe, expect, it } from 'vitest';
import type { Event, EventBody } from '../../src/core/events.js';
import { apply, fold, FoldError } from '../../src/core/fold.js';
import { TASK_STATES, mayMove } from '../../src/core/task.js';
import { CREATED, dag, events, outcome, plan, Run, SHA, starting, T0, task, usage } from './build.js';

const SECOND = 1000;
const ab = () => new Run().approve(dag({ a: '', b: 'a' }));
const creating: EventBody = { type: 'worktree.creating', task: 'a', path: '/w/a', branch: 'switchyard/r1/a', commit: SHA('0') };
const committed: EventBody = { type: 'work.committed', task: 'a', attempt: 1, commit: SHA('1'), tree: SHA('2'), base: SHA('0'), files: [{ path: 'x', change: 'added' }] };
const gateStarted: EventBody = { type: 'gate.started', task: 'a', attempt: 1, of: 1, tree: SHA('2'), base: SHA('0') };
const receipt = { id: 'r1-a', tree: SHA('2'), base: SHA('0'), commands: [], at: T0 };
const green: EventBody = { type: 'gate.finished', task: 'a', attempt: 1, verdict: 'green', results: [], receipt, costsRetry: false };
const red: EventBody = { type: 'gate.finished', task: 'a', attempt: 1, verdict: 'red', results: [], costsRetry: true };
const said = (byPerson: boolean): EventBody => ({ type: 'feedback.given', task: 'a', feedback: 'again', byPerson });

describe('a log', () => {
  it('without events is no state', () => expect(fold([])).toBeUndefined());
  it('begins with run.created, once', () => {
    expect(() => fold(events([{ type: 'run.paused' }]))).toThrow(FoldError);
    expect(() => fold(events([CREATED, CREATED]))).toThrow(/event 2: .*once/);
  });
  it.each([
    ['a gap', [1, 3]],
    ['a repetition', [1, 1]],
    ['a step back', [1, 2, 1]],
  ])('%s in the numbers is refused', (_what, numbers) => {
    const log = numbers.map((seq, at): Event => ({ v: 1, at: new Date(T0).toISOString(), ...(at === 0 ? CREATED : { type: 'run.paused' as const }), seq }));
    expect(() => fold(log)).toThrow(/expected number/);
  });
  it('says which event does not fit', () => {
    try {
      ab().add({ type: 'worktree.created', task: 'ghost' });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FoldError);
      expect(error).toMatchObject({ seq: 4, message: 'event 4: there is no task "ghost"' });
    }
  });
  it('an event that is refused changes nothing, and nothing that was handed out ever changes', () => {
    const run = ab();
    const before = run.state;
    const copy = structuredClone(before);
    expect(() => run.move('a', 'landed')).toThrow(FoldError);
    expect(run.state).toBe(before);
    run.land('a');
    expect(before).toEqual(copy);
    expect(run.state.tasks.get('b')).toBe(before.tasks.get('b'));
  });
  it('folds to the same state in one go and step by step', () => {
    const log = events([CREATED, { type: 'plan.proposed', revision: 1, plan: dag({ a: '' }) }, { type: 'plan.approved', revision: 1 }, creating]);
    let state = apply(undefined, log[0]!);
    for (const event of log.slice(1)) state = apply(state, event);
    expect(fold(log)).toEqual(state);
    expect(state.seq).toBe(4);
  });
});

describe('task.state', () => {
  const cases = TASK_STATES.flatMap((from) => TASK_STATES.map((to) => [from, to] as const));
  it('takes every allowed move and refuses every other', () => {
    const base = ab();
    for (const [from, to] of cases) {
      const run = new Run();
      run.state = { ...base.state, tasks: new Map([['a', { ...base.task('a'), state: from }]]) };
      const move = () => run.add({ type: 'task.state', task: 'a', from, to });
      if (mayMove(from, to)) expect(move().task('a').state).toBe(to);
      else expect(move, `${from} to ${to}`).toThrow(FoldError);
    }
  });
  it('refuses a move from another state than the one it is in', () => {
    expect(() => ab().add({ type: 'task.state', task: 'a', from: 'ready', to: 'merging' })).toThrow(/cannot go from waiting \(said ready\)/);
  });
  it('has a time and a reason; the next move takes the reason away', () => {
    const run = ab().add({ type: 'task.state', task: 'a', from: 'waiting', to: 'needs-you', reason: { kind: 'boundary', text: 'x' } });
    expect(run.task('a')).toMatchObject({ since: T0 + 3 * SECOND, reason: { kind: 'boundary' } });
    expect(run.move('a', 'waiting').task('a')).not.toHaveProperty('reason');
  });
});

describe('planning', () => {
  it('a proposal shows its tasks before it is approved, an edit replaces it, a discard takes it away', () => {
    const run = new Run().add({ type: 'planner.started', kind: 'plan' }, { type: 'planner.ended' }, { type: 'plan.proposed', revision: 1, plan: { ...dag({ a: '' }), goal: 'Better words' } });
    expect(run.state).toMatchObject({ goal: 'Better words', revision: 0, lastRevision: 1, proposal: { revision: 1 } });
    expect(run.task('a').state).toBe('proposed');
    run.add({ type: 'plan.edited', revision: 1, plan: dag({ x: '', y: 'x' }) });
    expect([...run.state.tasks.keys()]).toEqual(['x', 'y']);
    expect(run.state.edges).toEqual([{ from: 'x', to: 'y', why: 'depends' }]);
    run.add({ type: 'plan.discarded', revision: 1 });
    expect(run.state.tasks.size).toBe(0);
    expect(run.state).not.toHaveProperty('proposal');
  });
  it('only what is proposed can be approved', () => {
    expect(() => new Run().add({ type: 'plan.approved', revision: 1 })).toThrow(/not proposed/);
    expect(() => new Run().add({ type: 'plan.proposed', revision: 2, plan: dag({ a: '' }) }, { type: 'plan.approved', revision: 1 })).toThrow(/not proposed/);
  });
  it('approval makes the tasks wait, in the order of the plan, with the edges of overlap', () => {
    const run = new Run().approve(plan(task('z', { owns: ['s'] }), task('a', { owns: ['s'] })));
    expect([...run.state.tasks].map(([id, each]) => [id, each.state])).toEqual([['z', 'waiting'], ['a', 'waiting']]);
    expect(run.state.edges).toEqual([{ from: 'a', to: 'z', why: 'overlap' }]);
    expect(run.state).toMatchObject({ revision: 1, plan: { tasks: [{ id: 'z' }, { id: 'a' }] } });
  });
  it('planner tries count by themselves and stay for the bill', () => {
    const run = new Run().add({ type: 'planner.started', kind: 'plan' }).attempt('planner').end('planner', [usage({ outputTokens: 5 })]).attempt('planner');
    expect(run.state.planner?.tries.map((each) => [each.attempt, each.endedAt])).toEqual([[1, T0 + 3 * SECOND], [2, undefined]]);
    run.end('planner').add({ type: 'planner.ended', failure: 'no' }, { type: 'planner.started', kind: 'plan' });
    expect(run.state.planner).toEqual({ kind: 'plan', startedAt: T0 + 7 * SECOND, tries: [] });
    expect(run.state.plannerAttempts).toHaveLength(2);
  });
  it('keeps how planning ended', () => {
    const failed = new Run().add({ type: 'planner.started', kind: 'plan' }, { type: 'planner.ended', failure: 'no answer' });
    expect(failed.state.planner).toMatchObject({ failure: 'no answer', endedAt: T0 + 2 * SECOND });
    const cancelled = new Run().add({ type: 'planner.started', kind: 'plan' }, { type: 'planner.ended', cancelled: true });
    expect(cancelled.state.planner).toMatchObject({ cancelled: true });
  });
});

describe('a re-plan', () => {
  it('keeps what landed, works, was dropped or has started, and replaces the untouched', () => {
    const run = new Run().approve(dag({ done: '', works: '', gone: '', retried: '', old: '', kept: '' })).land('done').move('works', 'setting-up').move('gone', 'dropped');
    run.move('retried', 'setting-up', 'working').attempt('retried', []).move('retried', 'needs-you', 'waiting');
    const kept = new Map(run.state.tasks);
    run.add({ type: 'plan.proposed', revision: 2, plan: dag({ kept: 'fresh', fresh: 'done', works: 'fresh' }) });
    expect([...run.state.tasks.keys()]).toEqual([...kept.keys()]);
    run.add({ type: 'plan.approved', revision: 2 });
    expect([...run.state.tasks].map(([id, each]) => [id, each.state])).toEqual([
      ['done', 'landed'],
      ['works', 'setting-up'],
      ['gone', 'dropped'],
      ['retried', 'waiting'],
      ['kept', 'waiting'],
      ['fresh', 'waiting'],
    ]);
    for (const id of ['done', 'works', 'gone', 'retried']) expect(run.task(id)).toBe(kept.get(id));
    expect(run.task('retried').attempts).toHaveLength(1);
    expect(run.task('kept')).not.toBe(kept.get('kept'));
    expect(run.task('works').task.dependsOn).toEqual([]);
    expect(run.state.plan?.tasks.map((each) => each.id)).toEqual([...run.state.tasks.keys()]);
    expect(run.state.edges.filter((edge) => edge.why === 'depends')).toEqual([{ from: 'done', to: 'fresh', why: 'depends' }, { from: 'fresh', to: 'kept', why: 'depends' }]);
    expect(run.state.revision).toBe(2);
  });
  it('discarding one leaves the run as it is', () => {
    const run = ab().add({ type: 'plan.proposed', revision: 2, plan: dag({ z: '' }) }, { type: 'plan.discarded', revision: 2 });
    expect([...run.state.tasks.keys()]).toEqual(['a', 'b']);
    expect(run.state).toMatchObject({ revision: 1, lastRevision: 2 });
  });
  it('brings a run that had ended to life', () => {
    const run = new Run().approve(dag({ a: '' })).land('a').add({ type: 'run.ended' });
    expect(run.state.endedAt).toBeDefined();
    expect(run.approve(dag({ b: 'a' })).state).not.toHaveProperty('endedAt');
  });
});

describe('the run', () => {
  it('pause, stop and go on', () => {
    const run = ab().add({ type: 'run.paused' }, { type: 'run.stopped' });
    expect(run.state).toMatchObject({ paused: true, stopped: true });
    expect(run.add({ type: 'run.resumed' }).state).toMatchObject({ paused: false, stopped: false });
  });
  it('a stop says whose it was, until it goes on', () => {
    const quit = ab().add({ type: 'run.stopped', by: 'quit' });
    expect(quit.state).toMatchObject({ stopped: true, stoppedBy: 'quit' });
    expect(ab().add({ type: 'run.stopped', by: 'quit' }, { type: 'run.resumed' }, { type: 'run.stopped' }).state).not.toHaveProperty('stoppedBy');
  });
  it('a discarded one has ended and proposes nothing', () => {
    const run = new Run().add({ type: 'plan.proposed', revision: 1, plan: dag({ a: '' }) }, { type: 'run.discarded' });
    expect(run.state).toMatchObject({ discarded: true, endedAt: T0 + 2 * SECOND });
    expect(run.state).not.toHaveProperty('proposal');
  });
  it('limits.changed changes what it names', () => {
    const run = new Run({ runUsd: 5, taskUsd: 1 }).add({ type: 'limits.changed', limits: { runUsd: 10, maxParallel: 2 } });
    expect(run.state.team.limits).toMatchObject({ runUsd: 10, taskUsd: 1, maxParallel: 2, retries: 2 });
  });
});

describe('worktrees and attempts', () => {
  it('worktree.creating resets what belonged to the one before', () => {
    const run = ab().add(creating, starting('a', 1)).end('a', [], { session: 's1' });
    run.add(committed, { type: 'boundary.checked', task: 'a', violations: [{ path: 'y', change: 'added', kind: 'outside-owns' }], fedBack: true }, gateStarted, green);
    run.add({ type: 'merge.intended', task: 'a', from: SHA('0'), to: SHA('3'), receipt: 'r1-a' }, { type: 'worktree.removed', task: 'a' });
    expect(run.task('a')).toMatchObject({ cleaned: true, session: 's1', boundaryChecked: true, receipt, mergeIntended: { to: SHA('3') } });
    run.add({ ...creating, path: '/w/a2', commit: SHA('7') });
    expect(run.task('a')).toMatchObject({ worktree: '/w/a2', startedFrom: SHA('7'), cleaned: false, files: [], violations: [], boundaryChecked: false });
    for (const gone of ['head', 'receipt', 'mergeIntended', 'session']) expect(run.task('a')).not.toHaveProperty(gone);
    expect(run.task('a').attempts).toHaveLength(1);
    expect(run.task('a').gates).toHaveLength(1);
  });
  it('an attempt takes the feedback with it, and what it makes was never tested nor approved', () => {
    const run = ab().add(creating, starting('a', 1)).end('a').add(committed, gateStarted, green, { type: 'task.approved', task: 'a', by: 'person' });
    run.add({ type: 'feedback.given', task: 'a', feedback: 'more', comments: [{ path: 'x', line: 1, text: 'why' }], byPerson: false });
    expect(run.task('a')).toMatchObject({ feedback: 'more', comments: [{ path: 'x' }], approved: true, receipt });
    run.add(starting('a', 2, { feedback: 'more', model: 'opus' }));
    expect(run.task('a').attempts[1]).toEqual({ attempt: 2, role: 'executor', agent: 'claude', model: 'opus', folder: '/state/a/2', nonce: 'f'.repeat(32), startedAt: run.task('a').attempts[1]!.startedAt, usage: [], feedback: 'more', apiEquivalent: false });
    expect(run.task('a').approved).toBe(false);
    for (const gone of ['feedback', 'comments', 'receipt']) expect(run.task('a')).not.toHaveProperty(gone);
  });
  it('an attempt ends once', () => {
    const run = ab().attempt('a').end('a', [usage({ outputTokens: 1 })], { session: 's1' });
    const first = run.task('a').attempts;
    run.end('a', [usage({ outputTokens: 9 })], { ok: false });
    expect(run.task('a').attempts).toEqual(first);
    expect(run.task('a').session).toBe('s1');
    run.attempt('a').end('a', [], { ok: false, reason: 'crashed' });
    expect(run.task('a')).toMatchObject({ session: 's1', attempts: [{ outcome: { ok: true } }, { outcome: { ok: false, reason: 'crashed' } }] });
  });
  it('new work or a new base makes the receipt void', () => {
    for (const event of [committed, { ...committed, type: 'branch.updated' } as EventBody]) {
      expect(ab().add(committed, gateStarted, green, event).task('a')).not.toHaveProperty('receipt');
    }
    expect(ab().add(committed).task('a')).toMatchObject({ head: { commit: SHA('1'), tree: SHA('2'), base: SHA('0') }, files: [{ path: 'x' }] });
  });
});

describe('gates, feedback and landing', () => {
  it('a gate finishes the one that started, and red counts where it costs a retry', () => {
    const run = ab().add(gateStarted, red, gateStarted, { ...red, costsRetry: false, note: 'n' }, gateStarted);
    expect(run.task('a').gates.map((gate) => [gate.verdict, gate.note, gate.endedAt !== undefined])).toEqual([['red', undefined, true], ['red', 'n', true], [undefined, undefined, false]]);
    expect(run.task('a').gateRetries).toBe(1);
    expect(() => ab().add(green)).toThrow(/never started/);
  });
  it('a red gate takes an older receipt away', () => expect(ab().add(gateStarted, green, gateStarted, red).task('a')).not.toHaveProperty('receipt'));
  it("a person's word starts the automatic retries anew and withdraws the approval; Switchyard's does not", () => {
    const fedBack: EventBody = { type: 'boundary.checked', task: 'a', violations: [], fedBack: true };
    const run = ab().add(gateStarted, red, fedBack, { type: 'task.approved', task: 'a', by: 'yes' });
    expect(run.add(said(false)).task('a')).toMatchObject({ gateRetries: 1, boundaryRetries: 1, approved: true, feedback: 'again' });
    expect(run.add(said(true)).task('a')).toMatchObject({ gateRetries: 0, boundaryRetries: 0, approved: false });
  });
  it('a path that may be changed may not for that reason hold markers', () => {
    const checked = (kind: 'outside-owns' | 'conflict-marker'): EventBody => ({ type: 'boundary.checked', task: 'a', violations: [{ path: 'x', change: 'modified', kind }], fedBack: false });
    const allowed: EventBody = { type: 'paths.allowed', task: 'a', paths: ['x', 'y'] };
    expect(ab().add(checked('outside-owns'), allowed).task('a').allowedMarkers).toEqual([]);
    expect(ab().add(checked('conflict-marker'), allowed).task('a').allowedMarkers).toEqual(['x']);
  });
  it('a conflict is whose it was last, until it is concluded', () => {
    const opened: EventBody = { type: 'conflict.opened', task: 'a', base: SHA('3'), paths: ['x'], notes: ['CONFLICT'], by: 'person' };
    const run = ab().add(opened);
    expect(run.task('a').conflict).toEqual({ base: SHA('3'), paths: ['x'], notes: ['CONFLICT'], by: 'person' });
    expect(run.attempt('a').task('a').conflict?.by).toBe('agent');
    expect(run.add({ type: 'approval.withdrawn', task: 'a' }).task('a').conflict?.by).toBe('person');
    run.add({ type: 'conflict.resolved', task: 'a', base: SHA('3'), commit: SHA('4'), resolutions: [{ path: 'x', how: 'person' }] });
    run.add({ type: 'branch.updated', task: 'a', commit: SHA('4'), tree: SHA('2'), base: SHA('3'), files: [] });
    expect(run.task('a')).toMatchObject({ resolved: [{ path: 'x', how: 'person' }], head: { commit: SHA('4') } });
    expect(run.task('a').conflict).toBeUndefined();
  });
  it('allowed paths add up', () => {
    expect(ab().add({ type: 'paths.allowed', task: 'a', paths: ['x', 'y'] }, { type: 'paths.allowed', task: 'a', paths: ['y', 'z'] }).task('a').allowedPaths).toEqual(['x', 'y', 'z']);
  });
  it('approval comes and goes', () => {
    const run = ab().add({ type: 'task.approved', task: 'a', by: 'person' });
    expect(run.task('a').approved).toBe(true);
    expect(run.add({ type: 'approval.withdrawn', task: 'a' }).task('a').approved).toBe(false);
  });
  it('a landing has its commit and time; a refused one only takes its intention back', () => {
    const run = ab().add({ type: 'merge.intended', task: 'a', from: SHA('0'), to: SHA('3'), receipt: 'x' });
    const before = run.task('a');
    const { mergeIntended: _intended, ...rest } = before;
    expect(run.add({ type: 'merge.refused', task: 'a', reason: 'base-moved' }).task('a')).toEqual(rest);
    expect(run.add({ type: 'merge.landed', task: 'a', commit: SHA('3') }).task('a').landed).toEqual({ commit: SHA('3'), at: T0 + 5 * SECOND });
  });
  it('the outcome is kept as it was told', () => {
    const denied = [{ tool: 'Bash', why: 'not allowed' }];
    expect(ab().attempt('a').end('a', [], { denied, message: 'm' }).task('a').attempts[0]?.outcome).toEqual(outcome({ denied, message: 'm' }));
  });
});
