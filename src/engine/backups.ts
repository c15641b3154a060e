/** Backups as people see them, and the only place where they go: those whose content has landed, or whose time is over. */
import type { KnownBackup } from '../core/backups.js';
import { fate, namedBackup } from '../core/backups.js';
import { openLeaks } from '../core/leak.js';
import type { Sha } from '../core/ports.js';
import type { RunState } from '../core/run.js';
import { messageOf } from './attempts.js';
import { RunRefused } from './refused.js';
import { backupDays } from './teams.js';
import type { World } from './world.js';

/** So many are looked into at the same time; each takes a few git processes. */
const AT_ONCE = 4;

/** A run's state, wherever it is to be had. */
export type Look = (run: string) => Promise<RunState | RunRefused | undefined>;

/** Every backup of the repository with what is known about it, newest first. */
export async function knownBackups(world: World, look: Look): Promise<readonly KnownBackup[]> {
  const [listed, days] = await Promise.all([world.git.listBackups(), backupDays(world)]);
  const runs = new Map<string, Promise<RunState | RunRefused | undefined>>();
  // Costs a git status: asked only where no run says which branch counts.
  let asked: Promise<string | undefined> | undefined;
  const here = (): Promise<string | undefined> => (asked ??= world.git.facts().then((facts) => facts.branch));
  const known: KnownBackup[] = [];
  const one = async (backup: (typeof listed)[number]): Promise<KnownBackup> => {
    const named = namedBackup(backup.ref);
    const { run, task } = named;
    if (run !== undefined && !runs.has(run)) runs.set(run, look(run));
    const state = run === undefined ? undefined : await runs.get(run);
    const readable = state instanceof RunRefused ? undefined : state;
    const held = state instanceof RunRefused ? `its run ${state.run} cannot be read, so it is kept` : heldBy(readable, backup.ref);
    const branch = readable?.base.branch ?? (await here());
    const base = branch === undefined ? undefined : await world.git.branchCommit(branch);
    const { bytes, landed, savedAt } = await world.git.backupFacts(backup.ref, base);
    const at = savedAt ?? backup.at;
    const title = task === undefined ? undefined : readable?.tasks.get(task)?.task.title;
    return { ...backup, at, ...named, ...(title !== undefined && { title }), bytes, landed, ...fate({ at, landed, ...(held !== undefined && { held }) }, world.clock.now(), days), ...(held !== undefined && { held }) };
  };
  for (let from = 0; from < listed.length; from += AT_ONCE) known.push(...(await Promise.all(listed.slice(from, from + AT_ONCE).map(one))));
  return known.sort((a, b) => b.at - a.at);
}

/** Undo and *Move into the Task* need what was kept, until the person has chosen. */
function heldBy(state: RunState | undefined, ref: string): string | undefined {
  const open = [...(state?.tasks.values() ?? [])].some((task) => openLeaks(task).some((leak) => leak.kept.ref === ref));
  return open ? 'kept until you have decided about these stray changes' : undefined;
}

/** Forgets what has expired; returns what went. One that changed since it was judged stays. */
export async function removeExpired(world: World, backups: readonly KnownBackup[]): Promise<readonly KnownBackup[]> {
  const gone: KnownBackup[] = [];
  for (const backup of backups) if (backup.expired && (await world.git.removeBackup(backup.ref, backup.commit))) gone.push(backup);
  return gone;
}

/** Writes a backup's files into a new or empty folder; changes nothing else. A refusal is a message for people. */
export async function restoreBackup(world: World, ref: string, into: string): Promise<{ readonly ok: true; readonly commit: Sha } | { readonly ok: false; readonly reason: string }> {
  try {
    return { ok: true, commit: (await world.git.restoreBackup(ref, into)).commit };
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
}
