/** The headless command. Its names, formats and exit codes are a contract with scripts. */
import { resolve } from 'node:path';
import { GitProblem } from './adapters/git/errors.js';
import { LockError } from './adapters/lock.js';
import { readArguments } from './cli/arguments.js';
import type { CommandLine } from './cli/arguments.js';
import { boundary } from './cli/boundary.js';
import { check } from './cli/check.js';
import { readJson } from './cli/files.js';
import { forecast } from './cli/forecast.js';
import { helpOf, overview } from './cli/help.js';
import { choiceOf, leak } from './cli/leak.js';
import { openHere } from './cli/open.js';
import type { ExitCode } from './cli/output.js';
import { EXIT, UsageError, createOutput } from './cli/output.js';
import { outliveReaders } from './cli/readers.js';
import { checkedPlan, planFromOutline, planGoal } from './cli/planCommands.js';
import { exportRun, listBackups, recover, restore } from './cli/recovery.js';
import { showReceipts } from './cli/receipts.js';
import { resumeRun, runPlan } from './cli/runCommand.js';
import { clean, showBill, showDiff, showStatus, takeOver } from './cli/taskCommands.js';
import { undo } from './cli/undo.js';
import { isWishCommand, recordWish } from './cli/wishes.js';
import { plain } from './core/plainText.js';
import type { Limits } from './core/team.js';
import { RunRefused } from './engine/refused.js';
import type { EngineSession } from './engine/session.js';

type Values = Extract<CommandLine, { kind: 'command' }>['values'];

function limitsOf(values: Values): Partial<Limits> {
  const parallel = values['max-parallel'];
  if (parallel !== undefined && !/^[1-9][0-9]?$/.test(parallel)) throw new UsageError('--max-parallel takes a whole number from 1 to 99');
  const run = dollars(values, 'budget-usd');
  const task = dollars(values, 'task-budget-usd');
  return { ...(parallel !== undefined && { maxParallel: Number(parallel) }), ...(run !== undefined && { runUsd: run }), ...(task !== undefined && { taskUsd: task }) };
}

function dollars(values: Values, name: 'budget-usd' | 'task-budget-usd'): number | undefined {
  const text = values[name];
  if (text !== undefined && !(Number(text) > 0 && Number.isFinite(Number(text)))) throw new UsageError(`--${name} takes a number of dollars greater than 0`);
  return text === undefined ? undefined : Number(text);
}

function attemptOf({ attempt }: Values): { readonly attempt?: number } {
  if (attempt !== undefined && !/^[1-9][0-9]{0,8}$/.test(attempt)) throw new UsageError('--attempt takes the number of an attempt: 1, 2, …');
  return attempt === undefined ? {} : { attempt: Number(attempt) };
}

function run(values: Values, positional: string | undefined): { readonly run?: string } {
  const name = values.run ?? positional;
  if (name !== undefined && !/^r[0-9]+$/.test(name)) throw new UsageError(`"${name}" is not the name of a run (r1, r2, …)`);
  return name === undefined ? {} : { run: name };
}

/** Opens, acts, and closes whatever happens. */
async function withSession(open: () => Promise<EngineSession>, act: (session: EngineSession) => Promise<ExitCode>): Promise<ExitCode> {
  const session = await open();
  try {
    return await act(session);
  } finally {
    await session.close({ stopAgents: false });
  }
}

async function main(argv: readonly string[]): Promise<ExitCode> {
  const line = readArguments(argv);
  if (line.kind === 'help') {
    createOutput(false).result(line.of === undefined ? overview() : helpOf(line.of));
    return line.asked ? EXIT.done : EXIT.badInput;
  }
  const { name, args, values } = line;
  const [first] = args;
  const output = createOutput(values.json === true);
  const repo = resolve(values.repo ?? process.cwd());
  const reader = () => openHere({ repo, mode: 'reader' }, output);
  const writer = (label: string) => () => openHere({ repo, mode: 'writer', yes: values.yes === true, label }, output);
  const task = { ...run(values, undefined), ...(first !== undefined && { task: first }) };
  const feedback = values.feedback === undefined ? {} : { feedback: values.feedback };
  const at = values.repo === undefined ? {} : { repo: values.repo };
  const consent = { given: values['consent-full'] === true, argv };
  const drive = () => ({ consent, yes: values.yes === true, limits: limitsOf(values), ...at });
  if (isWishCommand(name)) {
    const about = name === 'land' || name === 'bring-in' ? run(values, first) : task;
    return withSession(reader, (session) => recordWish(session, name, { ...about, consent, paths: args.slice(1), ...feedback, ...(values.side !== undefined && { side: values.side }), ...attemptOf(values) }, output));
  }
  switch (name) {
    case 'plan':
      if (values.from !== undefined) return planFromOutline(values.from, values.out, output);
      if (first === undefined) throw new UsageError('What is the goal? switchyard plan "<goal>" --out plan.json');
      return withSession(writer('switchyard plan'), (session) =>
        planGoal(session, { goal: first, consent, ...(values.agent !== undefined && { agent: values.agent }), ...(values.model !== undefined && { model: values.model }), ...(values.out !== undefined && { out: values.out }) }, output),
      );
    case 'check':
      return check(first ?? '', repo, values.repo !== undefined, output);
    case 'run': {
      const file = first ?? '';
      const options = drive();
      // Before anything is opened: not even the lock is taken for a plan that cannot be run.
      const input = await readJson(file, 'the plan');
      checkedPlan(input, file, true, output);
      return withSession(writer('switchyard run'), async (session) => {
        const plan = checkedPlan(input, file, (await session.team()).team.gate.length > 0, output);
        return runPlan(session, plan, options, output);
      });
    }
    case 'resume': {
      const options = drive();
      const wanted = run(values, first).run;
      return withSession(writer('switchyard resume'), async (session) => {
        const newest = wanted ?? (await session.runs())[0]?.run;
        if (newest === undefined) throw new UsageError('There is no run in this repository yet.');
        return resumeRun(session, newest, options, output);
      });
    }
    case 'undo':
      return undo(reader, writer('switchyard undo'), { ...task, all: values.all === true }, output);
    case 'leak':
      return leak((mode) => openHere({ repo, mode, label: 'switchyard leak' }, output), { ...task, choice: choiceOf(values) }, output);
    case 'diff':
      return withSession(reader, (session) => showDiff(session, task, output));
    case 'takeover':
      return withSession(reader, (session) => takeOver(session, task, output));
    case 'bill':
      return withSession(reader, (session) => showBill(session, { ...run(values, first), csv: values.csv === true }, output));
    case 'receipts':
      return withSession(reader, (session) => showReceipts(session, { ...run(values, first), ...(values.out !== undefined && { out: values.out }) }, output));
    case 'status':
      return withSession(reader, (session) => showStatus(session, { ...run(values, first), ...at }, output));
    case 'forecast':
      return withSession(reader, (session) => forecast(session, run(values, first), output));
    case 'clean':
      return withSession(writer('switchyard clean'), (session) => clean(session, { dryRun: values['dry-run'] === true }, output));
    case 'backups':
      return withSession(reader, (session) => listBackups(session, output));
    case 'restore':
      return withSession(reader, (session) => restore(session, first, values.into, output));
    case 'recover': {
      const damaged = values.export;
      if (damaged !== undefined) return withSession(reader, (session) => exportRun(session, run({}, damaged).run ?? damaged, values.to, output));
      return withSession(writer('switchyard recover'), (session) => recover(session, output));
    }
    case 'boundary':
      return boundary(values, output);
  }
}

const readers = outliveReaders();

main(process.argv.slice(2)).then(
  (code) => {
    const failure = readers.failure();
    if (failure !== undefined) process.stderr.write(`What this command printed could not be written as a whole: ${failure.message}\n`);
    process.exitCode = failure === undefined ? code : EXIT.internal;
  },
  (error: unknown) => {
    const expected = error instanceof UsageError || error instanceof GitProblem || error instanceof RunRefused || LockError.is(error);
    process.stderr.write(`${expected ? plain(error.message) : `Internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`}\n`);
    process.exitCode = expected ? EXIT.badInput : EXIT.internal;
  },
);
