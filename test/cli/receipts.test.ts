/** `receipts`: listed for people and programs, and exported. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'x\n', 'package-lock.json': '{}\n' });
});
afterEach(() => repo.cleanup());

test('what landed can be shown with what proved it', async () => {
  const gate = 'test -f "$HOME/once" && echo "  4 passing (2ms)" || { touch "$HOME/once"; echo "Error: slow"; exit 1; }';
  const run = await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'a' } }], { gate: [gate] }))), '--yes', '--json']);
  expect(run.code).toBe(0);
  const listed = await switchyard(repo, ['receipts', '--json']);
  expect(listed.lines).toHaveLength(1);
  const commit = await repo.git('rev-parse', 'main');
  expect(listed.lines[0]).toMatchObject({
    type: 'receipt',
    run: 'r1',
    tree: await repo.git('rev-parse', 'main^{tree}'),
    tasks: ['a'],
    commands: [{ command: gate, exitCode: 0, tests: 4, flaky: true }],
    lock: { files: ['package-lock.json'] },
    landings: [{ task: 'a', commit }],
  });
  expect(await repo.git('log', '-1', '--format=%(trailers:key=Switchyard-Receipt,valueonly)', 'main')).toContain(String(listed.lines[0]?.['id']));

  const file = join(repo.folder, 'receipts.json');
  const shown = await switchyard(repo, ['receipts', 'r1', '--out', file]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain('· 4 tests · flaky: passed on a clean re-run');
  expect(shown.stdout).toMatch(/tools: node \d+\.\d+/);
  expect(shown.stdout).toContain(`landed: a as ${commit.slice(0, 12)}`);
  const { type: _type, run: _run, ...receipt } = listed.lines[0] ?? {};
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: 1, run: 'r1', base: { branch: 'main' }, receipts: [receipt] });
}, 60_000);

test('a run without a green gate has none, and a run that is not there is bad input', async () => {
  await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'a' } }])))]);
  expect((await switchyard(repo, ['receipts'])).stdout).toBe('r1 has no receipt yet: no gate was green.');
  expect((await switchyard(repo, ['receipts', 'r9'])).code).toBe(2);
  expect((await switchyard(repo, ['receipts', '--out', join(repo.folder, 'no', 'such', 'x.json')])).code).toBe(2);
}, 60_000);
