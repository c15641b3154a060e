/**
 * A long, realistic log: tasks of a large plan, worked on again and again. Each attempt has the events that a real run
 * writes (state, attempt, commit with its files, boundary, gate with the end of its output), about one gate in three is red and
 * its output goes back to the agent. Deterministic, and folds without a complaint.
 */
import type { Event, EventBody } from '../../src/core/events.js';
import type { Plan } from '../../src/core/plan.js';
import type { TaskState } from '../../src/core/task.js';

const TASKS = 400;
const BASE = 'b'.repeat(40);
const T0 = Date.parse('2026-01-01T00:00:00.000Z');
const OUTPUT = Array.from({ length: 12 }, (_, at) => `\u001b[32m✓\u001b[39m src/module${String(at)}/feature.test.ts (${String(at + 3)} tests) ${String(at * 7)}ms`).join('\n');

const sha = (number: number): string => number.toString(16).padStart(40, '0');
const id = (task: number): string => `task-${String(task)}`;

function planOf(tasks: number): Plan {
  return {
    version: 1,
    goal: 'A long piece of work',
    tasks: Array.from({ length: tasks }, (_, at) => ({
      id: id(at),
      title: `Module ${String(at)}`,
      instructions: `Build module ${String(at)} as its neighbours are built.`,
      dependsOn: [],
      contract: { owns: [`src/module${String(at)}/**`], offLimits: ['src/legacy/**'], acceptance: ['It is tested.'], gate: ['npm test'] },
      tier: 'standard' as const,
    })),
  };
}

/** The events of one attempt of a task that is at work, up to where it is at work again. */
function attempt(task: number, number: number): EventBody[] {
  const name = id(task);
  const move = (from: TaskState, to: TaskState): EventBody => ({ type: 'task.state', task: name, from, to });
  const commit = sha(task * 1000 + number);
  const at = { task: name, attempt: number };
  const files = Array.from({ length: 4 }, (_, file) => ({ path: `src/module${String(task)}/file${String(file)}.ts`, change: 'modified' as const, additions: 10, deletions: 2 }));
  const usage = [{ model: 'claude-sonnet-4-5', inputTokens: 120_000, cachedInputTokens: 100_000, cacheWriteTokens: 2_000, outputTokens: 4_000, usd: 0.4 }];
  const red = (task + number) % 3 === 0;
  const result = { command: 'npm test', exitCode: red ? 1 : 0, ms: 8_000, tests: 78, tail: OUTPUT };
  const receipt = { id: `r1-${name}-${String(number)}`, tree: commit, base: BASE, commands: [{ command: 'npm test', exitCode: 0, ms: 8_000, tests: 78 }], lock: null, tools: [], at: T0 };
  return [
    { type: 'attempt.starting', ...at, role: 'executor', agent: 'claude', model: 'sonnet', folder: `/home/me/project/.git/switchyard/runs/r1/attempts/${name}/${String(number)}`, nonce: sha(number).slice(0, 32), apiEquivalent: false, slot: 1 },
    { type: 'attempt.ended', ...at, outcome: { ok: true, usage, usageIsCumulative: false, denied: [], session: '2b4509e0-62fb-4257-9e77-00fbb356ba07' }, usage },
    move('working', 'checking'),
    { type: 'work.committed', ...at, commit, tree: commit, base: BASE, files },
    { type: 'boundary.checked', task: name, violations: [], fedBack: false },
    { type: 'gate.started', ...at, of: 1, tree: commit, base: BASE },
    { type: 'gate.finished', ...at, verdict: red ? 'red' : 'green', results: [result], costsRetry: red, ...(!red && { receipt }) },
    ...(red ? [] : [move('checking', 'ready')]),
    { type: 'feedback.given', task: name, feedback: red ? `The gate failed.\n\n${OUTPUT}` : 'Please name the tests after what they promise.', byPerson: !red },
    move(red ? 'checking' : 'ready', 'working'),
  ];
}

function* bodies(tasks: number): Generator<EventBody> {
  const member = { agent: 'claude' as const, model: 'sonnet' };
  yield {
    type: 'run.created',
    run: 'r1',
    goal: 'A long piece of work',
    base: { branch: 'main', commit: BASE },
    team: {
      planner: member,
      tiers: { fast: member, standard: member, deep: member },
      reviewer: null,
      permissions: 'edit-and-run',
      setup: [],
      gate: [],
      merge: 'merge',
      limits: { maxParallel: 4, gateParallel: 1, retries: 2, attemptMinutes: 30, idleMinutes: 5, gateMinutes: 15 },
      environment: { pass: [] },
    },
  };
  yield { type: 'plan.proposed', revision: 1, plan: planOf(tasks) };
  yield { type: 'plan.approved', revision: 1 };
  for (let task = 0; task < tasks; task += 1) {
    yield { type: 'task.state', task: id(task), from: 'waiting', to: 'setting-up' };
    yield { type: 'worktree.creating', task: id(task), path: `/home/me/project.worktrees/r1/${id(task)}`, branch: `switchyard/r1/${id(task)}`, commit: BASE };
    yield { type: 'worktree.created', task: id(task) };
    yield { type: 'task.state', task: id(task), from: 'setting-up', to: 'working' };
  }
  // Agents work beside each other, so the tasks' events are mixed.
  for (let number = 1; ; number += 1) for (let task = 0; task < tasks; task += 1) yield* attempt(task, number);
}

/** The lines of a log with so many events. */
export function longLog(count: number, tasks = TASKS): string {
  const lines: string[] = [];
  for (const body of bodies(tasks)) {
    if (lines.length === count) break;
    const seq = lines.length + 1;
    const event: Event = { v: 1, seq, at: new Date(T0 + seq * 100).toISOString(), ...body };
    lines.push(JSON.stringify(event));
  }
  return `${lines.join('\n')}\n`;
}
