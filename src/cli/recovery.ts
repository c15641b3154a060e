/** `recover`, `backups` and `restore`: what a crash left, and what was saved before something was removed. */
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TaskRun } from '../core/run.js';
import type { TaskState } from '../core/task.js';
import { stateWords } from '../core/task.js';
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
  await writeText(join(folder, 'events.jsonl'), saved.events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  await writeText(join(folder, 'work.json'), `${JSON.stringify({ run, base: saved.state?.base, badLines: saved.badLines, work: saved.work }, null, 2)}\n`);
  if (saved.plan !== undefined) await writeText(join(folder, 'plan.json'), `${JSON.stringify(saved.plan, null, 2)}\n`);
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

export async function listBackups(session: EngineSession, output: Output): Promise<ExitCode> {
  const backups = await session.backups();
  const named = backups.map((each) => ({ ...each, ...partsOf(each.ref) }));
  output.object({ type: 'backups', backups: named });
  const now = Date.now();
  output.result(named.map((each) => `${new Date(each.at).toISOString()}  ${age(now - each.at).padEnd(8)}  ${each.ref}  ${each.why === undefined ? each.subject : `${each.task ?? ''}: ${each.why}`}`).join('\n') || 'There are no backups.');
  return EXIT.done;
}

/** A backup is named `<run>/<task>/<why>`, the last part with a number where several are alike. */
function partsOf(ref: string): { readonly run?: string; readonly task?: string; readonly why?: string } {
  const [run, task, ...why] = ref.replace('refs/switchyard/backup/', '').split('/');
  return run !== undefined && task !== undefined && /^r[0-9]+$/.test(run) && why.length > 0 ? { run, task, why: why.join('/').replaceAll('-', ' ') } : {};
}

/** `3 days`, `5 hours`; nothing smaller than a minute. */
function age(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 60) return `${String(minutes)} min`;
  return minutes < 60 * 48 ? `${String(Math.floor(minutes / 60))} hours` : `${String(Math.floor(minutes / 60 / 24))} days`;
}

export async function restore(session: EngineSession, ref: string | undefined, into: string | undefined, output: Output): Promise<ExitCode> {
  if (ref === undefined || into === undefined) throw new UsageError('restore needs a backup and a folder: switchyard restore REF --into DIR (switchyard backups lists them)');
  const result = await session.restore(ref, resolve(into));
  if (!result.ok) throw new UsageError(result.reason);
  output.object({ type: 'restored', ref, into: resolve(into), commit: result.commit });
  output.result(`Restored into ${resolve(into)}`);
  return EXIT.done;
}
