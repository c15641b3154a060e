/** The strategy `pull-request`, with a real bare remote and a stand-in for `gh` that records how it is called. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StandInGh } from '../support/standInGh.js';
import { PULL_REQUEST, standInGh, withRemote } from '../support/standInGh.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
let gh: StandInGh;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'x\n', '.switchyard/team.jsonc': '{ "version": 1, "merge": "pull-request" }\n' });
  gh = await standInGh(repo);
});
afterEach(() => repo.cleanup());

const yard = (...args: readonly string[]) => switchyard(repo, args, gh.env);
const plan = () =>
  planFile(
    repo,
    planOf(
      scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'a' } }], { title: 'Fix "$(it)" `now`', gate: ['test -f a/x.txt'], instructions: 'Do it.' }),
      scriptedTask('b', [{ write: { path: 'b/x.txt', text: 'b' } }], { dependsOn: ['a'], gate: ['test -f a/x.txt'] }),
    ),
  );

/** Somebody merges the branch on the remote, as GitHub does. */
async function mergeOnRemote(how: 'merge' | 'squash' | 'rebase', branch = 'a'): Promise<string> {
  const clone = join(repo.folder, `clone-${how}-${branch}`);
  await repo.git('clone', '-q', join(repo.folder, 'remote.git'), clone);
  const from = `origin/switchyard/r1/${branch}`;
  if (how === 'merge') await repo.gitIn(clone, 'merge', '-q', '--no-ff', '-m', 'Merge', from);
  else if (how === 'rebase') await repo.gitIn(clone, 'cherry-pick', `main..${from}`);
  else {
    await repo.gitIn(clone, 'merge', '-q', '--squash', from);
    await repo.gitIn(clone, 'commit', '-qm', 'Squashed');
  }
  await repo.gitIn(clone, 'push', '-q', 'origin', 'main');
  return repo.gitIn(clone, 'rev-parse', 'main');
}

test('green work is pushed and a pull request opened; dependents wait until it is merged, and start from what was fetched', async () => {
  await withRemote(repo);
  const start = await repo.git('rev-parse', 'main');
  const opened = await yard('run', await plan(), '--yes', '--json');
  expect(opened.code, opened.stderr).toBe(3);
  expect(opened.summary.tasks['a']).toMatchObject({ state: 'in-review', pullRequest: PULL_REQUEST, why: { kind: 'pull-request' } });
  expect(opened.summary.tasks['b']).toMatchObject({ state: 'waiting', why: { kind: 'dependency' } });
  expect(opened.stderr).toContain(`when its pull request is merged: ${PULL_REQUEST}`);
  const head = await repo.git('rev-parse', 'switchyard/r1/a');
  expect(await repo.gitIn(join(repo.folder, 'remote.git'), 'rev-parse', 'switchyard/r1/a')).toBe(head);
  const create = (await gh.calls()).find((call) => call.args[1] === 'create');
  expect(create?.args).toEqual(['pr', 'create', '--head', 'switchyard/r1/a', '--base', 'main', '--title', 'Fix "$(it)" `now`', '--body-file', '-']);
  expect(create?.input).toContain('- `test -f a/x.txt`: exit code 0');
  expect(create?.input).toMatch(/Switchyard-Task: a\nSwitchyard-Run: r1\nSwitchyard-Receipt: r1-a-/);
  // The base here is nobody's to move.
  expect(await repo.git('rev-parse', 'main')).toBe(start);

  const still = await yard('resume', '--json');
  expect(still.code).toBe(3);
  expect(still.stderr).toContain('is not merged into origin/main yet');

  const merge = await mergeOnRemote('merge');
  const next = await yard('resume', '--yes', '--json');
  expect(next.summary.tasks['a']).toMatchObject({ state: 'landed' });
  expect(next.summary.tasks['b']).toMatchObject({ state: 'in-review' });
  expect(next.lines.find((line) => line['type'] === 'worktree.creating' && line['task'] === 'b')).toMatchObject({ commit: merge });
  expect(await repo.git('rev-parse', 'main')).toBe(start);
  expect(await repo.git('status', '--porcelain')).toBe('');
  expect(await repo.git('branch', '--list', 'switchyard/r1/a')).toBe('');
});

test.each(['merge', 'squash', 'rebase'] as const)('what a pull request brought by %s is taken back by another, gated, and is undone once that is merged', async (how) => {
  await withRemote(repo);
  await yard('run', await planFile(repo, planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'a' } }], { gate: ['test -f README.md'] }))), '--yes');
  await mergeOnRemote(how);
  const clone = join(repo.folder, `clone-${how}-a`);
  // Somebody goes on there, so that the tip is not the landing.
  await repo.write(join(clone, 'later.txt'), 'later');
  await repo.gitIn(clone, 'add', '.');
  await repo.gitIn(clone, 'commit', '-qm', 'Later');
  await repo.gitIn(clone, 'push', '-q', 'origin', 'main');
  expect((await yard('resume', '--json')).summary).toMatchObject({ state: 'done', tasks: { a: { state: 'landed' } } });
  await gh.shows(undefined);
  const start = await repo.git('rev-parse', 'main');
  const opened = await yard('undo', 'a', '--json');
  expect(opened.code, opened.stderr).toBe(3);
  expect(opened.lines.at(-1)).toMatchObject({ ok: false, why: { kind: 'pull-request', text: expect.stringContaining(PULL_REQUEST) as string } });
  const create = (await gh.calls()).findLast((call) => call.args[1] === 'create');
  expect(create?.args.slice(0, 8)).toEqual(['pr', 'create', '--head', 'switchyard/r1/a_undo', '--base', 'main', '--title', 'Revert "Task a"']);
  expect(create?.input).toContain('- `test -f README.md`: exit code 0');
  const remote = join(repo.folder, 'remote.git');
  expect(await repo.gitIn(remote, 'diff', '--name-status', 'main', 'switchyard/r1/a_undo')).toBe('D\ta/x.txt');
  const still = await yard('undo', 'a');
  expect(still.code).toBe(3);
  expect(still.stderr).toContain('is not merged into origin/main yet');
  await mergeOnRemote('squash', 'a_undo');
  const undone = await yard('undo', 'a', '--json');
  expect(undone.code, undone.stderr).toBe(0);
  expect(undone.lines.at(-1)).toMatchObject({ type: 'undo.summary', ok: true });
  expect(await repo.gitIn(remote, 'ls-tree', '-r', '--name-only', 'main')).toBe('.switchyard/team.jsonc\nREADME.md\nlater.txt');
  // The base here is nobody's to move.
  expect(await repo.git('rev-parse', 'main')).toBe(start);
  expect((await yard('undo', 'a')).stderr).toContain('was undone already');
});

test('a squashed merge is noticed by its content; one closed without a merge needs the person', async () => {
  await withRemote(repo);
  await yard('run', await plan(), '--yes');
  await mergeOnRemote('squash');
  const next = await yard('resume', '--json');
  expect(next.summary.tasks['a']).toMatchObject({ state: 'landed' });
  await yard('approve', 'b');
  await gh.shows(undefined);
  await yard('resume');
  await gh.shows({ url: PULL_REQUEST, state: 'CLOSED', mergeCommit: null });
  const closed = await yard('resume', '--json');
  expect(closed.code).toBe(3);
  expect(closed.summary.tasks['b']).toMatchObject({ state: 'needs-you', why: { text: `The pull request was closed without being merged: ${PULL_REQUEST}. Its work is kept; retry with feedback, re-plan or drop it.` } });
});

test('without a remote, without gh or without a log-in nothing starts, and it says what to do', async () => {
  const alone = await yard('run', await plan(), '--yes');
  expect(alone.code).toBe(2);
  expect(alone.stderr).toContain('Push it once with "git push -u origin main"');
  await withRemote(repo);
  await gh.signedIn(false);
  expect((await yard('run', await plan(), '--yes')).stderr).toContain('gh is not signed in. Run "gh auth login"');
  const missing = await switchyard(repo, ['run', await plan(), '--yes'], { PATH: '/usr/bin:/bin' });
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('gh was not found. Install it');
  expect(await repo.git('branch', '--list', 'switchyard/*')).toBe('');
});

test('a push that the remote refuses opens nothing; approved again, it is tried again', async () => {
  const remote = await withRemote(repo);
  await repo.write(join(remote, 'hooks', 'pre-receive'), '#!/bin/sh\necho refused by policy\nexit 1\n');
  const { chmod, unlink } = await import('node:fs/promises');
  await chmod(join(remote, 'hooks', 'pre-receive'), 0o755);
  const refused = await yard('run', await plan(), '--yes', '--json');
  expect(refused.summary.tasks['a']).toMatchObject({ state: 'needs-you', why: { kind: 'merge-failed' } });
  expect(refused.summary.tasks['a']?.why?.text).toContain('refused by policy');
  expect((await gh.calls()).some((call) => call.args[1] === 'create')).toBe(false);
  await unlink(join(remote, 'hooks', 'pre-receive'));
  await yard('approve', 'a');
  expect((await yard('resume', '--json')).summary.tasks['a']).toMatchObject({ state: 'in-review' });
});
