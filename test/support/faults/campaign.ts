/** Many runs with faults, a few at a time: what the tests and the explorer share. */
import type { Fault, FaultKind } from './faults.js';
import { nameOf } from './faults.js';
import { deal, faultsAt } from './points.js';
import { survive } from './scenario.js';

export { forgetTemplate } from './repository.js';
export { killsOf, surviveKills } from './kills.js';
export { survive, deal, faultsAt, nameOf };

/** The points of a run without faults, as far as two runs agree on them. */
export async function record(): Promise<readonly string[]> {
  const [one, other] = await Promise.all([survive([]), survive([])]);
  const known = new Set(other.seen);
  return one.seen.filter((point) => known.has(point));
}

export interface CampaignResult {
  readonly faults: readonly Fault[];
  readonly fired: number;
  readonly extraAttempts: number;
  readonly problem?: string;
}

/** Survives every group of faults, `parallel` groups at a time; nothing stops at the first problem. */
export async function campaign(groups: readonly (readonly Fault[])[], parallel: number, tell: (result: CampaignResult) => void): Promise<void> {
  const left = [...groups];
  const worker = async (): Promise<void> => {
    for (let faults = left.shift(); faults !== undefined; faults = left.shift()) {
      const group = faults;
      tell(
        await survive(group).then(
          ({ fired, extraAttempts }) => ({ faults: group, fired: fired.length, extraAttempts }),
          (error: unknown) => ({ faults: group, fired: 0, extraAttempts: 0, problem: error instanceof Error ? error.message : String(error) }),
        ),
      );
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

/** `crash at git.advance()#1` as a fault again. */
export function parseFault(text: string): Fault {
  const [, kind = 'crash', code, point = ''] = /^(\S+)(?: ([A-Z]+))? at (.*)$/u.exec(text) ?? [];
  return { point, kind: kind as FaultKind, ...(code === undefined ? {} : { code: code as NonNullable<Fault['code']> }) };
}
