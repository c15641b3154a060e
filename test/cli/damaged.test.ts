/** A log that cannot be believed refuses its run only: the others go on, nothing is removed, and what can be read is saved. */
import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'src/a.txt': 'a\n' });
});
afterEach(() => repo.cleanup());

const write = (path: string) => ({ write: { path, text: `${path}\n` } });
const log = (run: string) => join(repo.root, '.git/switchyard/runs', run, 'events.jsonl');

/** Run r1 waits for a person with a green task; r2 has landed. */
async function twoRuns(): Promise<void> {
  await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', [write('a/x.txt')]), scriptedTask('later', [write('later/x.txt')], { dependsOn: ['a'] })))]);
  await switchyard(repo, ['approve']);
  expect((await switchyard(repo, ['resume', '--json'])).summary.tasks['a']).toMatchObject({ state: 'ready' });
  expect((await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('b', [write('b/x.txt')]))), '--yes'])).code).toBe(0);
}

test('a damaged line in the middle: refused with its place, exported, and gone on with from its branches', async () => {
  await twoRuns();
  const lines = (await readFile(log('r1'), 'utf8')).split('\n');
  const bad = lines.length - 3;
  const text = lines.map((line, at) => (at === bad - 1 ? line.slice(0, 20) : line)).join('\n');
  await writeFile(log('r1'), text);

  const status = await switchyard(repo, ['status', 'r1']);
  expect(status.code).toBe(2);
  expect(status.stderr).toMatch(new RegExp(`The log of r1 is damaged: .*line ${String(bad)} .*switchyard recover --export r1 --to FOLDER`));
  expect((await switchyard(repo, ['status', '--json'])).lines[0]).toMatchObject({ run: 'r2', phase: 'done' });
  expect((await switchyard(repo, ['approve', 'a', '--run', 'r1'])).code).toBe(2);
  expect((await switchyard(repo, ['resume', 'r1'])).code).toBe(2);
  const recovered = await switchyard(repo, ['recover', '--json']);
  expect(recovered.code).toBe(0);
  expect(recovered.lines[0]).toMatchObject({ type: 'recovered', refused: [{ run: 'r1' }] });
  expect((await switchyard(repo, ['clean'])).stdout).toContain('The log of r1 is damaged');

  const to = join(repo.folder, 'saved');
  const saved = await switchyard(repo, ['recover', '--export', 'r1', '--to', to, '--json']);
  expect(saved.code).toBe(0);
  const tip = await repo.git('rev-parse', 'switchyard/r1/a');
  expect(saved.lines[0]).toMatchObject({ type: 'run.exported', badLines: [bad], events: lines.length - 2, work: [{ task: 'a', branch: 'switchyard/r1/a', commit: tip, worktree: `${repo.root}.worktrees/r1/a` }] });
  expect((await readFile(join(to, 'events.jsonl'), 'utf8')).split('\n')).toHaveLength(lines.length - 1);
  expect(await readFile(log('r1'), 'utf8')).toBe(text);

  const plan = JSON.parse(await readFile(join(to, 'plan.json'), 'utf8')) as ReturnType<typeof planOf>;
  expect(plan.tasks.map((task) => task.id)).toEqual(['a', 'later']);
  expect(plan.tasks[0]?.instructions).toContain('git merge switchyard/r1/a');
  expect((await switchyard(repo, ['check', join(to, 'plan.json')])).code).toBe(0);
  expect((await switchyard(repo, ['run', join(to, 'plan.json'), '--yes'])).code).toBe(0);
  expect(await repo.git('rev-parse', 'switchyard/r1/a')).toBe(tip);
  expect((await switchyard(repo, ['recover', '--export', 'r1', '--to', to])).stderr).toContain('is not empty');
});

test('a newer version: refused read-only, also with a torn last line, and other runs go on', async () => {
  await twoRuns();
  const seq = (await readFile(log('r1'), 'utf8')).split('\n').length;
  await appendFile(log('r1'), `${JSON.stringify({ v: 2, seq, at: new Date().toISOString(), type: 'from.the.future' })}\n{"v":2,"se`);
  const before = await readFile(log('r1'), 'utf8');
  for (const args of [['status', 'r1'], ['resume', 'r1'], ['drop', 'a', '--run', 'r1']]) {
    const result = await switchyard(repo, args);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/r1 was made by a newer Switchyard .*update Switchyard to go on with it/);
  }
  await switchyard(repo, ['clean']);
  expect(await readFile(log('r1'), 'utf8')).toBe(before);
  expect(await repo.git('branch', '--list', 'switchyard/r1/a')).toContain('switchyard/r1/a');
  expect((await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('c', [write('c/x.txt')]))), '--yes'])).code).toBe(0);
});

test('events that do not fit each other are a damage too', async () => {
  await twoRuns();
  const lines = (await readFile(log('r1'), 'utf8')).split('\n');
  await writeFile(log('r1'), [...lines.slice(0, 3), ...lines.slice(4)].join('\n'));
  expect((await switchyard(repo, ['status', 'r1'])).stderr).toMatch(/The log of r1 is damaged: event 5: expected number 4/);
});

test('a log that may not be read refuses its run only', async () => {
  await twoRuns();
  await rename(log('r1'), `${log('r1')}.kept`);
  await mkdir(log('r1'));
  const status = await switchyard(repo, ['status', 'r1']);
  expect(status.code, status.stderr).toBe(2);
  expect(status.stderr).toMatch(/The log of r1 cannot be read \(EISDIR.*make it readable for you, then open it again\./);
  expect((await switchyard(repo, ['status'])).stdout).toMatch(/^r2: /);
  expect((await switchyard(repo, ['clean'])).code).toBe(0);
  expect((await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('c', [write('c/x.txt')]))), '--yes'])).code).toBe(0);
});
