/** Two real processes on one repository: one holds the run, the other follows, wishes through it, and takes over when it is killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRepository } from '../../src/adapters/git/repository.js';
import { headlessLauncher } from '../../src/adapters/runner/launch.js';
import { buildWorld } from '../../src/compose.js';
import { EngineSession } from '../../src/engine/session.js';
import { kill } from '../support/faults/processes.js';
import { repositoryRoot } from '../support/root.js';
import { CLI, planFile, planOf, scriptedTask } from '../support/switchyard.js';
import { makeRepo, type TempRepo } from '../support/tempRepo.js';
import { watchFor } from '../support/watchFor.js';

let repo: TempRepo;
let holder: ChildProcess;
let follower: EngineSession;
let said: string[];

beforeEach(async () => {
  repo = await makeRepo({ 'a.txt': 'a\n' });
  const script = [{ say: 'at work' }, { run: ['sh', '-c', `echo "$SWITCHYARD_NONCE" >> '${repo.folder}/starts'; while [ ! -e '${repo.folder}/go' ]; do sleep 0.05; done`] as const }, { write: { path: 'a/x.txt', text: 'done\n' } }];
  const plan = await planFile(repo, planOf(scriptedTask('a', script), scriptedTask('b', [{ write: { path: 'b/x.txt', text: 'b\n' } }], { dependsOn: ['a'] })));
  holder = spawn(process.execPath, [CLI, 'run', plan, '--yes', '--json'], { cwd: repo.root, env: repo.env, stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = createInterface({ input: holder.stdout ?? process.stdin });
  await new Promise<void>((resolve) => lines.on('line', (line) => line.includes('"to":"working"') && resolve()));
  said = [];
  follower = await EngineSession.open(
    await buildWorld(await openRepository(repo.root, { environment: repo.env }), {
      directory: repo.root,
      environment: repo.env,
      launch: headlessLauncher(repo.env),
      programs: { node: process.execPath, runner: join(repositoryRoot, 'dist/runner.js'), scripted: join(repositoryRoot, 'dist/scripted.js') },
      label: 'VS Code window',
      log: { info: () => undefined, warn: (text) => said.push(text), error: (text, cause) => said.push(`${text}: ${String(cause)}`) },
    }),
    { label: 'VS Code window', mode: 'auto', autoApprove: true },
  );
});
afterEach(async () => {
  kill(holder.pid ?? 0);
  await follower.close({ stopAgents: true });
  await repo.cleanup();
});

/** Resolves when something holds for the follower; woken by its changes. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise<void>((resolve) => {
      const listening = follower.onDidChange(() => {
        listening.dispose();
        resolve();
      });
    });
  }
}
const state = (id: string) => follower.current()?.tasks.get(id)?.state;

test('a second window follows, says who holds the run, wishes through it, and takes over by itself when the holder is killed', async () => {
  await until(() => state('a') === 'working');
  expect(follower.heldBy).toBe('switchyard run');
  expect(await follower.decompose({ kind: 'plan', plan: planOf(scriptedTask('c', [])) })).toMatchObject({ ok: false, reason: expect.stringContaining(`held by switchyard run, which`) as string });

  expect(await follower.wish({ type: 'pause', run: 'r1' })).toEqual({ ok: true });
  await until(() => follower.current()?.paused === true);
  expect(follower.heldBy).toBe('switchyard run');
  expect(follower.waits().get('b')).toMatchObject({ kind: 'dependency', text: 'Waits for Task a to land' });

  await watchFor(repo.folder, 'starts');
  // As if the holder had died between carrying a wish out and removing it: it must not take back a later one.
  holder.kill('SIGSTOP');
  expect(await follower.wish({ type: 'pause', run: 'r1' })).toEqual({ ok: true });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await until(() => follower.heldBy === undefined);
  // It writes now: a wish is carried out here, and the agent that outlived its window goes on and is not started again.
  expect(await follower.wish({ type: 'go-on', run: 'r1' })).toEqual({ ok: true });
  await until(() => follower.current()?.paused === false);
  await writeFile(join(repo.folder, 'go'), '');
  await until(() => state('b') === 'landed');
  expect(follower.current()?.tasks.get('a')).toMatchObject({ state: 'landed', attempts: [{ attempt: 1 }] });
  expect(await repo.git('show', 'main:a/x.txt')).toBe('done');
  expect((await readFile(join(repo.folder, 'starts'), 'utf8')).trim().split('\n')).toHaveLength(1);
  expect(said).toEqual([]);
});
