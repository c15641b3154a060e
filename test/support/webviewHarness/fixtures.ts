/** Snapshots for every state of the page. Names are the harness's `?fixture=`. */
import type { EmptyReason, RunView, Snapshot, TaskView } from '../../../src/shared/protocol.js';
import { amount, attempt, bill, command, depends, file, gate, linesOf, minutesAgo, NO_AMOUNT, NOW, run, snapshot, task } from './make.js';
import * as landings from './landings.js';
import { FAILING_OUTPUT, PASSING_OUTPUT } from './texts.js';

const GREEN = [command('npm run typecheck', 0, 8_200, PASSING_OUTPUT), command('npm run lint', 0, 4_100), command('npm test', 0, 35_900, PASSING_OUTPUT)];

const ENDPOINT = {
  instructions: 'GET /users/:id/activity with cursor pagination, 400 on an expired cursor, tests for both.',
  contract: {
    owns: ['src/api/**'],
    offLimits: ['src/api/auth/**'],
    acceptance: ['pages are stable under inserts', 'limit is clamped to 100', 'an expired cursor answers 400'],
    gate: ['npm run typecheck', 'npm run lint', 'npm test'],
  },
};

function landed(id: string, title: string, minutes: number, usd: number, over: Partial<TaskView> = {}): TaskView {
  return task(id, title, {
    state: 'landed',
    since: minutesAgo(minutes),
    attempts: [attempt(1, { result: 'done', endedAt: minutesAgo(minutes + 1) })],
    files: [file(`src/${id}/index.ts`, 64, 2), file(`src/${id}/types.ts`, 31, 0, 'added')],
    gates: [gate(1, 'green', GREEN.slice(0, 2), 2, minutes + 1)],
    boundaryChecked: true,
    amount: amount(usd),
    billed: true,
    branch: `switchyard/r1/${id}`,
    landedCommit: '4f2a91c07be1d6d5f6b0f1e2a3c4d5e6f7a8b9c0',
    actions: ['review'],
    ...over,
  });
}

/** Nine tasks, a mix of the states as in the mock. */
export function nine(): readonly TaskView[] {
  return [
    landed('event-types', 'Event types, contract', 9, 0.31, { model: 'opus', tier: 'deep' }),
    landed('activity-table', 'Activity table, migration', 6, 0.22, { agent: 'codex', model: 'gpt-6.1' }),
    task('activity-endpoint', 'Activity endpoint', {
      ...ENDPOINT,
      dependsOn: ['event-types'],
      state: 'ready',
      attempts: [
        attempt(1, { result: 'done', startedAt: minutesAgo(9), endedAt: minutesAgo(6) }),
        attempt(2, { result: 'done', startedAt: minutesAgo(6), endedAt: minutesAgo(4), feedback: 'The gate failed: npm test exited with 1.\nlast 50 lines:\n  ✗ an expired cursor answers 400' }),
      ],
      files: [
        file('src/api/activity.ts', 96, 12),
        file('src/api/activity.test.ts', 88, 0, 'added'),
        file('src/api/router.ts', 9, 3),
        file('src/api/errors.ts', 21, 22),
        file('src/api/legacy/feed.ts', 0, 41, 'deleted'),
        { path: 'src/api/assets/icon.png', change: 'added' },
      ],
      gates: [
        gate(1, 'red', [GREEN[0]!, GREEN[1]!, command('npm test', 1, 31_000, FAILING_OUTPUT)], 3, 7),
        { ...gate(2, 'green', [GREEN[0]!, GREEN[1]!, { ...GREEN[2]!, tests: 148, earlier: { exitCode: 1, ms: 31_000, tail: FAILING_OUTPUT } }], 3, 4), note: '`npm test` is flaky: red once, and passed when run again on the same, clean tree.', changesJudge: ['package.json scripts.test'] },
      ],
      receipt: {
        id: 'r1-activity-endpoint-9c1f03be77d2',
        tree: '9c1f03be77d2a4b5c6d7e8f9a0b1c2d3e4f5a6b7',
        base: '4f2a91c07be1d6d5f6b0f1e2a3c4d5e6f7a8b9c0',
        at: minutesAgo(3),
        commands: [{ command: 'npm run typecheck' }, { command: 'npm run lint' }, { command: 'npm test', tests: 148, flaky: true }],
        tools: [{ name: 'node', version: '22.11.0' }, { name: 'npm', version: '10.9.0' }, { name: 'make' }],
        lock: { hash: 'c0ffee00'.repeat(8), files: ['package-lock.json'] },
        json: '{ "id": "r1-activity-endpoint-9c1f03be77d2" }',
      },
      boundaryChecked: true,
      amount: amount(0.64),
      billed: true,
      branch: 'switchyard/r1/activity-endpoint',
      worktree: '/home/ada/feed.worktrees/r1/activity-endpoint',
      actions: ['approve', 'retry', 'replan', 'take-over', 'review', 'try-it', 'drop'],
    }),
    task('pagination-helper', 'Pagination helper', {
      dependsOn: ['event-types'],
      agent: 'codex',
      model: 'gpt-6.1',
      state: 'working',
      since: NOW - 192_000,
      activity: 'Editing src/lib/cursor.test.ts',
      attempts: [attempt(1, { agent: 'codex', model: 'gpt-6.1', startedAt: NOW - 192_000 })],
      amount: amount(0.18),
      billed: true,
      branch: 'switchyard/r1/pagination-helper',
      actions: ['stop', 'show-terminal', 'take-over', 'drop'],
    }),
    task('timeline-component', 'Timeline component', {
      dependsOn: ['event-types', 'activity-table'],
      agent: 'gemini',
      model: 'flash',
      state: 'needs-you',
      why: { kind: 'gate-failed', text: 'The gate failed the same way 3 times: `npm test` failed with exit code 1. Its agent gets no further with what it was told. Nothing has landed; retry with other feedback, take over, re-plan or drop it.', line: 'AssertionError: expected 3 to be 2' },
      attempts: [1, 2, 3].map((n) => attempt(n, { agent: 'gemini', model: 'flash', result: 'done', startedAt: minutesAgo(12 - 3 * n), endedAt: minutesAgo(10 - 3 * n) })),
      files: [file('src/ui/timeline/Timeline.tsx', 140, 0, 'added'), file('src/ui/timeline/Timeline.test.tsx', 71, 0, 'added')],
      gates: [gate(3, 'red', [GREEN[0]!, command('npm test', 1, 22_400, FAILING_OUTPUT)], 2, 1)],
      boundaryChecked: true,
      amount: amount(0.71),
      billed: true,
      branch: 'switchyard/r1/timeline-component',
      worktree: '/home/ada/feed.worktrees/r1/timeline-component',
      actions: ['retry', 'replan', 'take-over', 'review', 'try-it', 'drop'],
    }),
    task('activity-hook', 'Activity hook', {
      dependsOn: ['activity-table'],
      state: 'checking',
      since: NOW - 108_000,
      attempts: [attempt(1, { result: 'done', startedAt: minutesAgo(5), endedAt: NOW - 108_000 })],
      gates: [gate(1, 'running', [GREEN[0]!], 2, 1.8)],
      files: [file('src/hooks/useActivity.ts', 58, 0, 'added')],
      boundaryChecked: true,
      amount: amount(0.24),
      billed: true,
      branch: 'switchyard/r1/activity-hook',
      actions: ['stop', 'show-terminal', 'review'],
    }),
    task('e2e-tests', 'End-to-end tests', {
      dependsOn: ['activity-endpoint', 'pagination-helper'],
      agent: 'codex',
      model: 'gpt-6.1',
      why: { kind: 'dependency', text: 'Waits for 2 tasks to land', tasks: ['activity-endpoint', 'pagination-helper'] },
    }),
    task('feed-page', 'Feed page', {
      dependsOn: ['activity-hook'],
      why: { kind: 'overlap', text: 'Overlaps Timeline component: src/ui/**', tasks: ['timeline-component'], paths: ['src/ui/**'] },
    }),
    landed('api-reference', 'API reference', 2, 0.11, { agent: 'gemini', model: 'flash', tier: 'fast' }),
  ];
}

function running(tasks: readonly TaskView[], over: Partial<RunView> = {}): RunView {
  const edges = [...depends(tasks), { from: 'timeline-component', to: 'feed-page', why: 'overlap' as const, paths: ['src/ui/**'] }].filter(
    (edge) => tasks.some((one) => one.id === edge.from) && tasks.some((one) => one.id === edge.to),
  );
  return run(tasks, { edges, planRevision: 2, bill: bill(linesOf(tasks), 8), ...over });
}

function proposed(tasks: readonly TaskView[]): readonly TaskView[] {
  return tasks.map((one) => ({
    ...one,
    state: 'proposed' as const,
    attempts: [],
    gates: [],
    files: [],
    additions: 0,
    deletions: 0,
    boundaryChecked: false,
    amount: NO_AMOUNT,
    billed: false,
    actions: [],
    activity: undefined,
    why: undefined,
    branch: undefined,
    worktree: undefined,
    landedCommit: undefined,
  })) as unknown as readonly TaskView[];
}

function plan(): RunView {
  const tasks = proposed(nine());
  return running(tasks, {
    phase: 'proposed',
    planRevision: 1,
    bill: bill(linesOf(tasks), 8),
    warnings: [
      { code: 'overlap', severity: 'warning', tasks: ['timeline-component', 'feed-page'], message: 'both own src/ui/** and were put in order.' },
      { code: 'no-gate', severity: 'warning', tasks: ['api-reference'], message: 'no gate command: its result will be unproven.' },
    ],
    notices: [
      { kind: 'warning', text: 'You have uncommitted changes in 3 files. They are not in the worktrees: commit them first if the tasks need them.', offer: 'source-control' },
      { kind: 'info', text: 'Agents may edit files and run commands. Codex keeps its commands inside its worktree by its own sandbox. Nothing keeps commands of Claude Code and Gemini CLI inside the worktree: what they change in your checkout or another task’s worktree is noticed afterwards, elsewhere it is not. “isolation” in the team file confines them.' },
      { kind: 'info', text: 'Claude Code works on your subscription; money is shown as what the API would have cost.' },
    ],
    note: 'The endpoint and the table are independent; the feed page needs both.',
  });
}

function revision(): RunView {
  const tasks = nine()
    .filter((one) => one.id !== 'feed-page')
    .map((one): TaskView => ({ ...one, difference: 'same' }));
  const changed = proposed([tasks.find((one) => one.id === 'timeline-component')!])[0]!;
  const next = [
    ...tasks.filter((one) => one.id !== 'timeline-component' && one.id !== 'e2e-tests'),
    { ...changed, title: 'Timeline component without virtual scrolling', difference: 'changed' as const },
    { ...proposed([tasks.find((one) => one.id === 'e2e-tests')!])[0]!, difference: 'removed' as const },
    ...proposed([
      task('feed-layout', 'Feed layout', { dependsOn: ['timeline-component'], difference: 'added' }),
      task('smoke-tests', 'Smoke tests', { dependsOn: ['activity-endpoint'], tier: 'fast', difference: 'added' }),
    ]),
  ];
  return running(next, { phase: 'proposed', planRevision: 3, revisionInForce: 2, note: 'The virtual list was the hard part; a plain list passes the same acceptance.' });
}

const AREAS = ['auth', 'billing', 'search', 'export', 'import', 'audit', 'notify', 'teams', 'roles', 'reports', 'webhooks', 'settings'];

/** Four layers of tasks, all states. */
export function sixty(): readonly TaskView[] {
  const base = ['Schema', 'Shared types', 'Error model', 'Test fixtures'].map((title, index) => landed(`base-${index}`, title, 30 - index, 0.2));
  const area = (name: string, layer: string, index: number, after: readonly string[], over: Partial<TaskView>): TaskView =>
    task(`${name}-${layer}`, `${name[0]!.toUpperCase()}${name.slice(1)} ${layer}`, { dependsOn: after, ...over, model: index % 3 === 0 ? 'opus' : 'sonnet' });
  const model = AREAS.map((name, index) =>
    index < 7 ? { ...landed(`${name}-model`, `${name} model`, 20 - index, 0.14), dependsOn: [`base-${index % 4}`] } : area(name, 'model', index, [`base-${index % 4}`], { state: 'working', since: NOW - 61_000 * index, activity: `Editing src/${name}/model.ts`, amount: amount(0.1), billed: true }),
  );
  const api = AREAS.map((name, index) =>
    area(name, 'endpoint', index, [`${name}-model`], index < 3 ? { state: 'ready', files: [file(`src/${name}/api.ts`, 80, 4)], amount: amount(0.4), billed: true, actions: ['approve', 'retry', 'review'] } : index === 3 ? { state: 'needs-you', why: { kind: 'conflict', text: 'Could not merge: main moved and src/router.ts conflicts.' }, actions: ['retry', 'replan'] } : { why: { kind: 'dependency', text: `Waits for ${name} model` } }),
  );
  const page = AREAS.map((name, index) => area(name, 'page', index, [`${name}-endpoint`], { why: { kind: 'dependency', text: `Waits for ${name} endpoint` } }));
  const tests = AREAS.map((name, index) => area(name, 'tests', index, [`${name}-endpoint`], { why: { kind: 'dependency', text: `Waits for ${name} endpoint` }, tier: 'fast' }));
  const docs = ['User guide', 'API reference', 'Changelog', 'Migration guide', 'Release notes', 'Admin guide', 'Security notes', 'Glossary'].map((title, index) =>
    task(`docs-${index}`, title, { state: index === 7 ? 'dropped' : index === 6 ? 'stopped' : 'waiting', tier: 'fast', dependsOn: index < 4 ? [`${AREAS[index]!}-page`] : [] }),
  );
  return [...base, ...model, ...api, ...page, ...tests, ...docs];
}

function done(): RunView {
  const tasks = nine().map((one) => ({ ...landed(one.id, one.title, 3, one.amount.usd || 0.3, { agent: one.agent, model: one.model!, tier: one.tier }), dependsOn: one.dependsOn }));
  return running(tasks, { phase: 'done', endedAt: minutesAgo(1), bill: bill(linesOf(tasks), 2.5) });
}

function needs(over: Partial<TaskView>): RunView {
  return running(nine().map((one) => (one.id === 'timeline-component' ? { ...one, ...over } : one)), { phase: 'needs-you' });
}

function planning(over: Partial<NonNullable<RunView['planner']>> = {}, phase: RunView['phase'] = 'planning'): RunView {
  return run([], {
    phase,
    goal: 'Add an activity feed with cursor pagination.\nIt must work for users with more than 100,000 events, and the old feed stays until the new one is switched on.',
    startedAt: NOW - 34_000,
    levels: 0,
    bill: bill([]),
    planner: { agent: 'claude', model: 'opus', startedAt: NOW - 34_000, activity: 'Reading src/api/router.ts', amount: amount(0.04), billed: true, try: 1, ...over },
  });
}

/** The mixed run with a task in trouble, or with more to say about the whole. */
function withEdges(tasks: readonly TaskView[], edges: RunView['edges']): RunView {
  const view = running(tasks);
  return { ...view, edges: [...view.edges, ...edges] };
}

const shown = (view: RunView, over: Partial<Snapshot> = {}): Snapshot & { readonly run: RunView } => ({ ...snapshot(over), run: view });
const empty = (reason: EmptyReason, over: Partial<Snapshot> = {}): Snapshot => snapshot({ empty: reason, ...over });
const unknown = nine().map((one) => (one.billed && one.agent === 'codex' ? { ...one, amount: amount(0, true) } : one));

export const FIXTURES = {
  loading: empty('loading'),
  'no-folder': empty('no-folder', { agents: [] }),
  'no-repository': empty('no-repository'),
  unreadable: empty('unreadable', {
    emptyText: 'git does not trust /srv/shared/feed, because it belongs to another user. Nothing was changed. If you trust it, run: git config --global --add safe.directory /srv/shared/feed',
  }),
  bare: empty('bare', { emptyText: '/srv/git/feed.git is a bare repository, without files to work on. Nothing was changed. Open a clone of it (git clone /srv/git/feed.git).' }),
  'no-commit': empty('no-commit'),
  untrusted: empty('untrusted'),
  'git-missing': empty('git-missing'),
  'git-too-old': empty('git-too-old'),
  'no-agent': empty('no-agent', { agents: snapshot().agents.map((agent) => ({ ...agent, found: false, hint: `Install ${agent.name} with npm, then sign in.` })) }),
  'no-plan': empty('no-plan', { runs: [{ id: 'r0', goal: 'Older goal', phase: 'done', startedAt: minutesAgo(3_000) }] }),
  refused: empty('no-plan', { runs: landings.REFUSED }),
  'refused-newer': shown(running(nine()), { runs: landings.REFUSED }),
  planning: shown(planning()),
  'planning-correcting': shown(planning({ try: 2, activity: 'Correcting: tasks a and b own the same files' })),
  'planning-failed': shown(planning({ failure: 'Claude Code is not signed in, so no plan could be made. Your repository is unchanged. Run claude in a terminal and sign in, then plan again.', endedAt: NOW - 3_000, billed: false, amount: NO_AMOUNT }, 'failed')),
  plan: shown(plan()),
  revision: shown(revision()),
  three: shown(running(nine().slice(0, 3))),
  nine: shown(running(nine())),
  sixty: shown(running(sixty(), { edges: depends(sixty()), levels: 5, goal: 'Split the monolith into twelve areas with their own model, endpoint, page and tests' })),
  paused: shown(running(nine(), { phase: 'paused' })),
  boundary: shown(
    needs({
      why: { kind: 'boundary', text: 'It changed 2 files outside what it owns, twice. Its work is safe on its branch.', paths: ['src/api/router.ts', '.env'] },
      violations: [
        { path: 'src/api/router.ts', kind: 'outside-owns' },
        { path: '.env', kind: 'off-limits' },
      ],
      actions: ['allow-paths', 'retry', 'replan', 'take-over', 'drop'],
    }),
  ),
  'agent-failed': shown(
    needs({
      why: { kind: 'agent-failed', text: 'Gemini CLI hit its rate limit. Its work so far is kept; it goes on by itself.', failure: 'rate-limit', until: NOW + 12 * 60_000 },
      attempts: [attempt(1, { agent: 'gemini', model: 'flash', result: 'failed', reason: 'rate-limit', message: 'Quota exceeded for requests per minute.', endedAt: minutesAgo(1), denied: [{ tool: 'shell', why: 'commands outside the worktree are not allowed' }] })],
      gates: [],
      boundaryChecked: false,
    }),
  ),
  forecast: shown(withEdges(landings.forecastTasks(nine()), landings.FORECAST_EDGES)),
  conflict: shown(running(landings.conflicting(nine()))),
  resolved: shown(running(landings.resolved(nine()))),
  unproven: shown(running(landings.unproven(nine()))),
  leaking: shown(running(landings.leaking(nine()))),
  'planner-leak': shown({ ...plan(), leaks: [landings.PLANNER_LEAK] }),
  'landing-checking': shown({ ...done(), phase: 'running', landing: landings.LANDING.checking }),
  'landing-ready': shown({ ...done(), phase: 'running', landing: landings.LANDING.ready }),
  'landing-blocked': shown({ ...done(), phase: 'needs-you', landing: landings.LANDING['needs-you'] }),
  behind: shown(running(nine(), { upstream: landings.UPSTREAM.behind })),
  diverged: shown(running(nine(), { upstream: landings.UPSTREAM.diverged })),
  undoing: shown(running(landings.undoing(nine()))),
  'pull-requests': shown(running(landings.pullRequests(nine()))),
  troubled: shown(running(landings.troubled(nine()))),
  'not-started': shown(running(landings.notStarted(nine()))),
  done: shown(done()),
  unknown: shown(running(unknown.map((one) => (one.billed ? { ...one, apiEquivalent: true as const } : one)), { bill: bill(linesOf(unknown, { apiEquivalent: true })) })),
  held: shown(running(nine(), { heldBy: 'a VS Code window' }), { teamProblem: 'switchyard.team.jsonc, line 12: there is no agent “cluade”. The default team is used.' }),
} as const satisfies Readonly<Record<string, Snapshot>>;

export type FixtureName = keyof typeof FIXTURES;
