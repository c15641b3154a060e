/** Builders of fixture parts, complete by default. */
import { printBill } from '../../../src/core/billPrint.js';
import type { Tier } from '../../../src/core/plan.js';
import type { FileDiff } from '../../../src/core/ports.js';
import type {
  Amount,
  AttemptView,
  BillLine,
  BillView,
  EdgeView,
  GateCommandView,
  GateView,
  PrintedAmount,
  RunView,
  Snapshot,
  TaskView,
} from '../../../src/shared/protocol.js';

export const NOW = Date.now();
export const minutesAgo = (minutes: number): number => NOW - minutes * 60_000;

export const NO_AMOUNT: Amount = { usd: 0, unknownUsd: false, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };

export function amount(usd: number, unknownUsd = false): Amount {
  const tokens = Math.round((unknownUsd ? 0.4 : usd) * 190_000);
  return { usd, unknownUsd, inputTokens: tokens, cachedInputTokens: Math.round(tokens * 0.71), outputTokens: Math.round(tokens * 0.11) };
}

export function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce(
    (a, b) => ({
      usd: a.usd + b.usd,
      unknownUsd: a.unknownUsd || b.unknownUsd,
      inputTokens: a.inputTokens + b.inputTokens,
      cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
      outputTokens: a.outputTokens + b.outputTokens,
    }),
    NO_AMOUNT,
  );
}

export function file(path: string, additions: number, deletions: number, change: FileDiff['change'] = 'modified'): FileDiff {
  return { path, change, additions, deletions };
}

export function command(line: string, exitCode: number | null, ms: number, tail = ''): GateCommandView {
  return { command: line, exitCode, timedOut: exitCode === null, ms, tail };
}

export function gate(attempt: number, state: GateView['state'], commands: readonly GateCommandView[], of: number, startedMinutesAgo = 3): GateView {
  const startedAt = minutesAgo(startedMinutesAgo);
  const ms = commands.reduce((all, one) => all + one.ms, 0);
  return { attempt, state, commands, of, startedAt, ...(state === 'running' ? {} : { endedAt: startedAt + ms }) };
}

export function attempt(n: number, over: Partial<AttemptView> = {}): AttemptView {
  return { attempt: n, agent: 'claude', model: 'sonnet', startedAt: minutesAgo(6), denied: [], ...over };
}

export function task(id: string, title: string, over: Partial<TaskView> = {}): TaskView {
  const files = over.files ?? [];
  const tier: Tier = over.tier ?? 'standard';
  return {
    id,
    title,
    instructions: `Implement ${title.toLowerCase()} as the contract says, with tests.`,
    contract: { owns: [`src/${id}/**`], offLimits: [], acceptance: [`${title} works as described`], gate: ['npm run typecheck', 'npm test'] },
    dependsOn: [],
    tier,
    agent: 'claude',
    model: 'sonnet',
    state: 'waiting',
    resolved: [],
    since: minutesAgo(2),
    attempts: [],
    maxAttempts: 3,
    files,
    additions: files.reduce((all, one) => all + (one.additions ?? 0), 0),
    deletions: files.reduce((all, one) => all + (one.deletions ?? 0), 0),
    gates: [],
    violations: [],
    boundaryChecked: false,
    amount: NO_AMOUNT,
    billed: false,
    actions: ['drop'],
    ...over,
  };
}

/** A line before its bill is printed. */
type Unprinted = Omit<BillLine, 'printed'>;

export function bill(unprinted: readonly Unprinted[], budgetUsd?: number): BillView {
  const money = printBill(unprinted);
  const part = (choose: (line: Unprinted) => boolean): PrintedAmount => ({ ...sum(unprinted.filter(choose)), printed: money(({ line }) => choose(line)) });
  const grouped = (key: (line: Unprinted) => string) => [...new Set(unprinted.map(key))].map((one) => ({ key: one, amount: part((line) => key(line) === one) }));
  const total = part(() => true);
  const lines = unprinted.map((line): BillLine => ({ ...line, printed: money((each) => each.line === line) }));
  return {
    total,
    lines,
    byRole: grouped((line) => line.role),
    byModel: grouped((line) => line.model ?? `${line.agent} (model not told)`),
    byTask: grouped((line) => line.task).map((row) => ({ ...row, title: lines.find((line) => line.task === row.key)?.title ?? row.key })),
    ...(budgetUsd === undefined ? {} : { budgetUsd, ...(total.usd > budgetUsd ? { overshootUsd: total.usd - budgetUsd } : {}) }),
  };
}

/** One line per attempt of every billed task, and the planner's. */
export function linesOf(tasks: readonly TaskView[], over: Partial<Unprinted> = {}): readonly Unprinted[] {
  const planner: Unprinted = { ...amount(0.09), task: 'planner', title: 'Plan', attempt: 1, role: 'planner', agent: 'claude', model: 'opus', apiEquivalent: false, nothingReported: false, ...over };
  const work = tasks.filter((one) => one.billed).flatMap((one): Unprinted[] => {
    const attempts = one.attempts.length === 0 ? [attempt(1)] : one.attempts;
    return attempts.map((each) => ({
      ...amount(one.amount.usd / attempts.length, one.amount.unknownUsd),
      task: one.id,
      title: one.title,
      attempt: each.attempt,
      role: 'executor',
      agent: one.agent,
      tier: one.tier,
      ...(one.model === undefined ? {} : { model: one.model }),
      apiEquivalent: false,
      nothingReported: false,
      ...over,
    }));
  });
  return [planner, ...work];
}

export function depends(tasks: readonly TaskView[]): readonly EdgeView[] {
  return tasks.flatMap((one) => one.dependsOn.map((from): EdgeView => ({ from, to: one.id, why: 'depends' })));
}

export function run(tasks: readonly TaskView[], over: Partial<RunView> = {}): RunView {
  return {
    id: 'r1',
    goal: 'Add an activity feed with cursor pagination',
    base: 'main',
    phase: 'running',
    planRevision: 1,
    startedAt: minutesAgo(14),
    planner: { agent: 'claude', model: 'opus', startedAt: minutesAgo(15), endedAt: minutesAgo(15) + 31_000, amount: amount(0.09), billed: true, try: 1 },
    tasks,
    edges: depends(tasks),
    levels: 3,
    warnings: [],
    bill: bill(linesOf(tasks)),
    limits: { maxParallel: 4, gateParallel: 2, retries: 2 },
    notices: [],
    ...over,
  };
}

export function snapshot(over: Partial<Snapshot> = {}): Snapshot {
  return {
    revision: 1,
    repository: { name: 'feed', root: '/home/ada/feed', branch: 'main' },
    runs: [],
    agents: [
      { id: 'claude', name: 'Claude Code', found: true, version: '2.1.3', signedIn: 'yes', account: 'subscription', working: 0 },
      { id: 'codex', name: 'Codex', found: true, version: '0.60.1', signedIn: 'no', account: 'unknown', hint: 'Run codex login in a terminal.', working: 0 },
      { id: 'gemini', name: 'Gemini CLI', found: false, signedIn: 'unknown', account: 'unknown', hint: 'npm install -g @google/gemini-cli', working: 0 },
    ],
    ...over,
  };
}
