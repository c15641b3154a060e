/** `recover`, `backups` and `restore`: what a crash left, and what was saved before something was removed. */
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { KnownBackup } from '../core/backups.js';
import { fateText } from '../core/backups.js';
import type { TaskRun } from '../core/run.js';
import type { TaskState } from '../core/task.js';
import { stateWords } from '../core/task.js';
import { bytesText } from '../core/text.js';
import { salvagedFiles } from '../engine/salvage.js';
import type { EngineSession } from '../engine/session.js';
import { writeText } from './files.js';
import type { ExitCode, Output } from './output.js';
import { EXIT, UsageError } from './output.js';
import { count, quote } from './words.js';

/**
 * Finishes or rolls back whatever a crash left in every run that is not over, without starting anything new: agents that
 * live are waited for, dead ones are recorded as interrupted, half-made landings are finished or found undone, and
 * worktrees whose removal a crash cut short go.
 */
export async function recover(session: EngineSession, output: Output): Promise<ExitCode> {
  const before = new Map<string, TaskRun>();
  const removed: string[] = [];
  const changed: { run: string; task: string; from: TaskState; to: TaskState }[] = [];
  const runs = await session.runs();
  const refused = runs.flatMap(({ run, refused: message }) => (message === undefined ? [] : [{ run, message }]));
  for (const { run, ended, untidy } of runs) {
    if (ended && untidy !== true) continue;
    await session.holdStill(run);
    for (const [id, task] of session.current()?.tasks ?? []) before.set(id, task);
    await session.rested();
    for (const [id, task] of session.current()?.tasks ?? []) {
      const from = before.get(id);
      if (from === undefined) continue;
      if (from.state !== task.state) changed.push({ run, task: id, from: from.state, to: task.state });
      if (task.cleaned && !from.cleaned && task.worktree !== undefined) removed.push(task.worktree);
    }
    before.clear();
  }
  for (const { message } of refused) output.say(message);
  output.object({ type: 'recovered', runs: runs.length, changed, removed, ...(refused.length > 0 && { refused }) });
  const said = [...changed.map((each) => `${each.run} ${each.task}: ${stateWords(each.from)} → ${stateWords(each.to)}`), ...removed.map((path) => `removed ${path}`)];
  output.result(said.length === 0 ? 'Nothing to recover.' : said.join('\n'));
  return EXIT.done;
}

/** `recover --export`: writes what can be read of a damaged run, with a plan that goes on from its branches. Changes nothing else. */
export async function exportRun(session: EngineSession, run: string, to: string | undefined, output: Output): Promise<ExitCode> {
  if (to === undefined) throw new UsageError(`--export needs a folder too: switchyard recover --export ${run} --to FOLDER`);
  const saved = await session.salvage(run);
  if (saved === undefined) throw new UsageError(`There is no run ${run} in this repository.`);
  const folder = resolve(to);
  await emptyFolder(folder);
  for (const { name, text } of salvagedFiles(saved)) await writeText(join(folder, name), text);
  output.object({ type: 'run.exported', run, folder, events: saved.events.length, badLines: saved.badLines, work: saved.work, ...(saved.plan !== undefined && { plan: join(folder, 'plan.json') }) });
  output.result(
    [
      `${folder}: ${count(saved.events.length, 'event')} can be read${saved.badLines.length === 0 ? '' : `, ${saved.badLines.length === 1 ? 'line' : 'lines'} ${saved.badLines.slice(0, 10).join(', ')} cannot`}.`,
      ...saved.work.map(({ task, branch, commit, worktree }) => `  ${task}: ${[branch === undefined ? undefined : `${branch} at ${(commit ?? '').slice(0, 12)}`, worktree].filter((part) => part !== undefined).join(', ')}`),
      saved.plan === undefined ? 'No plan with open tasks can be read; the branches above hold what was done.' : `Next: switchyard run ${quote(join(folder, 'plan.json'))}   # its tasks begin with what these branches hold`,
    ].join('\n'),
  );
  return EXIT.done;
}

async function emptyFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length === 0) return;
  } catch (error) {
    throw new UsageError(`Could not make the folder ${folder} (${(error as NodeJS.ErrnoException).code ?? String(error)}).`);
  }
  throw new UsageError(`${folder} is not empty; name a folder that does not exist yet.`);
}

/** Each backup: when, how old, its name; then whose it is and why, and what becomes of it. */
export async function listBackups(session: EngineSession, output: Output): Promise<ExitCode> {
  const backups = await session.backups();
  output.object({ type: 'backups', backups });
  const now = Date.now();
  const lines = backups.map((each) => `${new Date(each.at).toISOString()}  ${age(now - each.at).padEnd(8)}  ${each.ref}  ${each.task === undefined ? each.words : `${each.task}: ${each.words}`} (${fateText(each)})`);
  output.result(lines.length === 0 ? 'There are no backups.' : [...lines, totals(backups)].join('\n'));
  return EXIT.done;
}

function totals(backups: readonly KnownBackup[]): string {
  const expired = backups.filter((each) => each.expired);
  const all = `${count(backups.length, 'backup')}, ${bytesText(backups.reduce((sum, each) => sum + each.bytes, 0))} that nothing else holds`;
  return expired.length === 0 ? all : `${all}; ${String(expired.length)} may go: switchyard clean`;
}

/** `3 days`, `5 hours`; nothing smaller than a minute. */
function age(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 60) return `${String(minutes)} min`;
  return minutes < 60 * 48 ? `${String(Math.floor(minutes / 60))} hours` : `${String(Math.floor(minutes / 60 / 24))} days`;
}

/** Writes a backup into a new or empty folder. Throws `UsageError` when it cannot; nothing was changed then. */
export async function restore(session: EngineSession, ref: string | undefined, into: string | undefined, output: Output): Promise<ExitCode> {
  if (ref === undefined || into === undefined) throw new UsageError('restore needs a backup and a folder: switchyard restore REF --into DIR (switchyard backups lists them)');
  const result = await session.restore(ref, resolve(into));
  if (!result.ok) throw new UsageError(result.reason);
  output.object({ type: 'restored', ref, into: resolve(into), commit: result.commit });
  output.result(`Restored into ${resolve(into)}`);
  return EXIT.done;
}
