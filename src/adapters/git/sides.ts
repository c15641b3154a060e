/** What a person decides about conflicting paths: one side kept whole, and whether anybody has decided at all. */
import { rm } from 'node:fs/promises';
import type { Conflict, ConflictSide, ConflictSides, KeptPath, Sha } from '../../core/ports.js';
import { mergedAsFarAsClear, readBlob } from './compose.js';
import type { Repository } from './context.js';
import { WorktreeProblem } from './errors.js';
import { absolute } from './flags.js';
import { lstatInside } from './links.js';
import { joinNul } from './names.js';
import { inside, locate } from './place.js';
import { DURABLE } from './run.js';

/** See `Git.keepSides`. Up to two processes. @throws WorktreeProblem `not-a-worktree` for what is no file and no link */
export async function keepSides(repository: Repository, worktree: string, kept: readonly KeptPath[]): Promise<void> {
  const odd = kept.find(({ side }) => side !== undefined && !/^(?:100|120)/u.test(side.mode));
  if (odd !== undefined) throw new WorktreeProblem('not-a-worktree', `${odd.path} is no file there, so no side of it can be kept by itself. Nothing was changed; decide about it in ${worktree}.`);
  const place = await locate(repository, worktree);
  const { cwd, env } = inside(place);
  const record = (path: string, side: ConflictSide | undefined): string => (side === undefined ? `0 ${'0'.repeat(40)}\t${path}\0` : `${side.mode} ${side.id}\t${path}\0`);
  await repository.run(['update-index', '-z', '--index-info'], { cwd, env, before: DURABLE, input: kept.map(({ path, side }) => record(path, side)).join('') });
  for (const { path, side } of kept) {
    const bytes = Buffer.from(path);
    const info = side === undefined ? await lstatInside(place.path, bytes) : undefined;
    if (info?.isDirectory() === false) await rm(absolute(place.path, bytes));
  }
  const there = kept.filter(({ side }) => side !== undefined).map(({ path }) => Buffer.from(path));
  if (there.length > 0) await repository.run(['checkout-index', '-f', '-z', '--stdin'], { cwd, env, before: DURABLE, input: joinNul(there) });
}

/** See `Git.undecided`. A process for each text that both sides changed. */
export async function undecided(repository: Repository, conflict: Conflict, commit: Sha): Promise<readonly string[]> {
  const untouched = async (sides: ConflictSides): Promise<boolean> => {
    const { path } = sides;
    if (/[\n\0]/u.test(path)) return false;
    const [now, laidOut] = await Promise.all([repository.objects.id(`${commit}:${path}`), repository.objects.id(`${conflict.tree}:${path}`)]);
    return now === laidOut || (now !== undefined && (await isUntouchedEditor(repository, sides, now)));
  };
  const whole = conflict.paths.filter(isWhole);
  const parts = conflict.paths.filter((sides) => !isWhole(sides));
  const left: string[] = [];
  for (const sides of whole) if (await untouched(sides)) left.push(sides.path);
  // Several names for one thing: to remove one of them is the decision.
  const partsLeft = await Promise.all(parts.map(untouched));
  return [...left, ...(partsLeft.every(Boolean) ? parts.map(({ path }) => path) : [])];
}

/** The path alone says what conflicts: both sides have it, or one of them changed what the other removed. */
function isWhole({ base, ours, theirs }: ConflictSides): boolean {
  return (ours !== undefined && theirs !== undefined) || (base !== undefined && (ours ?? theirs) !== undefined);
}

/**
 * A merge editor that is opened and not used, in an editor that saves by itself, writes what it begins with: the text
 * that both sides began with, or that with every change that only one side made.
 */
async function isUntouchedEditor(repository: Repository, { base, ours, theirs }: ConflictSides, now: Sha): Promise<boolean> {
  if (ours === undefined || theirs === undefined) return false;
  const [present, start, one, two] = await Promise.all([now, base?.id, ours.id, theirs.id].map((id) => (id === undefined ? Promise.resolve('') : readBlob(repository, id))));
  if (present === undefined || start === undefined || one === undefined || two === undefined) return false;
  const text = plainEnds(present);
  return text === plainEnds(start) || text === plainEnds(await mergedAsFarAsClear(repository, start, one, two));
}

function plainEnds(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
