/** Short ways to write plans, logs and states in the tests of the core. */
import type { AgentOutcome, Usage } from '../../src/core/activity.js';
import type { Event, EventBody } from '../../src/core/events.js';
import { apply } from '../../src/core/fold.js';
import type { Contract, Plan, PlanCheck, ProblemCode, Task } from '../../src/core/plan.js';
import type { RunState, TaskRun } from '../../src/core/run.js';
import type { TaskState } from '../../src/core/task.js';
import type { Limits, Team } from '../../src/core/team.js';
import { DEFAULT_LIMITS } from '../../src/core/team.js';

export type TaskParts = Partial<Omit<Task, 'contract'>> & { readonly owns?: readonly string[]; readonly gate?: readonly string[]; readonly contract?: Partial<Contract> };

/** A good task: owns its own folder, has a gate. */
export function task(id: string, { owns, gate, contract, ...parts }: TaskParts = {}): Task {
  return {
    id,
    title: `Title of ${id}`,
    instructions: '',
    dependsOn: [],
    contract: { owns: owns ?? [`src/${id}/**`], offLimits: [], acceptance: [], gate: gate ?? ['npm test'], ...contract },
    tier: 'standard',
    ...parts,
  };
}

export function plan(...tasks: readonly Task[]): Plan {
  return { version: 1, goal: 'A goal', tasks };
}

/** A DAG in short: `{ api: 'db', ui: 'api db', db: '' }` is who depends on whom. */
export function dag(depends: Readonly<Record<string, string>>, owns: Readonly<Record<string, readonly string[]>> = {}): Plan {
  return plan(
    ...Object.entries(depends).map(([id, on]) => task(id, { dependsOn: on.split(' ').filter((each) => each !== ''), ...(owns[id] !== undefined && { owns: owns[id] }) })),
  );
}

export function codes(check: Pick<PlanCheck, 'problems'>): ProblemCode[] {
  return check.problems.map((problem) => problem.code);
}

export function team(limits: Partial<Limits> = {}): Team {
  const member = { agent: 'scripted' as const };
  return {
    planner: member,
    tiers: { fast: member, standard: member, deep: member },
    reviewer: null,
    permissions: 'edit-and-run',
    setup: [],
    gate: [],
    merge: 'merge',
    limits: { ...DEFAULT_LIMITS, ...limits },
    environment: { pass: [] },
  };
}

export const T0 = Date.parse('2025-01-01T00:00:00.000Z');
export const SHA = (digit: string) => digit.repeat(40);

export const CREATED: EventBody = { type: 'run.created', run: 'r1', goal: 'A goal', base: { branch: 'main', commit: SHA('0') }, team: team() };

/** Numbers bodies into events, one second apart, from 1 or after a state. */
export function events(bodies: readonly EventBody[], after = 0): Event[] {
  return bodies.map((body, at) => ({ v: 1, seq: after + at + 1, at: new Date(T0 + (after + at) * 1000).toISOString(), ...body }));
}

/** A run that can be driven on by events. */
export class Run {
  state: RunState;

  constructor(limits: Partial<Limits> = {}) {
    this.state = apply(undefined, events([{ ...CREATED, team: team(limits) } as EventBody])[0]!);
  }

  add(...bodies: readonly EventBody[]): this {
    for (const event of events(bodies, this.state.seq)) this.state = apply(this.state, event);
    return this;
  }

  approve(proposed: Plan): this {
    const revision = this.state.lastRevision + 1;
    return this.add({ type: 'plan.proposed', revision, plan: proposed }, { type: 'plan.approved', revision });
  }

  move(id: string, ...to: readonly TaskState[]): this {
    for (const next of to) this.add({ type: 'task.state', task: id, from: this.task(id).state, to: next });
    return this;
  }

  attempt(id: string, usage?: readonly Usage[]): this {
    const attempt = id === 'planner' ? this.state.plannerAttempts.length + 1 : this.task(id).attempts.length + 1;
    this.add(starting(id, attempt));
    return usage === undefined ? this : this.end(id, usage);
  }

  end(id: string, usage: readonly Usage[] = [], parts: Partial<AgentOutcome> = {}): this {
    const attempt = (id === 'planner' ? this.state.plannerAttempts : this.task(id).attempts).at(-1)!.attempt;
    return this.add({ type: 'attempt.ended', task: id, attempt, outcome: outcome(parts), usage });
  }

  task(id: string): TaskRun {
    const found = this.state.tasks.get(id);
    if (found === undefined) throw new Error(`no task ${id}`);
    return found;
  }

  /** From waiting to landed, with one attempt. */
  land(id: string, usage: readonly Usage[] = []): this {
    return this.move(id, 'setting-up', 'working').attempt(id, usage).move(id, 'checking', 'ready', 'merging').add({ type: 'merge.landed', task: id, commit: SHA('9') }).move(id, 'landed');
  }
}

export function starting(id: string, attempt: number, parts: Partial<Extract<EventBody, { type: 'attempt.starting' }>> = {}): EventBody {
  return {
    type: 'attempt.starting',
    task: id,
    attempt,
    role: id === 'planner' ? 'planner' : 'executor',
    agent: 'claude',
    folder: `/state/${id}/${attempt}`,
    nonce: 'f'.repeat(32),
    apiEquivalent: false,
    ...parts,
  };
}

export function outcome(parts: Partial<AgentOutcome> = {}): AgentOutcome {
  return { ok: true, usage: [], usageIsCumulative: false, denied: [], ...parts };
}

export function usage(parts: Partial<Usage> = {}): Usage {
  return { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, ...parts };
}

/** Dollars alone. */
export function usd(dollars: number): Usage[] {
  return [usage({ model: 'sonnet', inputTokens: 1000, outputTokens: 100, usd: dollars })];
}
