/** Undo Landing, headless: the revert is gated and lands like any other change, or nothing happens. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Task } from '../../src/core/plan.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'x\n', 'shared.txt': 'one\ntwo\nthree\n' });
});
afterEach(() => repo.cleanup());

const write = (path: string, text: string) => ({ write: { path, text } });
const done = async (...tasks: readonly Task[]) => {
  const result = await switchyard(repo, ['run', await planFile(repo, planOf(...tasks)), '--yes', '--json']);
  expect(result.code, result.stderr).toBe(0);
  return result.summary;
};

test('the revert lands with trailers, the person’s edits elsewhere stay, and the log says so', async () => {
  const summary = await done(scriptedTask('a', [write('a/x.txt', 'a')]), scriptedTask('b', [write('b/x.txt', 'b')], { dependsOn: ['a'], gate: ['test -f b/x.txt'] }));
  const landed = summary.tasks['a']?.commit ?? '';
  await repo.write('README.md', 'mine\n');
  const result = await switchyard(repo, ['undo', 'a', '--json']);
  expect(result.code, result.stderr).toBe(0);
  expect(result.stderr).toContain('b builds on a and has landed since');
  const tip = await repo.git('rev-parse', 'main');
  expect(result.lines.at(-1)).toMatchObject({ type: 'undo.summary', task: 'a', ok: true, commit: tip });
  expect(await repo.git('ls-tree', '-r', '--name-only', 'main')).toBe('README.md\nb/x.txt\nshared.txt');
  expect(await repo.git('diff', '--name-only')).toBe('README.md');
  const message = await repo.git('log', '-1', '--format=%B');
  expect(message).toContain('Revert "Task a"');
  expect(message).toContain(`Switchyard-Reverts: ${landed}`);
  const gated = result.lines.find((line) => line['type'] === 'change.gated') as { receipt: { id: string; tree: string; commands: { command: string }[] } };
  expect(message).toContain(`Switchyard-Receipt: ${gated.receipt.id}`);
  expect(gated.receipt.tree).toBe(await repo.git('rev-parse', 'main^{tree}'));
  // The gate of what stays.
  expect(gated.receipt.commands.map((each) => each.command)).toEqual(['test -f b/x.txt']);
  const status = await switchyard(repo, ['status', '--json']);
  expect(status.lines[0]).toMatchObject({ phase: 'done', tasks: { a: { state: 'landed', undone: tip } }, changes: { 'undo:a': { state: 'landed', commit: tip } } });
  expect(await repo.git('worktree', 'list', '--porcelain')).not.toContain('.worktrees');
  const again = await switchyard(repo, ['undo', 'a']);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('was undone already');
});

test('a conflict with what came later names the paths and changes nothing', async () => {
  await done(scriptedTask('a', [write('shared.txt', 'one\nA\nthree\n')], { owns: ['shared.txt'] }));
  await repo.write('shared.txt', 'one\nA and more\nthree\n');
  const before = await repo.commit('Later');
  const result = await switchyard(repo, ['undo', 'a', '--json']);
  expect(result.code).toBe(3);
  expect(result.lines.at(-1)).toMatchObject({ ok: false, why: { kind: 'conflict', paths: ['shared.txt'] } });
  expect(await repo.git('rev-parse', 'main')).toBe(before);
  expect(await repo.git('status', '--porcelain')).toBe('');
});

test('a red gate on the result lands nothing; without any gate it lands and says unproven', async () => {
  await done(scriptedTask('a', [write('a/x.txt', 'a')], { gate: [] , owns: ['a/**'] }), scriptedTask('b', [write('b/x.txt', 'b')], { dependsOn: ['a'], gate: ['test -f a/x.txt'] })).catch(() => undefined);
  // A task without a gate waits for a person even with --yes.
  await switchyard(repo, ['approve', 'a']);
  expect((await switchyard(repo, ['resume', '--yes'])).code).toBe(0);
  const before = await repo.git('rev-parse', 'main');
  const red = await switchyard(repo, ['undo', 'a']);
  expect(red.code).toBe(3);
  expect(red.stderr).toContain('The result of undoing it is not green: `test -f a/x.txt` failed with exit code 1. Nothing was changed on main.');
  expect(await repo.git('rev-parse', 'main')).toBe(before);
  expect((await switchyard(repo, ['undo', 'b'])).code).toBe(0);
  const unproven = await switchyard(repo, ['undo', 'a']);
  expect(unproven.code).toBe(0);
  expect(unproven.stdout).toContain('unproven: there is no gate');
  expect(await repo.git('ls-tree', '-r', '--name-only', 'main')).toBe('README.md\nshared.txt');
});

test('a squashed landing is taken back like a merged one', async () => {
  await repo.write('.switchyard/team.jsonc', '{ "version": 1, "merge": "squash" }\n');
  await repo.commit('Team');
  await done(scriptedTask('a', [write('a/x.txt', 'a')]), scriptedTask('b', [write('b/x.txt', 'b')], { dependsOn: ['a'], gate: ['test -f b/x.txt'] }));
  const result = await switchyard(repo, ['undo', 'a', '--json']);
  expect(result.code, result.stderr).toBe(0);
  expect(await repo.git('ls-tree', '-r', '--name-only', 'main')).toBe('.switchyard/team.jsonc\nREADME.md\nb/x.txt\nshared.txt');
  expect((await switchyard(repo, ['undo', '--all'])).stderr).toContain('landed one by one');
});

test('where the gate runs no test on the result, undoing asks; asked again it is taken back on the person’s word, and the receipt says so', async () => {
  // A runner that says that it ran none.
  const nothing = `node -e "console.log('# tests 0\\n# pass 0\\n# fail 0')"`;
  await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', [write('a/x.txt', 'a')], { owns: ['a/**'], gate: [nothing] }))), '--yes']);
  await switchyard(repo, ['approve', 'a']);
  expect((await switchyard(repo, ['resume', '--yes'])).code).toBe(0);
  const landed = await repo.git('rev-parse', 'main');
  const asked = await switchyard(repo, ['undo', 'a', '--json']);
  expect(asked.code).toBe(3);
  expect(asked.lines.at(-1)).toMatchObject({ ok: false, why: { kind: 'unproven', text: expect.stringMatching(/Nothing was changed on main\. Undo Landing once more takes it back on your word, unproven\.$/) as string } });
  expect(await repo.git('rev-parse', 'main')).toBe(landed);
  const again = await switchyard(repo, ['undo', 'a', '--json']);
  expect(again.code, again.stderr).toBe(0);
  expect(await repo.git('ls-tree', '-r', '--name-only', 'main')).toBe('README.md\nshared.txt');
  const gated = again.lines.find((line) => line['type'] === 'change.gated') as { receipt: { id: string; unproven: boolean } };
  expect(gated.receipt.unproven).toBe(true);
  expect(await repo.git('log', '-1', '--format=%B')).toContain(`Switchyard-Receipt: ${gated.receipt.id}`);
});
