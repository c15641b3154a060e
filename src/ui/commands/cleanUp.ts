/** *Clean Up*: says what would go before anything goes, and what stayed afterwards. */
import * as vscode from 'vscode';
import type { KnownBackup } from '../../core/backups.js';
import type { DiskUse } from '../../core/disk.js';
import { freesText } from '../../core/disk.js';
import { bytesText } from '../../core/text.js';
import type { Session } from '../../engine/api.js';
import type { App } from '../app.js';
import { noRepository } from '../goal.js';
import { showInformation } from '../messages.js';
import type { Outcome } from '../outcome.js';
import { DONE, refuse } from '../outcome.js';

type Cleaned = Awaited<ReturnType<Session['clean']>>;

/** With `true` it is not asked again: the caller has said what goes. */
export async function cleanUp(app: App, sure?: unknown): Promise<Outcome> {
  const session = app.repository.session();
  if (session === undefined) return refuse(noRepository(app));
  const run = (title: string, dryRun: boolean): Thenable<Cleaned> => vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () => session.clean({ dryRun }));
  const would = await run('Looking what can be cleaned up', true);
  const { reclaimable } = await session.diskNow();
  if (session.heldBy !== undefined) return refuse(`This repository is held by ${session.heldBy}, which runs its agents. Nothing was removed; clean up there, or wait until it has finished.`);
  if (would.removed.length === 0 && would.backups.length === 0) return say(app, 'There is nothing to clean up.', would);
  const button = 'Clean Up';
  const answer = sure === true ? button : await showInformation(`Remove ${what(would)}?`, { modal: true, detail: details(would, reclaimable) }, button);
  if (answer !== button) return undefined;
  const done = await run('Cleaning up', false);
  for (const path of done.removed) app.log.info(`Removed ${path}`);
  for (const { ref, bytes, landed } of done.backups) app.log.info(`Removed the backup ${ref} (${bytesText(bytes)}, ${landed ? 'landed since' : 'never landed, and its time is over'})`);
  return say(app, done.removed.length === 0 && done.backups.length === 0 ? 'Nothing was removed.' : `Removed ${what(done)}${freed(reclaimable, ', which frees ')}${done.kept.length > 0 ? `, kept ${count(done.kept.length, 'worktree')}` : ''}. Nothing unsaved was removed.`, done);
}

function say(app: App, text: string, { kept }: Cleaned): Outcome {
  for (const { path, why } of kept) app.log.info(`Kept ${path}: ${why}`);
  void showInformation(text, ...(kept.length > 0 ? ['Show Log'] : [])).then((chosen) => (chosen === undefined ? undefined : app.log.show()));
  return DONE;
}

/** Measured before it went. */
function freed(reclaimable: DiskUse['reclaimable'], before: string): string {
  const text = freesText(reclaimable);
  return text === undefined ? '' : before + text;
}

/** `2 worktrees and 1 backup`. */
function what({ removed, backups }: Cleaned): string {
  return [...(removed.length > 0 ? [count(removed.length, 'worktree')] : []), ...(backups.length > 0 ? [count(backups.length, 'backup')] : [])].join(' and ');
}

/** What a person would want to know first: work that would be gone for good. */
export function details({ removed, kept, backups }: Cleaned, reclaimable: DiskUse['reclaimable']): string {
  const unlanded = backups.filter((each) => !each.landed);
  const landed = backups.length - unlanded.length;
  return [
    ...(removed.length > 0 ? [`The worktrees and branches are of tasks that landed or were dropped; whatever is not saved stays.`] : []),
    ...(landed > 0 ? [`${count(landed, 'backup')}: the content has landed since.`] : []),
    ...(unlanded.length > 0 ? [`${count(unlanded.length, 'backup')} never landed, and ${unlanded.length === 1 ? 'its' : 'their'} time is over (backupDays in the team file):`, ...unlanded.slice(0, 5).map(line), ...(unlanded.length > 5 ? [`… and ${String(unlanded.length - 5)} more`] : []), 'Restore Backup… gets them back until then.'] : []),
    ...(freesText(reclaimable) === undefined ? [] : [`That frees ${freesText(reclaimable) ?? ''}${backups.length > 0 ? ', which git gives back when it next cleans up by itself' : ''}.`]),
    ...(kept.length > 0 ? [`${count(kept.length, 'worktree')} of unfinished tasks ${kept.length === 1 ? 'stays' : 'stay'}.`] : []),
  ].join('\n');
}

function line(backup: KnownBackup): string {
  return `  ${backup.title ?? backup.ref}: ${backup.words} on ${new Date(backup.at).toLocaleDateString()}, ${bytesText(backup.bytes)}`;
}

function count(number: number, word: string): string {
  return `${String(number)} ${word}${number === 1 ? '' : 's'}`;
}
