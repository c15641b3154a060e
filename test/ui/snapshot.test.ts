import { describe, expect, it } from 'vitest';
import type { RunView, TaskView } from '../../src/shared/protocol.js';
import { activityText } from '../../src/ui/dashboard/activityText.js';
import { AGENTS, approved, atWork, ended, FACTS, move, plan, ready, runOf, snapshotOf, task } from './runs.js';

const run = (...args: Parameters<typeof snapshotOf>): RunView => {
  const view = snapshotOf(...args).run;
  if (view === undefined) throw new Error('no run is shown');
  return view;
};
const taskOf = (view: RunView, id: string): TaskView => {
  const found = view.tasks.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no task ${id}`);
  return found;
};

describe('the snapshot', () => {
  it('says why there is nothing to show', () => {
    expect(snapshotOf(undefined).empty).toBe('no-plan');
    expect(snapshotOf(undefined, { empty: 'untrusted' }).empty).toBe('untrusted');
    expect(snapshotOf(undefined, { empty: 'unreadable', emptyText: 'git does not trust it.' })).toMatchObject({ empty: 'unreadable', emptyText: 'git does not trust it.' });
    const agents = AGENTS.map((agent) => ({ ...agent, found: agent.id === 'scripted' }));
    expect(snapshotOf(undefined, { agents, named: [] }).empty).toBe('no-agent');
    expect(snapshotOf(undefined, { agents, named: ['claude'] }).empty).toBe('no-agent');
    expect(snapshotOf(undefined, { agents, named: ['scripted'] }).empty, 'a team that plays recorded plans').toBe('no-plan');
    expect(snapshotOf(undefined, { agents }).empty, 'before the team file is read').toBe('no-plan');
    expect(snapshotOf(undefined, { agents: AGENTS, named: [] }).empty).toBe('no-plan');
    expect(snapshotOf(undefined).repository).toEqual({ name: 'notes', root: '/home/me/notes', branch: 'main' });
  });

  it('shows a planner at work, with what it does', () => {
    const state = runOf([
      { type: 'planner.started', kind: 'plan' },
      { type: 'attempt.starting', task: 'planner', attempt: 1, role: 'planner', agent: 'claude', folder: '/f', nonce: 'n', apiEquivalent: true },
    ]);
    const view = run(state, { live: new Map([['planner', 'Reading src/a.ts']]) });
    expect(view.phase).toBe('planning');
    expect(view.planner).toMatchObject({ agent: 'claude', activity: 'Reading src/a.ts', try: 1, billed: false });
  });

  it('shows a failed and a cancelled planning as what they are', () => {
    const failed = run(runOf([{ type: 'planner.started', kind: 'plan' }, { type: 'planner.ended', failure: 'Claude Code is not signed in.' }]));
    expect(failed.phase).toBe('failed');
    expect(failed.planner?.failure).toBe('Claude Code is not signed in.');
    expect(run(runOf([{ type: 'planner.started', kind: 'plan' }, { type: 'planner.ended', cancelled: true }])).phase).toBe('stopped');
  });

  it('counts a run from the moment its first plan was approved', () => {
    const planned = [{ type: 'planner.started', kind: 'plan' }, ...approved(task('db'))] as const;
    expect(run(runOf(planned)).startedAt - runOf(planned).createdAt).toBe(3_000);
    const again = [...planned, { type: 'plan.proposed', revision: 2, plan: plan(task('db'), task('api')) }, { type: 'plan.approved', revision: 2 }] as const;
    expect(run(runOf(again)).startedAt).toBe(run(runOf(planned)).startedAt);
  });

  it('tells of a failed re-plan until the plan went another way or the run is over, with the editor’s own advice', () => {
    const failed = [...approved(task('db')), { type: 'planner.started', kind: 'replan' }, { type: 'planner.ended', failure: 'No re-plan is recorded. Write an outline (switchyard plan --from FILE.md).' }] as const;
    const failureAfter = (...more: Parameters<typeof runOf>[0]) => run(runOf([...failed, ...more])).planner?.failure;
    expect(failureAfter()).toBe('No re-plan is recorded. Write an outline (Import Outline).');
    expect(failureAfter(...atWork('db'))).toBeDefined();
    expect(failureAfter({ type: 'plan.proposed', revision: 2, plan: plan(task('db'), task('api')) })).toBeUndefined();
    expect(failureAfter(...move('db', 'waiting', 'dropped'))).toBeUndefined();
  });

  it('shows a proposed plan with its edges, warnings and what is said before a start', () => {
    const proposed = plan(task('db'), task('api', { dependsOn: ['db'] }), task('ui', { contract: { owns: ['src/api/**'], offLimits: [], acceptance: [], gate: [] } }));
    const view = run(runOf([{ type: 'plan.proposed', revision: 1, plan: proposed }]), { facts: { ...FACTS, uncommitted: 3, hasSubmodules: true }, inside: 'packages/web' });
    expect(view.phase).toBe('proposed');
    expect(view.planRevision).toBe(1);
    expect(view.revisionInForce).toBeUndefined();
    expect(view.tasks.map((each) => each.state)).toEqual(['proposed', 'proposed', 'proposed']);
    expect(view.edges).toContainEqual({ from: 'db', to: 'api', why: 'depends' });
    expect(view.edges.find((edge) => edge.why === 'overlap')?.paths).toEqual(['src/api/**']);
    expect(view.warnings.map((warning) => warning.code).sort()).toEqual(['no-gate', 'overlap']);
    const texts = view.notices.map((notice) => notice.text).join('\n');
    expect(texts).toMatch(/The repository is \/home\/me\/notes, above the folder that is open \(packages\/web\)/);
    expect(view.notices.find((notice) => notice.text.startsWith('3 files have uncommitted changes'))?.offer).toBe('source-control');
    expect(texts).toMatch(/submodules/);
    expect(texts).toMatch(/Claude Code works on your subscription/);
    expect(view.notices.find((notice) => notice.text.includes('run commands'))?.kind).toBe('info');
  });

  it('says what really keeps the agents of the plan in their worktrees', () => {
    type Team = NonNullable<Parameters<typeof runOf>[1]>;
    const told = (tasks: readonly ReturnType<typeof task>[], team: Omit<Team, 'version'> = {}): string =>
      run(runOf([{ type: 'plan.proposed', revision: 1, plan: plan(...tasks) }], { version: 1, ...team })).notices.find((notice) => /^(?:Agents may|The team file gives)/u.test(notice.text))?.text ?? '';
    const [claude, codex, boxed] = [task('db'), task('api', { agent: 'codex' }), task('ui', { isolation: 'sandbox' })];
    expect(told([claude])).toBe(
      'Agents may edit files and run commands. Nothing keeps commands of Claude Code inside the worktree: what they change in your checkout or another task’s worktree is noticed afterwards, elsewhere it is not. “isolation” in the team file confines them.',
    );
    expect(told([codex])).toBe('Agents may edit files and run commands. Codex keeps its commands inside its worktree by its own sandbox.');
    expect(told([boxed])).toBe('Agents may edit files and run commands. The isolation in the team file or the plan keeps what they write to the worktree, temporary files and caches.');
    expect(told([claude, codex, boxed])).toMatch(/keeps what Claude Code writes in such tasks to the worktree.* Codex keeps its commands .* Nothing keeps commands of Claude Code /u);
    expect(told([claude, codex], { permissions: 'edit' })).toMatch(/run no commands, or only such that read\. Codex edits by commands: its own sandbox/u);
    expect(told([claude, boxed], { permissions: 'full' })).toMatch(/anything on this machine .* Only tasks with an “isolation” are confined/u);
    expect(told([boxed], { permissions: 'full' })).toMatch(/within the isolation of their tasks/u);
    expect(told([codex], { permissions: 'full' })).toMatch(/anything on this machine that you may, without asking\.$/u);
  });

  it('warns of full permission and of agents that are missing', () => {
    const events = [{ type: 'plan.proposed', revision: 1, plan: plan(task('db', { agent: 'codex' })) }] as const;
    const { notices } = run(runOf(events, { version: 1, permissions: 'full' }));
    expect(notices.filter((notice) => notice.kind === 'warning').map((notice) => notice.text)).toEqual([
      expect.stringContaining('full permission'),
      expect.stringContaining('Codex was not found. npm install'),
    ]);
  });

  it('draws a proposed revision as a difference and leaves started tasks alone', () => {
    const state = runOf([
      ...approved(task('db'), task('api', { dependsOn: ['db'] }), task('docs')),
      ...atWork('db'),
      { type: 'plan.proposed', revision: 2, plan: plan(task('db', { title: 'ignored' }), task('api', { dependsOn: ['db'], title: 'Smaller' }), task('cli')) },
    ]);
    const view = run(state);
    expect(view).toMatchObject({ phase: 'proposed', planRevision: 2, revisionInForce: 1 });
    expect(Object.fromEntries(view.tasks.map((each) => [each.id, each.difference]))).toEqual({ db: 'same', api: 'changed', docs: 'removed', cli: 'added' });
    expect(taskOf(view, 'db').title).toBe('The db');
    expect(taskOf(view, 'api').title).toBe('Smaller');
    expect(view.notices).toEqual([]);
  });

  it('says of a run that cannot be opened why, in the editor’s own words', () => {
    const refused = 'The log of r3 is damaged: line 4 is no event. Its branches are as they were. switchyard recover --export r3 --to FOLDER saves what can be read.';
    const { runs } = snapshotOf(undefined, { runs: [{ run: 'r3', goal: 'r3 cannot be opened', createdAt: 0, ended: true, refused, damaged: true }] });
    expect(runs).toEqual([expect.objectContaining({ id: 'r3', damaged: true, refused: 'The log of r3 is damaged: line 4 is no event. Its branches are as they were. Recover Run… saves what can be read.' })]);
  });

  it('shows a task at work: who, what, since when, and the buttons that make sense', () => {
    const view = run(runOf([...approved(task('db')), ...atWork('db')]), { live: new Map([['db', 'Edit src/db/a.ts']]) });
    expect(view.phase).toBe('running');
    expect(taskOf(view, 'db')).toMatchObject({ state: 'working', agent: 'claude', activity: 'Edit src/db/a.ts', branch: 'switchyard/r1/db', billed: false, maxAttempts: 3 });
    expect(taskOf(view, 'db').actions).toEqual(['show-terminal', 'stop', 'take-over', 'try-it', 'drop']);
    expect(snapshotOf(runOf([...approved(task('db')), ...atWork('db')])).agents.find((agent) => agent.id === 'claude')?.working).toBe(1);
  });

  it('says why a task waits', () => {
    const state = runOf(approved(task('db'), task('api', { dependsOn: ['db'] })));
    const view = run(state, { waits: new Map([['api', { kind: 'dependency', text: 'Waits for The db to land', tasks: ['db'] }]]) });
    expect(taskOf(view, 'api').why).toEqual({ kind: 'dependency', text: 'Waits for The db to land', tasks: ['db'] });
  });

  it('offers a ready task for merging, with its gate, size and money', () => {
    const view = run(runOf([...approved(task('db')), ...ready('db')]));
    const db = taskOf(view, 'db');
    expect(view.phase).toBe('needs-you');
    expect(db.actions[0]).toBe('approve');
    expect(db).toMatchObject({ additions: 7, deletions: 2, boundaryChecked: true, billed: true });
    expect(db.gates).toEqual([expect.objectContaining({ state: 'green', of: 1, commands: [expect.objectContaining({ command: 'npm test', exitCode: 0 })] })]);
    expect(db.amount.usd).toBeCloseTo(0.25);
  });

  it('shows the receipt that a task would land by, then the one that it landed by', () => {
    const before = [...approved(task('db')), ...ready('db')];
    const db = taskOf(run(runOf(before)), 'db');
    expect(db.receipt).toMatchObject({ id: 'x', tree: 'e'.repeat(40), base: 'c'.repeat(40), commands: [] });
    expect(JSON.parse(db.receipt?.json ?? '')).toMatchObject({ id: 'x', tasks: ['db'], landings: [] });
    expect(taskOf(run(runOf([...before, { type: 'receipt.outdated', task: 'db', receipt: 'x', why: 'node is another' }])), 'db').receipt).toBeUndefined();
    const batch = { id: 'batch', tree: 'f'.repeat(40), base: 'c'.repeat(40), commands: [{ command: 'npm test', exitCode: 0, ms: 1, tests: 3, flaky: true as const }], tools: [{ name: 'node' }], lock: null, at: 5 };
    const landed = runOf([
      ...before,
      ...move('db', 'ready', 'merging'),
      { type: 'receipt.made', receipt: batch },
      { type: 'merge.intended', task: 'db', from: 'c'.repeat(40), to: 'a'.repeat(40), receipt: 'batch' },
      { type: 'merge.landed', task: 'db', commit: 'a'.repeat(40) },
      ...move('db', 'merging', 'landed'),
    ]);
    expect(taskOf(run(landed), 'db').receipt).toMatchObject({ id: 'batch', landed: 'a'.repeat(40), commands: [{ command: 'npm test', tests: 3, flaky: true }], tools: [{ name: 'node' }], lock: null });
  });

  it('offers to land what is unproven, after a look at it', () => {
    const head = { commit: 'd'.repeat(40), tree: 'e'.repeat(40), base: 'c'.repeat(40) };
    const state = runOf([
      ...approved(task('db')),
      ...atWork('db'),
      ended('db'),
      ...move('db', 'working', 'checking'),
      { type: 'work.committed', task: 'db', attempt: 1, ...head, files: [{ path: 'src/db/a.ts', change: 'modified', additions: 1, deletions: 0 }] },
      { type: 'task.state', task: 'db', from: 'checking', to: 'needs-you', reason: { kind: 'unproven', text: 'fewer tests' } },
    ]);
    expect(taskOf(run(state), 'db').actions.slice(0, 2)).toEqual(['review', 'approve']);
  });

  it('does not offer to approve twice', () => {
    const view = run(runOf([...approved(task('db')), ...ready('db'), { type: 'task.approved', task: 'db', by: 'person' }]));
    expect(taskOf(view, 'db').actions).not.toContain('approve');
  });

  it('offers what leads on when a task needs a person', () => {
    const work = [...approved(task('db')), ...atWork('db'), ended('db'), ...move('db', 'working', 'checking')];
    const needs = (kind: 'boundary' | 'conflict' | 'taken-over' | 'gate-failed') => taskOf(run(runOf([...work, { type: 'task.state', task: 'db', from: 'checking', to: 'needs-you', reason: { kind, text: 'because' } }])), 'db').actions;
    expect(needs('boundary')).toContain('allow-paths');
    expect(needs('conflict').slice(0, 2)).toEqual(['retry', 'resolve-conflict']);
    expect(needs('taken-over')[0]).toBe('check');
    expect(needs('gate-failed').slice(0, 2)).toEqual(['retry', 'check']);
    for (const kind of ['boundary', 'taken-over', 'gate-failed'] as const) expect(needs(kind)).not.toContain('approve');
  });

  it('shows a pause from the moment it was asked for', () => {
    expect(run(runOf([...approved(task('db')), ...atWork('db'), { type: 'run.paused' }])).phase).toBe('paused');
    expect(run(runOf([...approved(task('db')), ...atWork('db'), { type: 'run.stopped' }])).phase).toBe('stopped');
  });

  it('is done when everything has landed or was dropped', () => {
    const landed = [...ready('db'), { type: 'task.approved', task: 'db', by: 'person' }, ...move('db', 'ready', 'merging'), { type: 'merge.landed', task: 'db', commit: 'f'.repeat(40) }, ...move('db', 'merging', 'landed')] as const;
    const view = run(runOf([...approved(task('db'), task('api')), ...landed, ...move('api', 'waiting', 'dropped')]));
    expect(view.phase).toBe('done');
    expect(taskOf(view, 'db').landedCommit).toBe('f'.repeat(40));
  });

  it('adds up a bill that agrees with itself', () => {
    const { bill } = run(runOf([...approved(task('db'), task('api')), ...ready('db'), ...atWork('api'), { type: 'attempt.ended', task: 'api', attempt: 1, outcome: { ok: false, reason: 'crashed', usage: [], usageIsCumulative: false, denied: [] }, usage: [] }], { version: 1, limits: { runUsd: 0.2 } }));
    expect(bill.total).toMatchObject({ usd: 0.25, unknownUsd: true, inputTokens: 1000, cachedInputTokens: 400, outputTokens: 100 });
    expect(bill.overshootUsd).toBeCloseTo(0.05);
    for (const groups of [bill.byRole, bill.byModel, bill.byTask]) {
      expect(groups.reduce((sum, group) => sum + group.amount.usd, 0)).toBeCloseTo(bill.total.usd);
      expect(groups.some((group) => group.amount.unknownUsd)).toBe(true);
      const printed = (text: string): number => Number(text.slice(1));
      expect(groups.reduce((sum, group) => sum + printed(group.amount.printed), 0)).toBeCloseTo(printed(bill.total.printed));
    }
    expect(bill.lines.find((line) => line.task === 'api')?.nothingReported).toBe(true);
  });
});

describe('one line of activity', () => {
  it('tells what a person wants to know at a glance, and nothing for the rest', () => {
    const at = { seq: 1, at: 0 };
    expect(activityText({ ...at, type: 'tool', id: '1', name: 'Edit', title: 'Edit src/a.ts' })).toBe('Edit src/a.ts');
    expect(activityText({ ...at, type: 'message', text: '\n\n  First line\nsecond' })).toBe('First line');
    expect(activityText({ ...at, type: 'message', text: 'x'.repeat(500) })).toHaveLength(120);
    expect(activityText({ ...at, type: 'retry', reason: 'rate-limit', attempt: 1 })).toBe('Rate limited; the agent tries again');
    expect(activityText({ ...at, type: 'tool-result', id: '1', ok: true })).toBeUndefined();
  });
});
