/** What a person does when something has gone wrong: opens it again, reads what it says, does that. */
import { goesOn } from '../../../src/core/stopping.js';
import type { RunState, TaskRun } from '../../../src/core/run.js';
import type { Wish } from '../../../src/core/wishes.js';
import type { EngineSession } from '../../../src/engine/session.js';
import { sixTasks } from './plan.js';

/** Acts once on everything that waits for a person; false when nothing does. */
async function actOn(session: EngineSession, state: RunState): Promise<boolean> {
  const { run } = state;
  const wishes: Wish[] = [];
  if (state.proposal !== undefined) wishes.push({ type: 'approve-plan', run, revision: state.proposal.revision });
  if (state.stopped || [...state.tasks.values()].some(goesOn)) wishes.push({ type: 'go-on', run });
  for (const [id, task] of state.tasks) {
    const wish = wishFor(run, id, task);
    if (wish !== undefined) wishes.push(wish);
  }
  for (const wish of wishes) {
    const answer = await session.wish(wish);
    if (!answer.ok && session.broken === undefined) throw new Error(`${wish.type} was refused: ${answer.reason}`);
  }
  return wishes.length > 0;
}

function wishFor(run: string, task: string, { state, reason, receipt }: TaskRun): Wish | undefined {
  if (state === 'ready') return { type: 'approve', run, task };
  if (reason?.kind === 'stopped-by-you') return { type: 'retry', run, task };
  if (state !== 'needs-you') return undefined;
  if ((reason?.kind === 'merge-failed' || reason?.kind === 'checkout-in-the-way') && receipt !== undefined) return { type: 'approve', run, task };
  if (reason?.kind === 'merge-failed' || reason?.text.includes('Check Again runs the gate') === true) return { type: 'check', run, task };
  if (reason?.kind === 'nothing-changed' || reason?.kind === 'unproven' || reason?.kind === 'worktree-missing') throw new Error(`A person would be at a loss: ${task} needs you, ${reason.text}`);
  return { type: 'retry', run, task };
}

export function isDone(state: RunState | undefined): boolean {
  return state !== undefined && state.revision > 0 && [...state.tasks.values()].every((task) => task.state === 'landed');
}

/** Drives the newest run until all has landed, or until the log cannot be written. True when all has landed. */
export async function goOn(session: EngineSession, said: (what: string) => void): Promise<boolean> {
  const [newest] = await session.runs();
  if (newest !== undefined) await session.open(newest.run);
  const state = session.current();
  if (state === undefined || (state.revision === 0 && state.proposal === undefined)) {
    const made = await session.decompose({ kind: 'plan', plan: sixTasks });
    if (!made.ok) {
      said(`not planned: ${made.reason}`);
      return false;
    }
  }
  for (let round = 0; round < 30; round += 1) {
    await session.rested();
    if (session.broken !== undefined) return false;
    const now = session.current();
    if (now === undefined) return false;
    if (isDone(now)) return true;
    for (const [id, task] of now.tasks) if (task.state === 'needs-you') said(`${id} needs you: ${task.reason?.kind ?? ''} ${task.reason?.text ?? ''}`);
    if (!(await actOn(session, now))) throw new Error(`The run stands still: ${[...now.tasks].map(([id, task]) => `${id} ${task.state}`).join(', ')}`);
  }
  throw new Error('The run does not come to its end');
}
