/** The person's consent to agents with full permission: asked once per repository, by whichever face comes first. */
import type { World } from './world.js';
import { paths } from './world.js';

type Place = Pick<World, 'files' | 'stateFolder' | 'clock'>;

/** Did somebody allow it? The record lies in the repository's state folder, which is never committed: it is this clone's alone. */
export async function hasConsent(world: Place): Promise<boolean> {
  return (await world.files.read(paths.consent(world))) !== undefined;
}

/** Records that the person lets agents do anything in this clone. It is never committed, so it is theirs alone. */
export async function giveConsent(world: Place): Promise<void> {
  await world.files.write(paths.consent(world), `${JSON.stringify({ permissions: 'full', at: new Date(world.clock.now()).toISOString() })}\n`);
}
