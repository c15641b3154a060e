/** What a run came to, as `run --json` ends with and `status --json` prints. */
import { againWords } from '../core/attemptWords.js';
import { runAmount } from '../core/bill.js';
import { overshootOf, overshootText } from '../core/budget.js';
import type { Change } from '../core/change.js';
import { targetBranch } from '../core/change.js';
import { isolationOf } from '../core/isolation.js';
import { PLANNING, leakText, openLeaks } from '../core/leak.js';
import { phaseOf } from '../core/phase.js';
import { resolutionWords } from '../core/resolutions.js';
import { queueReason } from '../core/queueReason.js';
import { decide } from '../core/scheduler.js';
import type { RunState } from '../core/run.js';
import { stateWords } from '../core/task.js';
import { upstreamWords } from '../core/upstream.js';
import { reasonText } from '../core/reasonWords.js';
import { runMoney } from './output.js';

export type SummaryState = 'done' | 'needs-you' | 'stopped' | 'failed';

/** The `state` of `run.summary`: whatever is neither done, failed nor stopped needs a person when the command ends. */
export function summaryState(state: RunState): SummaryState {
  const phase = phaseOf(state);
  if (phase === 'done' || phase === 'failed' || phase === 'stopped') return phase;
  return 'needs-you';
}

/** The last line of `run --json`. `wallMs` is this command's own time. */
export function runSummary(state: RunState, wallMs: number): object {
  return { type: 'run.summary', run: state.run, state: summaryState(state), ...body(state), wallMs };
}

/** The one line of `status --json`. */
export function runStatus(state: RunState, heldBy: string | undefined): object {
  return { type: 'run.status', run: state.run, goal: state.goal, base: state.base, phase: phaseOf(state), revision: state.revision, ...body(state), ...(heldBy !== undefined && { heldBy }) };
}

function body(state: RunState) {
  const waits = decide(state).waits;
  const tasks = Object.fromEntries(
    [...state.tasks.values()].map((task) => {
      const why = task.reason ?? waits.get(task.task.id) ?? queueReason(state, task);
      return [
        task.task.id,
        {
          state: task.state,
          attempts: task.attempts.length,
          ...(isolationOf(state, task) !== 'worktree' && { isolation: isolationOf(state, task) }),
          ...(task.landed !== undefined && { commit: task.landed.commit }),
          ...(task.pullRequest?.url !== undefined && { pullRequest: task.pullRequest.url }),
          ...(task.undone !== undefined && { undone: task.undone.commit }),
          ...(task.resolved.length > 0 && { resolved: task.resolved }),
          ...(why !== undefined && task.state !== 'landed' && { why }),
          ...(task.dependencies !== undefined && { dependencies: task.dependencies }),
          ...(task.note !== undefined && { note: task.note }),
          ...(openLeaks(task).length > 0 && { leaks: openLeaks(task) }),
        },
      ];
    }),
  );
  const changes = Object.fromEntries([...state.changes].map(([id, change]) => [id, changeStatus(change)]));
  return { tasks, ...(state.changes.size > 0 && { changes }), ...(state.upstream !== undefined && { upstream: state.upstream }), bill: { ...runAmount(state), ...overshoot(state) } };
}

/** The run's budget and what was spent beyond it, beside the bill's other numbers. */
export function overshoot(state: RunState): { readonly budgetUsd?: number; readonly overshootUsd?: number } {
  const budgetUsd = state.team.limits.runUsd;
  const overshootUsd = overshootOf(state);
  return { ...(budgetUsd !== undefined && { budgetUsd }), ...(overshootUsd !== undefined && { overshootUsd }) };
}

function changeStatus(change: Change): object {
  return { state: change.state, ...(change.landed !== undefined && { commit: change.landed.commit }), ...(change.reason !== undefined && { why: change.reason }) };
}

/** One line for each change beside the tasks. */
function changeLines(state: RunState): readonly string[] {
  return [...state.changes.values()].map((change) => {
    const what = change.kind === 'run' ? `${state.integration?.branch ?? 'the run'} onto ${state.base.branch}` : `undo of ${change.undoes ?? 'the run’s landing'}`;
    const word = change.state === 'needs-you' ? (change.kind === 'run' ? 'needs you' : 'not done') : change.state === 'in-review' ? 'in review' : change.undone !== undefined ? `undone by ${change.undone.commit.slice(0, 10)}` : change.state;
    return `  ${what}: ${word}${change.reason === undefined ? '' : `: ${change.reason.text}`}`;
  });
}

function plannerLeaks(state: RunState): readonly string[] {
  return openLeaks({ leaks: state.plannerLeaks ?? [] }).map((leak) => `  ${leakText(PLANNING, leak)}`);
}

/** What a person reads at the end: every task, the money, and what to run next. */
export function describeRun(state: RunState): string {
  const waits = decide(state).waits;
  const wide = Math.max(4, ...[...state.tasks.keys()].map((id) => id.length));
  const lines = [...state.tasks.values()].map((task) => {
    const reason = task.state === 'landed' ? undefined : (task.reason ?? waits.get(task.task.id) ?? queueReason(state, task));
    const why = reason !== undefined ? reasonText(reason) : (task.undone === undefined ? undefined : `undone by ${task.undone.commit.slice(0, 10)}`);
    const conflicts = task.resolved.length === 0 ? '' : `, ${task.resolved.map(resolutionWords).join(', ')}`;
    const again = againWords(task.attempts);
    const attempts = task.attempts.length > 1 ? `, ${String(task.attempts.length)} attempts${again === undefined ? '' : ` (${again})`}` : '';
    const note = task.note === undefined ? '' : ` (you said: ${task.note.replace(/\s+/g, ' ')})`;
    const leaks = openLeaks(task).map((leak) => `\n  ${''.padEnd(wide)}  ${leakText(task.task.title, leak)}`);
    return `  ${task.task.id.padEnd(wide)}  ${stateWords(task.state)}${attempts}${conflicts}${why === undefined ? '' : `: ${why}`}${note}${leaks.join('')}`;
  });
  const over = overshootText(state);
  // What was dropped is no longer wanted, and what was undone is there no more: as the dashboard counts.
  const wanted = [...state.tasks.values()].filter((task) => task.state !== 'dropped');
  const landed = wanted.filter((task) => task.state === 'landed' && task.undone === undefined).length;
  return [`${state.run}: ${state.goal.split('\n')[0] ?? ''}`, ...lines, ...plannerLeaks(state), ...changeLines(state), ...(state.upstream === undefined ? [] : [`  ${upstreamWords(state.upstream, state.base.branch)}`]), `${String(landed)} of ${String(wanted.length)} landed on ${targetBranch(state)} · ${runMoney(state)}`, ...(over === undefined ? [] : [`  ${over}`])].join('\n');
}
