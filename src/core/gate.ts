/** Policy: what a gate's results mean for a task. */
import type { CommandResult } from './ports.js';
import type { GateVerdict } from './run.js';
import { stripAnsi } from './text.js';

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
  const empty = results.find((result) => result.tests === 0);
  if (empty !== undefined) return { verdict: 'unproven', note: `\`${empty.command}\` passed but ran no test: nothing was proven.` };
  return { verdict: 'green' };
}

/** What was stopped for its time proves nothing, even where it caught the signal and then ended well. */
export function hasFailed(result: CommandResult): boolean {
  return result.exitCode !== 0 || result.timedOut === true || result.overflowed === true;
}

/** How a command that has failed ended, after its name. */
function ending(result: CommandResult): string {
  if (result.timedOut === true) return `took longer than its ${timeText(result.ms)} and was stopped with all it had started`;
  if (result.overflowed === true) return 'printed without end and was stopped before it filled the disk';
  if (result.exitCode === null) return `was ended by ${result.signal ?? 'a signal'}`;
  return `failed with exit code ${String(result.exitCode)}`;
}

function timeText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 2 ? `${String(Math.max(1, Math.round(ms / 1000)))} s` : `${String(minutes)} minutes`;
}

/** What goes back to the agent's session after a red gate. */
export function gateFeedback(results: readonly CommandResult[], note: string | undefined): string {
  const failed = results.find(hasFailed);
  if (failed === undefined) return note ?? 'The gate failed.';
  return [
    `The gate command \`${failed.command}\` ${ending(failed)}, run on your work merged with the present base. Fix the cause within your contract; do not weaken the tests.`,
    '',
    `Its last ${String(FEEDBACK_LINES)} lines:`,
    stripAnsi(failed.tail).trimEnd().split('\n').slice(-FEEDBACK_LINES).join('\n'),
  ].join('\n');
}

/** One line for the task's state. */
export function gateSummary(results: readonly CommandResult[], note: string | undefined): string {
  const failed = results.find(hasFailed);
  if (failed === undefined) return note ?? 'Gate failed';
  return `\`${failed.command}\` ${ending(failed)}`;
}

export function listed(paths: readonly string[], most = 5): string {
  const shown = paths.slice(0, most).join(', ');
  return paths.length > most ? `${shown} and ${String(paths.length - most)} more` : shown;
}
