/** A window closes whose agents are to stop with it, with real processes: a reload never stops them, a quit does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRepository } from '../../src/adapters/git/repository.js';
import { headlessLauncher } from '../../src/adapters/runner/launch.js';
import { buildWorld } from '../../src/compose.js';
import { EngineSession, type SessionOptions } from '../../src/engine/session.js';
import { kill, processesOf } from '../support/faults/processes.js';
import { repositoryRoot } from '../support/root.js';
import { planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo, type TempRepo } from '../support/tempRepo.js';
import { watchFor } from '../support/watchFor.js';

/** As good as never, and at once. Milliseconds. */
const LONG = 600_000;
const SHORT = 1;

let repo: TempRepo;
const open = new Set<EngineSession>();

beforeEach(async () => {
  repo = await makeRepo({ 'a.txt': 'a\n' });
});
afterEach(async () => {
  for (const session of open) await session.close({ stopAgents: true });
  open.clear();
  for (const { pid } of await processesOf(repo.folder)) kill(pid);
  await repo.cleanup();
});

const attempt = (number: number): string => join(repo.root, '.git/switchyard/runs/r1/attempts/a', String(number));

async function window(mode: SessionOptions['mode'] = 'auto'): Promise<EngineSession> {
  const world = await buildWorld(await openRepository(repo.root, { environment: repo.env }), {
    directory: repo.root,
    environment: repo.env,
    launch: headlessLauncher(repo.env),
    programs: { node: process.execPath, runner: join(repositoryRoot, 'dist/runner.js'), scripted: join(repositoryRoot, 'dist/scripted.js') },
    label: 'a VS Code window',
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const session = await EngineSession.open(world, { label: 'a VS Code window', mode, autoApprove: false });
  open.add(session);
  return session;
}

/** A window with an agent at work, which goes on when `go` is there. */
async function atWork(): Promise<EngineSession> {
  const session = await window();
  const wait = { run: ['sh', '-c', `touch '${repo.folder}/begun'; while [ ! -e '${repo.folder}/go' ]; do sleep 0.05; done`] as const };
  await session.decompose({ kind: 'plan', plan: planOf(scriptedTask('a', { attempts: [[wait, { write: { path: 'a/x.txt', text: 'done\n' } }], [{ write: { path: 'a/x.txt', text: 'later\n' } }]] })) });
  await session.wish({ type: 'approve-plan', run: 'r1', revision: 1 });
  await watchFor(repo.folder, 'begun');
  return session;
}

/** What the extension does when it is deactivated; resolves, with the exit code, when the process that stays behind has ended. */
async function closes(session: EngineSession, comesBackMs: number): Promise<{ readonly ended: Promise<unknown> }> {
  const word = await session.leave();
  if (word === undefined) throw new Error('nobody is at work');
  const child = spawn(process.execPath, [join(repositoryRoot, 'dist/stayBehind.js'), JSON.stringify({ word, directory: repo.root, comesBackMs })], { env: repo.env, stdio: 'ignore' });
  const ended = once(child, 'exit').then(([code]: unknown[]) => code);
  await session.close({ stopAgents: false });
  open.delete(session);
  return { ended };
}

const alive = async (): Promise<boolean> => (await processesOf(repo.folder)).some(({ command }) => command.includes('scripted.js'));
const ended = async (number: number): Promise<unknown> => (JSON.parse(await readFile(join(attempt(number), 'exit.json'), 'utf8')) as { ended: unknown }).ended;

test('a window that comes back finds its agent at work: the same process, started once', async () => {
  const { ended: gone } = await closes(await atWork(), LONG);
  const back = await window();
  expect(await gone).toBe(0);
  expect(await alive()).toBe(true);
  expect(back.heldBy).toBeUndefined();
  await writeFile(join(repo.folder, 'go'), '');
  await back.rested();
  expect(back.current()?.tasks.get('a')).toMatchObject({ state: 'ready', attempts: [{ attempt: 1, outcome: { ok: true } }] });
  expect(await readdir(join(attempt(1), '..'))).toEqual(['1']);
}, 60_000);

test('no window comes back: its agent is stopped with all it started, and Go On continues its session', async () => {
  const { ended: gone } = await closes(await atWork(), SHORT);
  expect(await gone).toBe(0);
  expect(await ended(1)).toBe('stopped');
  expect(await processesOf(repo.folder)).toEqual([]);
  const next = await window();
  expect(next.current()).toMatchObject({ stopped: true });
  expect(next.current()?.tasks.get('a')).toMatchObject({ state: 'stopped', reason: { kind: 'stopped-with-run', text: expect.stringMatching(/^The editor was quit, so it was stopped \(switchyard\.agentsOnQuit\); .* Go On or Retry continues it\.$/) as string } });
  expect(await next.leave()).toBeUndefined();
  await next.wish({ type: 'go-on', run: 'r1' });
  await next.rested();
  expect(next.current()?.tasks.get('a')).toMatchObject({ state: 'ready', attempts: [{ attempt: 1 }, { attempt: 2 }] });
  expect((await readdir(join(repo.root, '.git/switchyard'))).filter((name) => name.startsWith('left'))).toEqual([]);
}, 60_000);

test('who runs the agents meanwhile keeps them', async () => {
  const first = await atWork();
  const word = await first.leave();
  await first.close({ stopAgents: false });
  open.delete(first);
  // A command took them over, and no window is there.
  const holder = await window('writer');
  await holder.open('r1');
  const child = spawn(process.execPath, [join(repositoryRoot, 'dist/stayBehind.js'), JSON.stringify({ word, directory: repo.root, comesBackMs: SHORT })], { env: repo.env, stdio: 'ignore' });
  expect((await once(child, 'exit'))[0]).toBe(0);
  expect(await alive()).toBe(true);
  expect((await switchyard(repo, ['status', '--json'])).lines[0]).toMatchObject({ tasks: { a: { state: 'working' } } });
}, 60_000);
