/** Ownership of everything that must be let go: what is added to a disposed owner is disposed at once. */
export interface Disposable {
  dispose(): unknown;
}

export class Disposables implements Disposable {
  readonly #owned = new Set<Disposable>();
  #disposed = false;

  get disposed(): boolean {
    return this.#disposed;
  }

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#owned.add(item);
    return item;
  }

  /** Lets go of one item before its owner does. */
  drop(item: Disposable): void {
    if (this.#owned.delete(item)) item.dispose();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.clear();
  }

  /** Disposes all, in reverse order, and goes on owning. One that throws does not stop the others. */
  clear(): void {
    const items = [...this.#owned].reverse();
    this.#owned.clear();
    const failures: unknown[] = [];
    for (const item of items) {
      try {
        item.dispose();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Something could not be let go');
  }
}

/** Calls `act` once after a burst of calls: after `delayMs`, or on the next turn of the event loop when it is 0. */
export function coalesce(delayMs: number, act: () => void): { (): void; dispose(): void } {
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const schedule = (): void => {
    if (over || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      act();
    }, delayMs);
  };
  return Object.assign(schedule, {
    dispose: (): void => {
      over = true;
      clearTimeout(timer);
      timer = undefined;
    },
  });
}
