/** From an ended attempt to green, back to the agent, or to the person: commit, boundary, bring up to date, gate. */
import { targetBranch } from '../core/change.js';
import type { Violation } from '../core/contract.js';
import { checkBoundary } from '../core/contract.js';
import type { EventBody } from '../core/events.js';
import { listed } from '../core/gate.js';
import { mayReplaceTests } from '../core/judgeChanges.js';
import type { CommandResult, Sha } from '../core/ports.js';
import { againReason, redFeedback, redReason } from '../core/redGate.js';
import type { Reason, TaskRun } from '../core/run.js';
import { messageOf } from './attempts.js';
import { proveClean } from './cleanGate.js';
import { concludeConflict, conflictReason } from './conflicts.js';
import type { RunContext } from './context.js';
import { goBack } from './goingBack.js';
import { gateOf, gateWorktree, type Gated, type GateTarget } from './gating.js';
import { judgeChangesOf } from './judgeChanges.js';
import { resolveByTools } from './resolving.js';
import { nothingChanged, sameAsBefore } from './unchanged.js';
import { targetTip } from './target.js';
import { isAcceptedAlready, unprovenReceipt } from './unproven.js';
import { paths } from './world.js';

/** Where the task goes next. */
export type CheckResult =
  | { readonly next: 'ready' }
  /** Back to the agent: feedback and state are recorded. */
  | { readonly next: 'working' }
  | { readonly next: 'needs-you'; readonly reason: Reason }
  | { readonly next: 'stopped' };

/** Checks a task's worktree. Does nothing twice: what is already true costs a look. */
export async function check(context: RunContext, id: string, lane: () => Promise<{ readonly slot: number }>): Promise<CheckResult> {
  const back = await goBack(context, id);
  if (typeof back === 'object') return needsYou(back);
  const saved = await save(context, id);
  if (saved !== undefined) return saved;
  const bounded = await boundary(context, id);
  if ('next' in bounded) return bounded;
  // From here on the base must not move by our own doing: the lane is held until the task is ready or has landed.
  const { slot } = await lane();
  if (context.signal(id).aborted) return { next: 'stopped' };
  const updated = await bringUpToDate(context, id);
  if (updated !== undefined) return updated;
  // A base that was brought in since has taken the receipt with it.
  if (back === 'proven' && context.task(id).receipt !== undefined) return { next: 'ready' };
  return gate(context, id, slot, bounded.ignored);
}

/** Commits what the agent left uncommitted, and records what the branch holds. */
async function save(context: RunContext, id: string): Promise<CheckResult | undefined> {
  const { world, store } = context;
  const task = context.task(id);
  const worktree = task.worktree ?? '';
  const attempt = task.attempts.at(-1);
  if (!(await world.git.worktreeExists(worktree))) {
    return needsYou({ kind: 'worktree-missing', text: `The worktree of this task is gone, or no longer one of this repository (${worktree}). What was committed is safe on ${task.branch ?? 'its branch'}, and files that are still in the folder are left alone. Retry makes the worktree again; move a folder that is still there away before.` });
  }
  const agent = attempt === undefined ? undefined : world.agents.adapter(attempt.agent);
  const author = { name: agent?.name ?? 'Switchyard', email: `${attempt?.agent ?? 'agent'}@switchyard.invalid` };
  const committed = await world.git.commitAll(worktree, commitMessage(store.state.run, task), author);
  if ('hookFailed' in committed) {
    const result: CommandResult = { command: 'git commit (hooks)', exitCode: 1, ms: 0, tail: committed.hookFailed };
    const head = await world.git.head(worktree);
    await store.append({ type: 'gate.started', task: id, attempt: task.attempts.length, of: 1, tree: head.tree, base: task.head?.base ?? task.startedFrom ?? head.commit });
    return red(context, id, [result], undefined);
  }
  if (task.conflict !== undefined) {
    const problem = await concludeConflict(context, id, task.conflict);
    return problem === undefined ? undefined : needsYou(problem);
  }
  const recorded = task.head?.base ?? task.startedFrom ?? committed.commit;
  if (committed.commit === recorded) return needsYou(await nothingChanged(context, id));
  if (task.head?.commit === committed.commit) {
    const same = await sameAsBefore(context, id);
    if (same !== undefined) return needsYou(same);
  } else {
    const base = await newestBase(context, recorded, committed.commit);
    const files = await world.git.diffFiles(base, committed.commit);
    if (files.length === 0) return needsYou(await nothingChanged(context, id));
    await store.append({ type: 'work.committed', task: id, attempt: task.attempts.length, commit: committed.commit, tree: committed.tree, base, files });
  }
  return undefined;
}

/**
 * What a commit that is not recorded yet was brought up to date with. A crash right after a merge of the base, or an agent
 * that merged it itself, leaves a branch that contains more of the base than the log says; compared with the older base,
 * everybody else's landed work would look like this task's own.
 */
async function newestBase(context: RunContext, recorded: Sha, commit: Sha): Promise<Sha> {
  const { git } = context.world;
  const { state } = context.store;
  const now = await targetTip(context);
  if (now === undefined || now === recorded) return recorded;
  let base = recorded;
  for (const tip of [now, ...[...state.tasks.values()].flatMap((each) => each.landed?.commit ?? [])]) {
    if (tip !== base && (await git.isAncestor(base, tip)) && (await git.isAncestor(tip, commit))) base = tip;
  }
  return base;
}

/** The message of what Switchyard commits for an agent; the trailers tell later readers which task and run it was. */
export function commitMessage(run: string, task: TaskRun): string {
  return `${task.task.title}\n\nSwitchyard-Task: ${task.task.id}\nSwitchyard-Run: ${run}\n`;
}

async function boundary(context: RunContext, id: string): Promise<CheckResult | { readonly ignored: readonly string[] }> {
  const { world, store } = context;
  const task = context.task(id);
  const base = task.head?.base ?? task.startedFrom;
  if (base === undefined) throw new Error('a task without a base cannot be checked');
  const [changes, marked] = await Promise.all([world.git.changes(task.worktree ?? '', base), task.head === undefined ? [] : world.git.newMarkers(base, task.head.commit)]);
  const contract = { owns: [...task.task.contract.owns], offLimits: task.task.contract.offLimits };
  const markers = marked.map((path): Violation => ({ path, change: 'modified', kind: 'conflict-marker' }));
  const violations = [...checkBoundary(contract, changes), ...markers].filter((each) => !isAllowed(task, each));
  if (violations.length === 0) {
    if (!task.boundaryChecked || task.violations.length > 0) store.note({ type: 'boundary.checked', task: id, violations: [], fedBack: false });
    return { ignored: changes.ignored };
  }
  const feedBack = task.boundaryRetries === 0 && task.attempts.length > 0;
  const checked: EventBody = { type: 'boundary.checked', task: id, violations, fedBack: feedBack };
  if (feedBack) return sendBack(context, id, checked, boundaryFeedback(violations, contract.owns));
  await store.append(checked);
  const outside = [...new Set(violations.map((each) => each.path))];
  const onlyMarkers = violations.every((each) => each.kind === 'conflict-marker');
  const what = onlyMarkers ? `Conflict markers are left in ${listed(outside)}` : `Changed ${listed(outside)}, outside what the task owns`;
  return needsYou({ kind: 'boundary', text: `${what}. Nothing has landed; allow these paths, retry, or drop it.`, paths: outside });
}

/** What a person let pass. A path that may be changed may not for that reason hold markers. */
function isAllowed(task: TaskRun, { kind, path }: Violation): boolean {
  if (kind === 'symlink-escape') return false;
  return (kind === 'conflict-marker' ? task.allowedMarkers : task.allowedPaths).includes(path);
}

const VIOLATION_WORDS: Readonly<Record<Violation['kind'], string>> = {
  'outside-owns': 'is outside what you own',
  'off-limits': 'is off limits',
  'symlink-escape': 'is a symbolic link that leads out of the worktree',
  'hidden-by-flag': 'is hidden from git status by assume-unchanged or skip-worktree',
  submodule: 'is a submodule or a nested repository',
  'conflict-marker': 'holds conflict markers (or is named like one side of a conflict): resolve it and leave none',
};

function boundaryFeedback(violations: readonly Violation[], owns: readonly string[]): string {
  return [
    'Your changes cannot land as they are. Put exactly these right and keep the rest of your work:',
    ...violations.slice(0, 200).map((each) => `- ${each.path} (${each.change}) ${VIOLATION_WORDS[each.kind]}`),
    `You may change only: ${owns.join(', ')}`,
  ].join('\n');
}

/** Merges the present base into the task's branch, so that what is tested is what will land. */
async function bringUpToDate(context: RunContext, id: string): Promise<CheckResult | undefined> {
  const { world, store } = context;
  const task = context.task(id);
  const now = await targetTip(context);
  if (now === undefined) {
    return needsYou({ kind: 'merge-failed', text: `The branch ${targetBranch(store.state)} is gone, so nothing can land on it. Your work is safe on ${task.branch ?? 'its branch'}; restore the branch, then check again.` });
  }
  const head = task.head;
  if (head === undefined) throw new Error('a task without a commit cannot be brought up to date');
  if (head.base === now) return undefined;
  if (!(await world.git.isAncestor(head.base, now))) {
    return needsYou({
      kind: 'merge-failed',
      text: `${targetBranch(store.state)} was moved back or rewritten since this task began, so its branch holds commits that are no longer on it; landing it would bring them back. Nothing has landed and your work is safe on ${task.branch ?? 'its branch'}. Drop it and retry it to start afresh from the present ${targetBranch(store.state)}.`,
    });
  }
  const result = await world.git.bringUpToDate(task.worktree ?? '', now, `Bring ${task.task.id} up to date with ${targetBranch(store.state)}`);
  if (result.ok) {
    const files = await world.git.diffFiles(now, result.commit);
    if (files.length === 0) return needsYou({ kind: 'nothing-changed', text: `${targetBranch(store.state)} already holds everything this task changed. Drop it, or retry with feedback.` });
    await store.append({ type: 'branch.updated', task: id, commit: result.commit, tree: result.tree, base: now, files });
    return undefined;
  }
  if (result.reason === 'hook') {
    return needsYou({ kind: 'merge-failed', text: `A git hook refused to bring the branch up to date with ${targetBranch(store.state)}: ${result.output.trim().split('\n').at(-1) ?? ''}. Nothing was changed.` });
  }
  if (await resolveByTools(context, id, now)) return undefined;
  if (context.signal(id).aborted) return { next: 'stopped' };
  return needsYou(await conflictReason(context, task, now, result.paths));
}

async function gate(context: RunContext, id: string, slot: number, ignored: readonly string[]): Promise<CheckResult> {
  const { world, store } = context;
  const task = context.task(id);
  const head = task.head;
  if (head === undefined) throw new Error('a task without a commit has no gate');
  const commands = gateOf(context, task);
  const attempt = task.backTo ?? task.attempts.length;
  const changesJudge = await judgeChangesOf(context, task, commands);
  await store.append({ type: 'gate.started', task: id, attempt, of: commands.length, tree: head.tree, base: head.base, ...(changesJudge.length > 0 && { changesJudge }) });
  const before = task.gates.at(-1);
  const failedBefore = before?.verdict === 'red' ? before.results.at(-1) : undefined;
  let gated: Gated;
  try {
    const target: GateTarget = {
      cwd: task.worktree ?? '',
      tree: head.tree,
      base: head.base,
      receiptId: `${store.state.run}-${id}-${head.tree.slice(0, 12)}`,
      commands,
      outputFile: `${paths.attempt(world, store.state.run, id, attempt)}/gate.txt`,
      slot,
      signal: context.signal(id),
      ...(failedBefore !== undefined && { failedBefore }),
      ...(mayReplaceTests(changesJudge, task.files) && { mayReplaceTests: true as const }),
    };
    const began = world.clock.now();
    gated = await proveClean(context, { task: id, commit: head.commit, target, gated: await gateWorktree(context, target), ignored, began });
  } catch (error) {
    return couldNotRun(context, id, commands[0] ?? '', messageOf(error));
  }
  const { results, judgement, receipt } = gated;
  if (context.signal(id).aborted) {
    await store.append({ type: 'gate.finished', task: id, attempt, verdict: 'red', results, note: 'Stopped.', costsRetry: false });
    return { next: 'stopped' };
  }
  if (judgement.verdict === 'red') return (gated.clean === true ? undefined : await brokenOnBase(context, id, results, slot)) ?? red(context, id, results, judgement.note);
  store.note({ type: 'gate.finished', task: id, attempt, verdict: judgement.verdict, results, costsRetry: false, ...(judgement.note !== undefined && { note: judgement.note }), ...(receipt !== undefined && { receipt }), ...(gated.beside !== undefined && { beside: gated.beside }) });
  if (receipt !== undefined) return { next: 'ready' };
  const unproven = isAcceptedAlready(task, before, judgement.note) ? unprovenReceipt(context, context.task(id)) : undefined;
  if (unproven !== undefined) {
    await store.append({ type: 'unproven.accepted', task: id, receipt: unproven });
    return { next: 'ready' };
  }
  return needsYou({ kind: 'unproven', text: `${judgement.note ?? 'Unproven'} Review the changes; approve to land them unproven, or retry.` });
}

/** Says nothing about the work, so the agent is not sent back and no retry is spent. */
async function couldNotRun(context: RunContext, id: string, command: string, why: string): Promise<CheckResult> {
  const note = `The gate could not be run: ${why}.`;
  const results: readonly CommandResult[] = [{ command, exitCode: null, ms: 0, tail: why }];
  await context.store.append({ type: 'gate.finished', task: id, attempt: context.task(id).attempts.length, verdict: 'red', results, note, costsRetry: false });
  return needsYou({ kind: 'gate-failed', text: `${note} Nothing is known about the work and nothing has landed; it cost no retry. Check Again runs the gate once more.` });
}

/** A red gate: back to the agent while retries are left, else to the person. */
async function red(context: RunContext, id: string, results: readonly CommandResult[], note: string | undefined): Promise<CheckResult> {
  const { store } = context;
  const task = context.task(id);
  const attempt = task.attempts.length;
  const { retries } = store.state.team.limits;
  const again = task.gateRetries < retries && attempt > 0;
  const finished: EventBody = { type: 'gate.finished', task: id, attempt, verdict: 'red', results, costsRetry: again, ...(note !== undefined && { note }) };
  if (again) return sendBack(context, id, finished, redFeedback(task, results, note), againReason(task, results, retries - task.gateRetries - 1));
  await store.append(finished);
  return needsYou(redReason(task, results, note));
}

/** Red on the untouched base too: not the agent's failure, and no retry can mend it. */
async function brokenOnBase(context: RunContext, id: string, results: readonly CommandResult[], slot: number): Promise<CheckResult | undefined> {
  const { store } = context;
  const task = context.task(id);
  const failed = results.find((result) => result.exitCode !== 0);
  if (failed === undefined || task.head === undefined || !(await context.baseGate.failsToo(context, task.head.base, failed, slot, context.signal(id)))) return undefined;
  const note = `\`${failed.command}\` fails in the same way on ${targetBranch(store.state)} without this task's work.`;
  await store.append({ type: 'gate.finished', task: id, attempt: task.attempts.length, verdict: 'broken-on-base', results, note, costsRetry: false });
  return needsYou({ kind: 'gate-broken-on-base', text: `${note} It cost no retry. Repair ${targetBranch(store.state)}, then Check Again.` });
}

/** One write: a crash between the verdict and its consequence would cost the task a retry, or hide the verdict from the agent. */
async function sendBack(context: RunContext, id: string, verdict: EventBody, feedback: string, reason?: Reason): Promise<CheckResult> {
  const from = context.task(id).state;
  await context.store.append(verdict, { type: 'feedback.given', task: id, feedback, byPerson: false }, { type: 'task.state', task: id, from, to: 'working', ...(reason !== undefined && { reason }) });
  return { next: 'working' };
}

function needsYou(reason: Reason): CheckResult {
  return { next: 'needs-you', reason };
}
