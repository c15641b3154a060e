/** The leak sentinel with real agents (scripted), real git and the headless engine. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FoundLeak } from '../../src/core/leak.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import type { Outcome } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'hello\n', 'src/a.ts': 'one\ntwo\n', '.gitignore': '.env\n' });
});
afterEach(() => repo.cleanup());

const leaksOf = (outcome: Outcome): FoundLeak[] => outcome.lines.filter((line) => line['type'] === 'leak.found').map((line) => line['leak'] as FoundLeak);
const inRepo = (path: string): Promise<string> => readFile(join(repo.root, path), 'utf8');
const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);

/** One task that does its own work and changes the person's checkout. */
async function leaking(more: readonly object[], args: readonly string[] = ['--yes', '--json']): Promise<Outcome> {
  const script = [{ write: { path: 't/x.txt', text: 'work\n' } }, ...more] as Parameters<typeof scriptedTask>[1];
  return switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('t', script, { owns: ['t/**', 'src/**'] }))), ...args]);
}

test('an edit tool that leaves the worktree is found, named, kept and holds the landing until the person chose', async () => {
  await repo.write('mine.txt', 'my own\n');
  const run = await leaking([{ write: { path: join(repo.root, 'src/a.ts'), text: 'stray\n' } }, { write: { path: join(repo.root, 'new/b.txt'), text: 'untracked\n' } }]);
  expect(run.code).toBe(3);
  expect(run.summary.tasks['t']).toMatchObject({ state: 'ready' });
  const [leak, ...rest] = leaksOf(run);
  expect(rest).toEqual([]);
  expect(leak).toMatchObject({
    certainty: 'certain',
    attempt: 1,
    agent: 'scripted',
    root: repo.root,
    files: [
      { path: 'new/b.txt', change: 'added', before: 'nothing' },
      { path: 'src/a.ts', change: 'modified', before: 'committed' },
    ],
  });
  // Kept twice: as a backup and as a patch that only its owner reads.
  expect(await repo.git('show', `${leak?.kept.ref ?? ''}:new/b.txt`)).toBe('untracked');
  expect(await repo.git('diff', '--stat', `${leak?.kept.ref ?? ''}~1`, leak?.kept.ref ?? '')).toContain('2 files changed');
  const patch = await readFile(leak?.kept.patch ?? '', 'utf8');
  expect(patch).toContain('+stray');
  expect(patch).toContain('+untracked');
  expect((await stat(leak?.kept.patch ?? '')).mode & 0o777).toBe(0o600);
  // Nothing was undone by itself.
  expect(await inRepo('src/a.ts')).toBe('stray\n');

  const said = await switchyard(repo, ['status']);
  expect(said.stdout).toContain('switchyard leak t --move');
  expect((await switchyard(repo, ['resume', '--yes', '--json'])).summary.tasks['t']).toMatchObject({ state: 'ready' });

  expect((await switchyard(repo, ['leak', 't', '--undo'])).code).toBe(0);
  expect(await inRepo('src/a.ts')).toBe('one\ntwo\n');
  expect(await exists(join(repo.root, 'new'))).toBe(false);
  expect(await inRepo('mine.txt')).toBe('my own\n');
  const landed = await switchyard(repo, ['resume', '--yes', '--json']);
  expect(landed.summary.tasks['t']).toMatchObject({ state: 'landed' });
  expect(await repo.git('show', 'main:src/a.ts')).toBe('one\ntwo');
}, 120_000);

test('move takes the changes into the task, where they are checked and land with it', async () => {
  await leaking([{ write: { path: join(repo.root, 'src/a.ts'), text: 'one\ntwo\nthree\n' } }, { write: { path: join(repo.root, 'src/new.ts'), text: 'fresh\n' } }]);
  const moved = await switchyard(repo, ['leak', 't', '--move', '--json']);
  expect(moved.code).toBe(0);
  expect(await inRepo('src/a.ts')).toBe('one\ntwo\n');
  expect(await exists(join(repo.root, 'src/new.ts'))).toBe(false);
  const landed = await switchyard(repo, ['resume', '--yes', '--json']);
  expect(landed.summary.tasks['t']).toMatchObject({ state: 'landed' });
  expect(await repo.git('show', 'main:src/a.ts')).toBe('one\ntwo\nthree');
  expect(await repo.git('show', 'main:src/new.ts')).toBe('fresh');
  expect(await repo.git('status', '--porcelain')).toBe('');
}, 120_000);

test('what the person changed since is never undone, and what they had not committed comes back', async () => {
  await repo.write('src/a.ts', 'mine, not committed\n');
  await repo.write('notes.txt', 'my notes\n');
  const run = await leaking([
    { write: { path: join(repo.root, 'src/a.ts'), text: 'overwritten by the agent\n' } },
    { write: { path: join(repo.root, 'README.md'), text: 'stray\n' } },
    { delete: { path: join(repo.root, 'notes.txt') } },
  ]);
  expect(leaksOf(run)[0]?.files).toEqual([
    { path: 'README.md', change: 'modified', before: 'committed' },
    { path: 'notes.txt', change: 'deleted', before: 'unsaved' },
    { path: 'src/a.ts', change: 'modified', before: 'unsaved' },
  ]);
  await repo.write('README.md', 'stray, and then edited by me\n');
  const undone = await switchyard(repo, ['leak', 't', '--undo', '--json']);
  expect(undone.code).toBe(0);
  expect(undone.lines.at(-1)).toMatchObject({ type: 'leak.choice', left: ['README.md'] });
  expect(await inRepo('src/a.ts')).toBe('mine, not committed\n');
  expect(await inRepo('notes.txt')).toBe('my notes\n');
  expect(await inRepo('README.md')).toBe('stray, and then edited by me\n');
}, 120_000);

test('a command line that names the file is certain; one that hides it is only possible and holds nothing up', async () => {
  const named = await leaking([{ run: ['sh', '-c', `echo x >> ${repo.root}/src/a.ts`] }]);
  expect(leaksOf(named)[0]).toMatchObject({ certainty: 'certain', files: [{ path: 'src/a.ts' }] });
  await switchyard(repo, ['leak', 't', '--keep']);
  expect(await inRepo('src/a.ts')).toBe('one\ntwo\nx\n');
  await repo.git('checkout', '--', 'src/a.ts');
  const hidden = await leaking([{ run: ['sh', '-c', `cd .. && cd .. && cd .. && cd $(ls -d rep?) && echo y >> README.md`] }]);
  expect(leaksOf(hidden)[0]).toMatchObject({ certainty: 'possible', others: [], files: [{ path: 'README.md' }] });
  expect(hidden.summary.tasks['t']).toMatchObject({ state: 'landed' });
  expect(await inRepo('README.md')).toBe('hello\ny\n');
}, 120_000);

test('a change of another task’s worktree, and of an ignored file, is found through the stream', async () => {
  const other = join(`${repo.root}.worktrees`, 'r1', 'other');
  await repo.write('.env', 'KEY=1\n');
  // It rests, green, when the second changes it: in the middle of its gate that would be a gate that changes files.
  const rests = `while ! grep -q '"task":"other".*"to":"ready"' '${repo.root}/.git/switchyard/runs/r1/events.jsonl'; do sleep 0.05; done`;
  const plan = planOf(
    scriptedTask('other', [{ write: { path: 'other/x.txt', text: 'mine\n' } }], { gate: ['true'] }),
    scriptedTask('t', [{ write: { path: 't/x.txt', text: 'work\n' } }, { run: ['sh', '-c', rests] }, { write: { path: join(other, 'README.md'), text: 'stray\n' } }, { write: { path: join(repo.root, '.env'), text: 'KEY=2\n' } }]),
  );
  await switchyard(repo, ['run', await planFile(repo, plan), '--max-parallel', '1']);
  await switchyard(repo, ['approve']);
  const run = await switchyard(repo, ['resume', '--json']);
  const leaks = leaksOf(run);
  expect(leaks.find((leak) => leak.owner === 'other')).toMatchObject({ certainty: 'certain', files: [{ path: 'README.md', before: 'committed' }] });
  expect(leaks.find((leak) => leak.owner === undefined)).toMatchObject({ certainty: 'certain', root: repo.root, files: [{ path: '.env', before: 'unknown' }] });
  expect((await switchyard(repo, ['leak', 't', '--undo', '--json'])).lines.at(-1)).toMatchObject({ left: ['.env'] });
  expect(await readFile(join(other, 'README.md'), 'utf8')).toBe('hello\n');
}, 120_000);

test('without stray changes there is no leak, and the checkout is not written to', async () => {
  await repo.write('mine.txt', 'my own\n');
  const before = await stat(join(repo.root, '.git/index'));
  const run = await leaking([], ['--json']);
  await switchyard(repo, ['approve']);
  const ready = await switchyard(repo, ['resume', '--json']);
  expect([...leaksOf(run), ...leaksOf(ready)]).toEqual([]);
  expect(ready.summary.tasks['t']).toMatchObject({ state: 'ready' });
  expect((await stat(join(repo.root, '.git/index'))).mtimeMs).toBe(before.mtimeMs);
  expect((await switchyard(repo, ['leak', 't', '--undo'])).code).toBe(2);
}, 120_000);

test('a commit in the checkout, a stash and a tag by an agent’s own commands are named; nothing is taken back by itself', async () => {
  const start = await repo.git('rev-parse', 'main');
  const run = await leaking([
    { run: ['sh', '-c', `cd ${repo.root} && git -c user.name=A -c user.email=a@a.test commit -q --allow-empty -m stray`] },
    { run: ['git', 'tag', 'v1'] },
    { append: { path: 't/x.txt', text: 'more\n' } },
    { run: ['git', 'stash', '-q', '--include-untracked'] },
    { run: ['git', 'stash', 'apply', '-q'] },
  ]);
  const stray = await repo.git('rev-parse', 'main');
  expect(run.summary.tasks['t']).toMatchObject({ state: 'ready' });
  const [leak] = leaksOf(run);
  expect(leak).toMatchObject({ certainty: 'certain', refs: true, root: repo.root, files: [{ path: 'refs/heads/main', change: 'modified' }, { path: 'refs/stash', change: 'added' }, { path: 'refs/tags/v1', change: 'added' }] });
  expect(stray).not.toBe(start);
  expect(await repo.git('merge-base', '--is-ancestor', stray, leak?.kept.ref ?? '').then(() => true, () => false)).toBe(true);
  expect(await readFile(leak?.kept.patch ?? '', 'utf8')).toContain(`git update-ref refs/heads/main ${start} ${stray}`);
  const refused = await switchyard(repo, ['leak', 't', '--undo']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('refs are yours alone to move');
  expect(await repo.git('rev-parse', 'main')).toBe(stray);
  expect((await switchyard(repo, ['leak', 't', '--keep'])).code).toBe(0);
  expect((await switchyard(repo, ['resume', '--yes', '--json'])).summary.tasks['t']).toMatchObject({ state: 'landed' });
}, 120_000);

test('a hook and a setting of the repository that an agent changes by its own commands are named', async () => {
  const run = await leaking([
    { run: ['sh', '-c', 'git config core.hooksPath /dev/null'] },
    { run: ['sh', '-c', 'echo "exit 0" > "$(git rev-parse --git-common-dir)/hooks/pre-commit"'] },
  ]);
  expect(leaksOf(run)[0]).toMatchObject({ certainty: 'certain', refs: true, files: [{ path: 'config core.hookspath', change: 'added' }, { path: 'hooks/pre-commit', change: 'added' }] });
  expect((await switchyard(repo, ['status'])).stdout).toContain('changed config core.hookspath, hooks/pre-commit in your repository, outside its own branch');
  expect(await readFile(leaksOf(run)[0]?.kept.patch ?? '', 'utf8')).toContain('git config --unset-all core.hookspath');
  expect(await repo.git('config', 'core.hooksPath')).toBe('/dev/null');
}, 120_000);

test('what a planner changes outside its own copy is found, said before its plan is approved, and can be taken back', async () => {
  const plan = planOf(scriptedTask('t', [{ write: { path: 't/x.txt', text: 'work\n' } }]));
  await repo.write('.switchyard/scripted-plans.json', JSON.stringify({ plans: [{ goal: 'A goal', usage: [{ write: { path: join(repo.root, 'src/a.ts'), text: 'stray\n' } }], plan }] }));
  await repo.write('.switchyard/team.jsonc', '{ "version": 1, "planner": { "agent": "scripted" } }\n');
  await repo.commit('Plans');
  const planned = await switchyard(repo, ['plan', 'A goal', '--out', join(repo.folder, 'out.json'), '--json']);
  expect(planned.code, planned.stderr).toBe(0);
  const said = await switchyard(repo, ['status']);
  expect(said.stdout).toContain('The planner changed src/a.ts in your checkout, outside its own copy.');
  expect(said.stdout).toContain('switchyard leak planner --undo');
  expect((await switchyard(repo, ['leak', 'planner', '--move'])).stderr).toContain('A planner has no work of its own');
  expect((await switchyard(repo, ['leak', 'planner', '--undo'])).code).toBe(0);
  expect(await inRepo('src/a.ts')).toBe('one\ntwo\n');
  expect((await switchyard(repo, ['status'])).stdout).not.toContain('leak planner');
}, 120_000);
