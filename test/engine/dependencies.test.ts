/** Dependency folders of new worktrees: copied where they fit, installed where not, and never a way into the checkout. */
import { lstat, mkdir, readFile, readlink, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { provideDependencies } from '../../src/adapters/dependencies/provide.js';
import type { Dependency } from '../../src/core/dependencies.js';
import { parseTeamFile } from '../../src/core/teamFile.js';
import { openEngine } from '../support/engine.js';
import { planOf, scriptedTask } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
let worktree: string;
beforeEach(async () => {
  repo = await makeRepo({ '.gitignore': 'node_modules/\n.venv/\n', 'package-lock.json': '{ "one": 1 }\n', 'package.json': '{}\n' });
  worktree = join(repo.folder, 'tree');
  await repo.git('worktree', 'add', '-q', '--detach', worktree);
  await repo.write('node_modules/a/index.js', 'a\n');
  await repo.write('node_modules/a/run.sh', 'run\n');
  await mkdir(join(repo.root, 'node_modules/.bin'));
  await symlink('../a/run.sh', join(repo.root, 'node_modules/.bin/run'));
});
afterEach(() => repo.cleanup());

const note = () => join(repo.folder, 'note');
const ignores = async (path: string, kind: 'folder' | 'link') => repo.gitIn(worktree, 'check-ignore', '-q', '--no-index', kind === 'folder' ? `${path}/` : path).then(() => true, () => false);
const provide = (...dependencies: Dependency[]) => provideDependencies({ root: repo.root, worktree, dependencies, note: note(), ignores });
const NODE: Dependency = { path: 'node_modules', how: 'auto', install: 'npm ci' };
const inTree = (path: string) => join(worktree, path);

test('a copy is whole, keeps times and links, and nothing done in it reaches the checkout', async () => {
  const old = new Date('2020-01-01T00:00:00Z');
  await utimes(join(repo.root, 'node_modules/a/index.js'), old, old);
  await symlink(join(repo.root, 'node_modules/a'), join(repo.root, 'node_modules/absolute'));
  const [done] = await provide(NODE);
  expect(done).toMatchObject({ path: 'node_modules', why: 'same package-lock.json' });
  // Which of the two it is, is the file system's to say; both are safe.
  expect(['reflink', 'copy']).toContain(done?.how);
  expect(await readFile(inTree('node_modules/a/index.js'), 'utf8')).toBe('a\n');
  expect((await stat(inTree('node_modules/a/index.js'))).mtime).toEqual(old);
  expect(await readlink(inTree('node_modules/.bin/run'))).toBe('../a/run.sh');
  expect(await readlink(inTree('node_modules/absolute'))).toBe(inTree('node_modules/a'));
  await writeFile(inTree('node_modules/a/index.js'), 'tampered\n');
  await writeFile(inTree('node_modules/absolute/run.sh'), 'tampered\n');
  expect(await readFile(join(repo.root, 'node_modules/a/index.js'), 'utf8')).toBe('a\n');
  expect(await readFile(join(repo.root, 'node_modules/a/run.sh'), 'utf8')).toBe('run\n');
  expect((await lstat(inTree('node_modules'))).isSymbolicLink()).toBe(false);
  expect(await stat(note()).catch(() => undefined)).toBeUndefined();
});

test.each<[string, (at: TempRepo) => Promise<unknown>, Dependency, { readonly how: string; readonly why: RegExp }]>([
  ['another lock file', (at) => at.write('package-lock.json', '{ "two": 2 }\n'), NODE, { how: 'install', why: /^package-lock\.json is not your checkout’s$/ }],
  ['a lock file that only one has', (at) => at.write('yarn.lock', 'x\n'), NODE, { how: 'install', why: /^yarn\.lock is not/ }],
  ['no folder in the checkout', () => Promise.resolve(), { path: 'packages/x/node_modules', how: 'auto' }, { how: 'install', why: /has no such folder/ }],
  ['a Python environment', (at) => at.write('.venv/pyvenv.cfg', 'home = /usr\n'), { path: '.venv', how: 'copy' }, { how: 'install', why: /Python environment/ }],
  ['a folder that git does not ignore', (at) => at.write('vendor/x', 'x\n'), { path: 'vendor', how: 'auto' }, { how: 'none', why: /git does not ignore it/ }],
  ['the team file’s word', () => Promise.resolve(), { path: 'node_modules', how: 'install' }, { how: 'install', why: /as the team file says/ }],
])('%s: nothing is copied, and why is said', async (_, change, dependency, { how, why }) => {
  await change(repo);
  const [done] = await provide(dependency);
  expect(done).toMatchObject({ path: dependency.path, how, why: expect.stringMatching(why) as string });
  expect(await stat(inTree(dependency.path)).catch(() => undefined)).toBeUndefined();
});

test('hard links and a link are made only where the team file says so, and lead to the checkout', async () => {
  expect(await provide({ path: 'node_modules', how: 'hardlink' })).toEqual([{ path: 'node_modules', how: 'hardlink', why: 'same package-lock.json' }]);
  const [mine, yours] = await Promise.all([inTree('node_modules/a/index.js'), join(repo.root, 'node_modules/a/index.js')].map((path) => stat(path)));
  expect(mine?.ino).toBe(yours?.ino);
  expect((await lstat(inTree('node_modules'))).isDirectory()).toBe(true);
  await rm(inTree('node_modules'), { recursive: true });
  // `node_modules/` in .gitignore is no link of that name: git would show it as new work.
  const [asFolder] = await provide({ path: 'node_modules', how: 'symlink' });
  expect(['reflink', 'copy']).toContain(asFolder?.how);
  expect(asFolder?.why).toMatch(/only as a folder/);
  await rm(inTree('node_modules'), { recursive: true });
  await writeFile(inTree('.gitignore'), 'node_modules\n');
  expect(await provide({ path: 'node_modules', how: 'symlink' })).toEqual([{ path: 'node_modules', how: 'symlink', why: 'same package-lock.json' }]);
  expect(await readlink(inTree('node_modules'))).toBe(join(repo.root, 'node_modules'));
});

test('a run whose team links lands without the link, and cleaning up leaves what it led to', async () => {
  await repo.write('.gitignore', 'node_modules\n');
  await repo.write('.switchyard/team.jsonc', JSON.stringify({ version: 1, dependencies: [{ path: 'node_modules', how: 'symlink' }] }));
  await repo.commit('Team');
  const engine = await openEngine(repo, { autoApprove: true });
  await engine.run(planOf(scriptedTask('t', [{ run: ['cat', 'node_modules/a/index.js'] }, { write: { path: 't/x.txt', text: 'x\n' } }])));
  expect(engine.task('t')).toMatchObject({ state: 'landed', dependencies: [{ path: 'node_modules', how: 'symlink' }] });
  expect(await repo.git('ls-tree', '-r', '--name-only', 'main')).not.toContain('node_modules');
  await engine.close();
  expect(await stat(join(repo.folder, 'repo.worktrees/r1/t')).catch(() => undefined)).toBeUndefined();
  expect(await readFile(join(repo.root, 'node_modules/a/index.js'), 'utf8')).toBe('a\n');
});

test('what is there stays; what a crash left half is made anew', async () => {
  await mkdir(inTree('node_modules'));
  await writeFile(inTree('node_modules/mine'), 'mine\n');
  expect(await provide(NODE)).toEqual([{ path: 'node_modules', how: 'none', why: 'it is there already' }]);
  expect(await readFile(inTree('node_modules/mine'), 'utf8')).toBe('mine\n');
  await writeFile(note(), 'node_modules');
  expect((await provide(NODE))[0]?.why).toBe('same package-lock.json');
  expect(await stat(inTree('node_modules/mine')).catch(() => undefined)).toBeUndefined();
  expect(await stat(inTree('node_modules/a/index.js')).then(() => true, () => false)).toBe(true);
});

test('a link in the repository is no way out of the worktree', async () => {
  await mkdir(join(repo.root, 'pkg/node_modules'), { recursive: true });
  const outside = join(repo.folder, 'outside');
  await mkdir(outside);
  await symlink(outside, inTree('pkg'));
  expect(await provide({ path: 'pkg/node_modules', how: 'auto' })).toMatchObject([{ how: 'install' }]);
  expect(await stat(join(outside, 'node_modules')).catch(() => undefined)).toBeUndefined();
});

test('a run copies for its tasks, installs what does not fit before the set-up, says which, and lands none of it', async () => {
  await repo.write('lib/package.json', '{ "other": true }\n');
  await repo.write('.switchyard/team.jsonc', JSON.stringify({ version: 1, setup: ['test -f lib/node_modules/made'], dependencies: [{ path: 'node_modules/' }, { path: 'lib/node_modules', install: 'mkdir -p lib/node_modules && touch lib/node_modules/made' }] }));
  await repo.commit('Team');
  const engine = await openEngine(repo, { autoApprove: true });
  await engine.run(planOf(scriptedTask('t', [{ run: ['cat', 'node_modules/a/index.js'] }, { append: { path: 'node_modules/a/index.js', text: 'tampered\n' } }, { write: { path: 't/x.txt', text: 'x\n' } }])));
  expect(engine.task('t').state).toBe('landed');
  expect(engine.task('t').dependencies).toMatchObject([{ path: 'node_modules', why: 'same package-lock.json' }, { path: 'lib/node_modules', how: 'install', why: 'your checkout has no such folder' }]);
  expect(await readFile(join(repo.root, 'node_modules/a/index.js'), 'utf8')).toBe('a\n');
  expect(await repo.git('ls-tree', '-r', '--name-only', 'main')).not.toContain('node_modules');
  await engine.close();
});

test.each(['/abs', '../up', 'a/../b', '.git/hooks', 'a//b', '', '.', 'x*'])('the team file does not take the folder %j', (path) => {
  expect(parseTeamFile({ version: 1, dependencies: [{ path }] })).toHaveProperty('problems');
});
