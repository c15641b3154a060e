/** `check` looks at the repository that it is run in, and at none where there is none. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
let plan: string;
beforeEach(async () => {
  repo = await makeRepo({ 'src/a.js': '' });
  plan = await planFile(repo, planOf(scriptedTask('a', [], { gate: [] })));
});
afterEach(() => repo.cleanup());

const codes = async (root: string, ...more: readonly string[]): Promise<unknown> => {
  const checked = await switchyard({ root, env: repo.env }, ['check', plan, '--json', ...more]);
  expect(checked.code, checked.stderr).toBe(0);
  return (checked.lines[0]?.['problems'] as readonly { readonly code: string }[]).map((problem) => problem.code);
};

test('inside a repository the gate of its team file counts, from any of its folders', async () => {
  expect(await codes(repo.root)).toEqual(['no-gate']);
  await repo.write('.switchyard/team.jsonc', '{ "version": 1, "gate": ["npm test"] }');
  expect(await codes(repo.root)).toEqual([]);
  expect(await codes(join(repo.root, 'src'))).toEqual([]);
  expect(await codes(repo.folder, '--repo', repo.root)).toEqual([]);
});

test('outside of one a plan is checked as it stands; a folder that is named must be one', async () => {
  const nowhere = await mkdtemp(join(tmpdir(), 'switchyard-nowhere-'));
  try {
    await mkdir(join(nowhere, 'x'));
    expect(await codes(join(nowhere, 'x'))).toEqual(['no-gate']);
    const named = await switchyard({ root: nowhere, env: repo.env }, ['check', plan, '--repo', join(nowhere, 'x')]);
    expect(named).toMatchObject({ code: 2, stdout: '' });
  } finally {
    await rm(nowhere, { recursive: true, force: true });
  }
});

test('a team file that cannot be used is named, and its gate does not count', async () => {
  await repo.write('.switchyard/team.jsonc', '{ "version": 1, "gates": ["npm test"] }');
  const checked = await switchyard(repo, ['check', plan]);
  expect(checked.code).toBe(0);
  expect(checked.stderr).toMatch(/team\.jsonc cannot be used, so its gate does not count here: gates: /);
  expect(checked.stderr).toContain('warning (no-gate)');
});
