/** The floor of free space below which no worktree is made. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freeBytes } from '../../src/adapters/space.js';
import type { Engine } from '../support/engine.js';
import { openEngine } from '../support/engine.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'x\n' });
});
afterEach(() => repo.cleanup());

test('free space is read where the folder will be', async () => {
  expect(await freeBytes(join(repo.folder, 'not', 'there', 'yet'))).toBeGreaterThan(0);
});

const GB = 1e9;
const two = () => planOf(scriptedTask('t', [{ write: { path: 't/x.txt', text: 'x\n' } }]), scriptedTask('u', [{ write: { path: 'u/x.txt', text: 'x\n' } }]));

test('below the floor a task waits and says both numbers; the command says how to make room, and a lower floor lets the same run go on', async () => {
  const plan = await planFile(repo, planOf(scriptedTask('t', [{ write: { path: 't/x.txt', text: 'x\n' } }])));
  await repo.write('.switchyard/team.jsonc', '{ "version": 1, "limits": { "minFreeGb": 1000000 } }');
  const full = await switchyard(repo, ['run', plan, '--yes', '--json']);
  expect(full.code).toBe(3);
  expect(full.summary.tasks['t']).toMatchObject({ state: 'waiting', attempts: 0, why: { kind: 'disk' } });
  expect(full.summary.tasks['t']?.why?.text).toMatch(/^Waits for disk space: \S+ [GT]B free, floor 1000 TB\. It goes on by itself/);
  expect(full.stderr).toContain('switchyard clean');
  expect(await stat(`${repo.root}.worktrees`).then(() => true, () => false)).toBe(false);
  expect((await switchyard(repo, ['resume', '--yes', '--json'])).summary.tasks['t']).toMatchObject({ state: 'waiting', why: { kind: 'disk' } });
  await repo.write('.switchyard/team.jsonc', '{ "version": 1, "limits": { "minFreeGb": 0 } }');
  expect((await switchyard(repo, ['resume', '--yes', '--json'])).summary.tasks['t']).toMatchObject({ state: 'landed' });
});

test('what waits for space goes on by itself once a removal has made room', async () => {
  // There is room for one worktree, until one is gone.
  let asked = 0;
  const engine: Engine = await openEngine(repo, {
    autoApprove: true,
    freeBytes: () => Promise.resolve((asked += 1) === 1 || anyGone(engine) ? 10 * GB : GB),
  });
  await engine.run(two());
  expect([engine.task('t').state, engine.task('u').state]).toEqual(['landed', 'landed']);
  const events = (await engine.events()).filter((event) => event.type === 'space.short' || event.type === 'space.found' || event.type === 'worktree.removed');
  expect(events.slice(0, 3).map((event) => event.type)).toEqual(['space.short', 'worktree.removed', 'space.found']);
  await engine.close();
});

test('Check Again looks at once: it says what is still missing, and lets the task go on when there is room', async () => {
  let free = GB;
  const engine = await openEngine(repo, { autoApprove: true, freeBytes: () => Promise.resolve(free) });
  await engine.run(planOf(scriptedTask('t', [{ write: { path: 't/x.txt', text: 'x\n' } }])));
  expect(engine.session.waits().get('t')).toMatchObject({ kind: 'disk' });
  free = 1.5 * GB;
  expect(await engine.session.wish({ type: 'check', run: 'r1', task: 't' })).toMatchObject({ ok: false, reason: expect.stringContaining('1.5 GB free, floor 2.0 GB') as string });
  free = 3 * GB;
  expect(await engine.session.wish({ type: 'check', run: 'r1', task: 't' })).toEqual({ ok: true });
  await engine.session.rested();
  expect(engine.task('t').state).toBe('landed');
  await engine.close();
});

function anyGone(engine: Engine): boolean {
  return [...(engine.session.current()?.tasks.values() ?? [])].some((task) => task.cleaned);
}

test('backups are listed with their task, why and age', async () => {
  const plan = await planFile(repo, planOf(scriptedTask('t', [{ write: { path: 't/x.txt', text: 'x\n' } }])));
  await switchyard(repo, ['run', plan]);
  await switchyard(repo, ['approve']);
  await switchyard(repo, ['resume']);
  await switchyard(repo, ['drop', 't']);
  await switchyard(repo, ['resume']);
  const listed = await switchyard(repo, ['backups', '--json']);
  expect(listed.lines[0]?.['backups']).toMatchObject([{ run: 'r1', task: 't', why: 'dropped' }]);
  expect((await switchyard(repo, ['backups'])).stdout).toMatch(/0 min +refs\/switchyard\/backup\/r1\/t\/dropped {2}t: the task was dropped \(\d+ B, not landed, kept until \d+ \w+ \d+\)/);
});
