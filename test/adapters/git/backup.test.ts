import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorktreeProblem } from '../../../src/adapters/git/repository.js';
import { BRANCH, type Scene, scene } from './support.js';

async function restored(here: Scene, ref: string): Promise<(path: string) => Promise<string | undefined>> {
  const into = join(here.repo.folder, 'restored', ref.replaceAll('/', '-'));
  await here.git.restoreBackup(ref, into);
  return (path) => readFile(join(into, path), 'utf8').catch(() => undefined);
}

describe('backup', () => {
  it('holds a change that leaves size and times of the file as they were', async () => {
    const here = await scene();
    const file = join(here.path, 'racy.txt');
    const past = Math.floor(Date.now() / 1000) - 100;
    const writeOld = async (text: string): Promise<number> => {
      await writeFile(file, text);
      await utimes(file, past, past);
      return Math.floor((await stat(file)).ctimeMs / 1000);
    };
    await writeOld('one');
    await here.in('add', '-A');
    await here.in('commit', '-qm', 'Work');
    // git compares whole seconds; two writes in one of them are not far away.
    for (let first = 0, second = 1; first !== second; ) {
      first = await writeOld('one');
      await here.in('update-index', '--refresh');
      second = await writeOld('two');
    }
    await utimes(join(await here.in('rev-parse', '--absolute-git-dir'), 'index'), past, past);
    const { ref } = await here.git.backup(here.path, 'racy');
    expect(await (await restored(here, ref))('racy.txt')).toBe('two');
  });

  it('holds the whole state and leaves it as it is', async () => {
    const here = await scene({ '.worktreeinclude': '.env\n*.log\n' }, {}, async (repo) => {
      await repo.write('.env', 'SECRET=1');
      await repo.write('same.log', 'same');
    });
    await here.put('committed.txt', 'committed');
    await here.in('add', '-A');
    await here.in('commit', '-qm', 'Work');
    await here.put('staged.txt', 'staged');
    await here.in('add', 'staged.txt');
    await here.put('staged.txt', 'changed again');
    await here.put('untracked/new\nline.txt', 'untracked');
    await here.put('x.log', 'asked for');
    await here.put('build/out.txt', 'ignored');
    await here.put('.env', 'SECRET=2');
    await unlink(join(here.path, 'src/b.txt'));
    await symlink('/etc/passwd', join(here.path, 'link'));
    await chmod(join(here.path, 'src/c.txt'), 0o755);
    await here.in('update-index', '--assume-unchanged', 'a.txt');
    await here.put('a.txt', 'hidden');
    const before = [await here.in('status', '--porcelain=v2', '-uall', '--ignored'), await here.in('ls-files', '-v', '-s')];

    const saved = await here.git.backup(here.path, 'r1/t/dropped');
    expect(saved.ref).toBe('refs/switchyard/backup/r1/t/dropped');
    expect([await here.in('status', '--porcelain=v2', '-uall', '--ignored'), await here.in('ls-files', '-v', '-s')]).toEqual(before);
    expect(await here.git.listBackups()).toEqual([{ ...saved, at: expect.any(Number) as number, subject: `Backup of ${BRANCH}` }]);

    const read = await restored(here, 'r1/t/dropped');
    expect(await Promise.all(['committed.txt', 'staged.txt', 'untracked/new\nline.txt', '.env', 'a.txt', 'x.log', 'build/out.txt', 'same.log', 'src/b.txt'].map(read))).toEqual(['committed', 'changed again', 'untracked', 'SECRET=2', 'hidden', 'asked for', undefined, undefined, undefined]);
    expect(await readlink(join(here.repo.folder, 'restored/r1-t-dropped/link'))).toBe('/etc/passwd');
    expect(await here.repo.git('show', `${saved.commit}^2:staged.txt`)).toBe('staged');
    expect(await here.repo.git('ls-tree', saved.commit, 'src/c.txt')).toContain('100755');
  });

  it('holds nested repositories: their files and their history', async () => {
    const here = await scene();
    const inner = join(here.path, 'nested');
    await here.put('nested/committed.txt', 'committed');
    await here.repo.gitIn(inner, 'init', '-q');
    await here.repo.gitIn(inner, 'add', '-A');
    await here.repo.gitIn(inner, 'commit', '-qm', 'Inner work');
    await here.put('nested/loose.txt', 'loose');
    await here.put('empty/file.txt', 'file');
    await here.repo.gitIn(join(here.path, 'empty'), 'init', '-q');
    const commit = await here.repo.gitIn(inner, 'rev-parse', 'HEAD');
    const saved = await here.git.backup(here.path, 'x');
    expect(await here.repo.git('ls-tree', '-r', '--name-only', saved.commit)).toMatch(/empty\/file\.txt\nnested\/committed\.txt\nnested\/loose\.txt/u);
    expect(await here.repo.git('cat-file', '-t', commit)).toBe('commit');
    expect(await here.repo.git('for-each-ref', '--contains', commit, '--format=%(refname)')).toContain('refs/switchyard/nested/x/');
    expect(here.warnings).toEqual([]);
  });

  it('holds what settings tried to hide', async () => {
    const here = await scene();
    await here.put('work.txt', 'work');
    await writeFile(join(here.repo.root, '.git/info/exclude'), '*\n');
    const saved = await here.git.backup(here.path, 'x');
    expect(await here.repo.git('show', `${saved.commit}:work.txt`)).toBe('work');
  });

  it('holds the files of a merge with conflicts', async () => {
    const here = await scene();
    await here.put('a.txt', 'mine\n');
    await here.in('commit', '-qam', 'Mine');
    await here.repo.write('a.txt', 'main\n');
    await here.in('merge', await here.repo.commit('Main')).catch(() => undefined);
    const saved = await here.git.backup(here.path, 'x');
    expect(await here.repo.git('show', `${saved.commit}:a.txt`)).toContain('<<<<<<<');
    expect(await here.in('status', '--porcelain')).toBe('UU a.txt');
  });

  it('is the same again for the same state, and never replaces another', async () => {
    const here = await scene();
    await here.put('a.txt', '1');
    const first = await here.git.backup(here.path, 'x');
    expect(await here.git.backup(here.path, 'x')).toEqual(first);
    await here.put('a.txt', '2');
    const second = await here.git.backup(here.path, 'x');
    expect(second.ref).toBe('refs/switchyard/backup/x-2');
    expect(await here.repo.git('show', `${first.ref}:a.txt`)).toBe('1');
    expect(await here.repo.git('show', `${second.ref}:a.txt`)).toBe('2');
  });

  it('keeps names that are no UTF-8', async () => {
    const here = await scene();
    await writeFile(Buffer.concat([Buffer.from(`${here.path}/`), Buffer.from([0xff, 0x78])]), 'x');
    const saved = await here.git.backup(here.path, 'x');
    expect(await here.repo.git('ls-tree', '--name-only', saved.commit)).toContain('"\\377x"');
  });

  it.each(['../x', '', '-d', 'a..b', 'x.lock'])('refuses the name %j', async (name) => {
    const here = await scene();
    await expect(here.git.backup(here.path, name)).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'backup-name'));
  });

  it('that is a folder of another name is refused, not repeated for ever', async () => {
    const here = await scene();
    await here.put('a.txt', 'x');
    await here.git.backup(here.path, 'x/y');
    await expect(here.git.backup(here.path, 'x')).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'backup-name'));
  });
});

describe('restoreBackup', () => {
  it('writes into a new or empty folder only', async () => {
    const here = await scene();
    const { ref } = await here.git.backup(here.path, 'x');
    const into = join(here.repo.folder, 'into');
    await mkdir(into);
    await here.git.restoreBackup(ref, into);
    expect((await readdir(into)).sort()).toEqual(['.gitignore', 'a.txt', 'src']);
    await expect(here.git.restoreBackup(ref, into)).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'not-empty'));
    await expect(here.git.restoreBackup('gone', join(here.repo.folder, 'new'))).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'backup-name'));
    expect(await readdir(here.repo.folder)).not.toContain('new');
  });
});
