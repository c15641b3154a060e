/** Names that look like options: no branch, revision or file name is ever one to git. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRepository } from '../../../src/adapters/git/repository.js';
import { planFile, planOf, scriptedTask, switchyard } from '../../support/switchyard.js';
import { makeRepo, type TempRepo } from '../../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'hello\n' });
});
afterEach(() => repo.cleanup());

const NAMES = ['-f', '--output=stolen', '--upload-pack=touch stolen', '-c', '--', '--exec=x', '@{-1}', 'main..HEAD', 'main --force', 'main\nx'];

test.each(NAMES)('%j is neither a branch nor a revision', async (name) => {
  const git = await openRepository(repo.root, { environment: repo.env });
  expect(await git.branchCommit(name)).toBeUndefined();
  expect(await git.resolve(name)).toBeUndefined();
  const { commit } = await git.facts();
  await expect(git.addWorktree({ path: join(repo.folder, 'tree'), branch: name, commit })).rejects.toThrow();
  expect(await repo.git('worktree', 'list')).not.toContain('tree');
});

test.each(NAMES)('%j as a plan\'s base starts nothing', async (base) => {
  const result = await switchyard(repo, ['run', await planFile(repo, { ...planOf(scriptedTask('a', [{ write: { path: 'a/x', text: 'x' } }])), base }), '--yes', '--json']);
  expect(result.code).toBe(2);
  expect(await repo.git('status', '--porcelain')).toBe('');
});

test('files named like options go through a whole run: written, committed, reviewed, landed', async () => {
  const names = ['--output=stolen', '-rf', '--', '-', '--exec=touch stolen', ':(top)x', '"quoted"', 'a\tb', '$(touch stolen)', '; touch stolen'];
  const script = names.map((name) => ({ write: { path: `./${name}`, text: name } }));
  const plan = await planFile(repo, planOf(scriptedTask('a', script, { owns: ['*'] })));
  const result = await switchyard(repo, ['run', plan, '--yes', '--json']);
  expect(result.summary.tasks['a']).toMatchObject({ state: 'landed' });
  for (const name of names) expect(await readFile(join(repo.root, name), 'utf8')).toBe(name);
  const git = await openRepository(repo.root, { environment: repo.env });
  const { commit } = await git.facts();
  const from = await git.resolve('HEAD^1');
  for (const name of names) {
    expect(await git.readFile(commit, name)).toBe(name);
    expect(await git.patch(from ?? '', commit, name)).toContain(`+${name}`);
  }
  await expect(readFile(join(repo.root, 'stolen'))).rejects.toThrow();
});
