/**
 * The floor of free space: a disk that runs full stops everything, the person's own work first. Below it no worktree is made;
 * what needs one waits, and goes on when a removal has made room or the person says so. Nothing asks in between.
 */
import { MIN_FREE_GB } from '../core/team.js';
import type { RunContext } from './context.js';
import { askedMinFreeGb } from './teams.js';

const GIGABYTE = 1e9;

/** In bytes. */
export interface Short {
  readonly free: number;
  readonly floor: number;
}

/** Too little space for another worktree; `undefined` when there is enough, or the system does not say. */
export async function shortOfSpace({ world, store }: RunContext): Promise<Short | undefined> {
  const floor = (store.state.team.limits.minFreeGb ?? MIN_FREE_GB) * GIGABYTE;
  const free = floor === 0 ? undefined : await world.freeBytes(world.worktreesFolder);
  return free === undefined || free >= floor ? undefined : { free, floor };
}

/** The run does not rest while this work goes on. */
type Guest = (work: () => Promise<Short | undefined>) => Promise<Short | undefined>;

export class SpaceWait {
  readonly #context: RunContext;
  readonly #guest: Guest;
  #looking: Promise<Short | undefined> | undefined;
  #again = false;

  constructor(context: RunContext, guest: Guest) {
    this.#context = context;
    this.#guest = guest;
  }

  /** Looks whether there is room now, once the deletions that are under way are done. `undefined`: nothing waits for it any more. */
  look(): Promise<Short | undefined> {
    const known = this.#context.store.state.shortOfSpace;
    if (known === undefined) return Promise.resolve(undefined);
    // What is freed while somebody looks is looked at again.
    this.#again = true;
    this.#looking ??= this.#guest(() => this.#lookNow())
      .catch((error: unknown) => {
        this.#context.world.log.warn(`Free space could not be looked at: ${error instanceof Error ? error.message : String(error)}. Tasks that need a worktree wait on; Check Again looks once more.`);
        return known;
      })
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #lookNow(): Promise<Short | undefined> {
    const { world, store } = this.#context;
    let short: Short | undefined;
    while (this.#again) {
      this.#again = false;
      await world.git.deleted();
      await this.#heedFile();
      short = await shortOfSpace(this.#context);
    }
    if (short === undefined && store.state.shortOfSpace !== undefined) await store.append({ type: 'space.found' });
    return short;
  }

  /** The floor is the machine's business, not the plan's: a run heeds the file as it is now. */
  async #heedFile(): Promise<void> {
    const { world, store } = this.#context;
    const minFreeGb = await askedMinFreeGb(world);
    if (minFreeGb !== undefined && minFreeGb !== store.state.team.limits.minFreeGb) await store.append({ type: 'limits.changed', limits: { minFreeGb } });
  }
}
