/** The one projection of everything the engine knows onto what the dashboard shows. Pure; no editor here. */
import type { RunSummary } from '../../engine/api.js';
import { billLines, sum } from '../../core/bill.js';
import { RUN_CHANGE } from '../../core/change.js';
import type { AgentId } from '../../core/ids.js';
import type { AgentStatus, Forecast, RepositoryFacts } from '../../core/ports.js';
import { plannerWait } from '../../core/plannerTrouble.js';
import { waitReason } from '../../core/trouble.js';
import type { PlannerState, Reason, RunState } from '../../core/run.js';
import type { DiskUse } from '../../core/disk.js';
import { diskText, freesText } from '../../core/disk.js';
import { upstreamWords } from '../../core/upstream.js';
import type { AgentView, BillView, EmptyReason, RunSummaryView, RunView, Snapshot, TaskView } from '../../shared/protocol.js';
import { billView, isBilled } from './billView.js';
import { PLANNING } from '../../core/leak.js';
import { leakViews } from './leakView.js';
import { startNotices } from './notices.js';
import { runPhase } from './phase.js';
import { refusalText } from './refusal.js';
import { planView } from './planView.js';

export interface SnapshotInput {
  readonly revision: number;
  /** Why no repository is open; the rest is then ignored. */
  readonly empty?: EmptyReason;
  /** What stands in the way exactly. */
  readonly emptyText?: string;
  readonly facts?: RepositoryFacts;
  /** Where the opened folder lies in the repository, when that begins above it. */
  readonly inside?: string;
  readonly state?: RunState;
  readonly waits: ReadonlyMap<string, Reason>;
  readonly runs: readonly RunSummary[];
  readonly agents: readonly AgentStatus[];
  /** One line of what each working agent does, by task id; the planner's under `planner`. */
  readonly live: ReadonlyMap<string, string>;
  readonly teamProblem?: string;
  /** Agents that the team file names; absent while it was not read. */
  readonly named?: readonly AgentId[];
  /** More than one folder is open in this window. */
  readonly severalFolders?: boolean;
  readonly heldBy?: string;
  readonly forecast?: Forecast;
  readonly disk?: DiskUse;
}

/** Everything that pages and views show, from the session's state alone: the same input gives an equal snapshot. */
export function snapshot(input: SnapshotInput): Snapshot {
  const { facts, state } = input;
  const empty = input.empty ?? (state === undefined ? emptyWithoutRun(input.agents, input.named) : undefined);
  return {
    revision: input.revision,
    ...(facts !== undefined && {
      repository: { name: lastPart(facts.root), root: facts.root, ...(facts.branch !== undefined && { branch: facts.branch }), ...(input.severalFolders === true && { oneOfSeveral: true }) },
    }),
    ...(empty !== undefined && { empty }),
    ...(input.empty !== undefined && input.emptyText !== undefined && { emptyText: input.emptyText }),
    ...(empty === undefined && state !== undefined && facts !== undefined && { run: runView(state, facts, input) }),
    runs: input.runs.map((run) => runSummary(run, state)),
    agents: input.agents.map((status) => agentView(status, state)),
    ...(input.disk !== undefined && { disk: diskView(input.disk) }),
    ...(input.teamProblem !== undefined && { teamProblem: input.teamProblem }),
  };
}

function diskView(disk: DiskUse): NonNullable<Snapshot['disk']> {
  const frees = freesText(disk.reclaimable);
  return { total: disk.total, worktrees: disk.worktrees.length, text: diskText(disk), ...(frees !== undefined && { frees }) };
}

/** The scripted agent plays recorded plans only, so it counts where the team asks for it; else a goal needs a real one. */
export function emptyWithoutRun(agents: readonly AgentStatus[], named: readonly AgentId[] | undefined): EmptyReason {
  if (agents.length === 0 || named === undefined) return 'no-plan';
  return agents.some(({ id, found }) => found && (id !== 'scripted' || named.includes(id))) ? 'no-plan' : 'no-agent';
}

/** A run as it is shown. Times in milliseconds since the epoch, money in dollars. */
export function runView(state: RunState, facts: RepositoryFacts, input: Pick<SnapshotInput, 'waits' | 'live' | 'agents' | 'heldBy' | 'forecast' | 'disk' | 'inside'>): RunView {
  const bills = billLines(state);
  const bill = billView(state);
  const view = planView({ state, waits: input.waits, bills, live: input.live, ...(input.forecast !== undefined && { forecast: input.forecast }), ...(input.disk !== undefined && { disk: input.disk }) });
  const { proposal } = state;
  const note = proposal?.plan.note ?? state.plan?.note;
  return {
    id: state.run,
    goal: state.goal,
    base: state.base.branch,
    phase: runPhase(state),
    planRevision: proposal?.revision ?? state.revision,
    ...(proposal !== undefined && state.revision > 0 && { revisionInForce: state.revision }),
    startedAt: state.approvedAt ?? state.createdAt,
    ...(state.endedAt !== undefined && { endedAt: state.workedUntil ?? state.endedAt }),
    ...(note !== undefined && { note }),
    ...plannerView(state, input.live),
    tasks: view.tasks.map((task) => asPrinted(task, bill)),
    edges: view.edges,
    levels: view.levels,
    warnings: view.warnings,
    bill,
    limits: pickLimits(state),
    notices: startNotices(state, facts, input.agents, input.inside),
    ...leakViews(PLANNING, state.plannerLeaks, false),
    ...landingView(state),
    ...(state.upstream !== undefined && { upstream: { text: upstreamWords(state.upstream, state.base.branch), diverged: state.upstream.diverged } }),
    ...(input.heldBy !== undefined && { heldBy: input.heldBy }),
  };
}

/** A card and the bill round alike: what is rounded by itself can differ by a cent. */
function asPrinted(task: TaskView, { byTask }: BillView): TaskView {
  const printed = byTask.find(({ key }) => key === task.id)?.amount.printed;
  return printed === undefined ? task : { ...task, amount: { ...task.amount, printed } };
}

/** The run's integration branch, from its first use until the run has landed. */
function landingView(state: RunState): Pick<RunView, 'landing'> {
  const change = state.changes.get(RUN_CHANGE);
  const branch = state.integration?.branch;
  if (branch === undefined || state.integration?.landed === true) return {};
  return { landing: { branch, state: change === undefined || change.state === 'in-review' ? 'filling' : change.state, ...(change?.reason !== undefined && { text: change.reason.text }), ...(change?.reason?.paths !== undefined && { paths: change.reason.paths }) } };
}

function pickLimits({ team: { limits } }: RunState): RunView['limits'] {
  return { maxParallel: limits.maxParallel, gateParallel: limits.gateParallel, retries: limits.retries };
}

/** Agents advise the headless command; in the editor the same has a command of its own. */
const CLI_OUTLINE = /\bswitchyard plan --from [\w.]+/;

/** How a planning ended is told until the plan went another way, or the run is over. */
function isNews(state: RunState, planner: PlannerState): boolean {
  return runPhase(state) !== 'done' && (planner.endedAt ?? 0) >= (state.planChangedAt ?? 0);
}

function plannerView(state: RunState, live: ReadonlyMap<string, string>): Pick<RunView, 'planner'> {
  const { planner } = state;
  if (planner === undefined) return {};
  const member = planner.tries.at(-1) ?? state.team.planner;
  const lines = billLines(state).filter((line) => line.role === 'planner');
  const wait = plannerWait(state);
  const activity = planner.endedAt !== undefined ? undefined : wait === undefined ? live.get('planner') : waitReason(wait).text;
  const failure = isNews(state, planner) ? planner.failure?.replace(CLI_OUTLINE, 'Import Outline') : undefined;
  return {
    planner: {
      agent: member.agent,
      ...(member.model !== undefined && { model: member.model }),
      startedAt: planner.startedAt,
      ...(planner.endedAt !== undefined && { endedAt: planner.endedAt }),
      ...(activity !== undefined && { activity }),
      amount: sum(lines),
      billed: isBilled(lines),
      ...(failure !== undefined && { failure }),
      try: Math.max(1, planner.tries.length),
    },
  };
}

function agentView(status: AgentStatus, state: RunState | undefined): AgentView {
  const attempts = state === undefined ? [] : [...state.plannerAttempts, ...[...state.tasks.values()].flatMap((task) => task.attempts)];
  return {
    id: status.id,
    name: status.name,
    found: status.found,
    ...(status.missingAt !== undefined && { missingAt: status.missingAt }),
    ...(status.version !== undefined && { version: status.version }),
    signedIn: status.signedIn,
    account: status.account,
    ...(status.problem !== undefined && { problem: status.problem }),
    ...(status.hint !== undefined && { hint: status.hint }),
    working: attempts.filter((attempt) => attempt.agent === status.id && attempt.endedAt === undefined).length,
  };
}

/** The shown run's phase is known; of another one only whether it is over. */
function runSummary(run: RunSummary, state: RunState | undefined): RunSummaryView {
  const phase = state?.run === run.run ? runPhase(state) : run.ended ? 'done' : 'stopped';
  return { id: run.run, goal: run.goal, phase, startedAt: run.createdAt, ...(run.refused !== undefined && { refused: refusalText(run.refused) }), ...(run.damaged === true && { damaged: true as const }) };
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).filter((part) => part !== '').at(-1) ?? path;
}
