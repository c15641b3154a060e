/**
 * How many tests each command ran on a tree, for every tree that a gate has run on. A landed tree is the next base, so
 * the base's count mostly is known without running anything. A cache: what is lost is measured again.
 */
import type { CommandResult, Sha } from '../core/ports.js';
import { messageOf } from './attempts.js';
import type { World } from './world.js';

/** Trees that are remembered, the newest ones. */
const MOST = 200;

interface Entry {
  readonly tree: Sha;
  readonly counts: Readonly<Record<string, number>>;
}

const fileOf = (world: World): string => `${world.stateFolder}/test-counts.json`;

/** By command; empty when nothing is known. */
export async function knownCounts(world: World, tree: Sha): Promise<ReadonlyMap<string, number>> {
  const entry = (await read(world)).find((each) => each.tree === tree);
  return new Map(Object.entries(entry?.counts ?? {}));
}

/** Remembers what commands that passed on exactly this tree have said. Never fails: it is only a shortcut. */
export async function rememberCounts(world: World, tree: Sha, results: readonly CommandResult[]): Promise<void> {
  const found = results.filter((result) => result.exitCode === 0 && result.tests !== undefined);
  if (found.length === 0) return;
  const entries = await read(world);
  const before = entries.find((each) => each.tree === tree);
  const counts = { ...before?.counts, ...Object.fromEntries(found.map((result) => [result.command, result.tests ?? 0])) };
  const kept = [...entries.filter((each) => each !== before), { tree, counts }].slice(-MOST);
  await world.files.write(fileOf(world), JSON.stringify({ v: 1, trees: kept })).catch((error: unknown) => world.log.warn(`The number of tests could not be remembered: ${messageOf(error)}`));
}

async function read(world: World): Promise<readonly Entry[]> {
  const text = await world.files.read(fileOf(world)).catch(() => undefined);
  if (text === undefined) return [];
  try {
    const { trees } = JSON.parse(text) as { readonly trees?: unknown };
    return Array.isArray(trees) ? trees.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is Entry {
  const entry = value as Partial<Entry> | null;
  return typeof entry?.tree === 'string' && typeof entry.counts === 'object' && Object.values(entry.counts).every((count) => Number.isInteger(count));
}
