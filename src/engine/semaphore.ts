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

  async acquire(): Promise<{ readonly slot: number; release(): void }> {
    const slot = this.#free.shift() ?? (await new Promise<number>((resolve) => this.#waiting.push(resolve)));
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
}
