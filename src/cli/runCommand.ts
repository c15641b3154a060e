/** `run` and `resume`: drive a run until it rests, then say what it came to and what to do next. */
import { goesOn } from '../core/stopping.js';
import type { Event } from '../core/events.js';
import type { Plan } from '../core/plan.js';
import type { RunState } from '../core/run.js';
import { masked, maskOf } from '../core/secrets.js';
import type { Limits } from '../core/team.js';
import { upstreamWords } from '../core/upstream.js';
import type { EngineSession } from '../engine/session.js';
import { describeBill } from './bill.js';
import type { Consent } from './consent.js';
import { needConsent } from './consent.js';
import { lineView, terminalView } from './liveView.js';
import type { ExitCode, Output } from './output.js';
import { EXIT, UsageError } from './output.js';
import type { Where } from './nextSteps.js';
import { nextSteps, stepLines } from './nextSteps.js';
import { describeRun, runSummary, summaryState } from './summary.js';

export interface DriveOptions {
  readonly yes: boolean;
  readonly limits: Partial<Limits>;
  /** The `--repo` that was given: what to run next must name it too. */
  readonly repo?: string;
  readonly consent: Consent;
}

/** A new run of a checked plan. */
export async function runPlan(session: EngineSession, plan: Plan, options: DriveOptions, output: Output): Promise<ExitCode> {
  await needConsent(session, (await session.team()).team.permissions, options.consent, output);
  return driven(session, options, output, async () => {
    const made = await session.decompose({ kind: 'plan', plan, overrides: { limits: options.limits } });
    if (!made.ok) throw new UsageError(made.reason);
    await session.takeWishes();
    await settle(session, options);
  });
}

/** Goes on with a run: carries out what waits in the inbox, picks up what a crash or a stop left. */
export async function resumeRun(session: EngineSession, run: string, options: DriveOptions, output: Output): Promise<ExitCode> {
  return driven(session, options, output, async () => {
    try {
      await session.open(run);
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error));
    }
    const permissions = session.current()?.team.permissions;
    if (permissions !== undefined) await needConsent(session, permissions, options.consent, output);
    await session.takeWishes();
    if (Object.keys(options.limits).length > 0) {
      await session.changeLimits(options.limits);
      // What only the old limit held goes on under the new one.
      for (const [task, each] of session.current()?.tasks ?? []) if (each.state === 'needs-you' && (each.reason?.kind === 'budget' || each.reason?.failure === 'budget')) await session.wish({ type: 'retry', run, task });
    }
    // Only the remote knows what became of pull requests.
    for (const [task, each] of session.current()?.tasks ?? []) {
      if (each.state !== 'in-review' || each.pullRequest === undefined) continue;
      const answer = await session.wish({ type: 'check', run, task });
      if (!answer.ok) output.say(answer.reason);
    }
    for (const change of session.current()?.changes.values() ?? []) {
      if (change.state !== 'in-review') continue;
      const answer = await session.wish({ type: 'undo', run, ...(change.undoes !== undefined && { task: change.undoes }) });
      if (!answer.ok) output.say(answer.reason);
    }
    await goOn(session, run);
    await settle(session, options);
    // What died with the last holder is only known once its attempts were looked at: go on with those, once.
    if ([...(session.current()?.tasks.values() ?? [])].some((task) => task.state === 'stopped' && task.reason?.kind === 'interrupted')) {
      await goOn(session, run);
      await settle(session, options);
    }
  });
}

async function goOn(session: EngineSession, run: string): Promise<void> {
  const state = session.current();
  if (state === undefined) return;
  const stopped = state.stopped || state.paused || [...state.tasks.values()].some(goesOn);
  if (stopped && state.revision > 0) await session.wish({ type: 'go-on', run });
}

/** Approves what `--yes` approves, then waits until nothing moves any more. */
async function settle(session: EngineSession, options: DriveOptions): Promise<void> {
  const state = session.current();
  if (state === undefined) return;
  if (options.yes) {
    if (state.proposal !== undefined) await session.wish({ type: 'approve-plan', run: state.run, revision: state.proposal.revision });
    // At one moment, so that they are one batch of the merge queue.
    await Promise.all([...state.tasks].filter(([, each]) => each.state === 'ready').map(([task]) => session.wish({ type: 'approve', run: state.run, task })));
  }
  await session.rested();
}

async function driven(session: EngineSession, options: DriveOptions, output: Output, work: () => Promise<void>): Promise<ExitCode> {
  const started = Date.now();
  const view = output.json || !process.stderr.isTTY ? lineView((text) => output.say(text)) : terminalView(process.stderr);
  const listening = [
    session.onEvents((events) => {
      for (const event of events) {
        printEvent(session.current(), event, output);
        const base = session.current()?.base.branch;
        if (event.type === 'upstream.moved' && event.ahead !== undefined && base !== undefined) output.say(upstreamWords(event.ahead, base));
      }
      const state = session.current();
      if (state !== undefined) view.update(state);
    }),
    session.onActivity(({ ref, lines }) => {
      const last = lines.findLast((line) => line.type === 'tool' || line.type === 'message');
      if (last !== undefined) view.activity(ref.task, last.type === 'tool' ? last.title : last.text);
    }),
  ];
  const interruption = new AbortController();
  const interrupt = () => {
    if (interruption.signal.aborted) return;
    interruption.abort();
    output.say('Stopping every agent; their work is kept…');
    void session.close({ stopAgents: true });
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    await work();
  } finally {
    if (interruption.signal.aborted) await session.close({ stopAgents: true });
    view.end();
    for (const each of listening) each.dispose();
  }
  const state = session.current();
  if (state === undefined) return EXIT.internal;
  const older = (await session.runs())[0]?.run !== state.run;
  await session.close({ stopAgents: false });
  output.object(runSummary(state, Date.now() - started));
  report(state, session, output, options, { older, ...(options.repo !== undefined && { repo: options.repo }) });
  process.removeListener('SIGINT', interrupt);
  process.removeListener('SIGTERM', interrupt);
  return interruption.signal.aborted ? EXIT.interrupted : exitCode(state, session);
}

/** What agents and gates said is masked in the log already; a file's name is not. */
const mask = maskOf(process.env);

function printEvent(state: RunState | undefined, event: Event, output: Output): void {
  if (state === undefined) return;
  const { v: _v, type, ...rest } = event;
  output.object(masked({ type, run: state.run, ...rest }, mask));
}

function report(state: RunState, session: EngineSession, output: Output, options: DriveOptions, where: Where): void {
  output.say('');
  output.say(describeRun(state));
  const failure = state.planner?.failure;
  if (failure !== undefined) output.say(`No new plan: ${failure}`);
  if (session.broken !== undefined) output.say(session.broken.message);
  else if (summaryState(state) === 'done') output.result(describeBill(state));
  else {
    if (session.outOfBudget) output.say('The budget stopped it.');
    const steps = nextSteps(state, where);
    if (steps.length > 0) output.say(['Next:', ...stepLines(steps)].join('\n'));
    if (!options.yes && state.proposal !== undefined) output.say('  (run … --yes approves the plan and every green task)');
  }
}

function exitCode(state: RunState, session: EngineSession): ExitCode {
  if (session.broken !== undefined) return EXIT.internal;
  const summary = summaryState(state);
  if (summary === 'done') return EXIT.done;
  const budget = session.outOfBudget || [...state.tasks.values()].some((task) => task.reason?.failure === 'budget' || task.reason?.kind === 'budget');
  return budget ? EXIT.budget : EXIT.needsPerson;
}
