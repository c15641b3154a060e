/** Commands about one task or one run that drive nothing themselves: diff, take over, bill, status, clean. */
import { spawn } from 'node:child_process';
import type { RunState } from '../core/run.js';
import { stateClause } from '../core/task.js';
import { diskText, freesText } from '../core/disk.js';
import { bytesText } from '../core/text.js';
import type { Wish } from '../core/wishes.js';
import type { EngineSession } from '../engine/session.js';
import { billCsv, billObject, describeBill } from './bill.js';
import type { Where } from './nextSteps.js';
import { nextSteps, stepLines } from './nextSteps.js';
import type { ExitCode, Output } from './output.js';
import { EXIT, UsageError } from './output.js';
import { stateOf, taskOf } from './state.js';
import { describeRun, runStatus } from './summary.js';
import { wishWords } from './wishes.js';
import { quote } from './words.js';

/** Prints the fixed pair that a person reviews as one patch; uncommitted work is not in it. */
export async function showDiff(session: EngineSession, options: { run?: string; task?: string }, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  const task = taskOf(state, options.task);
  const review = await session.review(task.task.id);
  if (review === undefined) throw new UsageError(`${task.task.id} has no committed work to show yet (it ${stateClause(task.state)}).`);
  const patch = await session.wholePatch(task.task.id);
  output.object({ type: 'task.diff', run: state.run, task: task.task.id, from: review.from, to: review.to, files: review.files, patch });
  output.result(patch);
  return EXIT.done;
}

/** Prints the command that opens the agent's own CLI on the task's session; on a terminal, runs it. Elsewhere, and with `--json`, nothing is started. */
export async function takeOver(session: EngineSession, options: { run?: string; task?: string }, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  const task = taskOf(state, options.task);
  const command = await session.takeOverCommand(task.task.id);
  if (command === undefined && (task.worktree === undefined || task.cleaned || task.attempts.length === 0)) throw new UsageError(`${task.task.id} has no session to take over yet (it ${stateClause(task.state)}).`);
  if (task.state === 'working') throw new UsageError(`${task.task.id} is being worked on now. Stop it first (Ctrl+C on the run, or Stop in the editor): two processes on one session would destroy it.`);
  if (command === undefined) {
    const cwd = task.worktree ?? '';
    output.object({ type: 'task.takeover', run: state.run, task: task.task.id, cwd });
    output.say(`${task.attempts.at(-1)?.agent ?? 'This agent'} has no CLI to go on in. Edit in the worktree, then: switchyard check-again ${task.task.id}`);
    output.result(`cd ${quote(cwd)}`);
    return EXIT.done;
  }
  output.object({ type: 'task.takeover', run: state.run, task: task.task.id, ...command });
  output.result(`cd ${quote(command.cwd)}\n${[command.file, ...command.args].map(quote).join(' ')}`);
  if (output.json || !process.stdin.isTTY || !process.stdout.isTTY) return EXIT.done;
  return runInteractive(command);
}

/** Hands the terminal over to the agent's CLI until the person leaves it. */
async function runInteractive(command: NonNullable<Awaited<ReturnType<EngineSession['takeOverCommand']>>>): Promise<ExitCode> {
  // npm installs CLIs as `.cmd` files there, which only a shell's rules can start; cross-spawn knows them.
  const start = process.platform === 'win32' ? (await import('cross-spawn')).default : spawn;
  // Ctrl+C is for the CLI, which answers it as it likes; this command stays until it has ended.
  const stay = (): void => undefined;
  process.on('SIGINT', stay);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      const child = start(command.file, [...command.args], { cwd: command.cwd, stdio: 'inherit', env: { ...process.env, ...command.env } });
      child.once('error', reject);
      child.once('close', (status) => resolve(status ?? 1));
    });
    return code === 0 ? EXIT.done : EXIT.internal;
  } catch (cause) {
    throw new UsageError(`"${command.file}" could not be started (${cause instanceof Error ? cause.message : String(cause)}). Nothing was changed; install it, or run the command above where it is installed.`);
  } finally {
    process.removeListener('SIGINT', stay);
  }
}

/** Prints a run's bill as JSON, CSV or for people. */
export async function showBill(session: EngineSession, options: { run?: string; csv: boolean }, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  output.object(billObject(state));
  output.result(options.csv ? billCsv(state) : describeBill(state));
  return EXIT.done;
}

/** Prints how a run stands, which wishes wait for whom, and what to run next. */
export async function showStatus(session: EngineSession, options: { run?: string; repo?: string }, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  const holder = await session.holderNow();
  const wishes = await session.waitingWishes(state.run);
  const older = (await session.runs())[0]?.run !== state.run;
  const where = { older, ...(options.repo !== undefined && { repo: options.repo }) };
  const disk = await session.diskNow();
  output.object({ ...runStatus(state, holder), wishes, disk });
  output.result([describeRun(state), ...(holder === undefined ? [] : [`held by ${holder}`]), ...(disk.worktrees.length === 0 && disk.reclaimable.backups === 0 ? [] : [`  disk: ${diskText(disk, 'switchyard clean')}`]), ...wishLines(state.run, wishes, holder), ...nextLines(state, where, wishes)].join('\n'));
  return EXIT.done;
}

function wishLines(run: string, wishes: readonly Wish[], holder: string | undefined): readonly string[] {
  if (wishes.length === 0) return [];
  return [`${wishes.length === 1 ? 'wish' : 'wishes'} waiting: ${wishes.map(wishWords).join(' · ')}; ${holder === undefined ? `run: switchyard resume ${run}` : `${holder} acts on them`}`];
}

/** What somebody has asked for already is not asked for again. */
function nextLines(state: RunState, where: Where, wishes: readonly Wish[]): readonly string[] {
  const asked = new Set(wishes.flatMap((wish) => ('task' in wish ? [wish.task] : [])));
  const plan = wishes.some((wish) => wish.type === 'approve-plan' || wish.type === 'discard-plan');
  const steps = nextSteps(state, where).filter((step) => (step.task === undefined || !asked.has(step.task)) && !(plan && step.plan === true));
  return steps.length > 0 ? ['Next:', ...stepLines(steps)] : [];
}

/** Removes what is over, or with `dryRun` says what would go; what is kept is said with its reason. */
export async function clean(session: EngineSession, options: { dryRun: boolean }, output: Output): Promise<ExitCode> {
  // What goes is measured before it goes.
  const { reclaimable } = await session.diskNow();
  const result = await session.clean({ dryRun: options.dryRun });
  output.object({ type: 'clean', dryRun: options.dryRun, ...result, frees: reclaimable });
  const word = options.dryRun ? 'would remove' : 'removed';
  const backups = result.backups.map((each) => `${word} the backup ${each.ref} (${each.task === undefined ? '' : `${each.task}: `}${each.words}; ${bytesText(each.bytes)}, ${each.landed ? 'landed since' : 'never landed, and its time is over'})`);
  const frees = result.removed.length + result.backups.length === 0 ? undefined : freesText(reclaimable);
  const freed = frees === undefined ? [] : [`${options.dryRun ? 'would free' : 'freed'} ${frees}${result.backups.length > 0 ? ' (backups when git next cleans up)' : ''}`];
  output.result([...result.removed.map((path) => `${word} ${path}`), ...backups, ...result.kept.map(({ path, why }) => `kept ${path}: ${why}`), ...freed].join('\n') || 'Nothing to clean.');
  return EXIT.done;
}
