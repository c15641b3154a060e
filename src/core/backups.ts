/** What is said about a backup and when it may go. Pure: the facts are the caller's. */
import { bytesText, dayText } from './text.js';

/** Days after which a backup whose work never landed may go, where the team file does not say. */
export const BACKUP_DAYS = 30;

const DAY = 24 * 60 * 60_000;

/** What every listing has. Times are milliseconds since the epoch. */
export interface KnownBackup {
  readonly ref: string;
  readonly commit: string;
  /** When it was saved. */
  readonly at: number;
  readonly subject: string;
  readonly run?: string;
  readonly task?: string;
  /** The task's title, where its run can be read. */
  readonly title?: string;
  /** Which act saved it: `dropped`, `branch`, `leak 1 2`, … */
  readonly why?: string;
  /** The same for people. */
  readonly words: string;
  /** Bytes on disk that only it holds. */
  readonly bytes: number;
  /** All its content is on the base by now. */
  readonly landed: boolean;
  /** When it may go although it never landed. */
  readonly expiresAt: number;
  /** *Clean Up* removes it. */
  readonly expired: boolean;
  /** Why it stays in any case. */
  readonly held?: string;
}

/** A backup is named `<run>/<task>/<act>`, the act with a number where several are alike. */
export function namedBackup(ref: string): { readonly run?: string; readonly task?: string; readonly why?: string; readonly words: string } {
  const [run, task, ...rest] = ref.replace('refs/switchyard/backup/', '').split('/');
  const act = rest.join('/');
  if (run === undefined || task === undefined || !/^r[0-9]+$/.test(run) || act === '') return { words: 'saved before a removal' };
  return { run, task, why: act.replaceAll('-', ' '), words: wordsOf(act) };
}

function wordsOf(act: string): string {
  const leak = /^leak-(\d+)-\d+/.exec(act);
  if (leak !== null) return `stray changes of attempt ${leak[1] ?? ''}`;
  const [name] = act.split('-');
  if (name === 'dropped') return 'the task was dropped';
  if (name === 'branch') return 'its branch was removed; no other has these commits';
  if (name === 'landed') return 'ignored files of a landed task that .worktreeinclude asks for';
  return act.replaceAll('-', ' ');
}

/** `held`: somebody still has to decide about it. @param days after which it goes unlanded; `undefined`: nobody knows, so never */
export function fate(facts: { readonly at: number; readonly landed: boolean; readonly held?: string }, now: number, days: number | undefined): Pick<KnownBackup, 'expiresAt' | 'expired'> {
  const expiresAt = days === undefined ? Number.MAX_SAFE_INTEGER : facts.at + days * DAY;
  return { expiresAt, expired: facts.held === undefined && (facts.landed || now >= expiresAt) };
}

/** `12 KB, landed since` / `3.4 MB, never landed, kept until 3 Dec 2026`. */
export function fateText(backup: Pick<KnownBackup, 'bytes' | 'landed' | 'expired' | 'expiresAt' | 'held'>): string {
  const when = backup.held !== undefined ? backup.held : backup.landed ? 'landed since; Clean Up removes it' : backup.expired ? 'never landed, and its time is over; Clean Up removes it' : keptUntil(backup.expiresAt);
  return `${bytesText(backup.bytes)}, ${when}`;
}

function keptUntil(expiresAt: number): string {
  return expiresAt >= Number.MAX_SAFE_INTEGER ? 'not landed, kept' : `not landed, kept until ${dayText(expiresAt)}`;
}
