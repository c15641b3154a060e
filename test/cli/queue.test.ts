/** The merge queue: tasks approved together are gated together and land together; what breaks the candidate is found. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Task } from '../../src/core/plan.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'x\n' });
});
afterEach(() => repo.cleanup());

const counted = 'echo gate >> "$HOME/gates"';
const gates = async () => (await readFile(join(repo.folder, 'home', 'gates'), 'utf8')).trim().split('\n').length;
const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const task = (id: string, gate: readonly string[]): Task => scriptedTask(id, [{ write: { path: `${id}/x.txt`, text: id } }], { gate });

async function readyAll(tasks: readonly Task[]): Promise<void> {
  await switchyard(repo, ['run', await planFile(repo, planOf(...tasks))]);
  await switchyard(repo, ['approve']);
  const ready = await switchyard(repo, ['resume', '--json']);
  for (const each of tasks) expect(ready.summary.tasks[each.id]).toMatchObject({ state: 'ready' });
}

test('six green tasks approved at once land with one more gate, by one move of the base', async () => {
  await readyAll(ids.map((id) => task(id, [counted])));
  expect(await gates()).toBe(6);
  for (const id of ids) await switchyard(repo, ['approve', id]);
  const done = await switchyard(repo, ['resume', '--json']);
  expect(done.code).toBe(0);
  // One lands on its own receipt, the other five as one candidate.
  expect(await gates()).toBe(7);
  for (const id of ids) expect(await repo.git('show', `main:${id}/x.txt`)).toBe(id);
  const receipt = done.lines.find((line) => line['type'] === 'receipt.made')?.['receipt'] as { tree: string };
  expect(await repo.git('rev-parse', 'main^{tree}')).toBe(receipt.tree);
  expect(await repo.git('status', '--porcelain')).toBe('');
  // Every tip that the base ever had is a tree that a gate has passed.
  const tips = (await repo.git('reflog', 'show', '--format=%T', 'main')).split('\n');
  expect(tips).toHaveLength(3);
}, 120_000);

test('a combination that breaks is bisected: the rest lands, the breaker goes back to its own gate', async () => {
  const both = 'if [ -f c/x.txt ] && [ -f e/x.txt ]; then echo "c and e do not go together: failed"; exit 1; fi';
  await readyAll(ids.map((id) => task(id, [both])));
  for (const id of ids) await switchyard(repo, ['approve', id]);
  const result = await switchyard(repo, ['resume', '--json']);
  expect(result.code).toBe(3);
  const states = ids.map((id) => result.summary.tasks[id]?.state);
  expect(states.filter((state) => state === 'landed')).toHaveLength(5);
  expect(['c', 'e']).toContain(ids[states.findIndex((state) => state !== 'landed')]);
  const onMain = (await repo.git('ls-tree', '-r', '--name-only', 'main')).split('\n');
  expect(onMain.includes('c/x.txt') && onMain.includes('e/x.txt')).toBe(false);
}, 120_000);
