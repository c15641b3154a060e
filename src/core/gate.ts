/** Policy: what a gate's results mean for a task. */
import type { CommandResult } from './ports.js';
import type { GateState, GateVerdict } from './run.js';
import { stripAnsi } from './text.js';

/** Lines of a failing command that go back to the agent. */
export const FEEDBACK_LINES = 50;

export interface GateJudgement {
  readonly verdict: GateVerdict;
  /** For people, when the verdict is not plain green or red. */
  readonly note?: string;
}

/** How many tests commands run on the base, by command, as far as it is known. */
export interface OnBase {
  readonly branch: string;
  readonly tests: ReadonlyMap<string, number>;
}

/**
 * Judges by exit codes, and never green where the test runners' own words say that it proves nothing. `dirtied` are tracked paths that the gate itself changed: such a tree is not the one that
 * was tested, so it is not green.
 */
export function judge(commands: readonly string[], results: readonly CommandResult[], dirtied: readonly string[], onBase?: OnBase): GateJudgement {
  if (commands.length === 0) return { verdict: 'unproven', note: 'There is no gate command: nothing was proven.' };
  const failed = results.find(hasFailed);
  if (failed !== undefined) return { verdict: 'red' };
  if (results.length < commands.length) return { verdict: 'red', note: 'The gate did not finish.' };
  if (dirtied.length > 0) {
    return { verdict: 'red', note: `The gate itself changed tracked files (${listed(dirtied)}), so what it tested is not what would land.` };
  }
  const swallowed = results.find((result) => result.failures !== undefined);
  if (swallowed !== undefined) return { verdict: 'unproven', note: `\`${swallowed.command}\` ended well, but its own summary says that ${swallowed.failures === 1 ? 'a test' : `${String(swallowed.failures)} tests`} failed: nothing was proven.` };
  const empty = results.find((result) => result.tests === 0);
  if (empty !== undefined) return { verdict: 'unproven', note: `\`${empty.command}\` passed but ran no test: nothing was proven.` };
  const fewer = results.find((result) => result.tests !== undefined && result.tests < (onBase?.tests.get(result.command) ?? 0));
  if (fewer !== undefined && onBase !== undefined) return { verdict: 'unproven', note: fewerTests(fewer.command, fewer.tests ?? 0, onBase.tests.get(fewer.command) ?? 0, onBase.branch) };
  const silent = results.find((result) => result.tests === undefined && (onBase?.tests.get(result.command) ?? 0) > 0);
  if (silent !== undefined && onBase !== undefined) return { verdict: 'unproven', note: silentTests(silent.command, onBase.tests.get(silent.command) ?? 0, onBase.branch) };
  const flaky = results.filter((result) => result.earlier !== undefined);
  return flaky.length === 0 ? { verdict: 'green' } : { verdict: 'green', note: `${flakyText(flaky)}.` };
}

function fewerTests(command: string, ran: number, before: number, branch: string): string {
  return `\`${command}\` passed but ran ${String(ran)} ${ran === 1 ? 'test' : 'tests'}, and ${String(before)} on ${branch}: what the ${before - ran === 1 ? 'missing one' : `missing ${String(before - ran)}`} proved is not proven.`;
}

function silentTests(command: string, before: number, branch: string): string {
  return `\`${command}\` passed, but nothing that it printed tells that a test ran; on ${branch} it ran ${before === 1 ? 'one' : String(before)}: what ${before === 1 ? 'that' : 'they'} proved is not proven.`;
}

function flakyText(flaky: readonly CommandResult[]): string {
  return `${flaky.map((result) => `\`${result.command}\``).join(', ')} ${flaky.length === 1 ? 'is' : 'are'} flaky: red once, and passed when run again on the same, clean tree`;
}

/** What a person should know of a green beside that it is one. */
export function greenText(gate: Pick<GateState, 'results' | 'changesJudge' | 'beside'> | undefined): readonly string[] {
  const flaky = gate?.results.filter((result) => result.earlier !== undefined) ?? [];
  const judged = gate?.changesJudge ?? [];
  const beside = gate?.beside ?? [];
  return [...(flaky.length === 0 ? [] : [flakyText(flaky)]), ...(judged.length === 0 ? [] : [`it changes how it is judged: ${listed(judged)}`]), ...(beside.length === 0 ? [] : [`beside ${listed(beside, 3)}, which git ignores and which will not land: no clean checkout can run the gate (see \`setup\` and \`dependencies\` of the team file)`])];
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

/** What goes back to the agent's session after a red gate. `again`: what a person sees of it, too, said to the agent. */
export function gateFeedback(results: readonly CommandResult[], note: string | undefined, again: readonly string[] = []): string {
  const failed = results.find(hasFailed);
  if (failed === undefined) return note ?? 'The gate failed.';
  return [
    `The gate command \`${failed.command}\` ${ending(failed)}${failed.earlier === undefined ? '' : ', twice in a row'}, run on your work merged with the present base. Fix the cause within your contract; do not weaken the tests.`,
    ...again,
    '',
    `Its last ${String(FEEDBACK_LINES)} lines:`,
    stripAnsi(failed.tail).trimEnd().split('\n').slice(-FEEDBACK_LINES).join('\n'),
  ].join('\n');
}

/** One line for the task's state. */
export function gateSummary(results: readonly CommandResult[], note: string | undefined): string {
  const failed = results.find(hasFailed);
  // What Switchyard has to say of a failure tells more than how the command ended.
  if (failed === undefined || note !== undefined) return note ?? 'Gate failed';
  return `\`${failed.command}\` ${ending(failed)}`;
}

/** Paths in a sentence, the first `most` of them by name. */
export function listed(paths: readonly string[], most = 5): string {
  const shown = paths.slice(0, most).join(', ');
  return paths.length > most ? `${shown} and ${String(paths.length - most)} more` : shown;
}
