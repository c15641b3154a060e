/** Secrets in an agent's stream, in a gate's output and in the name of a file leave with no report and no export. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo, type TempRepo } from '../support/tempRepo.js';

/** One is known by the name of its variable, the other by its shape. Put together here, so that no scanner takes this file for a leak. */
const BY_NAME = 'unmistakable-value-12345';
const BY_SHAPE = ['gh', 'p_', 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5'].join('');
const SECRETS = { MY_TEST_TOKEN: BY_NAME, LOOKS_HARMLESS: BY_SHAPE };
/** Facts about files are kept in the run's own log as they are: what is done with a file needs its name. */
const OF_FILES = new Set(['work.committed', 'branch.updated']);

let repo: TempRepo;
beforeEach(async () => {
  const team = JSON.stringify({ version: 1, environment: { pass: Object.keys(SECRETS) } });
  repo = await makeRepo({ 'README.md': 'x\n', '.switchyard/team.jsonc': team });
});
afterEach(() => repo.cleanup());

const clean = (where: string, text: string): void => {
  expect(text, where).not.toContain(BY_NAME);
  expect(text, where).not.toContain(BY_SHAPE);
};
const cli = async (...args: readonly string[]) => {
  const result = await switchyard(repo, args, SECRETS);
  expect(result.code, result.stderr).toBe(0);
  clean(`stdout of ${args.join(' ')}`, result.stdout);
  clean(`stderr of ${args.join(' ')}`, result.stderr);
  return result;
};
const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

test('no secret reaches what is said, listed, exported or kept', async () => {
  const says = { run: ['sh', '-c', 'echo "I found $MY_TEST_TOKEN and $LOOKS_HARMLESS"; echo "and $MY_TEST_TOKEN" >&2'] as const };
  const names = { run: ['sh', '-c', 'mkdir -p a; echo x > "a/$LOOKS_HARMLESS.txt"; echo x > "a/$MY_TEST_TOKEN.txt"'] as const };
  const gate = 'echo "the gate has $MY_TEST_TOKEN and $LOOKS_HARMLESS"; test -f a/ok.txt';
  const plan = await planFile(repo, planOf(scriptedTask('a', { attempts: [[says, names], [{ write: { path: 'a/ok.txt', text: 'ok\n' } }]] }, { gate: [gate] })));
  const run = await cli('run', plan, '--yes', '--json');
  expect(run.summary.tasks['a']).toMatchObject({ state: 'landed', attempts: 2 });
  // Else this test proves nothing.
  expect(await repo.git('ls-tree', '-r', '--name-only', 'main')).toContain(`a/${BY_SHAPE}.txt`);
  expect(run.stdout).toContain('the gate has ‹secret› and ‹secret›');

  await cli('status', '--json');
  await cli('bill', '--json');
  await cli('receipts');
  await cli('receipts', '--json', '--out', join(repo.folder, 'receipts.json'));
  await cli('recover', '--json');
  const exported = join(repo.folder, 'exported');
  await cli('recover', '--export', 'r1', '--to', exported);
  for (const file of [join(repo.folder, 'receipts.json'), ...(await filesIn(exported))]) clean(file, await readFile(file, 'utf8'));
  expect(await readFile(join(exported, 'events.jsonl'), 'utf8')).toContain('a/‹secret›.txt');

  const kept = await filesIn(join(repo.root, '.git/switchyard'));
  for (const file of kept.filter((each) => !each.endsWith('events.jsonl'))) clean(file, await readFile(file, 'utf8'));
  const log = (await readFile(join(repo.root, '.git/switchyard/runs/r1/events.jsonl'), 'utf8')).trim().split('\n');
  for (const line of log) if (!OF_FILES.has((JSON.parse(line) as { type: string }).type)) clean('the log', line);
}, 60_000);
