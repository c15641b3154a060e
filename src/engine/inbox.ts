/** The inbox: every wish of a person is a file that the one writer consumes. Any window or command may put one in. */
import { parseWish } from '../core/wishSchema.js';
import type { Wish, WishAnswer } from '../core/wishes.js';
import type { World } from './world.js';
import { paths } from './world.js';

/** Puts a wish into the inbox by atomic rename; the name sorts by time. */
export async function post(world: World, wish: Wish): Promise<void> {
  const at = world.clock.now();
  const name = `${String(at).padStart(15, '0')}-${world.ids.nonce().slice(0, 12)}.json`;
  await world.files.write(`${paths.inbox(world)}/${name}`, JSON.stringify({ v: 1, at, wish }));
}

async function namesIn(world: World): Promise<readonly string[]> {
  return (await world.files.list(paths.inbox(world))).filter((name) => /^[0-9]{15}-[0-9a-f]+\.json$/.test(name)).sort();
}

/** The wishes that wait to be carried out, oldest first. Changes nothing. */
export async function waiting(world: World): Promise<readonly Wish[]> {
  const wishes: Wish[] = [];
  for (const name of await namesIn(world)) {
    const parsed = await readWish(world, name);
    if (parsed !== undefined && 'wish' in parsed) wishes.push(parsed.wish);
  }
  return wishes;
}

/**
 * Consumes every wish that is there, oldest first. What is no wish is said in the log and removed, never acted on; what cannot be
 * removed (somebody made a folder of that name) is remembered in `left` and passed over.
 */
export async function consume(world: World, carryOut: (wish: Wish) => Promise<WishAnswer>, left = new Set<string>()): Promise<void> {
  for (const name of (await namesIn(world)).filter((each) => !left.has(each))) {
    const parsed = await readWish(world, name);
    if (parsed === undefined) continue;
    if ('problem' in parsed) world.log.warn(`Ignored ${name} in the inbox: ${parsed.problem}`);
    else {
      // One wish that cannot be carried out must not keep all later ones waiting for ever.
      const answer = await carryOut(parsed.wish).catch((error: unknown): WishAnswer => ({ ok: false, reason: error instanceof Error ? error.message : String(error) }));
      if (!answer.ok) world.log.warn(`A wish (${parsed.wish.type}) from the inbox was refused: ${answer.reason}`);
    }
    await world.files.remove(`${paths.inbox(world)}/${name}`).catch(() => left.add(name));
  }
}

/** `undefined` when it is gone by now. */
async function readWish(world: World, name: string): Promise<ReturnType<typeof read> | undefined> {
  try {
    const text = await world.files.read(`${paths.inbox(world)}/${name}`);
    return text === undefined ? undefined : read(text);
  } catch (error) {
    return { problem: `it cannot be read (${error instanceof Error ? error.message : String(error)})` };
  }
}

function read(text: string): { readonly wish: Wish } | { readonly problem: string } {
  if (text.length > 1_000_000) return { problem: 'it is larger than a wish can be' };
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || !('wish' in parsed)) return { problem: 'it holds no wish' };
    return parseWish(parsed.wish);
  } catch {
    return { problem: 'it is not JSON' };
  }
}
