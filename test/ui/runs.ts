/** Runs for the tests of the views: folded from real events, as the engine would have written them. */
import type { EventBody } from '../../src/core/events.js';
import { fold } from '../../src/core/fold.js';
import type { Plan, Task } from '../../src/core/plan.js';
import type { AgentStatus, RepositoryFacts } from '../../src/core/ports.js';
import type { RunState } from '../../src/core/run.js';
import type { TaskState } from '../../src/core/task.js';
import { resolveTeam } from '../../src/core/teamFile.js';
import type { Snapshot } from '../../src/shared/protocol.js';
import { snapshot, type SnapshotInput } from '../../src/ui/dashboard/snapshot.js';

export const FACTS: RepositoryFacts = {
  root: '/home/me/notes',
  commonDir: '/home/me/notes/.git',
  gitVersion: '2.45.0',
  branch: 'main',
  commit: 'c'.repeat(40),
  uncommitted: 0,
  hasSubmodules: false,
  usesLfs: false,
  commitsAreSigned: false,
};

export const AGENTS: readonly AgentStatus[] = [
  { id: 'claude', name: 'Claude Code', found: true, version: '2.1.329', signedIn: 'yes', account: 'subscription' },
  { id: 'codex', name: 'Codex', found: false, signedIn: 'unknown', account: 'unknown', hint: 'npm install -g @openai/codex' },
  { id: 'scripted', name: 'Scripted', found: true, signedIn: 'yes', account: 'none-needed' },
];

export function task(id: string, more: Partial<Task> = {}): Task {
  return {
    id,
    title: `The ${id}`,
    instructions: '',
    dependsOn: [],
    contract: { owns: [`src/${id}/**`], offLimits: [], acceptance: [], gate: ['npm test'] },
    tier: 'standard',
    ...more,
  };
}

export function plan(...tasks: readonly Task[]): Plan {
  return { version: 1, goal: 'Add tags', tasks };
}

/** A run's state after these events; `run.created` is put first. One second lies between two events. */
export function runOf(events: readonly EventBody[], file?: Parameters<typeof resolveTeam>[0]): RunState {
  const created: EventBody = { type: 'run.created', run: 'r1', goal: 'Add tags', base: { branch: 'main', commit: 'c'.repeat(40) }, team: resolveTeam(file, AGENTS) };
  const state = fold([created, ...events].map((body, index) => ({ ...body, v: 1 as const, seq: index + 1, at: new Date(1_700_000_000_000 + index * 1000).toISOString() })));
  if (state === undefined) throw new Error('an empty log has no state');
  return state;
}

export function approved(...tasks: readonly Task[]): readonly EventBody[] {
  return [
    { type: 'plan.proposed', revision: 1, plan: plan(...tasks) },
    { type: 'plan.approved', revision: 1 },
  ];
}

export function move(id: string, ...states: readonly TaskState[]): readonly EventBody[] {
  return states.slice(1).map((to, index) => ({ type: 'task.state', task: id, from: states[index] ?? 'waiting', to }));
}

/** From waiting to a first attempt at work. */
export function atWork(id: string, attempt = 1): readonly EventBody[] {
  return [
    ...move(id, 'waiting', 'setting-up'),
    { type: 'worktree.creating', task: id, path: `/home/me/notes.worktrees/r1/${id}`, branch: `switchyard/r1/${id}`, commit: 'c'.repeat(40) },
    ...move(id, 'setting-up', 'working'),
    { type: 'attempt.starting', task: id, attempt, role: 'executor', agent: 'claude', folder: `/f/${id}/${String(attempt)}`, nonce: 'n', apiEquivalent: true },
  ];
}

export function ended(id: string, attempt = 1): EventBody {
  const usage = [{ model: 'claude-sonnet-4-5', inputTokens: 1000, cachedInputTokens: 400, cacheWriteTokens: 0, outputTokens: 100, usd: 0.25 }];
  return { type: 'attempt.ended', task: id, attempt, outcome: { ok: true, usage, usageIsCumulative: false, denied: [] }, usage };
}

/** Work committed, gate green, waiting for a person. */
export function ready(id: string): readonly EventBody[] {
  const head = { commit: 'd'.repeat(40), tree: 'e'.repeat(40), base: 'c'.repeat(40) };
  const receipt = { id: 'x', tree: head.tree, base: head.base, commands: [], at: 0 };
  return [
    ...atWork(id),
    ended(id),
    ...move(id, 'working', 'checking'),
    { type: 'work.committed', task: id, attempt: 1, ...head, files: [{ path: `src/${id}/a.ts`, change: 'modified', additions: 7, deletions: 2 }] },
    { type: 'boundary.checked', task: id, violations: [], fedBack: false },
    { type: 'gate.started', task: id, attempt: 1, of: 1, tree: head.tree, base: head.base },
    { type: 'gate.finished', task: id, attempt: 1, verdict: 'green', results: [{ command: 'npm test', exitCode: 0, ms: 900, tail: 'ok' }], receipt, costsRetry: false },
    ...move(id, 'checking', 'ready'),
  ];
}

export function snapshotOf(state: RunState | undefined, more: Partial<SnapshotInput> = {}): Snapshot {
  return snapshot({ revision: 1, facts: FACTS, waits: new Map(), runs: [], agents: AGENTS, live: new Map(), ...(state !== undefined && { state }), ...more });
}
