/** The planner: an agent that reads the repository at the base commit and answers a plan. It can change nothing. */
import { LEAST, runBudget } from '../core/budget.js';
import { targetBranch } from '../core/change.js';
import type { AgentOutcome } from '../core/activity.js';
import { CHECK_FILES, findChecks } from '../core/checksFound.js';
import { PLANNER } from '../core/events.js';
import type { FoundLeak } from '../core/leak.js';
import { gateFeedback } from '../core/gate.js';
import { stripAnsi } from '../core/text.js';
import { looksLikeOutline, outlineToPlan, withNotes } from '../core/outline.js';
import type { Plan, Problem, Task } from '../core/plan.js';
import { PLAN_JSON_SCHEMA, readPlanAnswer } from '../core/planAnswer.js';
import { checkPlan } from '../core/planCheck.js';
import type { AgentId } from '../core/ids.js';
import { afterPlannerTrouble, plannerMember, plannerWait } from '../core/plannerTrouble.js';
import type { AgentAdapter, StartRequest } from '../core/ports.js';
import type { Member } from '../core/team.js';
import type { PlanningFacts } from '../core/prompts.js';
import { changesPrompt, correctionPrompt, planPrompt, replanPrompt } from '../core/prompts.js';
import type { RunState, TaskRun } from '../core/run.js';
import { isSessionId } from '../core/words.js';
import { TROUBLE } from '../core/trouble.js';
import { hasStarted } from '../core/task.js';
import { endAttempt, clauseOf, outcomeOf, specFor } from './attempts.js';
import type { RunContext } from './context.js';
import { isolate } from './isolating.js';
import { makeScratch, removeScratch } from './scratch.js';
import { paths } from './world.js';

/** Answers that are sent back with their exact problems, at most. */
const CORRECTIONS = 2;
/** Paths shown to the planner; it can list the rest itself. */
const MAX_FILES = 1_500;

export type Planning =
  | { readonly kind: 'plan' }
  | { readonly kind: 'changes'; readonly text: string }
  | { readonly kind: 'replan'; readonly task?: string; readonly feedback?: string };

/** Plans, and proposes the result. Every way it can end is an event; it throws only when the log cannot be written. */
export async function plan(context: RunContext, planning: Planning): Promise<void> {
  const { store, world } = context;
  context.rearm(PLANNER);
  await store.append({ type: 'planner.started', kind: planning.kind });
  const outline = planning.kind === 'plan' && looksLikeOutline(store.state.goal) ? outlineToPlan(store.state.goal) : undefined;
  if (outline !== undefined) {
    if ('plan' in outline) await propose(context, { ...withNotes(outline.plan, outline.notes), ...(outline.plan.goal === '' && { goal: store.state.goal }) });
    else await store.append({ type: 'planner.ended', failure: `The outline cannot be used: ${outline.problems.join('; ')}. Nothing was started.` });
    return;
  }
  const worktree = paths.worktree(world, store.state.run, PLANNER);
  try {
    const commit = (await world.git.branchCommit(targetBranch(store.state))) ?? store.state.base.commit;
    await makeScratch(context, PLANNER, commit);
    const failure = await ask(context, planning, worktree, commit);
    if (failure === 'cancelled') await store.append({ type: 'planner.ended', cancelled: true });
    else if (failure !== undefined) await store.append({ type: 'planner.ended', failure });
  } catch (error) {
    if (store.broken !== undefined) throw error;
    world.log.error('Planning failed', error);
    await store.append({ type: 'planner.ended', failure: `Planning could not go on: ${clauseOf(error)}. Nothing was changed; try again.` });
  } finally {
    // A planner's copy holds nothing of anybody's: whatever is in it was written against its orders.
    await removeScratch(context, PLANNER);
  }
}

/** Returns why there is no plan, or `undefined` after one was proposed. */
async function ask(context: RunContext, planning: Planning, worktree: string, commit: string): Promise<string | undefined> {
  const { store } = context;
  const first = await promptFor(context, planning, commit);
  const goal = planning.kind === 'replan' ? `replan:${store.state.goal}` : store.state.goal;
  let prompt = first;
  let session: string | undefined;
  let fresh = false;
  let asked: AgentId | undefined;
  for (let round = 0; ; ) {
    if (!(await atWork(context))) return 'cancelled';
    const who = await whoPlans(context);
    if (typeof who === 'string') return who;
    const { member, adapter } = who;
    // Another agent knows nothing of the session before.
    if (asked !== member.agent) {
      prompt = first;
      session = undefined;
    }
    asked = member.agent;
    const outcome = await askOnce(context, { ...who, prompt, worktree, goal, ...(session !== undefined && { resume: session }) });
    if (context.signal(PLANNER).aborted || outcome.reason === 'stopped') return 'cancelled';
    if (!outcome.ok) {
      const step = afterPlannerTrouble(store.state, member.agent, outcome, { name: adapter.name, ...(adapter.signIn !== undefined && { signIn: adapter.signIn }) }, { fresh, now: context.world.clock.now() });
      if (step.events.length > 0) await store.append(...step.events);
      if (step.step === 'failed') return step.failure;
      if (step.fresh === true) {
        fresh = true;
        prompt = first;
        session = undefined;
      }
      // A session that began with the trouble may never have been kept: only one that has answered is resumed.
      continue;
    }
    const answer = readPlanAnswer(outcome, { scripts: adapter.id === 'scripted', goal: store.state.goal, teamHasGate: store.state.team.gate.length > 0, ...(store.state.revision > 0 && { kept: keptTasks(store.state) }) });
    const problems = 'plan' in answer ? unionProblems(store.state, answer.plan) : answer.problems;
    if ('plan' in answer && problems.length === 0) {
      await propose(context, store.state.revision > 0 ? united(store.state, answer.plan) : answer.plan);
      return undefined;
    }
    if (round >= CORRECTIONS) return `${adapter.name} answered ${String(round + 1)} times and no answer is a usable plan: ${describe(problems).replace(/[.\s]+$/, '')}. Nothing was changed; try again with a clearer goal, or write an outline.`;
    round += 1;
    session = adapter.resumes && outcome.session !== undefined && isSessionId(outcome.session) ? outcome.session : undefined;
    const correction = correctionPrompt(problems);
    prompt = session === undefined ? `${first}\n\nYour last answer was:\n${(outcome.text ?? '').slice(0, 20_000)}\n\n${correction}` : correction;
  }
}

/** Waits until the planner's agent goes on, by time or by a person's word; false when planning was cancelled meanwhile. */
async function atWork(context: RunContext): Promise<boolean> {
  const { store } = context;
  const signal = context.signal(PLANNER);
  const held = (): boolean => plannerWait(store.state) !== undefined && !signal.aborted && store.broken === undefined;
  if (held()) {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (held()) return;
        listening.dispose();
        signal.removeEventListener('abort', look);
        resolve();
      };
      const listening = store.onDidChange(look);
      signal.addEventListener('abort', look);
      look();
    });
  }
  return !signal.aborted;
}

type Planner = Pick<Question, 'member' | 'adapter' | 'executable' | 'contained' | 'apiEquivalent'>;

/** The agent that plans now, or why it cannot. */
async function whoPlans(context: RunContext): Promise<Planner | string> {
  const { world, store } = context;
  const member = plannerMember(store.state);
  const adapter = world.agents.adapter(member.agent);
  const status = await world.agents.status(member.agent);
  const contained = context.isolationLevel(PLANNER) === 'container';
  const refused = await context.isolationProblem(PLANNER);
  if (refused !== undefined) return refused;
  if (adapter === undefined || (status?.found !== true && !contained)) {
    return `The planner ${adapter?.name ?? member.agent} was not found. ${status?.hint ?? ''} Nothing was started; install it or name another planner in the team file.`;
  }
  if (status?.problem !== undefined && !contained) return `The planner ${adapter.name} cannot be used: ${status.problem} ${status.hint ?? ''} Nothing was started.`;
  if (status?.signedIn === 'no') return `The planner ${adapter.name} is not signed in. ${status.hint ?? ''} Nothing was started.`;
  return { member, adapter, apiEquivalent: status?.account === 'subscription', ...(contained ? { contained } : status?.path !== undefined && { executable: status.path }) };
}

interface Question {
  readonly member: Member;
  readonly adapter: AgentAdapter;
  readonly prompt: string;
  readonly worktree: string;
  readonly goal: string;
  readonly resume?: string;
  readonly executable?: string;
  readonly contained?: boolean;
  readonly apiEquivalent: boolean;
}

async function askOnce(context: RunContext, question: Question): Promise<AgentOutcome> {
  const { world, store } = context;
  const { member, adapter } = question;
  const attempt = store.state.plannerAttempts.length + 1;
  const folder = paths.attempt(world, store.state.run, PLANNER, attempt);
  const budget = runBudget(store.state);
  const request: Pick<StartRequest, 'cwd' | 'prompt' | 'permissions' | 'resume' | 'schema' | 'goal' | 'budgetUsd'> = {
    cwd: question.worktree,
    prompt: question.prompt,
    permissions: 'read-only',
    goal: question.goal,
    ...(adapter.answersBySchema && { schema: PLAN_JSON_SCHEMA }),
    ...(question.resume !== undefined && { resume: question.resume }),
    ...(budget.limit !== undefined && { budgetUsd: Math.max(LEAST, budget.limit - budget.spent) }),
  };
  const slot = context.takeSlot();
  const made = specFor(context, { role: 'planner', task: PLANNER, title: 'Planning', attempt, member, adapter, folder, slot, request, ...(question.executable !== undefined && { executable: question.executable }), ...(question.contained === true && { contained: true }) });
  await store.append({
    type: 'attempt.starting',
    task: PLANNER,
    attempt,
    role: 'planner',
    agent: member.agent,
    ...(member.model !== undefined && { model: member.model }),
    folder,
    nonce: made.spec.nonce,
    ...(question.resume !== undefined && { resume: question.resume }),
    apiEquivalent: question.apiEquivalent,
    ...(member.agent !== store.state.team.planner.agent && { insteadOf: { agent: store.state.team.planner.agent, why: `${store.state.team.planner.agent} ${TROUBLE.quota.what}` } }),
  });
  const who = { state: () => store.state, task: PLANNER, attempt, agent: member.agent, folder, cwd: question.worktree };
  await context.sentinel.begin(who);
  let leaks: readonly FoundLeak[] | undefined;
  try {
    const running = await world.runners.start(await isolate(context, made.spec), made.files);
    context.running.set(PLANNER, running);
    context.following(PLANNER, attempt, folder);
    if (context.signal(PLANNER).aborted) await running.stop();
    const outcome = outcomeOf(await running.ended);
    leaks = await context.sentinel.ended(who);
    const state = store.state.plannerAttempts.find((each) => each.attempt === attempt);
    if (state !== undefined) await endAttempt(context, PLANNER, state, outcome, { leaks });
    return outcome;
  } finally {
    if (leaks === undefined) await context.sentinel.ended(who);
    context.running.delete(PLANNER);
    context.unfollow(PLANNER, attempt);
    context.slotNumbers.giveBack(slot);
  }
}

/** Proposes a checked plan as the next revision. */
export async function propose(context: RunContext, plan: Plan): Promise<void> {
  const { store } = context;
  const planning = store.state.planner !== undefined && store.state.planner.endedAt === undefined;
  await store.append(
    ...(planning ? [{ type: 'planner.ended' as const }] : []),
    { type: 'plan.proposed', revision: store.state.lastRevision + 1, plan },
  );
}

async function promptFor(context: RunContext, planning: Planning, commit: string): Promise<string> {
  const { store } = context;
  const facts = await planningFacts(context, commit);
  switch (planning.kind) {
    case 'plan':
      return planPrompt(facts);
    case 'changes':
      return changesPrompt(facts, JSON.stringify(store.state.proposal?.plan ?? {}, undefined, 1), planning.text);
    case 'replan': {
      const failing = planning.task === undefined ? undefined : store.state.tasks.get(planning.task);
      return replanPrompt(facts, store.state, failing, failing === undefined ? '' : evidence(failing), planning.feedback);
    }
  }
}

async function planningFacts(context: RunContext, commit: string): Promise<PlanningFacts> {
  const { world, store } = context;
  const files = await world.git.listFiles(commit, MAX_FILES + 1);
  const top = new Set(files.filter((path) => !path.includes('/')));
  const texts = new Map<string, string>();
  for (const name of CHECK_FILES) {
    if (!top.has(name)) continue;
    const text = await world.git.readFile(commit, name);
    if (text !== undefined) texts.set(name, text);
  }
  const { team } = store.state;
  const checks = team.gate.length > 0 ? [...team.gate] : findChecks(texts, files);
  const tiers = (['fast', 'standard', 'deep'] as const).map((tier) => `${tier}: ${team.tiers[tier].agent}${team.tiers[tier].model === undefined ? '' : ` ${team.tiers[tier].model ?? ''}`}`);
  return {
    goal: store.state.goal,
    branch: store.state.base.branch,
    files: files.slice(0, MAX_FILES),
    filesCut: files.length > MAX_FILES,
    checks,
    team: `The team: ${tiers.join(', ')}; at most ${String(team.limits.maxParallel)} at the same time.`,
  };
}

/** What a failing task has to show for itself. */
function evidence(task: TaskRun): string {
  const gate = task.gates.at(-1);
  return [
    ...(task.reason === undefined ? [] : [task.reason.text]),
    ...(gate?.verdict === 'red' ? [gateFeedback(gate.results, gate.note)] : []),
    ...(task.violations.length > 0 ? [`Paths outside its contract: ${task.violations.map((each) => each.path).join(', ')}`] : []),
    ...task.attempts.flatMap((attempt) => (attempt.outcome?.message === undefined ? [] : [`Attempt ${String(attempt.attempt)}: ${stripAnsi(attempt.outcome.message)}`])),
  ].join('\n');
}

/** What a re-plan leaves exactly as it is. */
function keptTasks(state: RunState): readonly Task[] {
  return [...state.tasks.values()].filter((each) => hasStarted(each)).map((each) => each.task);
}

/** A revision is the tasks that stay and the answer's; together they must be a plan. */
function united(state: RunState, answer: Plan): Plan {
  const kept = keptTasks(state);
  const ids = new Set(kept.map((task) => task.id));
  return { ...answer, goal: state.goal, tasks: [...kept, ...answer.tasks.filter((task) => !ids.has(task.id))] };
}

function unionProblems(state: RunState, answer: Plan): readonly Problem[] {
  if (state.revision === 0) return [];
  const kept = [...state.tasks.values()].filter((each) => hasStarted(each));
  const clash = answer.tasks.filter((task) => kept.some((each) => each.task.id === task.id));
  if (clash.length > 0) {
    return clash.map((task) => ({ code: 'duplicate-id', tasks: [task.id], message: `${task.id} has already started or landed; leave it out, or use another id for new work` }));
  }
  const dropped = new Set(kept.filter((each) => each.state === 'dropped').map((each) => each.task.id));
  const onDropped = answer.tasks.filter((task) => task.dependsOn.some((on) => dropped.has(on)));
  if (onDropped.length > 0) return onDropped.map((task) => ({ code: 'unknown-dependency', tasks: [task.id], message: `${task.id} depends on a task that was dropped` }));
  return checkPlan(united(state, answer)).problems.filter((problem) => problem.severity !== 'warning');
}

function describe(problems: readonly Problem[]): string {
  return problems.slice(0, 5).map((problem) => problem.message).join('; ');
}
