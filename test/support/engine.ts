/** The engine over one temporary repository, in this process, with the real world around it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openRepository } from '../../src/adapters/git/repository.js';
import { headlessLauncher } from '../../src/adapters/runner/launch.js';
import { buildWorld } from '../../src/compose.js';
import type { Event } from '../../src/core/events.js';
import type { Plan } from '../../src/core/plan.js';
import type { Log } from '../../src/core/ports.js';
import type { TaskRun } from '../../src/core/run.js';
import { EngineSession } from '../../src/engine/session.js';
import type { World } from '../../src/engine/world.js';
import { repositoryRoot } from './root.js';
import type { TempRepo } from './tempRepo.js';

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface Engine {
  readonly session: EngineSession;
  /** Starts a plan and waits until the run rests. */
  run(plan: Plan): Promise<void>;
  approve(task: string): Promise<void>;
  task(id: string): TaskRun;
  events(): Promise<readonly Event[]>;
  close(): Promise<void>;
}

/** `later`: milliseconds that its clock is ahead; `measured`: collects the folders that were measured; `wrap`: puts something before the world's ports. */
export async function openEngine(repo: TempRepo, options: { readonly env?: Readonly<Record<string, string>>; readonly autoApprove?: boolean; readonly run?: string; readonly later?: () => number; readonly freeBytes?: World['freeBytes']; readonly measured?: string[]; readonly wrap?: (world: World) => World } = {}): Promise<Engine> {
  const env = { ...repo.env, ...options.env };
  const world = await buildWorld(await openRepository(repo.root, { environment: env }), {
    directory: repo.root,
    environment: env,
    launch: headlessLauncher(env),
    programs: { node: process.execPath, runner: join(repositoryRoot, 'dist/runner.js'), scripted: join(repositoryRoot, 'dist/scripted.js') },
    label: 'test',
    log: quiet,
  });
  const { later = () => 0 } = options;
  const folderUse: World['folderUse'] = (folder, apart, signal) => {
    options.measured?.push(folder);
    return world.folderUse(folder, apart, signal);
  };
  const moved: World = { ...world, clock: { ...world.clock, now: () => world.clock.now() + later() }, ...(options.freeBytes !== undefined && { freeBytes: options.freeBytes }), folderUse };
  const session = await EngineSession.open(options.wrap?.(moved) ?? moved, { label: 'test', mode: 'writer', autoApprove: options.autoApprove ?? false });
  if (options.run !== undefined) await session.open(options.run);
  const current = () => {
    const state = session.current();
    if (state === undefined) throw new Error('there is no run');
    return state;
  };
  return {
    session,
    run: async (plan) => {
      const started = await session.decompose({ kind: 'plan', plan });
      if (!started.ok) throw new Error(started.reason);
      await session.wish({ type: 'approve-plan', run: started.run, revision: 1 });
      await session.rested();
    },
    approve: async (task) => {
      const answer = await session.wish({ type: 'approve', run: current().run, task });
      if (!answer.ok) throw new Error(answer.reason);
      await session.rested();
    },
    task: (id) => {
      const found = current().tasks.get(id);
      if (found === undefined) throw new Error(`there is no task ${id}`);
      return found;
    },
    events: async () =>
      (await readFile(join(repo.root, '.git/switchyard/runs', current().run, 'events.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Event),
    close: () => session.close({ stopAgents: true }),
  };
}
