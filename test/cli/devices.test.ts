/** A repository or an agent that puts links to a device where Switchyard reads a file: reading one would never end, and fill the memory. */
import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { outlineToPlan } from '../../src/core/outline.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo, type TempRepo } from '../support/tempRepo.js';

describe.skipIf(process.platform === 'win32')('a link to /dev/zero', () => {
  let repo: TempRepo;
  beforeEach(async () => {
    repo = await makeRepo({ 'a.txt': 'a\n', '.gitignore': '.env\n', '.switchyard/x': '' });
  });
  afterEach(() => repo.cleanup());

  test('as the team file is said, and nothing starts', async () => {
    await symlink('/dev/zero', join(repo.root, '.switchyard/team.jsonc'));
    const ran = await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', []))), '--yes']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('team.jsonc cannot be used: it is no file. Nothing was changed.');
    await rm(join(repo.root, '.switchyard/team.jsonc'));
    await writeFile(join(repo.root, '.switchyard/team.jsonc'), ' '.repeat(2_000_000));
    expect((await switchyard(repo, ['run', join(repo.folder, 'plan.json'), '--yes'])).stderr).toContain('it is larger than 1 MB');
  });

  test('as the patterns of files to copy, the attributes, the manifest, or a formatter’s configuration holds nothing up', async () => {
    for (const name of ['.worktreeinclude', '.gitattributes', 'package.json', '.prettierrc', 'GOAL.md']) await symlink('/dev/zero', join(repo.root, name));
    await writeFile(join(repo.root, '.env'), 'SECRET=1\n');
    await repo.git('add', '-A');
    await repo.git('commit', '--quiet', '-m', 'Links');
    await writeFile(join(repo.root, '.switchyard/team.jsonc'), '{ "version": 1, "dependencies": [{ "path": "node_modules" }] }');
    const ran = await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'x\n' } }]))), '--yes', '--json']);
    expect(ran.summary.tasks['a'], ran.stderr).toMatchObject({ state: 'landed' });
  });

  test('that an agent makes of its worktree’s .git is told, and the work is not lost', async () => {
    const steps = [{ write: { path: 'a/x.txt', text: 'x\n' } }, { run: ['sh', '-c', 'rm .git && ln -s /dev/zero .git'] as const }];
    const ran = await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', steps))), '--yes', '--json']);
    expect(ran.summary.tasks['a'], ran.stderr).toMatchObject({ state: 'needs-you' });
    const found = await execa('find', [`${repo.root}.worktrees`, '-name', 'x.txt']);
    expect(found.stdout).not.toBe('');
  });
});

describe('an outline that is none', () => {
  test('is refused with its size, or with the line', () => {
    expect(outlineToPlan(`- [ ] a: T (owns: a)\n${'  text\n'.repeat(200_000)}`)).toEqual({ problems: [expect.stringContaining('more than the 1000000')] });
    expect(outlineToPlan(`# G\n- [ ] a: T ${'(owns: a) '.repeat(50_000)}\n`)).toEqual({ problems: [expect.stringContaining('line 2: is longer than 20000 characters')] });
    expect(outlineToPlan(`- [ ] a: T (owns: a)\n${'  t\n'.repeat(150_000)}`)).toMatchObject({ plan: { tasks: [{ id: 'a' }] } });
  });
});
