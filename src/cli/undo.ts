/** `undo`: takes a task's landing back. Carried out here when nobody runs the repository's agents, else passed on. */
import { UNDO_RUN, landedDependents, undoChange } from '../core/change.js';
import type { RunState } from '../core/run.js';
import { stateClause } from '../core/task.js';
import type { EngineSession } from '../engine/session.js';
import { isFinished } from '../engine/runReader.js';
import type { ExitCode, Output } from './output.js';
import { EXIT, UsageError } from './output.js';
import { stateOf, taskOf } from './state.js';

type Open = () => Promise<EngineSession>;

/** Exit code 0 when it has landed (or was passed on), 3 when it could not be done; nothing is changed then. */
export async function undo(reader: Open, writer: Open, options: { readonly run?: string; readonly task?: string; readonly all: boolean }, output: Output): Promise<ExitCode> {
  const looking = await reader();
  try {
    const state = await stateOf(looking, options.run);
    if (options.all === (options.task !== undefined)) throw new UsageError(options.all ? 'A task or --all, not both: switchyard undo TASK' : 'Which task? switchyard undo TASK; or --all for a run that landed as a whole.');
    const id = options.all ? undefined : checked(state, options.task, output);
    const holder = await looking.holderNow();
    // An unfinished run goes on with all its tasks when it is opened; that is for `resume`.
    if (holder !== undefined || !isFinished(state)) {
      const wish = { type: 'undo' as const, run: state.run, ...(id !== undefined && { task: id }) };
      const answer = await looking.wish(wish);
      if (!answer.ok) throw new UsageError(answer.reason);
      output.object({ type: 'wish.recorded', run: state.run, wish, ...(holder !== undefined && { heldBy: holder }) });
      output.result(holder === undefined ? `Recorded. Next: switchyard resume ${state.run}` : `Recorded; ${holder} acts on it.`);
      return EXIT.done;
    }
    await looking.close({ stopAgents: false });
    return await carriedOut(await writer(), state.run, id, output);
  } finally {
    await looking.close({ stopAgents: false });
  }
}

/** Refuses what cannot be undone, and names what builds on it. */
function checked(state: RunState, task: string | undefined, output: Output): string {
  const run = taskOf(state, task);
  const { id } = run.task;
  if (run.undone !== undefined) throw new UsageError(`${id} was undone already, by ${run.undone.commit.slice(0, 10)}. Nothing was changed.`);
  if (run.landed === undefined || run.state !== 'landed') throw new UsageError(`${id} has not landed (it ${stateClause(run.state)}); there is nothing to undo.`);
  const dependents = landedDependents(state, id);
  if (dependents.length > 0) output.say(`${dependents.join(', ')} ${dependents.length === 1 ? 'builds' : 'build'} on ${id} and ${dependents.length === 1 ? 'has' : 'have'} landed since; ${dependents.length === 1 ? 'it stays' : 'they stay'}. The gate decides whether that holds together.`);
  return id;
}

async function carriedOut(session: EngineSession, run: string, id: string | undefined, output: Output): Promise<ExitCode> {
  try {
    await session.open(run);
    const listening = session.onEvents((events) => {
      for (const { v: _v, ...event } of events) output.object({ ...event, run });
    });
    const answer = await session.wish({ type: 'undo', run, ...(id !== undefined && { task: id }) });
    if (!answer.ok) {
      // Its pull request is open still; that is no mistake of who asked.
      if (session.current()?.changes.get(id === undefined ? UNDO_RUN : undoChange(id))?.state !== 'in-review') throw new UsageError(answer.reason);
      output.say(answer.reason);
    }
    await session.rested();
    listening.dispose();
    const state = session.current();
    const change = state?.changes.get(id === undefined ? UNDO_RUN : undoChange(id));
    const commit = change?.landed?.commit;
    output.object({ type: 'undo.summary', run, ...(id !== undefined && { task: id }), ok: commit !== undefined, ...(commit !== undefined && { commit }), ...(change?.reason !== undefined && { why: change.reason }) });
    if (commit === undefined) output.say(change?.reason?.text ?? 'It could not be undone; nothing was changed.');
    else output.result(`Undone by ${commit}${change?.receipt?.unproven === true ? ' (unproven: there is no gate)' : ''}`);
    return commit === undefined ? EXIT.needsPerson : EXIT.done;
  } finally {
    await session.close({ stopAgents: false });
  }
}
