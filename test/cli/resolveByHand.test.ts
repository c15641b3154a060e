/** A person resolves conflicts without an editor: laid out in the worktree, or one side kept whole. No marker lands. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScriptStep } from '../../src/core/plan.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
afterEach(() => repo.cleanup());

const LINES = Array.from({ length: 20 }, (_, at) => `line ${String(at + 1)}\n`);
/** The text with some lines replaced, by their number. */
const text = (lines: Readonly<Record<number, string>> = {}): string => LINES.map((line, at) => lines[at + 1] ?? line).join('');
const MINE = text({ 2: 'mine\n', 18: 'also mine\n' });
const LANDED = text({ 2: 'landed\n', 10: 'also landed\n' });
const START = text();
/** What a merge editor begins with: every change that only one side made. */
const UNTOUCHED = text({ 10: 'also landed\n', 18: 'also mine\n' });

const worktree = (): string => join(`${repo.root}.worktrees`, 'r1', 'a');
const inWorktree = (path: string): Promise<string> => readFile(join(worktree(), path), 'utf8');
const say = async (...args: readonly string[]): Promise<void> => {
  const result = await switchyard(repo, args);
  expect(result.code, result.stderr).toBe(0);
};
const goOn = () => switchyard(repo, ['resume', '--json']);

beforeEach(async () => {
  repo = await makeRepo({ 'a/x.txt': START, 'a/gone.txt': 'gone\n' });
  const steps: readonly ScriptStep[] = [{ write: { path: 'a/x.txt', text: MINE } }, { write: { path: 'a/gone.txt', text: 'kept by the task\n' } }];
  await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', steps)))]);
  await switchyard(repo, ['approve']);
  await switchyard(repo, ['resume']);
  await repo.write('a/x.txt', LANDED);
  await rm(join(repo.root, 'a/gone.txt'));
  await repo.commit('The base moves');
  await switchyard(repo, ['approve', 'a']);
  const met = await goOn();
  expect(met.summary.tasks['a']).toMatchObject({ state: 'needs-you', why: { kind: 'conflict', paths: ['a/gone.txt', 'a/x.txt'] } });
  expect(met.stderr).toContain('switchyard resolve a');
}, 60_000);

test('edited in the worktree and checked again; nothing lands while a marker or an untouched file is left', async () => {
  await say('resolve', 'a');
  const laidOut = await goOn();
  expect(laidOut.stderr).toContain(`switchyard check-again a`);
  expect(laidOut.stderr).toContain(worktree());
  expect(await inWorktree('a/x.txt')).toContain('<<<<<<<');
  const tip = await repo.git('rev-parse', 'main');

  await say('check-again', 'a');
  expect((await goOn()).summary.tasks['a']).toMatchObject({ state: 'needs-you', why: { kind: 'conflict', paths: ['a/x.txt'], text: expect.stringContaining('Conflict markers are left in a/x.txt') as string } });

  // Both ways in which an editor that saves by itself leaves a merge editor that nobody used.
  for (const left of [START, UNTOUCHED]) {
    await writeFile(join(worktree(), 'a/x.txt'), left);
    await say('check-again', 'a');
    const undecided = await goOn();
    expect(undecided.summary.tasks['a']).toMatchObject({ state: 'needs-you', why: { kind: 'conflict', paths: ['a/gone.txt', 'a/x.txt'] } });
    expect(undecided.summary.tasks['a']?.why?.text).toContain('Nobody has decided about a/gone.txt, a/x.txt yet');
  }
  expect(await repo.git('rev-parse', 'main')).toBe(tip);

  await writeFile(join(worktree(), 'a/x.txt'), text({ 2: 'both\n', 10: 'also landed\n', 18: 'also mine\n' }));
  await say('resolve', 'a', 'a/gone.txt', '--side', 'as-is');
  await goOn();
  await say('check-again', 'a');
  const done = await switchyard(repo, ['resume', '--yes', '--json']);
  expect(done.summary.tasks['a']).toMatchObject({ state: 'landed', attempts: 1 });
  expect(await repo.git('show', 'main:a/x.txt')).toContain('both');
  expect(await repo.git('show', 'main:a/gone.txt')).toBe('kept by the task');
}, 120_000);

test('one side kept whole, path by path; what stood in the worktree is saved before; the last decision checks it', async () => {
  await say('resolve', 'a');
  await goOn();
  await writeFile(join(worktree(), 'a/x.txt'), 'half way\n');
  await say('resolve', 'a', 'a/x.txt', '--side', 'theirs');
  expect((await goOn()).summary.tasks['a']).toMatchObject({ state: 'needs-you' });
  expect(await inWorktree('a/x.txt')).toBe(LANDED);
  expect(await repo.git('show', 'refs/switchyard/backup/r1/a/resolving:a/x.txt')).toBe('half way');
  await say('resolve', 'a', 'a/gone.txt', '--side', 'ours');
  const done = await switchyard(repo, ['resume', '--yes', '--json']);
  expect(done.summary.tasks['a']).toMatchObject({ state: 'landed', attempts: 1, resolved: [{ path: 'a/gone.txt', how: 'person' }, { path: 'a/x.txt', how: 'person' }] });
  expect(await repo.git('show', 'main:a/x.txt')).toBe(LANDED.trimEnd());
  expect(await repo.git('show', 'main:a/gone.txt')).toBe('kept by the task');
}, 120_000);

test('all of the task’s side by one word; all of the other side leaves nothing to land, and says so', async () => {
  await say('resolve', 'a', '--side', 'theirs');
  expect((await goOn()).summary.tasks['a']).toMatchObject({ state: 'needs-you', why: { kind: 'nothing-changed', text: expect.stringContaining('main already holds everything') as string } });
  await say('resolve', 'a', '--side', 'ours');
  const done = await switchyard(repo, ['resume', '--yes', '--json']);
  expect(done.summary.tasks['a']).toMatchObject({ state: 'landed', attempts: 1 });
  expect(await repo.git('show', 'main:a/x.txt')).toBe(MINE.trimEnd());
}, 120_000);

test('what makes no sense is refused before anything is recorded', async () => {
  const refused = async (...args: readonly string[]): Promise<string> => {
    const result = await switchyard(repo, ['resolve', ...args]);
    expect(result.code).toBe(2);
    return result.stderr;
  };
  expect(await refused('a', '--side', 'mine')).toContain('"mine" is no side. The sides are: ours, theirs, base, as-is.');
  expect(await refused('a', 'a/x.txt')).toContain('Which side of these paths?');
  await say('resolve', 'a', 'b.txt', '--side', 'ours');
  expect((await goOn()).stderr).toContain('b.txt is none of the paths of Task a that conflict');
  expect(await repo.git('for-each-ref', 'refs/switchyard/backup')).toBe('');
}, 120_000);
