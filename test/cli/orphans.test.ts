/** What an agent left behind in sessions of its own is ended by recovery though engine and runner were killed; nothing else is. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kill, processesOf } from '../support/faults/processes.js';
import { CLI, planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo, type TempRepo } from '../support/tempRepo.js';
import { watchFor } from '../support/watchFor.js';

let repo: TempRepo;
const mine: ChildProcess[] = [];

beforeEach(async () => {
  repo = await makeRepo({ 'a.txt': 'a\n' });
});
afterEach(async () => {
  for (const child of mine.splice(0)) child.kill('SIGKILL');
  for (const { pid } of await processesOf(repo.folder)) kill(pid);
  await repo.cleanup();
});

/** Forks twice, each time into a session of its own, and tells the last one's pid. */
const DAEMON = `
  const { spawn } = require('node:child_process');
  const [, file, depth, told] = process.argv;
  if (depth === '0') {
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => {});
    // Whoever waits for the file must not find it empty.
    require('node:fs').writeFileSync(told + '.new', String(process.pid));
    require('node:fs').renameSync(told + '.new', told);
    setTimeout(() => {}, 1e8);
  } else spawn(process.execPath, [file, String(depth - 1), told], { detached: true, stdio: 'ignore' }).unref();`;

async function start(env: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e8); console.log("up")'], { env: { ...repo.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
  mine.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

test('daemons of a killed agent are ended by recover, and nobody else is', async () => {
  const daemon = join(repo.folder, 'daemon.cjs');
  await writeFile(daemon, DAEMON);
  const told = join(repo.folder, 'daemon.pid');
  const plan = await planFile(repo, planOf(scriptedTask('a', [{ run: [process.execPath, daemon, '2', told] }, { write: { path: 'a/x.txt', text: 'half\n' } }, { hang: true }])));
  const engine = spawn(process.execPath, [CLI, 'run', plan, '--yes', '--json'], { cwd: repo.root, env: repo.env, stdio: 'ignore' });
  await watchFor(repo.folder, 'daemon.pid');
  const attempt = join(repo.root, '.git/switchyard/runs/r1/attempts/a/1');
  const { pid: runner, nonce } = JSON.parse(await readFile(join(attempt, 'claim.json'), 'utf8')) as { pid: number; nonce: string };
  const orphan = Number(await readFile(told, 'utf8'));

  engine.kill('SIGKILL');
  await once(engine, 'exit');
  kill(runner);
  const left = (await processesOf(repo.folder)).filter((each) => each.nonce === nonce).map(({ pid }) => pid);
  expect(left).toContain(orphan);
  // Another attempt's, and a person's own that only lives in the same home.
  const others = [await start({ SWITCHYARD_NONCE: `${nonce}0` }), await start({})];

  const recovered = await switchyard(repo, ['recover', '--json']);
  expect(recovered.code).toBe(0);
  const after = await processesOf(repo.folder);
  expect(after.map(({ pid }) => pid).sort()).toEqual([...others].sort());
  expect(after.filter((each) => each.nonce === nonce)).toEqual([]);
  const status = await switchyard(repo, ['status', '--json']);
  expect(status.stdout).toContain('"state":"stopped"');
  expect(await readFile(join(`${repo.root}.worktrees/r1/a`, 'a/x.txt'), 'utf8')).toBe('half\n');
});
