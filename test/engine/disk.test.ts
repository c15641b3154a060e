/** What worktrees take and what Clean Up would free, live and from the command line. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DiskUse } from '../../src/core/disk.js';
import { diskText } from '../../src/core/disk.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { openEngine } from '../support/engine.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

const BIG = 300_000;
let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'x\n' });
});
afterEach(() => repo.cleanup());

const task = (id: string) => scriptedTask(id, [{ write: { path: `${id}/big.txt`, text: `${id}\n`.repeat(BIG / 2) } }]);

test('status says the size of every worktree, and clean what it would free', async () => {
  await switchyard(repo, ['run', await planFile(repo, planOf(task('t'), task('u')))]);
  await switchyard(repo, ['approve']);
  await switchyard(repo, ['resume']);
  const status = await switchyard(repo, ['status', '--json']);
  const disk = status.lines[0]?.['disk'] as DiskUse;
  expect(disk.worktrees.map((each) => [each.run, each.task, each.over, each.bytes > BIG])).toEqual([['r1', 't', false, true], ['r1', 'u', false, true]]);
  expect(disk.total).toBe(disk.worktrees.reduce((sum, each) => sum + each.bytes, 0));
  expect(disk.reclaimable).toEqual({ worktrees: 0, backups: 0 });
  expect(disk.free).toBeGreaterThan(0);
  expect((await switchyard(repo, ['status'])).stdout).toMatch(/disk: [\d.]+ [KM]B in 2 worktrees, [\d.]+ [MGT]B free/);
  expect((await switchyard(repo, ['clean', '--dry-run'])).stdout).not.toContain('would free');
});

test('a worktree that could not go is counted as what cleaning up frees', async () => {
  const engine = await openEngine(repo);
  await engine.run(planOf(task('t'), task('u')));
  // Somebody works in it: the landing leaves it, and it is theirs to take away.
  await repo.write(`${engine.task('t').worktree ?? ''}/mine.txt`, 'mine\n');
  await engine.approve('t');
  const disk = await engine.session.diskNow();
  const t = disk.worktrees.find((each) => each.task === 't');
  expect(t?.over).toBe(true);
  expect(disk.reclaimable.worktrees).toBe(t?.frees);
  await repo.git('-C', engine.task('t').worktree ?? '', 'clean', '-fdq');
  await engine.session.clean();
  expect((await engine.session.diskNow()).worktrees.map((each) => each.task)).toEqual(['u']);
  await engine.close();
});

test('live sizes follow what happens, and nothing is measured twice or while nothing happens', async () => {
  const measured: string[] = [];
  const engine = await openEngine(repo, { measured });
  await engine.run(planOf(task('t'), task('u')));
  const other = (than: DiskUse | undefined) => new Promise<DiskUse>((resolve) => {
    const listening = engine.session.onDidChange(() => {
      const present = engine.session.disk();
      if (present === undefined || present === than) return;
      listening.dispose();
      resolve(present);
    });
  });
  expect(engine.session.disk()).toBeUndefined();
  const before = await other(undefined);
  expect(before.worktrees.map((each) => each.task)).toEqual(['t', 'u']);
  expect(measured).toHaveLength(2);
  const after = other(before);
  await engine.session.wish({ type: 'drop', run: 'r1', task: 't' });
  expect((await after).worktrees.map((each) => each.task)).toEqual(['u']);
  // u was as it was.
  expect(measured.filter((path) => path.endsWith('/u'))).toHaveLength(1);
  await engine.close();
});

test('people read it in one line', () => {
  const use = { bytes: 2e9, frees: 1.2e9, apart: 0, run: 'r1', task: 't', path: '/t', over: true };
  expect(diskText({ worktrees: [use], total: 2e9, reclaimable: { worktrees: 1.2e9, backups: 12_000 }, free: 5e9 })).toBe('2.0 GB in 1 worktree, 5.0 GB free; Clean Up frees 1.2 GB and 12 KB of backups');
  expect(diskText({ worktrees: [], total: 0, reclaimable: { worktrees: 0, backups: 0 } })).toBe('0 B in 0 worktrees');
});

test('measuring looks at no checkout: what it costs does not grow with what a person has lying around', async () => {
  let looks = 0;
  const engine = await openEngine(repo, {
    wrap: (world) => ({ ...world, git: { ...world.git, facts: () => ((looks += 1), world.git.facts()) } }),
  });
  await engine.run(planOf(task('t'), task('u')));
  expect((await engine.session.wish({ type: 'drop', run: 'r1', task: 'u' })).ok).toBe(true);
  await engine.session.rested();
  expect(await engine.session.backups()).toHaveLength(1);
  const before = looks;
  await engine.session.diskNow();
  expect(looks).toBe(before);
  await engine.close();
});
