/** A counted lock with slot numbers. Waiters are served in order. */
export class Slots {
  readonly #free: number[];
  readonly #waiting: ((slot: number) => void)[] = [];

  constructor(count: number) {
    this.#free = Array.from({ length: count }, (_, slot) => slot);
  }

  /** True when the next `acquire` would have to wait. */
  get full(): boolean {
    return this.#free.length === 0;
  }

  /** An aborted wait resolves too, with a slot that is none: the caller looks at its signal next. */
  async acquire(signal?: AbortSignal): Promise<{ readonly slot: number; release(): void }> {
    const slot = this.#free.shift() ?? (await this.#wait(signal));
    if (slot === undefined) return { slot: 0, release: () => undefined };
    let held = true;
    return {
      slot,
      release: () => {
        if (!held) return;
        held = false;
        const next = this.#waiting.shift();
        if (next !== undefined) next(slot);
        else {
          this.#free.push(slot);
          this.#free.sort((a, b) => a - b);
        }
      },
    };
  }

  #wait(signal: AbortSignal | undefined): Promise<number | undefined> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve(undefined);
        return;
      }
      const give = (slot: number) => {
        signal?.removeEventListener('abort', leave);
        resolve(slot);
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(give), 1);
        resolve(undefined);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(give);
    });
  }
}
