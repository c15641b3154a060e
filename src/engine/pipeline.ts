/** Drives one task from state to state until it rests. Each state's step can be repeated, so recovery is driving again. */
import type { EventBody } from '../core/events.js';
import { greenText, listed } from '../core/gate.js';
import type { AgentOutcome } from '../core/activity.js';
import { holdsLanding } from '../core/leak.js';
import type { Reason, TaskRun } from '../core/run.js';
import { STOPPED_BY_YOU, stoppedWith } from '../core/stopping.js';
import type { TaskState } from '../core/task.js';
import { isOver } from '../core/task.js';
import { isUnheeded, prepare, runAttempt } from './attempts.js';
import { check } from './checking.js';
import type { RunContext } from './context.js';
import { cleanUp } from './landing.js';
import { onTrouble } from './trouble.js';
import { openPullRequest } from './pullRequests.js';
import { noticeUpstream } from './upstream.js';

/** Returns when the task rests: ready, needs you, stopped, landed, dropped or waiting. */
export async function drive(context: RunContext, id: string, { startsNothing }: { readonly startsNothing: boolean } = { startsNothing: false }): Promise<void> {
  let held: { slot: number; release(): void } | undefined;
  const release = () => {
    held?.release();
    held = undefined;
  };
  let begun = false;
  const lane = async () => (held ??= await context.gateSlots.acquire(context.signal(id)));
  try {
    for (;;) {
      const { state } = context.task(id);
      // Recovery ends what was under way; it begins no set-up, no gate and no further attempt, and leaves nobody at work who is not.
      if (startsNothing && !isOver(state) && !isUnderWay(context.task(id))) {
        const left = LEFT[state];
        if (left !== undefined) await move(context, id, 'stopped', left);
        return;
      }
      switch (state) {
        case 'waiting':
          // Sent back to wait: when it goes on is the scheduler's to say.
          if (begun) return;
          begun = true;
          context.rearm(id);
          moveOn(context, id, 'setting-up');
          break;
        case 'setting-up': {
          begun = true;
          const problem = await prepare(context, id);
          if (context.signal(id).aborted) await stop(context, id);
          else if (problem === undefined) moveOn(context, id, 'working');
          else if ('free' in problem) await context.store.append({ type: 'space.short', ...problem }, { type: 'task.state', task: id, from: 'setting-up', to: 'waiting' });
          else await move(context, id, 'needs-you', problem);
          break;
        }
        case 'working': {
          begun = true;
          release();
          const outcome = await runAttempt(context, id);
          // An attempt that never began was put aside: whether the next one may begin is asked again above.
          if (outcome === undefined) break;
          // Others hold the money: the scheduler says so, and starts it when they give some back.
          if (outcome === 'no-room') await move(context, id, 'waiting');
          else if ('kind' in outcome) await move(context, id, 'needs-you', outcome);
          else await afterAttempt(context, id, outcome);
          break;
        }
        case 'checking': {
          begun = true;
          const result = await check(context, id, lane);
          if (result.next === 'ready') await becomeReady(context, id);
          else if (result.next === 'needs-you') await move(context, id, 'needs-you', result.reason);
          else if (result.next === 'stopped') await stop(context, id);
          break;
        }
        case 'ready':
          if (!context.task(id).approved || holdsLanding(context.task(id)) || context.store.state.stopped) return;
          moveOn(context, id, 'merging');
          break;
        case 'merging': {
          begun = true;
          const result = context.store.state.team.merge === 'pull-request' ? await openPullRequest(context, id) : await context.queue.land(context, id, release, { waits: !startsNothing });
          if (result.next === 'needs-you' || result.next === 'in-review') await move(context, id, result.next, result.reason);
          else await move(context, id, result.next);
          break;
        }
        case 'landed':
        case 'dropped':
          release();
          await cleanUp(context, id);
          return;
        default:
          return;
      }
    }
  } finally {
    release();
  }
}

/** An agent that may be alive, or a landing that was begun: both are seen to their end, also when nothing else may start. */
export function isUnderWay(task: TaskRun): boolean {
  const last = task.attempts.at(-1);
  return (last !== undefined && last.endedAt === undefined) || task.state === 'merging' || (task.state === 'working' && isUnheeded(task));
}

/** A state of work in which nobody works any more, by what it was. */
const LEFT: Readonly<Partial<Record<TaskState, Reason>>> = {
  'setting-up': { kind: 'interrupted', text: 'Its worktree was not set up to its end: the editor or the machine stopped before. Nothing was lost; Go On or Retry sets it up.' },
  working: { kind: 'interrupted', text: 'Its agent was announced and never began: the editor or the machine stopped before. Nothing was lost; Go On or Retry starts it.' },
  checking: { kind: 'interrupted', text: 'Its work was not checked to its end: the editor or the machine stopped before. Its work is kept in its worktree; Go On or Check Again checks it.' },
};

/** To a state in which something is done next, and announced. */
function moveOn(context: RunContext, id: string, to: TaskState): void {
  context.store.note({ type: 'task.state', task: id, from: context.task(id).state, to });
}

async function stop(context: RunContext, id: string): Promise<void> {
  await move(context, id, 'stopped', context.isStoppedWithRun(id) ? stoppedWith(context.store.state) : STOPPED_BY_YOU);
}

async function move(context: RunContext, id: string, to: TaskState, reason?: Reason): Promise<void> {
  const from = context.task(id).state;
  await context.store.append({ type: 'task.state', task: id, from, to, ...(reason !== undefined && { reason }) });
}

async function becomeReady(context: RunContext, id: string): Promise<void> {
  await noticeUpstream(context);
  const task = context.task(id);
  const events: EventBody[] = [];
  if (!task.approved && context.options.autoApprove) events.push({ type: 'task.approved', task: id, by: 'yes' });
  const denied = task.attempts.at(-1)?.outcome?.denied ?? [];
  const text = [...(task.backTo === undefined ? [] : [`Back at the result of attempt ${String(task.backTo)}`]), task.receipt?.unproven === true ? 'Accepted without a proof' : 'Green on the merged result', ...greenText(task.gates.at(-1)), ...(task.attempts.at(-1)?.unchanged === true && task.backTo === undefined ? [`attempt ${String(task.attempts.at(-1)?.attempt ?? 0)} changed nothing`] : []), ...(denied.length === 0 ? [] : [`the agent was denied ${listed(denied.map((each) => each.tool))}`])].join('; ');
  events.push({ type: 'task.state', task: id, from: task.state, to: 'ready', reason: { kind: 'approval', text } });
  await context.store.append(...events);
}

async function afterAttempt(context: RunContext, id: string, outcome: AgentOutcome): Promise<void> {
  if (context.task(id).state !== 'working') return;
  if (outcome.ok) moveOn(context, id, 'checking');
  else await onTrouble(context, id, outcome);
}
