/** Drives one task from state to state until it rests. Each state's step can be repeated, so recovery is driving again. */
import type { EventBody } from '../core/events.js';
import { listed } from '../core/gate.js';
import type { AgentOutcome } from '../core/activity.js';
import type { Reason, TaskRun } from '../core/run.js';
import type { TaskState } from '../core/task.js';
import { isOver } from '../core/task.js';
import { isUnheeded, prepare, runAttempt } from './attempts.js';
import { check } from './checking.js';
import type { RunContext } from './context.js';
import { cleanUp } from './landing.js';

/** Returns when the task rests: ready, needs you, stopped, landed, dropped or waiting. */
export async function drive(context: RunContext, id: string, { startsNothing }: { readonly startsNothing: boolean } = { startsNothing: false }): Promise<void> {
  let held: { slot: number; release(): void } | undefined;
  const release = () => {
    held?.release();
    held = undefined;
  };
  const lane = async () => (held ??= await context.gateSlots.acquire(context.signal(id)));
  try {
    for (;;) {
      const { state } = context.task(id);
      // Recovery ends what was under way; it begins no gate and no further attempt.
      if (startsNothing && !isOver(state) && !isUnderWay(context.task(id))) return;
      switch (state) {
        case 'waiting':
          context.rearm(id);
          await move(context, id, 'setting-up');
          break;
        case 'setting-up': {
          const problem = await prepare(context, id);
          if (context.signal(id).aborted) await move(context, id, 'stopped', STOPPED);
          else if (problem === undefined) await move(context, id, 'working');
          else await move(context, id, 'needs-you', problem);
          break;
        }
        case 'working': {
          release();
          const outcome = await runAttempt(context, id);
          if ('kind' in outcome) await move(context, id, 'needs-you', outcome);
          else await afterAttempt(context, id, outcome);
          break;
        }
        case 'checking': {
          const result = await check(context, id, lane);
          if (result.next === 'ready') await becomeReady(context, id);
          else if (result.next === 'needs-you') await move(context, id, 'needs-you', result.reason);
          else if (result.next === 'stopped') await move(context, id, 'stopped', STOPPED);
          break;
        }
        case 'ready':
          if (!context.task(id).approved || context.store.state.stopped) return;
          await move(context, id, 'merging');
          break;
        case 'merging': {
          const result = await context.queue.land(context, id, release);
          if (result.next === 'needs-you') await move(context, id, 'needs-you', result.reason);
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

const STOPPED: Reason = { kind: 'stopped-by-you', text: 'Stopped; its work is kept in its worktree. Go On or Retry continues it.' };

async function move(context: RunContext, id: string, to: TaskState, reason?: Reason): Promise<void> {
  const from = context.task(id).state;
  await context.store.append({ type: 'task.state', task: id, from, to, ...(reason !== undefined && { reason }) });
}

async function becomeReady(context: RunContext, id: string): Promise<void> {
  const task = context.task(id);
  const events: EventBody[] = [];
  if (!task.approved && context.options.autoApprove) events.push({ type: 'task.approved', task: id, by: 'yes' });
  const denied = task.attempts.at(-1)?.outcome?.denied ?? [];
  const text = denied.length === 0 ? 'Green on the merged result' : `Green on the merged result; the agent was denied ${listed(denied.map((each) => each.tool))}`;
  events.push({ type: 'task.state', task: id, from: task.state, to: 'ready', reason: { kind: 'approval', text } });
  await context.store.append(...events);
}

async function afterAttempt(context: RunContext, id: string, outcome: AgentOutcome): Promise<void> {
  if (context.task(id).state !== 'working') return;
  if (outcome.ok) return move(context, id, 'checking');
  if (outcome.reason === 'stopped') return move(context, id, 'stopped', STOPPED);
  if (outcome.reason === 'interrupted') {
    return move(context, id, 'stopped', { kind: 'interrupted', failure: 'interrupted', text: `${outcome.message ?? 'The agent was interrupted.'} Go On or Retry continues it in its own session.` });
  }
  const task = context.task(id);
  const attempt = task.attempts.at(-1);
  const name = attempt === undefined ? 'The agent' : (context.world.agents.adapter(attempt.agent)?.name ?? attempt.agent);
  await move(context, id, 'needs-you', {
    kind: 'agent-failed',
    text: `${name} ${FAILURES[outcome.reason ?? 'crashed']}${outcome.message === undefined ? '' : `: ${outcome.message}`}. Its work so far is kept in its worktree.`,
    failure: outcome.reason ?? 'crashed',
    ...(outcome.retryAt !== undefined && { until: outcome.retryAt }),
  });
}

const FAILURES: Readonly<Record<NonNullable<AgentOutcome['reason']>, string>> = {
  'rate-limit': 'hit its rate limit; retry when it is over',
  quota: 'has no quota or credit left; change the tier to another agent or top up, then retry',
  'signed-out': 'is not signed in; sign in in a terminal, then retry',
  'bad-model': 'does not know the model; change it in the team file or the task, then retry',
  'context-full': 'ran out of context; retry starts a fresh session in the same worktree',
  network: 'lost the network; retry resumes its session',
  server: 'got errors from its service; retry resumes its session',
  silent: 'said nothing for too long and was stopped; retry resumes its session',
  'time-limit': 'reached the time limit and was stopped; retry resumes its session',
  budget: 'reached its budget and was stopped; raise the limit, then retry',
  'turn-limit': 'reached its turn limit; retry resumes its session',
  refused: 'refused the task; change its instructions, then retry',
  stopped: 'was stopped',
  interrupted: 'was interrupted',
  'missing-cli': 'was not found',
  'wrong-version': 'has a version that cannot be used',
  crashed: 'ended without finishing',
};
