/** Faults: which call of which port goes wrong, and how. Points have names that stay the same from run to run. */

/**
 * `fail`: the call rejects and nothing was done. `fail-after`: it was done, but the call rejects. `crash`: the engine's
 * process dies before the act. `crash-after`: it dies after the act, before the outcome is recorded. `power`: like
 * `crash-after`, and every agent dies with it and what was not synced is gone. `torn`: half of a write, then the crash.
 */
export type FaultKind = 'fail' | 'fail-after' | 'crash' | 'crash-after' | 'power' | 'torn';

export type FaultCode = 'ENOSPC' | 'EIO' | 'EMFILE';

export interface Fault {
  /** `<port>.<method>(<what>)#<n-th such call since the run began>`. */
  readonly point: string;
  readonly kind: FaultKind;
  readonly code?: FaultCode;
}

export function nameOf(fault: Fault): string {
  return `${fault.kind}${fault.code === undefined ? '' : ` ${fault.code}`} at ${fault.point}`;
}

export function systemError(code: FaultCode): Error {
  return Object.assign(new Error(`${code}: made by the fault harness`), { code });
}

/** Counts every call of a run, over all lives of its engine, and hands out each planned fault once. */
export class FaultPlan {
  readonly #left: Map<string, Fault>;
  readonly #counts = new Map<string, number>();
  /** Every point in the order of its call. */
  readonly seen: string[] = [];
  readonly fired: Fault[] = [];

  constructor(faults: readonly Fault[] = []) {
    this.#left = new Map(faults.map((fault) => [fault.point, fault]));
  }

  next(name: string): Fault | undefined {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    const point = `${name}#${String(count)}`;
    this.seen.push(point);
    const fault = this.#left.get(point);
    if (fault === undefined) return undefined;
    this.#left.delete(point);
    this.fired.push(fault);
    return fault;
  }
}
