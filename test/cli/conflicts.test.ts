/** Conflicts from end to end: none lands, whoever leaves it, alone or in the queue; and what it was is told to who resolves it. */
import { chmod, mkdir, rm, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScriptStep } from '../../src/core/plan.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

const LONG = 'line\n'.repeat(20);
const MARKED = 'one\n<<<<<<< mine\na\n=======\nb\n>>>>>>> theirs\n';
const IDS = ['content', 'both-add', 'edit-delete', 'delete-edit', 'two-names', 'name-delete', 'file-folder', 'binary', 'link', 'mode'] as const;
type Id = (typeof IDS)[number];

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo(Object.fromEntries(IDS.flatMap((id) => [[`${id}/a.txt`, `a of ${id}\n`], [`${id}/long.txt`, `${id}\n${LONG}`]])));
});
afterEach(() => repo.cleanup());

const write = (path: string, text: string): ScriptStep => ({ write: { path, text } });
const at = (id: Id, name: string): string => `${id}/${name}`;

const MINE: Readonly<Record<Id, readonly ScriptStep[]>> = {
  content: [write(at('content', 'a.txt'), 'mine\n')],
  'both-add': [write(at('both-add', 'new.txt'), 'mine\n')],
  'edit-delete': [write(at('edit-delete', 'a.txt'), 'mine\n')],
  'delete-edit': [{ delete: { path: at('delete-edit', 'a.txt') } }],
  'two-names': [{ rename: { from: at('two-names', 'long.txt'), to: at('two-names', 'mine.txt') } }],
  'name-delete': [{ rename: { from: at('name-delete', 'long.txt'), to: at('name-delete', 'mine.txt') } }],
  'file-folder': [write(at('file-folder', 'thing'), 'mine\n')],
  binary: [write(at('binary', 'a.txt'), '\0mine')],
  link: [{ symlink: { path: at('link', 'way'), target: 'a.txt' } }],
  mode: [write(at('mode', 'run'), 'x\n'), { chmod: { path: at('mode', 'run'), mode: '755' } }],
};

async function mainMoves(): Promise<string> {
  const inRoot = (id: Id, name: string): string => join(repo.root, id, name);
  await repo.write(at('content', 'a.txt'), 'main\n');
  await repo.write(at('both-add', 'new.txt'), 'main\n');
  await unlink(inRoot('edit-delete', 'a.txt'));
  await repo.write(at('delete-edit', 'a.txt'), 'main\n');
  await repo.git('mv', at('two-names', 'long.txt'), at('two-names', 'main.txt'));
  await rm(inRoot('name-delete', 'long.txt'));
  await mkdir(inRoot('file-folder', 'thing'));
  await repo.write(at('file-folder', 'thing/x.txt'), 'main\n');
  await repo.write(at('binary', 'a.txt'), '\0main');
  await symlink('long.txt', inRoot('link', 'way'));
  await repo.write(at('mode', 'run'), 'x\n');
  await chmod(inRoot('mode', 'run'), 0o644);
  return repo.commit('The base moves everywhere');
}

test('every kind blocks, approved alone or with the others, and the base stays where it is', async () => {
  await switchyard(repo, ['run', await planFile(repo, planOf(...IDS.map((id) => scriptedTask(id, MINE[id]))))]);
  await switchyard(repo, ['approve']);
  const ready = await switchyard(repo, ['resume', '--json']);
  for (const id of IDS) expect(ready.summary.tasks[id], id).toMatchObject({ state: 'ready' });
  const tip = await mainMoves();
  await switchyard(repo, ['approve', 'content']);
  const alone = await switchyard(repo, ['resume', '--json']);
  expect(alone.summary.tasks['content']).toMatchObject({ state: 'needs-you', why: { kind: 'conflict', paths: ['content/a.txt'] } });
  expect(alone.summary.tasks['content']?.why?.text).toContain('now conflicts with Test Person in “The base moves everywhere”');
  for (const id of IDS.slice(1)) await switchyard(repo, ['approve', id]);
  const together = await switchyard(repo, ['resume', '--json']);
  expect(together.code).toBe(3);
  for (const id of IDS.slice(1)) expect(together.summary.tasks[id], id).toMatchObject({ state: 'needs-you', why: { kind: 'conflict' } });
  expect(await repo.git('rev-parse', 'main')).toBe(tip);
  expect(await repo.git('status', '--porcelain')).toBe('');
}, 180_000);

test('markers that an agent commits are sent back once, then a person decides', async () => {
  const plan = planOf(
    scriptedTask('content', { attempts: [[write('content/a.txt', MARKED)], [write('content/a.txt', MARKED)]] }),
    scriptedTask('link', { attempts: [[write('link/a.txt', MARKED)], [write('link/a.txt', 'resolved\n')]] }),
  );
  const first = await switchyard(repo, ['run', await planFile(repo, plan), '--yes', '--json']);
  expect(first.code).toBe(3);
  expect(first.lines).toContainEqual(expect.objectContaining({ type: 'boundary.checked', task: 'link', fedBack: true, violations: [{ path: 'link/a.txt', change: 'modified', kind: 'conflict-marker' }] }));
  expect(first.summary.tasks).toMatchObject({ content: { state: 'needs-you', attempts: 2, why: { kind: 'boundary', paths: ['content/a.txt'] } }, link: { state: 'landed', attempts: 2 } });
  expect(first.summary.tasks['content']?.why?.text).toBe('Conflict markers are left in content/a.txt. Nothing has landed; allow these paths, retry, or drop it.');
  expect(await repo.git('show', 'main:content/a.txt')).toBe('a of content');
}, 120_000);

test('an agent that leaves a merge of its own unresolved is told, and nothing is committed for it', async () => {
  const run = (...argv: string[]): ScriptStep => ({ run: argv });
  const steps: readonly ScriptStep[] = [
    write('content/a.txt', 'mine\n'),
    run('git', 'commit', '-qam', 'Mine'),
    run('sh', '-c', 'git checkout -q -b side HEAD~1 && echo side > content/a.txt && git commit -qam Side && git checkout -q - && git merge -q side || true'),
  ];
  const plan = planOf(scriptedTask('content', { attempts: [steps, [run('git', 'checkout', '-q', '--ours', '--', 'content/a.txt'), run('git', 'add', 'content/a.txt')]] }));
  const result = await switchyard(repo, ['run', await planFile(repo, plan), '--yes', '--json']);
  expect(result.lines.find((line) => line['type'] === 'attempt.starting' && line['attempt'] === 2)?.['feedback']).toContain('unresolved conflicts in content/a.txt');
  expect(result.summary.tasks['content']).toMatchObject({ state: 'landed', attempts: 2 });
  expect(await repo.git('show', 'main:content/a.txt')).toBe('mine');
}, 120_000);
