/** One task of a run as the dashboard shows it. Pure. */
import type { AttemptBill } from '../../core/bill.js';
import { sum } from '../../core/bill.js';
import { isMoving, landedDependents, undoChange } from '../../core/change.js';
import { providedText } from '../../core/dependencies.js';
import type { DiskUse } from '../../core/disk.js';
import { greenResults } from '../../core/earlier.js';
import type { AgentId } from '../../core/ids.js';
import { isolationOf } from '../../core/isolation.js';
import { memberFor, ownMember } from '../../core/member.js';
import type { Task } from '../../core/plan.js';
import type { Forecast } from '../../core/ports.js';
import { queueReason } from '../../core/queueReason.js';
import type { AttemptState, GateState, Reason, RunState, TaskRun } from '../../core/run.js';
import { isActive, isOver } from '../../core/task.js';
import type { AttemptView, GateView, TaskView } from '../../shared/protocol.js';
import { taskActions } from './actions.js';
import { isBilled } from './billView.js';
import { leakViews } from './leakView.js';
import { receiptView } from './receiptView.js';

export interface TaskContext {
  readonly state: RunState;
  readonly waits: ReadonlyMap<string, Reason>;
  readonly bills: readonly AttemptBill[];
  /** One line of what each working agent does, by task id. */
  readonly live: ReadonlyMap<string, string>;
  readonly forecast?: Forecast;
  readonly disk?: DiskUse;
}

/** Who works (or would work) on a task: the last attempt's agent, else the task's own or its tier's. */
export function memberOf(state: RunState, task: Task): { readonly agent: AgentId; readonly model?: string } {
  const { fallback: _, isolation: _level, ...member } = ownMember(state, task);
  return member;
}

/** Said only where it is more than a worktree. */
export function isolationView(run: Pick<TaskRun, 'task'>, state: RunState): Pick<TaskView, 'isolation'> {
  const level = isolationOf(state, run);
  return level === 'worktree' ? {} : { isolation: level };
}

/** A task as it is shown, with the reason why it waits or needs a person and the actions that make sense now. */
export function taskView(run: TaskRun, context: TaskContext): TaskView {
  const { state, waits, bills, live } = context;
  const { task } = run;
  const lines = bills.filter((line) => line.task === task.id);
  const last = run.attempts.at(-1);
  const member = last === undefined || run.state === 'waiting' ? memberFor(state, run) : last;
  const why = run.reason ?? (run.state === 'waiting' ? waits.get(task.id) : queueReason(state, run));
  const activity = run.state === 'working' ? live.get(task.id) : undefined;
  const receipt = receiptView(run, state);
  const earlier = greenResults(run);
  return {
    ...asPlanned(task, member),
    ...isolationView(run, state),
    state: run.state,
    ...(why !== undefined && { why }),
    since: run.since,
    ...(activity !== undefined && { activity }),
    attempts: run.attempts.map((attempt) => ({ ...attemptView(attempt), ...(earlier.some((each) => each.attempt === attempt.attempt) && { green: true as const }) })),
    ...(earlier[0] !== undefined && { backTo: earlier[0].attempt }),
    maxAttempts: Math.max(1 + state.team.limits.retries, run.attempts.length),
    files: run.files,
    additions: run.files.reduce((total, file) => total + (file.additions ?? 0), 0),
    deletions: run.files.reduce((total, file) => total + (file.deletions ?? 0), 0),
    gates: run.gates.map((gate) => gateView(gate, isActive(run.state))),
    ...(receipt !== undefined && { receipt }),
    ...(run.allowedPaths.length > 0 && { allowedPaths: run.allowedPaths }),
    violations: run.violations.map(({ path, kind }) => ({ path, kind })),
    boundaryChecked: run.boundaryChecked,
    ...leakViews(task.title, run.leaks, isMovable(run)),
    amount: sum(lines),
    billed: isBilled(lines),
    ...(lines.some((line) => line.apiEquivalent) && { apiEquivalent: true as const }),
    ...(run.branch !== undefined && { branch: run.branch }),
    ...(run.worktree !== undefined && !run.cleaned && { worktree: run.worktree }),
    ...(run.dependencies !== undefined && !run.cleaned && { dependencyFolders: run.dependencies.map(providedText) }),
    ...diskBytesOf(run, context),
    ...(run.landed !== undefined && { landedCommit: run.landed.commit }),
    ...baseConflictOf(run, context),
    resolved: run.resolved,
    ...undoView(run, state),
    ...(run.pullRequest?.url !== undefined && { pullRequest: run.pullRequest.url }),
    actions: taskActions(run, why?.kind),
  };
}

function diskBytesOf(run: TaskRun, { state, disk }: TaskContext): Pick<TaskView, 'diskBytes'> {
  const found = run.cleaned ? undefined : disk?.worktrees.find((each) => each.run === state.run && each.task === run.task.id);
  return found === undefined ? {} : { diskBytes: found.bytes };
}

/** What landed or was dropped since the forecast was computed conflicts with nothing any more. */
function baseConflictOf(run: TaskRun, { forecast }: TaskContext): Pick<TaskView, 'baseConflict'> {
  const found = isOver(run.state) ? undefined : forecast?.base.find((each) => each.task === run.task.id && each.conflict);
  return found === undefined ? {} : { baseConflict: found.paths };
}

/** How the landing stands that a person wants back, and what would stay behind without its ground. */
function undoView(run: TaskRun, state: RunState): Pick<TaskView, 'undo' | 'landedDependents'> {
  if (run.state !== 'landed') return {};
  if (run.undone !== undefined) return { undo: { state: 'undone', text: 'Its landing was taken back by this commit.', commit: run.undone.commit } };
  const dependents = landedDependents(state, run.task.id).map((id) => state.tasks.get(id)?.task.title ?? id);
  const change = state.changes.get(undoChange(run.task.id));
  return {
    ...(change !== undefined && {
      undo: isMoving(change)
        ? { state: 'moving' as const, text: 'Its landing is being taken back: the result is gated first.' }
        : change.state === 'in-review'
        ? { state: 'moving' as const, text: change.reason?.text ?? '' }
        : { state: 'not-done' as const, text: change.reason?.text ?? '', ...(change.reason?.paths !== undefined && { paths: change.reason.paths }) },
    }),
    ...(dependents.length > 0 && { landedDependents: dependents }),
  };
}

/** What the plan says of a task, and who does it. */
function asPlanned(task: Task, member: { readonly agent: AgentId; readonly model?: string }) {
  const { id, title, instructions, contract, dependsOn, tier } = task;
  return { id, title, instructions, contract, dependsOn, tier, agent: member.agent, ...(member.model !== undefined && { model: member.model }) };
}

/** A task that exists only in a proposed revision. */
export function proposedTaskView(task: Task, state: RunState, since: number): TaskView {
  const member = memberOf(state, task);
  return {
    ...asPlanned(task, member),
    ...isolationView({ task }, state),
    state: 'proposed',
    since,
    attempts: [],
    maxAttempts: 1 + state.team.limits.retries,
    files: [],
    additions: 0,
    deletions: 0,
    gates: [],
    violations: [],
    boundaryChecked: false,
    amount: sum([]),
    billed: false,
    resolved: [],
    actions: [],
  };
}

function isMovable(run: TaskRun): boolean {
  return run.worktree !== undefined && !run.cleaned && !isOver(run.state) && !isActive(run.state) && run.state !== 'in-review';
}

function attemptView(attempt: AttemptState): AttemptView {
  const { outcome } = attempt;
  const result = attempt.endedAt === undefined ? undefined : outcome?.ok === true ? 'done' : outcome?.reason === 'stopped' ? 'stopped' : 'failed';
  return {
    attempt: attempt.attempt,
    agent: attempt.agent,
    ...(attempt.model !== undefined && { model: attempt.model }),
    startedAt: attempt.startedAt,
    ...(attempt.endedAt !== undefined && { endedAt: attempt.endedAt }),
    ...(attempt.unattended === true && { unattended: true as const }),
    ...(result !== undefined && { result }),
    ...(attempt.unchanged === true && { unchanged: true as const }),
    ...(attempt.aside === true && { aside: true as const }),
    ...(outcome?.reason !== undefined && { reason: outcome.reason }),
    ...(outcome?.message !== undefined && { message: outcome.message }),
    ...(attempt.insteadOf !== undefined && { insteadOf: attempt.insteadOf }),
    ...(attempt.feedback !== undefined && { feedback: attempt.feedback }),
    denied: outcome?.denied ?? [],
  };
}

function gateView(gate: GateState, active: boolean): GateView {
  return {
    attempt: gate.attempt,
    // A gate without a verdict in a task that no longer moves was cut off; it proved nothing.
    state: gate.verdict ?? (active ? 'running' : 'unproven'),
    commands: gate.results.map((result) => ({
      command: result.command,
      exitCode: result.exitCode,
      timedOut: result.timedOut === true,
      ...(result.overflowed === true && { overflowed: true as const }),
      ms: result.ms,
      ...(result.tests !== undefined && { tests: result.tests }),
      ...(result.earlier !== undefined && { earlier: { exitCode: result.earlier.exitCode, ms: result.earlier.ms, tail: result.earlier.tail } }),
      tail: result.tail,
    })),
    of: gate.of,
    startedAt: gate.startedAt,
    ...(gate.endedAt !== undefined && { endedAt: gate.endedAt }),
    ...(gate.changesJudge !== undefined && { changesJudge: gate.changesJudge }),
    ...(gate.note !== undefined ? { note: gate.note } : gate.verdict === undefined && !active ? { note: 'The check was interrupted.' } : {}),
  };
}
