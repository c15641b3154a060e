/** The headless command. Its names, formats and exit codes are a contract with scripts. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { GitProblem } from './adapters/git/errors.js';
import { boundary } from './cli/boundary.js';
import { forecast } from './cli/forecast.js';
import { openHere } from './cli/open.js';
import { undo } from './cli/undo.js';
import type { ExitCode, Output } from './cli/output.js';
import { EXIT, UsageError, createOutput } from './cli/output.js';
import { checkedPlan, planFromOutline, planGoal, readJson, reportCheck } from './cli/planCommands.js';
import { listBackups, recover, restore } from './cli/recovery.js';
import { showReceipts } from './cli/receipts.js';
import { resumeRun, runPlan } from './cli/runCommand.js';
import { clean, recordWish, showBill, showDiff, showStatus, takeOver } from './cli/taskCommands.js';
import { checkPlanInput } from './core/planCheck.js';
import type { Limits } from './core/team.js';
import type { EngineSession } from './engine/session.js';

const HELP = `switchyard: a team of coding agents, under control

  plan "<goal>" --out plan.json [--agent ID] [--model M]   a planner agent decomposes the goal
  plan --from FILE.md --out plan.json                      an outline becomes a plan; no model is asked
  check plan.json                                          validate; exit 2 with every problem
  run plan.json [--yes] [--max-parallel N] [--budget-usd X]
  resume [RUN] [--yes] [--budget-usd X]                    go on after a stop, a crash, a budget or an approval
  status [RUN]        bill [RUN] [--csv]
  approve [TASK]      retry TASK [--feedback TEXT]         record a wish; resume (or the editor) acts on it
  replan [TASK] [--feedback TEXT]      drop TASK
  land [RUN]                                               land a run's integration branch on its base
  undo TASK                                                take a landing back: gated and landed like any change
  diff TASK           takeover TASK
  boundary --worktree DIR --base REV --contract FILE.json
  forecast [RUN]                                           which branches will conflict, before anybody merges
  receipts [RUN] [--out FILE]                              what was proven, with which commands, tools and lock files
  clean [--dry-run]                                        remove what landed or was dropped
  recover                                                  finish or roll back whatever a crash left; safe to repeat
  backups             restore REF --into DIR               what was saved before something was removed

  --repo DIR (default: here)   --run RUN   --json
Exit codes: 0 done, 1 internal error, 2 bad input (nothing was changed), 3 a person is needed, 4 a budget stopped it.`;

const OPTIONS = {
  repo: { type: 'string' },
  run: { type: 'string' },
  json: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  out: { type: 'string' },
  from: { type: 'string' },
  agent: { type: 'string' },
  model: { type: 'string' },
  feedback: { type: 'string' },
  'max-parallel': { type: 'string' },
  'budget-usd': { type: 'string' },
  csv: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  worktree: { type: 'string' },
  into: { type: 'string' },
  base: { type: 'string' },
  contract: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof readArguments>['values'];

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

function limitsOf(values: Values): Partial<Limits> {
  const parallel = values['max-parallel'];
  const budget = values['budget-usd'];
  if (parallel !== undefined && !/^[1-9][0-9]?$/.test(parallel)) throw new UsageError('--max-parallel takes a whole number from 1 to 99');
  if (budget !== undefined && !(Number(budget) > 0)) throw new UsageError('--budget-usd takes a number of dollars greater than 0');
  return { ...(parallel !== undefined && { maxParallel: Number(parallel) }), ...(budget !== undefined && { runUsd: Number(budget) }) };
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
  const { values, positionals } = readArguments(argv);
  const [command, first] = positionals;
  const output = createOutput(values.json);
  if (values.help || command === undefined || command === 'help') {
    output.result(HELP);
    return command === undefined && !values.help ? EXIT.badInput : EXIT.done;
  }
  const repo = resolve(values.repo ?? process.cwd());
  const reader = () => openHere({ repo, mode: 'reader' }, output);
  const writer = (label: string) => () => openHere({ repo, mode: 'writer', yes: values.yes, label }, output);
  const task = { ...run(values, undefined), ...(first !== undefined && { task: first }) };
  switch (command) {
    case 'plan':
      if (values.from !== undefined) return planFromOutline(values.from, values.out, output);
      if (first === undefined) throw new UsageError('What is the goal? switchyard plan "<goal>" --out plan.json');
      return withSession(writer('switchyard plan'), (session) =>
        planGoal(session, { goal: first, ...(values.agent !== undefined && { agent: values.agent }), ...(values.model !== undefined && { model: values.model }), ...(values.out !== undefined && { out: values.out }) }, output),
      );
    case 'check':
      return check(first, values, repo, output);
    case 'run': {
      if (first === undefined) throw new UsageError('Which plan? switchyard run plan.json');
      const limits = limitsOf(values);
      await readJson(first);
      return withSession(writer('switchyard run'), async (session) => {
        const plan = await checkedPlan(first, (await session.team()).team.gate.length > 0, output);
        return runPlan(session, plan, { yes: values.yes, limits }, output);
      });
    }
    case 'resume': {
      const limits = limitsOf(values);
      const name = run(values, first).run;
      return withSession(writer('switchyard resume'), async (session) => {
        const newest = name ?? (await session.runs())[0]?.run;
        if (newest === undefined) throw new UsageError('There is no run in this repository yet.');
        return resumeRun(session, newest, { yes: values.yes, limits }, output);
      });
    }
    case 'approve':
    case 'retry':
    case 'replan':
    case 'drop':
      return withSession(reader, (session) => recordWish(session, command, { ...task, ...(values.feedback !== undefined && { feedback: values.feedback }) }, output));
    case 'land':
      return withSession(reader, (session) => recordWish(session, 'land', run(values, first), output));
    case 'undo':
      return undo(() => reader(), writer('switchyard undo'), task, output);
    case 'diff':
      return withSession(reader, (session) => showDiff(session, task, output));
    case 'takeover':
      return withSession(reader, (session) => takeOver(session, task, output));
    case 'bill':
      return withSession(reader, (session) => showBill(session, { ...run(values, first), csv: values.csv }, output));
    case 'receipts':
      return withSession(reader, (session) => showReceipts(session, { ...run(values, first), ...(values.out !== undefined && { out: values.out }) }, output));
    case 'status':
      return withSession(reader, (session) => showStatus(session, run(values, first), output));
    case 'forecast':
      return withSession(reader, (session) => forecast(session, run(values, first), output));
    case 'clean':
      return withSession(writer('switchyard clean'), (session) => clean(session, { dryRun: values['dry-run'] }, output));
    case 'backups':
      return withSession(reader, (session) => listBackups(session, output));
    case 'restore':
      return withSession(reader, (session) => restore(session, first, values.into, output));
    case 'recover':
      return withSession(writer('switchyard recover'), (session) => recover(session, output));
    case 'boundary':
      return boundary(values, output);
    default:
      throw new UsageError(`There is no command "${command}".\n\n${HELP}`);
  }
}

/** A repository is only needed to know whether its team file brings a gate. */
async function check(file: string | undefined, values: Values, repo: string, output: Output): Promise<ExitCode> {
  if (file === undefined) throw new UsageError('Which plan? switchyard check plan.json');
  const input = await readJson(file);
  let teamHasGate = false;
  if (values.repo !== undefined) {
    await withSession(() => openHere({ repo, mode: 'reader' }, output), async (session) => {
      teamHasGate = (await session.team()).team.gate.length > 0;
      return EXIT.done;
    });
  }
  return reportCheck(checkPlanInput(input, { teamHasGate }), output);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const expected = error instanceof UsageError || error instanceof GitProblem;
    process.stderr.write(`${expected ? error.message : `Internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`}\n`);
    process.exitCode = expected ? EXIT.badInput : EXIT.internal;
  },
);
