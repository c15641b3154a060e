/** Starting a run: what it begins with is checked, it gets the next free name, and its planner or its plan is set to work. */
import type { RepositoryFacts } from '../core/ports.js';
import type { PlanSource, Session } from './api.js';
import { messageOf } from './attempts.js';
import { beginning } from './beginning.js';
import type { RunLoop } from './loop.js';
import type { OpenRuns } from './openRuns.js';
import { plan as planRun, propose } from './planning.js';
import type { RunReader } from './runReader.js';
import { RunStore } from './store.js';
import { noticeUpstream } from './upstream.js';
import type { Holder, World } from './world.js';

/** Answer of `Session.decompose`. */
export type Decomposed = Awaited<ReturnType<Session['decompose']>>;

export interface StartingParts {
  readonly world: World;
  readonly reader: RunReader;
  readonly runs: OpenRuns;
  /** The person may have switched branches since the session was opened. */
  readonly facts: RepositoryFacts;
  /** Takes the repository's lock; returns who has it when somebody else does. */
  readonly becomeWriter: () => Promise<Holder | undefined>;
  /** The holder as whoever reads the refusal knows it. */
  readonly nameOf: (holder: Holder) => string;
  /** The run has its name and will be shown from here on, also if it then cannot be made. */
  readonly named: (run: string) => void;
  /** The run exists; planning goes on. */
  readonly begun: () => void;
}

/** One at a time: each takes the next free name. Refuses with a reason, and then nothing was changed. */
export async function startRun(parts: StartingParts, source: PlanSource): Promise<Decomposed> {
  const { world, reader, runs, facts } = parts;
  const begin = await beginning(world, source, facts.branch);
  if ('reason' in begin) return { ok: false, ...begin };
  const holder = await parts.becomeWriter();
  if (holder !== undefined) return { ok: false, reason: `This repository is held by ${parts.nameOf(holder)}, which runs its agents. Start the run there, or wait until it has finished. Nothing was changed.` };
  const run = await reader.nextId();
  const { plan, goal, base, team } = begin;
  parts.named(run);
  let loop: RunLoop;
  try {
    loop = await runs.adopt(await RunStore.create(world, { type: 'run.created', run, goal, base, team }));
    await noticeUpstream(loop.context);
    if (plan !== undefined) await propose(loop.context, plan);
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
  parts.begun();
  if (plan === undefined) void loop.guest(() => planRun(loop.context, { kind: 'plan' })).catch((error: unknown) => world.log.error('Planning failed', error));
  return { ok: true, run };
}
