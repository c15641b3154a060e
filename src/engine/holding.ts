/** The one writer per repository: whether this process is it, and who is when it is not. */
import type { Holder, World } from './world.js';
import { paths } from './world.js';

/** Who holds the repository, for somebody at a command line, who may want to find that process. */
export function describeHolder(holder: Holder): string;
export function describeHolder(holder: Holder | undefined): string | undefined;
export function describeHolder(holder: Holder | undefined): string | undefined {
  return holder === undefined ? undefined : `${holder.label} (process ${String(holder.pid)})`;
}

export class Holding {
  readonly #world: World;
  readonly #label: string;
  readonly #changed: (free: boolean) => void;
  #lock: { release(): Promise<void> } | undefined;
  #busy: Promise<unknown> = Promise.resolve();
  #holder: Holder | undefined;
  #stopWatching: (() => void) | undefined;
  #closed = false;

  /** `changed` is called when another holds it than before, or (`free`) nobody does any more: it may be taken over then. */
  constructor(world: World, label: string, changed: (free: boolean) => void) {
    this.#world = world;
    this.#label = label;
    this.#changed = changed;
  }

  get held(): boolean {
    return this.#lock !== undefined;
  }

  /** Who had it when this process last asked; `undefined` when nobody or this process. */
  get other(): Holder | undefined {
    return this.#holder;
  }

  /** Takes the lock, also a dead holder's; returns who has it when somebody else does. */
  take(): Promise<Holder | undefined> {
    return this.#inTurn(async () => {
      if (this.#lock !== undefined) return undefined;
      const result = await this.#world.locks.acquire(paths.lock(this.#world), this.#label);
      if (result.ok) this.#lock = result;
      this.#holder = result.ok ? undefined : result.holder;
      if (result.ok) this.#unwatch();
      return this.#holder;
    });
  }

  /** Lets go after `before` is done; a `take` that comes meanwhile waits for that. */
  letGo(before: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    return this.#inTurn(async () => {
      await before();
      const lock = this.#lock;
      this.#lock = undefined;
      await lock?.release();
    });
  }

  /** Looks up who has it at this moment. */
  now(): Promise<Holder | undefined> {
    return this.#world.locks.holder(paths.lock(this.#world));
  }

  /** Watches for the other holder's leaving, whether it lets go or dies, and for who comes after it. */
  watch(): void {
    this.#stopWatching ??= this.#world.locks.watch(paths.lock(this.#world), (holder) => {
      if (this.#lock !== undefined || this.#closed || this.#isKnown(holder)) return;
      this.#holder = holder;
      this.#changed(holder === undefined);
    });
  }

  #isKnown(holder: Holder | undefined): boolean {
    return holder?.pid === this.#holder?.pid && holder?.label === this.#holder?.label;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    await this.letGo();
  }

  #unwatch(): void {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#busy.then(work);
    this.#busy = turn.catch(() => undefined);
    return turn;
  }
}
