/** Backups in the list, and when Clean Up lets them go. The clock is moved, git is real. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fateText } from '../../src/core/backups.js';
import { planOf, scriptedTask } from '../support/switchyard.js';
import type { Engine } from '../support/engine.js';
import { openEngine } from '../support/engine.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

const DAY = 24 * 60 * 60_000;
let repo: TempRepo;
let engine: Engine;
/** Milliseconds that the engine's clock is ahead. */
let ahead = 0;

beforeEach(async () => {
  ahead = 0;
  repo = await makeRepo({ 'README.md': 'x\n' });
  engine = await openEngine(repo, { later: () => ahead });
  await engine.run(planOf(scriptedTask('t', [{ write: { path: 't/x.txt', text: 'work\n' } }]), scriptedTask('u', [{ write: { path: 'u/x.txt', text: 'other\n' } }])));
  for (const task of ['t', 'u']) await engine.session.wish({ type: 'drop', run: 'r1', task });
  await engine.session.rested();
});
afterEach(async () => {
  await engine.close();
  await repo.cleanup();
});

const listed = async () => Object.fromEntries((await engine.session.backups()).map((each) => [each.task ?? '', each]));

test('the list says whose, when, why, how much, whether it has landed and until when it stays', async () => {
  const before = Date.now();
  const { t } = await listed();
  expect(t).toMatchObject({ ref: 'refs/switchyard/backup/r1/t/dropped', run: 'r1', task: 't', title: 'Task t', why: 'dropped', words: 'the task was dropped', landed: false, expired: false });
  expect(t?.bytes).toBeGreaterThan(100);
  expect(Math.abs((t?.at ?? 0) - before)).toBeLessThan(10 * 60_000);
  expect(t?.expiresAt).toBe((t?.at ?? 0) + 30 * DAY);
});

test('clean removes what has landed since, keeps what is young, and says which', async () => {
  await repo.write('t/x.txt', 'work\n');
  await repo.commit('By hand');
  const would = await engine.session.clean({ dryRun: true });
  expect(would.backups).toMatchObject([{ task: 't', landed: true }]);
  expect(Object.keys(await listed()).sort()).toEqual(['t', 'u']);
  expect((await engine.session.clean()).backups).toMatchObject([{ task: 't', landed: true }]);
  expect(Object.keys(await listed())).toEqual(['u']);
  expect((await engine.session.clean()).backups).toEqual([]);
});

test('one that never landed goes after its time and is announced; the team file says the time', async () => {
  ahead = 31 * DAY;
  await repo.write('.switchyard/team.jsonc', '{ "version": 1, "backupDays": 40 }');
  expect((await engine.session.clean()).backups).toEqual([]);
  await repo.write('.switchyard/team.jsonc', '{ "version": 1, "backupDays": "forty" }');
  expect((await engine.session.clean()).backups).toEqual([]);
  await repo.write('.switchyard/team.jsonc', '{ "version": 1 }');
  const would = await engine.session.clean({ dryRun: true });
  expect(would.backups.map((each) => [each.task, each.landed]).sort()).toEqual([['t', false], ['u', false]]);
  expect(would.backups.map(fateText).join('\n')).toMatch(/never landed, and its time is over; Clean Up removes it/);
  await engine.session.clean();
  expect(await repo.git('for-each-ref', 'refs/switchyard/backup')).toBe('');
});

test('nothing else removes one: neither another run, nor reopening, nor time', async () => {
  ahead = 100 * DAY;
  await engine.run(planOf(scriptedTask('v', [{ write: { path: 'v/x.txt', text: 'v\n' } }])));
  await engine.approve('v');
  await engine.close();
  engine = await openEngine(repo, { later: () => ahead });
  expect(Object.keys(await listed()).sort()).toEqual(['t', 'u']);
});
