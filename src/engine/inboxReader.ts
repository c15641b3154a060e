/** Carries out what waits in the inbox, one wish at a time, for as long as this process is the writer. */
import { consume } from './inbox.js';
import type { OpenRuns } from './openRuns.js';
import { carryOut } from './wishes.js';
import type { World } from './world.js';
import { paths } from './world.js';

export class InboxReader {
  readonly #world: World;
  readonly #writes: () => boolean;
  readonly #runs: OpenRuns;
  #stop: (() => void) | undefined;
  #consuming = Promise.resolve();
  #taken = Promise.resolve();
  #inherited = Promise.resolve();
  /** See `consume`. */
  readonly #left = new Set<string>();

  /** `writes`: whether this process may act at this moment. */
  constructor(world: World, writes: () => boolean, runs: OpenRuns) {
    this.#world = world;
    this.#writes = writes;
    this.#runs = runs;
  }

  /** Resolves when the wishes that wait now are taken in: what is decided before would not know of them. */
  get taken(): Promise<void> {
    return this.#taken;
  }

  /**
   * Resolves when the wishes that waited when this process became the writer are taken in. A holder that was killed may have
   * left one that it had carried out: said again after a later one, it would take that back.
   */
  get inherited(): Promise<void> {
    return this.#inherited;
  }

  /** Acts on every wish that waits, and that comes from now on. */
  watch(): void {
    if (this.#stop !== undefined) return;
    this.#stop = this.#world.files.watch(paths.inbox(this.#world), () => this.#consume());
    this.#consume();
    this.#inherited = this.#taken;
  }

  /** Watches, and resolves when the wishes that wait now are carried out. */
  async take(): Promise<void> {
    this.watch();
    this.#consume();
    await this.#consuming;
  }

  /** Leaves what comes to whoever writes next. */
  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #consume(): void {
    if (!this.#writes()) return;
    let taken: () => void = () => undefined;
    this.#taken = new Promise((resolve) => (taken = resolve));
    this.#consuming = this.#consuming
      .then(() =>
        consume(this.#world, async (wish) => {
          // It waits until its task rests, which may be long: nobody else waits for that.
          if (wish.type === 'take-over') taken();
          const loop = this.#runs.get(wish.run) ?? (await this.#runs.open(wish.run).catch(() => undefined));
          return loop === undefined ? { ok: false, reason: `There is no run ${wish.run}.` } : carryOut(loop, wish);
        }, this.#left),
      )
      .catch((error: unknown) => this.#world.log.error('The inbox could not be read', error))
      .finally(() => taken());
  }
}
