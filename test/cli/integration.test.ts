/** The strategy `integration`: tasks land on the run's own branch, which then lands on the base as one change. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'x\n', '.switchyard/team.jsonc': '{ "version": 1, "merge": "integration" }\n' });
});
afterEach(() => repo.cleanup());

const BRANCH = 'switchyard/r1/integration';
const write = (path: string, text: string) => ({ write: { path, text } });
const a = scriptedTask('a', [write('a/x.txt', 'a')], { gate: ['test -f a/x.txt'] });
const b = scriptedTask('b', [write('b/x.txt', 'b')], { dependsOn: ['a'], gate: ['test -f a/x.txt'] });

test('--yes lands the run by one move of the base, and nothing of it stays behind', async () => {
  const start = await repo.git('rev-parse', 'main');
  await repo.write('README.md', 'mine\n');
  const result = await switchyard(repo, ['run', await planFile(repo, planOf(a, b, scriptedTask('integration', [write('integration/x.txt', 'i')]))), '--yes', '--json']);
  expect(result.code, result.stderr).toBe(0);
  expect((await repo.git('reflog', 'show', '--format=%H', 'main')).split('\n')).toHaveLength(2);
  expect(await repo.git('rev-parse', 'main^1')).toBe(start);
  expect(await repo.git('log', '-1', '--format=%B')).toMatch(/Switchyard-Task: a\nSwitchyard-Task: b\nSwitchyard-Task: integration\nSwitchyard-Run: r1\nSwitchyard-Receipt: r1-run-/);
  const gated = result.lines.find((line) => line['type'] === 'change.gated') as { receipt: { tree: string } };
  expect(gated.receipt.tree).toBe(await repo.git('rev-parse', 'main^{tree}'));
  expect(await repo.git('branch', '--list', 'switchyard/*')).toBe('');
  expect(await repo.git('worktree', 'list', '--porcelain')).not.toContain('.worktrees');
  expect(await repo.git('status', '--porcelain')).toBe(' M README.md');
});

test('without --yes a person lands the run; what moved on the base meanwhile is merged and gated', async () => {
  await switchyard(repo, ['run', await planFile(repo, planOf(a, b))]);
  await switchyard(repo, ['approve']);
  await switchyard(repo, ['resume']);
  await switchyard(repo, ['approve', 'a']);
  await switchyard(repo, ['resume']);
  const start = await repo.git('rev-parse', 'main');
  expect(await repo.git('ls-tree', '-r', '--name-only', BRANCH)).toContain('a/x.txt');
  expect((await switchyard(repo, ['land'])).stderr).toContain('once every task is in');
  await switchyard(repo, ['approve', 'b']);
  const waits = await switchyard(repo, ['resume', '--json']);
  expect(waits.code).toBe(3);
  expect(waits.stderr).toContain(`switchyard land r1     # land ${BRANCH} on main`);
  expect(waits.summary.tasks['b']).toMatchObject({ state: 'landed' });
  expect(await repo.git('rev-parse', 'main')).toBe(start);
  await repo.write('c.txt', 'mine\n');
  const mine = await repo.commit('Mine');
  await switchyard(repo, ['approve']);
  const done = await switchyard(repo, ['resume', '--json']);
  expect(done.code, done.stderr).toBe(0);
  expect(done.lines.map((line) => line['type'])).toContain('change.gated');
  expect(await repo.git('rev-parse', 'main^1')).toBe(mine);
  expect(await repo.git('ls-tree', '-r', '--name-only', 'main')).toContain('c.txt');
  expect(await repo.git('branch', '--list', 'switchyard/*')).toBe('');
  // The landed whole can be taken back task by task.
  const undone = await switchyard(repo, ['undo', 'b']);
  expect(undone.code, undone.stderr).toBe(0);
  expect(await repo.git('ls-tree', '-r', '--name-only', 'main')).not.toContain('b/x.txt');
});

test('a conflict with the base is said with its paths; resolved by hand on the branch, the run lands', async () => {
  await repo.write('README.md', 'x\n');
  const readme = scriptedTask('a', [write('README.md', 'theirs\n')], { owns: ['README.md'] });
  await switchyard(repo, ['run', await planFile(repo, planOf(readme))]);
  await switchyard(repo, ['approve']);
  await switchyard(repo, ['resume']);
  await repo.write('README.md', 'mine\n');
  const mine = await repo.commit('Mine');
  const result = await switchyard(repo, ['resume', '--yes', '--json']);
  expect(result.code).toBe(3);
  expect(result.lines.at(-1)).toMatchObject({ changes: { run: { state: 'needs-you', why: { kind: 'conflict', paths: ['README.md'] } } } });
  expect(await repo.git('rev-parse', 'main')).toBe(mine);
  const other = `${repo.folder}/by-hand`;
  await repo.git('worktree', 'add', '-q', other, BRANCH);
  await repo.gitIn(other, 'merge', '-q', '-X', 'ours', '-m', 'By hand', 'main');
  await repo.git('worktree', 'remove', other);
  await switchyard(repo, ['land']);
  const done = await switchyard(repo, ['resume', '--json']);
  expect(done.code, done.stderr).toBe(0);
  expect(await repo.git('show', 'main:README.md')).toBe('theirs');
});

test('a run whose tasks were all dropped leaves no branch and moves nothing', async () => {
  const start = await repo.git('rev-parse', 'main');
  await switchyard(repo, ['run', await planFile(repo, planOf(a))]);
  await switchyard(repo, ['approve']);
  await switchyard(repo, ['resume']);
  await switchyard(repo, ['drop', 'a']);
  const done = await switchyard(repo, ['resume', '--json']);
  expect(done.code, done.stderr).toBe(0);
  expect(await repo.git('rev-parse', 'main')).toBe(start);
  expect(await repo.git('branch', '--list', 'switchyard/*')).toBe('');
});

test('the landing of the whole run is taken back by one gated commit, over what landed since and a dirty checkout', async () => {
  const gate = ['test -f README.md'];
  const plan = planOf(scriptedTask('a', [write('a/x.txt', 'a')], { gate }), scriptedTask('b', [write('b/x.txt', 'b')], { gate, dependsOn: ['a'] }));
  const result = await switchyard(repo, ['run', await planFile(repo, plan), '--yes', '--json']);
  expect(result.code, result.stderr).toBe(0);
  await repo.write('c.txt', 'mine\n');
  const mine = await repo.commit('Mine');
  await repo.write('README.md', 'not committed\n');
  const undone = await switchyard(repo, ['undo', '--all', '--json']);
  expect(undone.code, undone.stderr).toBe(0);
  expect(await repo.git('ls-tree', '-r', '--name-only', 'main')).toBe('.switchyard/team.jsonc\nREADME.md\nc.txt');
  expect(await repo.git('rev-parse', 'main^')).toBe(mine);
  expect(await repo.git('log', '-1', '--format=%B')).toMatch(/^Revert "A goal of the tests"[^]*Switchyard-Task: a\nSwitchyard-Task: b\nSwitchyard-Run: r1\nSwitchyard-Reverts: /);
  expect(await repo.git('status', '--porcelain')).toBe(' M README.md');
  const gated = undone.lines.find((line) => line['type'] === 'change.gated') as { receipt: { tree: string } };
  expect(gated.receipt.tree).toBe(await repo.git('rev-parse', 'main^{tree}'));
  const status = (await switchyard(repo, ['status', '--json'])).lines[0] as { tasks: Record<string, { undone: string }> };
  const tip = await repo.git('rev-parse', 'main');
  expect(status.tasks).toMatchObject({ a: { undone: tip }, b: { undone: tip } });
  const again = await switchyard(repo, ['undo', '--all']);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('r1 was undone already');
  expect((await switchyard(repo, ['undo', 'a'])).stderr).toContain('was undone already');
});

test('a task that is in is taken back on the integration branch, and the run lands without it', async () => {
  await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', [write('a/x.txt', 'a')]), scriptedTask('c', [write('c/x.txt', 'c')])))]);
  await switchyard(repo, ['approve']);
  await switchyard(repo, ['resume']);
  await switchyard(repo, ['approve', 'a']);
  await switchyard(repo, ['resume']);
  const start = await repo.git('rev-parse', 'main');
  expect((await switchyard(repo, ['undo', 'a'])).code).toBe(0);
  const undone = await switchyard(repo, ['resume', '--json']);
  expect(undone.lines.find((line) => line['type'] === 'change.landed')).toMatchObject({ change: 'undo:a' });
  expect(await repo.git('rev-parse', 'main')).toBe(start);
  expect(await repo.git('ls-tree', '-r', '--name-only', BRANCH)).not.toContain('a/x.txt');
  await switchyard(repo, ['approve', 'c']);
  const done = await switchyard(repo, ['resume', '--yes', '--json']);
  expect(done.code, done.stderr).toBe(0);
  expect(await repo.git('ls-tree', '-r', '--name-only', 'main')).toBe('.switchyard/team.jsonc\nREADME.md\nc/x.txt');
});
