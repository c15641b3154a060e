/** Counted locks, and the slot numbers by which what runs at the same time keeps its ports and databases apart. */

/** Small numbers, each given to one holder at a time. One for everything live in a repository. */
export class SlotNumbers {
  readonly #used = new Set<number>();

  /** The smallest free number from `from` on. */
  take(from = 0): number {
    let number = from;
    while (this.#used.has(number)) number += 1;
    this.#used.add(number);
    return number;
  }

  /** Somebody who is found alive has it already. */
  keep(number: number): void {
    this.#used.add(number);
  }

  giveBack(number: number): void {
    this.#used.delete(number);
  }
}

/** A counted lock with slot numbers. Waiters are served in order. */
export class Slots {
  readonly #numbers: SlotNumbers;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** `numbers`: shared with whoever else is live; its own from 0 when absent. */
  constructor(count: number, numbers = new SlotNumbers()) {
    this.#free = count;
    this.#numbers = numbers;
  }

  /** True when the next `acquire` would have to wait. */
  get full(): boolean {
    return this.#free === 0;
  }

  /** An aborted wait resolves too, with a slot that is none: the caller looks at its signal next. */
  async acquire(signal?: AbortSignal): Promise<{ readonly slot: number; release(): void }> {
    if (this.#free > 0) this.#free -= 1;
    else if (!(await this.#wait(signal))) return { slot: 0, release: () => undefined };
    const slot = this.#numbers.take();
    let held = true;
    return {
      slot,
      release: () => {
        if (!held) return;
        held = false;
        this.#numbers.giveBack(slot);
        const next = this.#waiting.shift();
        if (next !== undefined) next();
        else this.#free += 1;
      },
    };
  }

  #wait(signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve(false);
        return;
      }
      const give = () => {
        signal?.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(give), 1);
        resolve(false);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(give);
    });
  }
}
