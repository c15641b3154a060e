/** decide(state) -> what may start now, and why the rest may not. Deterministic; reads nothing but its arguments. */
import { taskAmount } from './bill.js';
import { fits, LEAST, neededFor, othersHold, runBudget, wasCutShort } from './budget.js';
import { adjacency, compare, depths } from './graph.js';
import { memberFor } from './member.js';
import { holdsLanding } from './leak.js';
import { sharedGlobs } from './planCheck.js';
import type { Reason, RunState, TaskRun } from './run.js';
import { isActive, isOver } from './task.js';
import { bytesText, dollars } from './text.js';
import { waitReason } from './trouble.js';

export interface Decision {
  /** Tasks that start now, longest remaining path first. */
  readonly start: readonly string[];
  /** Approved tasks that are ready to land, in plan order. */
  readonly land: readonly string[];
  /** Why every other waiting task waits. */
  readonly waits: ReadonlyMap<string, Reason>;
  /** A budget is what holds the run: nothing runs and nothing may start. */
  readonly outOfBudget: boolean;
}

/** An agent at work (or about to be): what a slot is for. Checking needs no agent. */
function holdsSlot(task: TaskRun): boolean {
  return task.state === 'setting-up' || task.state === 'working';
}

/** Its work is not on the base yet and its worktree lives: nobody else may own the same files meanwhile. */
function holdsFiles(task: TaskRun): boolean {
  return isActive(task.state) || task.state === 'ready' || task.state === 'in-review' || (!isOver(task.state) && task.attempts.length > 0);
}

/**
 * What may start and land now, and why each other waiting task waits. Longest remaining path first; the same state gives the
 * same decision.
 */
export function decide(state: RunState): Decision {
  const waits = new Map<string, Reason>();
  const tasks = [...state.tasks.values()];
  const land = state.stopped ? [] : tasks.filter((task) => task.state === 'ready' && task.approved && !holdsLanding(task)).map((task) => task.task.id);
  const waiting = tasks.filter((task) => task.state === 'waiting');
  const candidates: TaskRun[] = [];
  const known: Blocks = new Map();
  for (const task of waiting) {
    const reason = blockedBy(state, task, known);
    if (reason === undefined) candidates.push(task);
    else waits.set(task.task.id, reason);
  }
  const remaining = remainingPath(state);
  candidates.sort(
    (a, b) => (remaining.get(b.task.id) ?? 0) - (remaining.get(a.task.id) ?? 0) || compare(a.task.id, b.task.id),
  );
  let slots = state.team.limits.maxParallel - tasks.filter(holdsSlot).length;
  const busy = tasks.filter(holdsFiles);
  const budget = runBudget(state);
  const needed = neededFor(state);
  let committed = budget.spent + budget.reserved;
  const start: string[] = [];
  let refusedByBudget = false;
  for (const task of candidates) {
    const id = task.task.id;
    if (state.stopped || state.paused) {
      waits.set(id, { kind: 'paused', text: state.stopped ? 'The run is stopped' : 'The run is paused' });
      continue;
    }
    const held = state.agentWaits.get(memberFor(state, task).agent);
    if (held !== undefined && !held.over) {
      waits.set(id, waitReason(held));
      continue;
    }
    if (state.shortOfSpace !== undefined && needsWorktree(task)) {
      waits.set(id, shortReason(state.shortOfSpace));
      continue;
    }
    const overlap = busy.find((other) => other.task.id !== id && sharedGlobs(other.task, task.task).length > 0);
    if (overlap !== undefined) {
      waits.set(id, {
        kind: 'overlap',
        text: `Same files as ${overlap.task.title}: ${sharedGlobs(overlap.task, task.task).join(', ')}`,
        tasks: [overlap.task.id],
        paths: sharedGlobs(overlap.task, task.task),
      });
      continue;
    }
    const limit = overBudget(state, task, committed, committed > budget.spent ? needed : leastFor(state, task, needed));
    if (limit !== undefined) {
      refusedByBudget = true;
      waits.set(id, limit);
      continue;
    }
    if (slots <= 0) {
      waits.set(id, { kind: 'agent-slots', text: `All ${String(state.team.limits.maxParallel)} agents are at work` });
      continue;
    }
    slots -= 1;
    committed += needed;
    busy.push(task);
    start.push(id);
  }
  const moving = start.length > 0 || land.length > 0 || tasks.some((task) => isActive(task.state));
  return { start, land, waits, outOfBudget: refusedByBudget && !moving };
}

function needsWorktree(task: TaskRun): boolean {
  return task.worktree === undefined || task.cleaned;
}

function shortReason({ free, floor }: NonNullable<RunState['shortOfSpace']>): Reason {
  return {
    kind: 'disk',
    text: `Waits for disk space: ${bytesText(free)} free, floor ${bytesText(floor)}. It goes on by itself when a removal makes room. Clean Up removes what has landed; Check Again looks at once, also at a lower limits.minFreeGb of the team file.`,
  };
}

/** What was found for a task in this look: without it, every path through a layered plan would be walked. */
type Blocks = Map<string, Reason | undefined>;

function blockedBy(state: RunState, task: TaskRun, known: Blocks): Reason | undefined {
  const { id } = task.task;
  if (!known.has(id)) known.set(id, findBlock(state, task, known));
  return known.get(id);
}

/** Dependencies that have not landed; a dependency that only a person can move on is named as what blocks. */
function findBlock(state: RunState, task: TaskRun, known: Blocks): Reason | undefined {
  const open: TaskRun[] = [];
  for (const edge of state.edges) {
    if (edge.to !== task.task.id) continue;
    const from = state.tasks.get(edge.from);
    // An overlap edge orders; it does not need the other's work: a dropped one is out of the way.
    if (from === undefined || (from.state === 'landed' && (from.undone === undefined || edge.why === 'overlap')) || (edge.why === 'overlap' && from.state === 'dropped')) continue;
    open.push(from);
  }
  if (open.length === 0) return undefined;
  const stuck = open.find((each) => each.state === 'needs-you' || each.state === 'stopped' || each.state === 'dropped' || each.undone !== undefined) ?? open.find((each) => stuckBehind(state, each, known));
  const ids = open.map((each) => each.task.id);
  if (stuck !== undefined) {
    const word = stuck.undone !== undefined ? 'was undone' : stuck.state === 'dropped' ? 'was dropped' : stuck.state === 'stopped' ? 'is stopped' : stuck.state === 'needs-you' ? 'needs you' : 'is itself blocked';
    return { kind: 'blocked', text: `Blocked by ${stuck.task.title}, which ${word}`, tasks: [stuck.task.id] };
  }
  const [only] = open;
  const owned = state.edges.filter((edge) => edge.to === task.task.id && ids.includes(edge.from));
  if (owned.every((edge) => edge.why === 'overlap') && only !== undefined) {
    return { kind: 'overlap', text: `Same files as ${only.task.title}`, tasks: ids, paths: sharedGlobs(only.task, task.task) };
  }
  return {
    kind: 'dependency',
    text: open.length === 1 && only !== undefined ? (only.state === 'in-review' && only.pullRequest !== undefined ? `Waits for the pull request of ${only.task.title} to be merged` : `Waits for ${only.task.title} to land`) : `Waits for ${String(open.length)} tasks to land`,
    tasks: ids,
  };
}

function stuckBehind(state: RunState, task: TaskRun, known: Blocks): boolean {
  return task.state === 'waiting' && blockedBy(state, task, known)?.kind === 'blocked';
}

/** Why a task that is in work may not begin another attempt; `undefined` when the budgets allow it. */
export function budgetReason(state: RunState, task: TaskRun): Reason | undefined {
  const budget = runBudget(state);
  const needed = neededFor(state);
  // A task in work holds its own reservation already.
  const committed = budget.spent + budget.reserved - needed;
  return overBudget(state, task, committed, othersHold(state, task.task.id) ? needed : leastFor(state, task, needed));
}

/** With nobody else at work, a task that was cut at its share may go on with all that is left. */
function leastFor(state: RunState, task: TaskRun, needed: number): number {
  return wasCutShort(state, task) ? Math.min(LEAST, needed) : needed;
}

function overBudget(state: RunState, task: TaskRun, committed: number, needed: number): Reason | undefined {
  const { runUsd, taskUsd } = state.team.limits;
  if (runUsd !== undefined && committed > 0 && !fits(committed, needed, runUsd)) {
    return { kind: 'budget', text: `The run's budget of ${dollars(runUsd)} leaves no room for another attempt (${dollars(committed)} spent or reserved)` };
  }
  const spent = taskAmount(state, task.task.id).usd;
  if (taskUsd !== undefined && spent >= taskUsd) {
    return { kind: 'budget', text: `The task's budget of ${dollars(taskUsd)} is spent (${dollars(spent)})` };
  }
  return undefined;
}

/** Length of the longest chain that a task holds up, itself included. */
export function remainingPath(state: Pick<RunState, 'tasks' | 'edges'>): Map<string, number> {
  const reversed = adjacency(state.tasks.keys(), state.edges.map(({ from, to }) => ({ from: to, to: from })));
  return depths(reversed);
}
