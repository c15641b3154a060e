/** `plan` and `check`: making a plan and looking at one. */
import { runAmount } from '../core/bill.js';
import { AGENT_IDS, isAgentId } from '../core/ids.js';
import { outlineToPlan, placedMessage } from '../core/outline.js';
import { outlineProblems } from '../core/outlineCheck.js';
import { checkPlanInput } from '../core/planCheck.js';
import { plannerWait } from '../core/plannerTrouble.js';
import { waitReason } from '../core/trouble.js';
import type { Plan, PlanCheck, Problem } from '../core/plan.js';
import type { EngineSession } from '../engine/session.js';
import type { Consent } from './consent.js';
import { needConsent } from './consent.js';
import { readText, writeText } from './files.js';
import type { ExitCode, Output } from './output.js';
import { EXIT, UsageError, runMoney } from './output.js';
import { count, quote } from './words.js';

/** `check`: every problem on a line of its own; then the order of the tasks, or how much there is to repair. */
export function reportCheck(file: string, check: PlanCheck, output: Output): ExitCode {
  output.object({ ok: check.ok, problems: check.problems, edges: check.edges, levels: check.levels });
  if (!output.json) {
    sayProblems(check.problems, output);
    if (check.ok) output.result(check.levels.map((level, at) => `${String(at + 1)}. ${level.join(', ')}`).join('\n'));
    const warnings = check.problems.filter((problem) => problem.severity === 'warning').length;
    const also = warnings === 0 ? '' : ` and ${count(warnings, 'warning')}`;
    if (check.ok) output.say(`${file} can be run: ${size(check)}${also}.`);
    else output.say(`${file} cannot be run: ${count(check.problems.length - warnings, 'problem')}${also}. Nothing was changed.`);
  }
  return check.ok ? EXIT.done : EXIT.badInput;
}

function sayProblems(problems: readonly Problem[], output: Output): void {
  for (const problem of problems) output.say(`${problem.severity === 'warning' ? 'warning' : 'problem'} (${problem.code}): ${problem.message}`);
}

function size(check: PlanCheck): string {
  return `${count(check.levels.flat().length, 'task')} in ${count(check.levels.length, 'level')}`;
}

/** The plan that a file holds as JSON; one with problems is refused, each named. `file`: as the person named it. */
export function checkedPlan(input: unknown, file: string, teamHasGate: boolean, output: Output): Plan {
  const check = checkPlanInput(input, { teamHasGate });
  if (check.plan !== undefined) return check.plan;
  sayProblems(check.problems.filter((problem) => problem.severity !== 'warning'), output);
  output.object({ ok: false, problems: check.problems, edges: check.edges, levels: check.levels });
  throw new UsageError(`${file} is not a usable plan; nothing was changed.`);
}

/** `plan --from`: an outline becomes a plan; no model is asked and no repository is needed. */
export async function planFromOutline(from: string, out: string | undefined, output: Output): Promise<ExitCode> {
  const read = outlineToPlan(await readText(from, 'the outline'));
  if ('problems' in read) {
    const problems = outlineProblems(read).filter((problem) => problem.severity !== 'warning');
    for (const problem of problems) output.say(problem.message);
    output.object({ ok: false, problems, edges: [], levels: [] });
    return EXIT.badInput;
  }
  for (const note of read.notes) output.say(note);
  const check = checkPlanInput(read.plan);
  if (check.plan === undefined) return reportCheck(from, placed(check, read.lines), output);
  await deliver(read.plan, out, check, output);
  return EXIT.done;
}

/** Says where in the outline the task of each problem stands. */
function placed(check: PlanCheck, lines: ReadonlyMap<string, number>): PlanCheck {
  return { ...check, problems: check.problems.map((problem) => ({ ...problem, message: placedMessage(problem, lines) })) };
}

export interface PlanOptions {
  readonly goal: string;
  readonly agent?: string;
  readonly model?: string;
  readonly out?: string;
  readonly consent: Consent;
}

/** `plan "<goal>"`: a planner agent decomposes the goal. The run that holds its bill ends with the plan. */
export async function planGoal(session: EngineSession, options: PlanOptions, output: Output): Promise<ExitCode> {
  if (options.agent !== undefined && !isAgentId(options.agent)) throw new UsageError(`There is no agent "${options.agent}"; there are ${AGENT_IDS.join(', ')}.`);
  const { team } = await session.team();
  await needConsent(session, team.permissions, options.consent, output);
  // A model alone is the model of whoever plans anyway.
  const agent = options.agent ?? (options.model === undefined ? undefined : team.planner.agent);
  const planner = agent === undefined ? undefined : { agent, ...(options.model !== undefined && { model: options.model }) };
  const interruption = new AbortController();
  const interrupt = () => {
    interruption.abort();
    const run = session.current()?.run;
    if (run !== undefined) void session.wish({ type: 'stop', run });
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const showing = session.onActivity(({ lines }) => {
    for (const line of lines) if (line.type === 'tool' && !output.json) output.say(`  ${line.title}`);
  });
  const waiting = session.onEvents((events) => {
    const state = session.current();
    const wait = state === undefined || !events.some((event) => event.type === 'agent.waits') ? undefined : plannerWait(state);
    if (wait !== undefined) output.say(`  ${waitReason(wait).text}`);
  });
  const made = await session.decompose({ kind: 'goal', goal: options.goal, ...(planner !== undefined && { overrides: { planner } }) });
  if (!made.ok) throw new UsageError(made.reason);
  await session.rested();
  showing.dispose();
  waiting.dispose();
  const state = session.current();
  const proposal = state?.proposal;
  if (state !== undefined && proposal !== undefined) await session.wish({ type: 'discard-plan', run: state.run });
  await session.close({ stopAgents: true });
  process.removeListener('SIGINT', interrupt);
  process.removeListener('SIGTERM', interrupt);
  if (state === undefined || proposal === undefined) {
    const failure = state?.planner?.failure ?? 'Planning was cancelled; nothing was changed.';
    output.object({ type: 'plan.failed', message: failure });
    output.say(failure);
    if (interruption.signal.aborted) return EXIT.interrupted;
    return state?.planner?.tries.length === 0 ? EXIT.badInput : EXIT.needsPerson;
  }
  const amount = runAmount(state);
  output.say(`Planned by ${state.team.planner.agent}: ${count(proposal.plan.tasks.length, 'task')}, ${count(amount.inputTokens + amount.outputTokens, 'token')}, ${runMoney(state)}`);
  if (proposal.plan.note !== undefined) output.say(proposal.plan.note);
  await deliver(proposal.plan, options.out, checkPlanInput(proposal.plan), output);
  return EXIT.done;
}

async function deliver(plan: Plan, out: string | undefined, check: PlanCheck, output: Output): Promise<void> {
  const text = `${JSON.stringify(plan, undefined, 2)}\n`;
  if (out !== undefined) await writeText(out, text);
  sayProblems(check.problems, output);
  output.object({ type: 'plan', plan, ...(out !== undefined && { out }) });
  if (out === undefined) output.result(text.trimEnd());
  else output.result(`${out}: ${size(check)}. Next: switchyard run ${quote(out)}`);
}
