/** Policy: what a gate's results mean for a task. */
import type { CommandResult } from './ports.js';
import type { GateVerdict } from './run.js';
import { stripAnsi } from './text.js';
import { testCount } from './testCount.js';

/** Lines of a failing command that go back to the agent. */
export const FEEDBACK_LINES = 50;

export interface GateJudgement {
  readonly verdict: GateVerdict;
  /** For people, when the verdict is not plain green or red. */
  readonly note?: string;
}

/**
 * Judges by exit codes only. `dirtied` are tracked paths that the gate itself changed: such a tree is not the one that
 * was tested, so it is not green.
 */
export function judge(commands: readonly string[], results: readonly CommandResult[], dirtied: readonly string[]): GateJudgement {
  if (commands.length === 0) return { verdict: 'unproven', note: 'There is no gate command: nothing was proven.' };
  const failed = results.find(hasFailed);
  if (failed !== undefined) return { verdict: 'red' };
  if (results.length < commands.length) return { verdict: 'red', note: 'The gate did not finish.' };
  if (dirtied.length > 0) {
    return { verdict: 'red', note: `The gate itself changed tracked files (${listed(dirtied)}), so what it tested is not what would land.` };
  }
  const empty = results.find((result) => testCount(result.tail) === 0);
  if (empty !== undefined) return { verdict: 'unproven', note: `\`${empty.command}\` passed but ran no test: nothing was proven.` };
  return { verdict: 'green' };
}

/** What was stopped for its time proves nothing, even where it caught the signal and then ended well. */
function hasFailed(result: CommandResult): boolean {
  return result.exitCode !== 0 || result.timedOut === true;
}

/** What goes back to the agent's session after a red gate. */
export function gateFeedback(results: readonly CommandResult[], note: string | undefined): string {
  const failed = results.find(hasFailed);
  if (failed === undefined) return note ?? 'The gate failed.';
  const how = failed.timedOut === true ? 'took too long and was stopped' : failed.exitCode === null ? `was ended by ${failed.signal ?? 'a signal'}` : `failed with exit code ${String(failed.exitCode)}`;
  return [
    `The gate command \`${failed.command}\` ${how}, run on your work merged with the present base. Fix the cause within your contract; do not weaken the tests.`,
    '',
    `Its last ${String(FEEDBACK_LINES)} lines:`,
    stripAnsi(failed.tail).trimEnd().split('\n').slice(-FEEDBACK_LINES).join('\n'),
  ].join('\n');
}

/** One line for the task's state. */
export function gateSummary(results: readonly CommandResult[], note: string | undefined): string {
  const failed = results.find(hasFailed);
  if (failed === undefined) return note ?? 'Gate failed';
  if (failed.timedOut === true) return `\`${failed.command}\` took too long`;
  return `\`${failed.command}\` failed${failed.exitCode === null ? '' : ` with exit code ${String(failed.exitCode)}`}`;
}

export function listed(paths: readonly string[], most = 5): string {
  const shown = paths.slice(0, most).join(', ');
  return paths.length > most ? `${shown} and ${String(paths.length - most)} more` : shown;
}
