/** `recover`, `backups` and `restore`: what a crash left, and what was saved before something was removed. */
import { resolve } from 'node:path';
import type { TaskState } from '../core/task.js';
import { stateWords } from '../core/task.js';
import type { EngineSession } from '../engine/session.js';
import type { ExitCode, Output } from './output.js';
import { EXIT, UsageError } from './output.js';

/**
 * Finishes or rolls back whatever a crash left in every run that is not over, without starting anything new: agents that
 * live are waited for, dead ones are recorded as interrupted, half-made landings are finished or found undone.
 */
export async function recover(session: EngineSession, output: Output): Promise<ExitCode> {
  const before = new Map<string, TaskState>();
  const changed: { run: string; task: string; from: TaskState; to: TaskState }[] = [];
  const runs = await session.runs();
  for (const { run, ended } of runs) {
    if (ended) continue;
    await session.holdStill(run);
    for (const [id, task] of session.current()?.tasks ?? []) before.set(id, task.state);
    await session.rested();
    for (const [id, task] of session.current()?.tasks ?? []) {
      const from = before.get(id);
      if (from !== undefined && from !== task.state) changed.push({ run, task: id, from, to: task.state });
    }
    before.clear();
  }
  output.object({ type: 'recovered', runs: runs.length, changed });
  output.result(changed.length === 0 ? 'Nothing to recover.' : changed.map((each) => `${each.run} ${each.task}: ${stateWords(each.from)} → ${stateWords(each.to)}`).join('\n'));
  return EXIT.done;
}

export async function listBackups(session: EngineSession, output: Output): Promise<ExitCode> {
  const backups = await session.backups();
  output.object({ type: 'backups', backups });
  output.result(backups.map((each) => `${new Date(each.at).toISOString()}  ${each.ref}  ${each.subject}`).join('\n') || 'There are no backups.');
  return EXIT.done;
}

export async function restore(session: EngineSession, ref: string | undefined, into: string | undefined, output: Output): Promise<ExitCode> {
  if (ref === undefined || into === undefined) throw new UsageError('restore needs a backup and a folder: switchyard restore REF --into DIR (switchyard backups lists them)');
  const result = await session.restore(ref, resolve(into));
  if (!result.ok) throw new UsageError(result.reason);
  output.object({ type: 'restored', ref, into: resolve(into), commit: result.commit });
  output.result(`Restored into ${resolve(into)}`);
  return EXIT.done;
}
