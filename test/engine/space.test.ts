/** The floor of free space below which no worktree is made. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freeBytes } from '../../src/adapters/space.js';
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

test('below the floor no worktree is made, the reason has both numbers, and a lower floor lets it go on', async () => {
  const plan = await planFile(repo, planOf(scriptedTask('t', [{ write: { path: 't/x.txt', text: 'x\n' } }])));
  await repo.write('.switchyard/team.jsonc', '{ "version": 1, "limits": { "minFreeGb": 1000000 } }');
  const full = await switchyard(repo, ['run', plan, '--yes', '--json']);
  expect(full.code).toBe(3);
  expect(full.summary.tasks['t']?.why?.text).toMatch(/^disk: \d+\.\d GB free, floor 1000000 GB\. No worktree was made/);
  expect(await stat(`${repo.root}.worktrees`).then(() => true, () => false)).toBe(false);
  await repo.write('.switchyard/team.jsonc', '{ "version": 1, "limits": { "minFreeGb": 0 } }');
  const roomy = await switchyard(repo, ['run', plan, '--yes', '--json']);
  expect(roomy.summary.tasks['t']).toMatchObject({ state: 'landed' });
});

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
