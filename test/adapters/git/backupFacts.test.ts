import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorktreeProblem } from '../../../src/adapters/git/repository.js';
import { BRANCH, type Scene, scene } from './support.js';

const facts = async (here: Scene, ref: string) => here.git.backupFacts(ref, await here.repo.git('rev-parse', 'main'));

/** As a squash or a hand would do it: the base gets the content in a commit of its own. */
async function landByHand(here: Scene, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) await here.repo.write(path, text);
  return here.repo.commit('By hand');
}

describe('backupFacts', () => {
  it('counts the bytes that only this backup leads to', async () => {
    const here = await scene();
    // Content that does not compress, so that the number means something.
    const noise = Array.from({ length: 2_000 }, (_, at) => ((at * 2_654_435_761) >>> 0).toString(36)).join('');
    await here.put('big.txt', noise);
    const one = await here.git.backup(here.path, 'r1/t/dropped');
    const alone = (await facts(here, one.ref)).bytes;
    expect(alone).toBeGreaterThan(3_000);
    expect(alone).toBeLessThan(20_000);
    // The same content in a second backup belongs to neither alone, but to both together.
    await here.put('more.txt', 'x');
    const two = await here.git.backup(here.path, 'r1/t/other');
    expect((await facts(here, one.ref)).bytes).toBeLessThan(1_000);
    expect(await here.git.backupBytes([one.ref, two.ref])).toBeGreaterThan(alone);
  });

  it('has landed when all its content came to the base, whoever brought it and whatever came after', async () => {
    const here = await scene();
    await here.put('a.txt', 'mine\n');
    await here.put('new.txt', 'new\n');
    const { ref } = await here.git.backup(here.path, 'r1/t/dropped');
    expect((await facts(here, ref)).landed).toBe(false);
    await landByHand(here, { 'a.txt': 'mine\n' });
    expect((await facts(here, ref)).landed).toBe(false);
    await landByHand(here, { 'new.txt': 'new\n' });
    expect((await facts(here, ref)).landed).toBe(true);
    await landByHand(here, { 'new.txt': 'changed since\n' });
    expect((await facts(here, ref)).landed).toBe(true);
  });

  it('has landed when others changed the same file beside it: merging it would bring nothing', async () => {
    const here = await scene({ 'long.txt': `top\n${'middle\n'.repeat(20)}end\n` });
    await here.put('long.txt', `TOP\n${'middle\n'.repeat(20)}end\n`);
    const { ref } = await here.git.backup(here.path, 'r1/t/dropped');
    await landByHand(here, { 'long.txt': `top\n${'middle\n'.repeat(20)}END\n` });
    expect((await facts(here, ref)).landed).toBe(false);
    await landByHand(here, { 'long.txt': `TOP\n${'middle\n'.repeat(20)}END\n` });
    expect((await facts(here, ref)).landed).toBe(true);
  });

  it.each<[string, (here: Scene) => Promise<void>, (here: Scene) => Promise<unknown>]>([
    ['a deletion', (here) => here.in('rm', '-q', 'src/b.txt').then(() => undefined), (here) => here.repo.git('rm', '-q', 'src/b.txt').then(() => here.repo.commit('Gone'))],
    ['a mode', (here) => here.in('update-index', '--chmod=+x', 'a.txt').then(() => here.in('checkout', '--', 'a.txt')).then(() => undefined), (here) => here.repo.git('update-index', '--chmod=+x', 'a.txt').then(() => here.repo.git('commit', '-qm', 'Mode')).then(() => here.repo.git('checkout', '--', 'a.txt'))],
  ])('%s counts as work', async (_, work, land) => {
    const here = await scene();
    await work(here);
    const { ref } = await here.git.backup(here.path, 'x');
    expect((await facts(here, ref)).landed).toBe(false);
    await land(here);
    expect((await facts(here, ref)).landed).toBe(true);
  });

  it('has not landed while an earlier or staged state is nowhere else, or a nested history hangs on it', async () => {
    const here = await scene();
    await here.put('a.txt', 'first try\n');
    await here.in('commit', '-qam', 'First try');
    await here.put('a.txt', 'staged\n');
    await here.in('add', 'a.txt');
    await here.put('a.txt', 'final\n');
    const { ref } = await here.git.backup(here.path, 'r1/t/dropped');
    await landByHand(here, { 'a.txt': 'final\n' });
    expect((await facts(here, ref)).landed).toBe(false);
    await landByHand(here, { 'a.txt': 'staged\n' });
    await landByHand(here, { 'a.txt': 'first try\n' });
    expect((await facts(here, ref)).landed).toBe(true);
    await here.put('a.txt', 'final\n');
    await here.put('nested/x.txt', 'x\n');
    await here.repo.gitIn(join(here.path, 'nested'), 'init', '-q');
    await here.repo.gitIn(join(here.path, 'nested'), 'add', '-A');
    await here.repo.gitIn(join(here.path, 'nested'), 'commit', '-qm', 'Inner');
    const nested = await here.git.backup(here.path, 'r1/t/nested');
    await landByHand(here, { 'nested/x.txt': 'x\n' });
    expect((await facts(here, nested.ref)).landed).toBe(false);
    expect(await here.git.removeBackup(nested.ref, nested.commit)).toBe(true);
    expect(await here.repo.git('for-each-ref', 'refs/switchyard/nested')).toBe('');
  });

  it('knows when a branch was kept that is much older', async () => {
    const here = await scene();
    await here.repo.gitIn(here.path, '-c', 'user.name=x', 'commit', '-q', '--allow-empty', '-m', 'Old', '--date=2001-01-01T00:00:00Z');
    const before = Math.floor(Date.now() / 1000) * 1000;
    const { ref } = await here.git.backup(here.path, 'x');
    expect((await facts(here, ref)).savedAt).toBeGreaterThanOrEqual(before);
  });

  it('forgets only what it was asked for: another state under that name stays, and so does any other ref', async () => {
    const here = await scene();
    await here.put('a.txt', 'mine\n');
    const { ref, commit } = await here.git.backup(here.path, 'x');
    expect(await here.git.removeBackup(ref, here.base)).toBe(false);
    expect(await here.repo.git('rev-parse', ref)).toBe(commit);
    await expect(here.git.removeBackup(`refs/heads/${BRANCH}`, here.base)).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'backup-name'));
    expect(await here.git.removeBackup(ref, commit)).toBe(true);
    expect(await here.git.removeBackup(ref, commit)).toBe(true);
    expect(await here.git.listBackups()).toEqual([]);
  });
});

describe('ignored files that are asked for', () => {
  const INCLUDE = { '.worktreeinclude': '.env*\n', '.gitignore': '.env*\nbuild/\n*.log\n' };

  it('are in a backup also where the worktree made them; other ignored ones are not', async () => {
    const here = await scene(INCLUDE, {}, (repo) => repo.write('.env', 'SECRET=1'));
    await here.put('.env.local', 'MADE=1');
    await here.put('x.log', 'noise');
    const { commit } = await here.git.backup(here.path, 'x');
    expect(await here.repo.git('show', `${commit}:.env.local`)).toBe('MADE=1');
    expect(await here.repo.git('ls-tree', '-r', '--name-only', commit)).not.toMatch(/x\.log|^\.env$/mu);
  });

  it('are saved before the folder of a landed task goes', async () => {
    const here = await scene(INCLUDE);
    await here.put('.env.local', 'MADE=1');
    expect(await here.git.removeWorktree(here.path, { branch: BRANCH, branchAt: here.base })).toEqual({ ok: true });
    expect(await here.repo.git('show', 'refs/switchyard/backup/r1/t/landed:.env.local')).toBe('MADE=1');
    await here.git.deleted();
    expect(await stat(here.path).catch(() => undefined)).toBeUndefined();
    expect(await readdir(join(here.repo.root, '.git/switchyard/trash'))).toEqual([]);
    expect(await readFile(join(here.repo.root, '.git/logs/refs/switchyard/backup/r1/t/landed'), 'utf8')).toContain('switchyard: backup');
  });
});
