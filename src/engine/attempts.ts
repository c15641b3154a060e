/** From a waiting task to an ended attempt: the worktree, its set-up, the agent. Every step can be repeated safely. */
import type { AgentOutcome, Usage } from '../core/activity.js';
import { NEVER_STARTED, shareOf } from '../core/bill.js';
import { othersHold, shareFor } from '../core/budget.js';
import type { AgentId, Role } from '../core/ids.js';
import { targetBranch } from '../core/change.js';
import type { FoundLeak } from '../core/leak.js';
import type { AgentAdapter, AttemptEnd, RunningAttempt, StartRequest } from '../core/ports.js';
import type { AttemptState, Reason, TaskRun } from '../core/run.js';
import { isCheckpoint } from '../core/handOff.js';
import { memberFor, ownMember } from '../core/member.js';
import { budgetReason } from '../core/scheduler.js';
import { TROUBLE } from '../core/trouble.js';
import type { Member } from '../core/team.js';
import { continuePrompt, handOffPrompt, retryPrompt, taskPrompt } from '../core/prompts.js';
import { isSessionId } from '../core/words.js';
import type { RunContext } from './context.js';
import { targetTip, taskBranch } from './target.js';
import { checkpoint } from './handOff.js';
import type { Short } from './space.js';
import { shortOfSpace } from './space.js';
import { isolate } from './isolating.js';
import { setUp } from './setUp.js';
import type { AtWork } from './sentinel.js';
import { paths } from './world.js';

const MINUTE = 60_000;
/** Makes the worktree and runs the team's set-up commands in it. Returns why not, or `undefined`. */
export async function prepare(context: RunContext, id: string): Promise<Reason | Short | undefined> {
  const { world, store } = context;
  const task = context.task(id);
  const refused = await context.isolationProblem(id);
  if (refused !== undefined) return { kind: 'set-up-failed', text: refused };
  const fresh = task.worktree === undefined || task.startedFrom === undefined || task.branch === undefined || task.cleaned;
  const commit = fresh ? await targetTip(context) : task.startedFrom;
  if (commit === undefined) {
    return { kind: 'set-up-failed', text: `The branch ${targetBranch(store.state)} is gone. Nothing was changed; restore the branch, then retry.` };
  }
  const path = fresh ? paths.worktree(world, store.state.run, id) : (task.worktree ?? '');
  const branch = fresh ? taskBranch(context, id) : (task.branch ?? '');
  const short = fresh ? await shortOfSpace(context) : undefined;
  if (short !== undefined) return short;
  if (fresh) await store.append({ type: 'worktree.creating', task: id, path, branch, commit });
  const there = !fresh && task.prepared && (await world.git.worktreeExists(path));
  if (there) return undefined;
  try {
    await world.git.addWorktree({ path, branch, commit });
  } catch (error) {
    return { kind: 'set-up-failed', text: `Could not make the worktree: ${clauseOf(error)}. Nothing was lost; retry makes it again.` };
  }
  const { dependencies, problem } = await setUp(context, id, path);
  if (problem !== undefined) return problem;
  store.note({ type: 'worktree.created', task: id, ...(dependencies.length > 0 && { dependencies }) });
  return undefined;
}

/**
 * An attempt's end is on disk, what follows from it is not: a crash came in between. The agent has done its work and must
 * not do it again. It was started since the task is `working`, and nobody has sent the task back to it.
 */
export function isUnheeded(task: TaskRun): boolean {
  const last = task.attempts.at(-1);
  return last?.outcome !== undefined && task.feedback === undefined && last.startedAt >= task.since && last.outcome.message !== NEVER_STARTED;
}

/** Starts the next attempt of a task, or finds the one that is already under way, and waits for its end. `no-room`: it waits for money that others hold. */
export async function runAttempt(context: RunContext, id: string): Promise<AgentOutcome | Reason | 'no-room' | undefined> {
  const { world, store } = context;
  const task = context.task(id);
  const last = task.attempts.at(-1);
  if (last !== undefined && last.endedAt === undefined) {
    const running = await world.runners.adopt(last.folder);
    if (running !== undefined) {
      const who = atWork(context, id, last);
      await context.sentinel.begin(who, { adopted: true });
      return finish(context, id, last, running, who);
    }
    // Announced, but the runner never claimed it: the crash came in between. Its work cannot have begun.
    await endAttempt(context, id, last, { ok: false, reason: 'interrupted', message: NEVER_STARTED, usage: [], usageIsCumulative: false, denied: [] });
    giveBackSlot(context, last);
    return undefined;
  }
  if (last?.outcome !== undefined && isUnheeded(task)) return last.outcome;
  const spent = task.attempts.length > 0 ? budgetReason(store.state, task) : undefined;
  if (spent !== undefined) return othersHold(store.state, id) ? 'no-room' : { ...spent, failure: 'budget' };
  const member = memberFor(store.state, task);
  const adapter = world.agents.adapter(member.agent);
  if (adapter === undefined) return { kind: 'agent-failed', failure: 'missing-cli', text: `There is no agent "${member.agent}"` };
  const status = await world.agents.status(member.agent);
  const contained = context.isolationLevel(id) === 'container';
  // In a container it is the image's own program.
  if (status?.found !== true && !contained) {
    return { kind: 'agent-failed', failure: 'missing-cli', text: `${adapter.name} was not found. ${status?.hint ?? ''} Nothing was started; install it or change the tier, then retry.`.replace('  ', ' ') };
  }
  if (status?.problem !== undefined && !contained) return { kind: 'agent-failed', failure: 'wrong-version', text: `${adapter.name} cannot be used: ${status.problem} ${status.hint ?? ''} Nothing was started; install or update it, then retry.`.replace('  ', ' ') };
  if (status?.signedIn === 'no') return { kind: 'agent-failed', failure: 'signed-out', text: `${adapter.name} is not signed in. ${status.hint ?? ''} Nothing was started. ${TROUBLE['signed-out'].next.replace(' ({signIn})', '')}` };

  const attempt = task.attempts.length + 1;
  const folder = paths.attempt(world, store.state.run, id, attempt);
  const resume = adapter.resumes ? sessionFor(task, member.agent) : undefined;
  const { prompt, feedback } = await promptFor(context, task, resume);
  const own = ownMember(store.state, task.task).agent;
  const budgetUsd = shareFor(store.state, id);
  if (budgetUsd === 'no-room') return budgetUsd;
  const slot = context.takeSlot();
  const spec = specFor(context, {
    role: 'executor',
    task: id,
    title: task.task.title,
    attempt,
    member,
    adapter,
    folder,
    slot,
    ...(contained ? { contained } : status?.path !== undefined && { executable: status.path }),
    request: {
      cwd: task.worktree ?? '',
      prompt,
      permissions: store.state.team.permissions,
      ...(resume !== undefined && { resume }),
      ...(budgetUsd !== undefined && { budgetUsd }),
      ...(task.task.script !== undefined && { script: task.task.script }),
    },
  });
  await store.append({
    type: 'attempt.starting',
    task: id,
    attempt,
    role: 'executor',
    agent: member.agent,
    ...(member.model !== undefined && { model: member.model }),
    folder,
    nonce: spec.spec.nonce,
    ...(resume !== undefined && { resume }),
    ...(feedback !== undefined && { feedback }),
    apiEquivalent: status?.account === 'subscription',
    slot,
    ...(budgetUsd !== undefined && { budgetUsd }),
    ...(own !== member.agent && { insteadOf: { agent: own, why: `${own} ${TROUBLE.quota.what}` } }),
  });
  const state = context.task(id).attempts.at(-1);
  if (state === undefined) throw new Error('an attempt was announced and is not there');
  const who = atWork(context, id, state);
  await context.sentinel.begin(who);
  let running: RunningAttempt;
  try {
    running = await world.runners.start(await isolate(context, spec.spec), spec.files);
  } catch (error) {
    const leaks = await context.sentinel.ended(who);
    const outcome: AgentOutcome = { ok: false, reason: 'crashed', message: messageOf(error), usage: [], usageIsCumulative: false, denied: [] };
    await endAttempt(context, id, state, outcome, { leaks });
    giveBackSlot(context, state);
    return outcome;
  }
  return finish(context, id, state, running, who);
}

function atWork(context: RunContext, task: string, { attempt, agent, folder }: AttemptState): AtWork {
  return { state: () => context.store.state, task, attempt, agent, folder, cwd: context.task(task).worktree ?? '' };
}


function giveBackSlot(context: RunContext, attempt: AttemptState): void {
  if (attempt.slot !== undefined) context.slotNumbers.giveBack(attempt.slot);
}

/** The session that this agent can go on with: its own, the one that saw the work last, and not a full one. */
export function sessionFor(task: TaskRun, agent: AgentId): string | undefined {
  if (task.session === undefined || !isSessionId(task.session) || task.attempts.at(-1)?.agent !== agent) return undefined;
  const seen = task.attempts.findLast((each) => each.outcome?.session === task.session);
  return seen !== undefined && seen.agent === agent && seen.outcome?.reason !== 'context-full' ? task.session : undefined;
}

/** What the next attempt is told, and what of it is feedback. */
async function promptFor(context: RunContext, task: TaskRun, resume: string | undefined): Promise<{ readonly prompt: string; readonly feedback?: string }> {
  const { state } = context.store;
  const last = task.attempts.at(-1);
  if (last === undefined) {
    const { feedback } = task;
    return feedback === undefined ? { prompt: taskPrompt(state, task) } : { prompt: retryPrompt(state, task, feedback, false), feedback };
  }
  // What an attempt was told that could not do it (it met a limit, say) still stands.
  const unheard = last.outcome?.ok === false && last.feedback !== undefined && !isCheckpoint(last.feedback) ? last.feedback : undefined;
  if (resume !== undefined) {
    if (task.feedback !== undefined) return { prompt: retryPrompt(state, task, task.feedback, true), feedback: task.feedback };
    return { prompt: continuePrompt(unheard), ...(unheard !== undefined && { feedback: unheard }) };
  }
  const feedback = await checkpoint(context, task, task.feedback ?? unheard);
  return { prompt: handOffPrompt(state, task, feedback), feedback };
}

/** Waits for an attempt's end and records it. */
async function finish(context: RunContext, id: string, attempt: AttemptState, running: RunningAttempt, who: AtWork): Promise<AgentOutcome> {
  context.running.set(id, running);
  context.following(id, attempt.attempt, attempt.folder);
  try {
    if (context.signal(id).aborted) await running.stop();
    const end = await running.ended;
    const outcome = outcomeOf(end);
    const unattended = end.kind === 'exit' && end.record.endedAt < context.openedAt ? end.record.endedAt : undefined;
    await endAttempt(context, id, attempt, outcome, { leaks: await context.sentinel.ended(who), unattended });
    return outcome;
  } finally {
    context.running.delete(id);
    context.unfollow(id, attempt.attempt);
    giveBackSlot(context, attempt);
  }
}

/** What an attempt came to; one whose process vanished without an exit record was interrupted. */
export function outcomeOf(end: AttemptEnd): AgentOutcome {
  if (end.kind === 'exit') return end.record.outcome;
  return {
    ok: false,
    reason: 'interrupted',
    message: 'The agent was interrupted (its process ended without a word: killed, or the machine went down). Its work is in the worktree.',
    usage: [],
    usageIsCumulative: false,
    denied: [],
  };
}

/** What is known about an attempt's end beside its outcome. */
interface EndNotes {
  /** What it changed outside its worktree. */
  readonly leaks?: readonly FoundLeak[];
  /** When it ended while nobody was there, in ms since the epoch. */
  readonly unattended?: number | undefined;
}

/** Records an attempt's end with its own share of the tokens, priced. */
export async function endAttempt(context: RunContext, task: string, attempt: AttemptState, outcome: AgentOutcome, { leaks = [], unattended }: EndNotes = {}): Promise<void> {
  const { answer: _answer, text: _text, ...rest } = outcome;
  const usage = await priced(context, attempt, outcome);
  await context.store.append(
    { type: 'attempt.ended', task, attempt: attempt.attempt, outcome: rest, usage, ...(unattended !== undefined && { endedAt: new Date(unattended).toISOString() }) },
    ...leaks.map((leak) => ({ type: 'leak.found' as const, task, leak })),
  );
}

async function priced(context: RunContext, attempt: AttemptState, outcome: AgentOutcome): Promise<readonly Usage[]> {
  const { state } = context.store;
  const named = outcome.usage.map((usage) => (usage.model === undefined && attempt.model !== undefined ? { ...usage, model: attempt.model } : usage));
  const before = [...state.plannerAttempts, ...[...state.tasks.values()].flatMap((each) => each.attempts)]
    .filter((each) => each.outcome?.session !== undefined && each.outcome.session === outcome.session && each.outcome.usage.length > 0)
    .at(-1)
    ?.outcome?.usage.map((usage) => (usage.model === undefined && attempt.model !== undefined ? { ...usage, model: attempt.model } : usage));
  const share = outcome.usageIsCumulative ? shareOf(named, before ?? []) : named;
  return Promise.all(
    share.map(async (usage) => {
      if (usage.usd !== undefined) return usage;
      const usd = await context.world.prices.usd(attempt.agent, usage);
      return usd === undefined ? usage : { ...usage, usd };
    }),
  );
}

interface SpecParts {
  readonly role: Role;
  readonly task: string;
  readonly title: string;
  readonly attempt: number;
  readonly member: Member;
  readonly adapter: AgentAdapter;
  readonly folder: string;
  readonly slot: number;
  readonly executable?: string;
  readonly contained?: boolean;
  readonly request: Pick<StartRequest, 'cwd' | 'prompt' | 'permissions' | 'resume' | 'budgetUsd' | 'script' | 'schema' | 'goal'>;
}

/** The runner's spec for one attempt, and the files that go beside it. */
export function specFor(context: RunContext, parts: SpecParts) {
  const { world, store } = context;
  const nonce = world.ids.nonce();
  const { limits } = store.state.team;
  const command = parts.adapter.command({
    ...parts.request,
    role: parts.role,
    attempt: parts.attempt,
    folder: parts.folder,
    commonDir: context.commonDir,
    newSession: world.ids.uuid(),
    ...(parts.member.model !== undefined && { model: parts.member.model }),
    ...(parts.executable !== undefined && { executable: parts.executable }),
    ...(parts.contained === true && { contained: true as const }),
  });
  const { files, ...rest } = command;
  return {
    spec: {
      v: 1 as const,
      run: store.state.run,
      task: parts.task,
      title: parts.title,
      role: parts.role,
      attempt: parts.attempt,
      agent: parts.adapter.id satisfies AgentId,
      ...(parts.member.model !== undefined && { model: parts.member.model }),
      cwd: parts.request.cwd,
      folder: parts.folder,
      slot: parts.slot,
      nonce,
      command: rest,
      passEnv: context.passEnv(command.passEnv),
      setEnv: command.setEnv,
      limits: {
        idleMs: limits.idleMinutes * MINUTE,
        totalMs: limits.attemptMinutes * MINUTE,
        ...(parts.request.budgetUsd !== undefined && { usd: parts.request.budgetUsd }),
      },
    },
    files: { 'prompt.txt': parts.request.prompt, ...files },
  };
}

/** What was thrown, in its own words; anything may be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The same as a part of a sentence that goes on: what an error says may end with a stop of its own. */
export function clauseOf(error: unknown): string {
  return messageOf(error).replace(/[.\s]+$/, '');
}
