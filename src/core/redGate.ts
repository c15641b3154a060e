/** A gate that is red again: how often, whether in the same way, and what a person and the agent are told of it. Pure. */
import { failureLine } from './failureLine.js';
import { gateFeedback, gateSummary, hasFailed } from './gate.js';
import type { CommandResult } from './ports.js';
import type { AttemptState, GateState, Reason, TaskRun } from './run.js';
import { sameOutput } from './sameFailure.js';

export interface RedTimes {
  /** Reds in a row, the present one included. */
  readonly times: number;
  /** How many of the last of them failed in the same way. */
  readonly same: number;
}

/** `before`: the task's earlier gates, oldest first. A gate that was stopped or could not run says nothing and does not count. */
export function redTimes(before: readonly GateState[], results: readonly CommandResult[]): RedTimes {
  const present = results.find(hasFailed);
  let times = 1;
  let same = 1;
  for (const gate of [...before].reverse()) {
    // A red with a note of Switchyard's own was stopped, or could not be run.
    if (gate.verdict === undefined || (gate.verdict === 'red' && gate.note !== undefined)) continue;
    if (gate.verdict !== 'red') break;
    const failed = gate.results.find(hasFailed);
    if (same === times && present !== undefined && failed !== undefined && sameRed(present, failed)) same += 1;
    times += 1;
  }
  return { times, same };
}

function sameRed(now: CommandResult, before: CommandResult): boolean {
  return now.command === before.command && now.exitCode === before.exitCode && sameOutput(now.tail, before.tail);
}

/** Why a task needs the person whose gate stays red. `task` as it was before this gate finished. */
export function redReason(task: Pick<TaskRun, 'gates' | 'attempts'>, results: readonly CommandResult[], note: string | undefined): Reason {
  const { times, same } = redTimes(task.gates, results);
  const next = same > 1 ? 'Its agent gets no further with what it was told. Nothing has landed; retry with other feedback, take over, re-plan or drop it.' : 'Nothing has landed; retry with feedback, re-plan, take over or drop it.';
  const summary = redSummary({ times, same }, gateSummary(results, note)).replace(/\.$/, '');
  return { kind: 'gate-failed', text: [`${summary}.`, ...unchangedWords(task.attempts), next].join(' '), ...lineOf(results) };
}

/** What stands with a task whose agent works on the same red once more; `undefined` for a first red or another one. */
export function againReason(task: Pick<TaskRun, 'gates' | 'attempts'>, results: readonly CommandResult[], left: number): Reason | undefined {
  const { times, same } = redTimes(task.gates, results);
  if (same < 2) return undefined;
  const rest = left > 0 ? `${String(left)} more automatic ${left === 1 ? 'retry' : 'retries'} after this one.` : 'This is its last automatic retry.';
  return { kind: 'gate-failed', text: [`${redSummary({ times, same }, gateSummary(results, undefined))}.`, ...unchangedWords(task.attempts), `Its agent works on it once more. ${rest}`].join(' '), ...lineOf(results) };
}

/** The same for the agent, which does not see that it goes round in a circle. */
export function redFeedback(task: Pick<TaskRun, 'gates' | 'attempts'>, results: readonly CommandResult[], note: string | undefined): string {
  const { same } = redTimes(task.gates, results);
  const unchanged = task.attempts.at(-1)?.unchanged === true ? ['You have changed nothing since it failed last.'] : [];
  const again = same > 1 ? ['It fails exactly as it did before your last change, so that was not the cause. Find out why before you change anything else.'] : [];
  const noted = note === undefined || !results.some(hasFailed) ? [] : [note];
  return gateFeedback(results, note, [...noted, ...(unchanged.length > 0 ? unchanged : again)]);
}

/** The line of a red gate's output that says most. */
export function lineOf(results: readonly CommandResult[]): { readonly line?: string } {
  const failed = results.find(hasFailed);
  const line = failed === undefined ? undefined : failureLine(failed.tail);
  return line === undefined ? {} : { line };
}

function redSummary({ times, same }: RedTimes, summary: string): string {
  if (times === 1) return summary;
  if (same === times) return `The gate failed the same way ${String(times)} times: ${summary}`;
  return `The gate failed ${String(times)} times${same > 1 ? `, the last ${String(same)} the same way` : ''}: ${summary}`;
}

/** One sentence about attempts in a row that changed nothing, or none. */
function unchangedWords(attempts: readonly AttemptState[]): readonly string[] {
  const idle = attempts.length - 1 - attempts.findLastIndex((each) => each.unchanged !== true);
  if (idle === 0) return [];
  return [idle === 1 ? `Attempt ${String(attempts.at(-1)?.attempt ?? 0)} changed nothing.` : `The last ${String(idle)} attempts changed nothing.`];
}
