/** Earlier results of a task that passed its gate: what a person can go back to. Pure. */
import type { Sha } from './ports.js';
import type { GateState, TaskRun } from './run.js';

export interface EarlierResult {
  readonly attempt: number;
  readonly commit: Sha;
  readonly tree: Sha;
  readonly base: Sha;
}

/** The attempt whose result the branch holds. */
export function presentAttempt(task: Pick<TaskRun, 'attempts' | 'backTo'>): number {
  return task.backTo ?? task.attempts.at(-1)?.attempt ?? 0;
}

/** The last green result of every other attempt, the newest first. */
export function greenResults(task: Pick<TaskRun, 'attempts' | 'gates' | 'backTo'>): readonly EarlierResult[] {
  const present = presentAttempt(task);
  const found = new Map<number, EarlierResult>();
  for (const { attempt, verdict, commit, tree, base } of [...task.gates].reverse()) {
    if (verdict !== 'green' || attempt === present || found.has(attempt)) continue;
    if (commit !== undefined && tree !== undefined && base !== undefined) found.set(attempt, { attempt, commit, tree, base });
  }
  return [...found.values()].sort((a, b) => b.attempt - a.attempt);
}

/** The gates with the one that proved this result last: it is the one that counts now. */
export function gateLast(gates: readonly GateState[], { attempt, commit }: Pick<EarlierResult, 'attempt' | 'commit'>): readonly GateState[] {
  const at = gates.findLastIndex((gate) => gate.attempt === attempt && gate.commit === commit && gate.verdict === 'green');
  const gate = gates[at];
  return gate === undefined ? gates : [...gates.slice(0, at), ...gates.slice(at + 1), gate];
}
