/** Commands about one task or one run that drive nothing themselves: wishes, diff, take over, bill, status, clean. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { awaitsLanding } from '../core/change.js';
import type { RunState, TaskRun } from '../core/run.js';
import type { Wish } from '../core/wishes.js';
import type { EngineSession } from '../engine/session.js';
import { billCsv, billObject, describeBill } from './bill.js';
import type { ExitCode, Output } from './output.js';
import { EXIT, UsageError } from './output.js';
import { describeRun, nextSteps, runStatus } from './summary.js';

/** The run that a command is about: the named one, else the newest. */
export async function stateOf(session: EngineSession, run: string | undefined): Promise<RunState> {
  if (run !== undefined && session.current()?.run !== run) {
    try {
      await session.open(run);
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error));
    }
  }
  const shown = run ?? (await session.runs())[0]?.run;
  if (shown === undefined) throw new UsageError('There is no run in this repository yet. Begin with: switchyard plan "<goal>" --out plan.json');
  if (session.current()?.run !== shown) await session.open(shown);
  const state = session.current();
  if (state === undefined) throw new UsageError(`The log of ${shown} cannot be read.`);
  return state;
}

export function taskOf(state: RunState, id: string | undefined): TaskRun {
  if (id === undefined) throw new UsageError(`Which task? ${state.run} has: ${[...state.tasks.keys()].join(', ')}`);
  const task = state.tasks.get(id);
  if (task === undefined) throw new UsageError(`There is no task "${id}" in ${state.run}. It has: ${[...state.tasks.keys()].join(', ')}`);
  return task;
}

/** `approve`, `retry`, `replan`, `drop`: records the wish in the inbox and returns; the holder or `resume` acts on it. */
export async function recordWish(session: EngineSession, what: 'approve' | 'retry' | 'replan' | 'drop' | 'land', options: { run?: string; task?: string; feedback?: string }, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  const wish = wishFor(state, what, options);
  const answer = await session.wish(wish);
  if (!answer.ok) throw new UsageError(answer.reason);
  const holder = await session.holderNow();
  output.object({ type: 'wish.recorded', run: state.run, wish, ...(holder !== undefined && { heldBy: holder }) });
  output.result(holder === undefined ? `Recorded. Next: switchyard resume ${state.run}` : `Recorded; ${holder} acts on it.`);
  return EXIT.done;
}

function wishFor(state: RunState, what: 'approve' | 'retry' | 'replan' | 'drop' | 'land', options: { task?: string; feedback?: string }): Wish {
  const { run } = state;
  if (what === 'land' || (what === 'approve' && options.task === undefined && state.proposal === undefined && awaitsLanding(state))) {
    if (!awaitsLanding(state)) throw new UsageError(`${run} has nothing to land as a whole: only a run with an integration branch has, once every task is in.`);
    return { type: 'land-run', run };
  }
  if (what === 'approve' && options.task === undefined) {
    if (state.proposal === undefined) throw new UsageError(`${run} has no proposed plan to approve. Which task? It has: ${[...state.tasks.keys()].join(', ')}`);
    return { type: 'approve-plan', run, revision: state.proposal.revision };
  }
  if (what === 'replan') return { type: 'replan', run, ...(options.task !== undefined && { task: taskOf(state, options.task).task.id }), ...(options.feedback !== undefined && { feedback: options.feedback }) };
  const task = taskOf(state, options.task);
  const { id } = task.task;
  if (task.state === 'landed') throw new UsageError(`${id} has already landed; there is nothing to ${what}.`);
  if (what === 'approve' && task.state !== 'ready' && !(task.state === 'needs-you' && (task.receipt !== undefined || task.reason?.kind === 'unproven'))) {
    throw new UsageError(`${id} is ${task.state}${task.reason === undefined ? '' : ` (${task.reason.text})`}; only a green task can be approved.`);
  }
  if (what === 'retry') return { type: 'retry', run, task: id, ...(options.feedback !== undefined && { feedback: options.feedback }) };
  return { type: what, run, task: id };
}

export async function showDiff(session: EngineSession, options: { run?: string; task?: string }, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  const task = taskOf(state, options.task);
  const review = await session.review(task.task.id);
  if (review === undefined) throw new UsageError(`${task.task.id} has no committed work to show yet (${task.state}).`);
  const patch = await session.wholePatch(task.task.id);
  output.object({ type: 'task.diff', run: state.run, task: task.task.id, from: review.from, to: review.to, files: review.files, patch });
  output.result(patch);
  return EXIT.done;
}

/** Prints the command that opens the agent's own CLI on the task's session; on a terminal, asks and runs it. */
export async function takeOver(session: EngineSession, options: { run?: string; task?: string }, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  const task = taskOf(state, options.task);
  const command = await session.takeOverCommand(task.task.id);
  if (command === undefined && (task.worktree === undefined || task.cleaned || task.attempts.length === 0)) throw new UsageError(`${task.task.id} has no session to take over yet (${task.state}).`);
  if (task.state === 'working') throw new UsageError(`${task.task.id} is being worked on now. Stop it first (Ctrl+C on the run, or Stop in the editor): two processes on one session would destroy it.`);
  if (command === undefined) {
    const cwd = task.worktree ?? '';
    output.object({ type: 'task.takeover', run: state.run, task: task.task.id, cwd });
    output.say(`${task.attempts.at(-1)?.agent ?? 'This agent'} has no CLI to go on in. Edit in the worktree, then choose Check Again in the editor, or retry.`);
    output.result(`cd ${quote(cwd)}`);
    return EXIT.done;
  }
  output.object({ type: 'task.takeover', run: state.run, task: task.task.id, ...command });
  output.result(`cd ${quote(command.cwd)}\n${[command.file, ...command.args].map(quote).join(' ')}`);
  if (output.json || !process.stdin.isTTY || !process.stdout.isTTY) return EXIT.done;
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await ask.question('Run it now? [y/N] ');
  ask.close();
  if (!/^y/i.test(answer)) return EXIT.done;
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(command.file, command.args, { cwd: command.cwd, stdio: 'inherit', env: { ...process.env, ...command.env } });
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
  return code === 0 ? EXIT.done : EXIT.internal;
}

/** For people to paste into a POSIX shell; nothing here is ever run through one. */
function quote(word: string): string {
  return /^[A-Za-z0-9_\-./=:@,+]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export async function showBill(session: EngineSession, options: { run?: string; csv: boolean }, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  output.object(billObject(state));
  output.result(options.csv ? billCsv(state) : describeBill(state));
  return EXIT.done;
}

export async function showStatus(session: EngineSession, options: { run?: string }, output: Output): Promise<ExitCode> {
  const state = await stateOf(session, options.run);
  output.object(runStatus(state, await session.holderNow()));
  const steps = nextSteps(state);
  output.result([describeRun(state), ...(steps.length > 0 ? ['Next:', ...steps.map((step) => `  ${step}`)] : [])].join('\n'));
  return EXIT.done;
}

export async function clean(session: EngineSession, options: { dryRun: boolean }, output: Output): Promise<ExitCode> {
  const result = await session.clean({ dryRun: options.dryRun });
  output.object({ type: 'clean', dryRun: options.dryRun, ...result });
  const word = options.dryRun ? 'would remove' : 'removed';
  output.result([...result.removed.map((path) => `${word} ${path}`), ...result.kept.map(({ path, why }) => `kept ${path}: ${why}`)].join('\n') || 'Nothing to clean.');
  return EXIT.done;
}
