/**
 * The log cannot be written (disk full) at every event of a run, in turn: dispatch stops, it says so, nothing is lost,
 * and a later resume brings the run to its end with every agent started once and every landing made once.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLog } from '../../src/adapters/eventStore.js';
import { openRepository } from '../../src/adapters/git/repository.js';
import { headlessLauncher } from '../../src/adapters/runner/launch.js';
import { buildWorld } from '../../src/compose.js';
import type { Event } from '../../src/core/events.js';
import type { Log } from '../../src/core/ports.js';
import { EngineSession } from '../../src/engine/session.js';
import type { World } from '../../src/engine/world.js';
import { repositoryRoot } from '../support/root.js';
import { planOf, scriptedTask } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function worldOf(repo: TempRepo): Promise<World> {
  return buildWorld(await openRepository(repo.root, { environment: repo.env }), {
    directory: repo.root,
    environment: repo.env,
    launch: headlessLauncher(repo.env),
    programs: { node: process.execPath, runner: join(repositoryRoot, 'dist/runner.js'), scripted: join(repositoryRoot, 'dist/scripted.js') },
    label: 'test',
    log: quiet,
  });
}

/** Fails the write that holds event `at`, and every later one: the disk stays full. */
function fullFrom(world: World, at: number): World {
  return {
    ...world,
    logs: {
      ...world.logs,
      open: (file, from) =>
        openLog(file, from, (real) => {
          let written = 0;
          return {
            ...real,
            write: async (bytes, position) => {
              written += Buffer.from(bytes).toString('utf8').split('\n').length - 1;
              if (written >= at) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
              await real.write(bytes, position);
            },
          };
        }),
    },
  };
}

const plan = planOf(
  scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'a' } }]),
  scriptedTask('b', [{ write: { path: 'b/x.txt', text: 'b' } }], { dependsOn: ['a'] }),
);

const options = { label: 'test', mode: 'writer', autoApprove: true } as const;

test.each([2, 3, 5, 7, 9, 11, 13, 15, 17, 19, 22, 26])('full at event %i', async (at) => {
  const repo = await makeRepo({ 'README.md': 'x\n' });
  try {
    const broken = await EngineSession.open(fullFrom(await worldOf(repo), at), options);
    const started = await broken.decompose({ kind: 'plan', plan });
    if (started.ok) {
      await broken.wish({ type: 'approve-plan', run: started.run, revision: 1 });
      await broken.rested();
      expect(broken.broken?.message).toMatch(/Could not write the run's log/);
    } else expect(started.reason).toMatch(/disk is full|no space/i);
    await broken.close({ stopAgents: false });

    const healthy = await EngineSession.open(await worldOf(repo), options);
    await healthy.open('r1');
    if (healthy.current()?.proposal === undefined && healthy.current()?.revision === 0) await healthy.decompose({ kind: 'plan', plan });
    const run = healthy.current()?.run ?? '';
    const proposal = healthy.current()?.proposal;
    if (proposal !== undefined) await healthy.wish({ type: 'approve-plan', run, revision: proposal.revision });
    await healthy.rested();
    if ([...(healthy.current()?.tasks.values() ?? [])].some((task) => task.state === 'stopped')) {
      await healthy.wish({ type: 'go-on', run });
      await healthy.rested();
    }
    expect([...(healthy.current()?.tasks.values() ?? [])].map((task) => task.state)).toEqual(['landed', 'landed']);
    await healthy.close({ stopAgents: false });

    expect(await repo.git('show', 'main:a/x.txt')).toBe('a');
    expect(await repo.git('show', 'main:b/x.txt')).toBe('b');
    expect(await repo.git('status', '--porcelain')).toBe('');
    const landings = (await repo.git('log', '--first-parent', '--format=%(trailers:key=Switchyard-Task,valueonly)', 'main')).split('\n').filter((line) => line !== '');
    expect(landings.sort()).toEqual(['a', 'b']);
    const log = (await readFile(join(repo.root, '.git/switchyard/runs', run, 'events.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Event);
    expect(log.map((event) => event.seq)).toEqual(log.map((_, index) => index + 1));
    for (const task of ['a', 'b']) {
      const attempts = await readdir(join(repo.root, '.git/switchyard/runs', run, 'attempts', task));
      const ends = await Promise.all(attempts.map((name) => readFile(join(repo.root, '.git/switchyard/runs', run, 'attempts', task, name, 'exit.json'), 'utf8')));
      // Started once: what a crash foreclosed before it began has an end of another kind.
      expect(ends.filter((text) => (JSON.parse(text) as { ended: string }).ended === 'exited')).toHaveLength(1);
    }
  } finally {
    await repo.cleanup();
  }
});
