/** A remote-tracking base that moved: said plainly, never pulled by itself, brought in at a person's word. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withRemote } from '../support/standInGh.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'x\n' });
  await withRemote(repo);
});
afterEach(() => repo.cleanup());

const plan = () => planFile(repo, planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'a' } }])));

/** Somebody else pushes, and the person fetches. */
async function othersPush(name: string): Promise<string> {
  const clone = join(repo.folder, name);
  await repo.git('clone', '-q', join(repo.folder, 'remote.git'), clone);
  await repo.write(join(clone, `${name}.txt`), 'theirs\n');
  await repo.gitIn(clone, 'add', '-A');
  await repo.gitIn(clone, 'commit', '-qm', 'Theirs');
  await repo.gitIn(clone, 'push', '-q', 'origin', 'main');
  await repo.git('fetch', '-q');
  return repo.gitIn(clone, 'rev-parse', 'HEAD');
}

test('it is said at the start and at the landing, and nothing is pulled; Bring In fast-forwards and the work is gated again', async () => {
  const theirs = await othersPush('theirs');
  const start = await repo.git('rev-parse', 'main');
  const proposed = await switchyard(repo, ['run', await plan(), '--json']);
  expect(proposed.stderr).toContain('origin/main has 1 commit that main has not. Switchyard never pulls by itself. Bring In moves main up to it');
  expect(proposed.lines.at(-1)).toMatchObject({ upstream: { name: 'origin/main', behind: 1, diverged: false } });
  await switchyard(repo, ['approve']);
  const ready = await switchyard(repo, ['resume', '--json']);
  expect(ready.summary.tasks['a']).toMatchObject({ state: 'ready' });
  expect(await repo.git('rev-parse', 'main')).toBe(start);
  await switchyard(repo, ['bring-in']);
  await switchyard(repo, ['approve', 'a']);
  const done = await switchyard(repo, ['resume', '--json']);
  expect(done.code, done.stderr).toBe(0);
  expect(await repo.git('rev-parse', 'main^1')).toBe(theirs);
  expect(done.lines.some((line) => line['type'] === 'gate.finished')).toBe(true);
  expect(done.stderr).not.toContain('has not');
  expect(await repo.git('status', '--porcelain')).toBe('');
});

test('diverged, it is said and refused; a base that follows nothing is silent', async () => {
  await othersPush('theirs');
  await repo.write('mine.txt', 'mine\n');
  const mine = await repo.commit('Mine');
  const proposed = await switchyard(repo, ['run', await plan()]);
  expect(proposed.stderr).toContain('and main has commits of its own. Switchyard never pulls by itself. Merge or rebase main yourself');
  await switchyard(repo, ['bring-in']);
  expect((await switchyard(repo, ['resume'])).stderr).toContain('both have commits of their own. Nothing was moved');
  expect(await repo.git('rev-parse', 'main')).toBe(mine);
  await repo.git('branch', '--unset-upstream');
  expect((await switchyard(repo, ['run', await plan()])).stderr).not.toContain('origin/main');
});
