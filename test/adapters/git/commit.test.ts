import { chmod, readFile, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { GitFailure, openRepository, WorktreeProblem } from '../../../src/adapters/git/repository.js';
import type { TempRepo } from '../../support/tempRepo.js';
import { AUTHOR, BRANCH, type Scene, scene } from './support.js';

export function hook(name: string, script: string): (repo: TempRepo) => Promise<void> {
  return async (repo) => {
    await repo.write(`.git/hooks/${name}`, `#!/bin/sh\n${script}\n`);
    await chmod(join(repo.root, '.git/hooks', name), 0o755);
  };
}

const files = (here: Scene): Promise<string> => here.in('show', '--name-status', '--format=', 'HEAD');

describe('commitAll', () => {
  it('commits changed, deleted, untracked and staged files, not ignored ones', async () => {
    const here = await scene();
    await here.put('a.txt', 'x');
    await here.put('deep/new file.txt', 'x');
    await here.put('x.log', 'ignored');
    await unlink(join(here.path, 'src/b.txt'));
    const result = await here.git.commitAll(here.path, 'Title\n\n# not a comment\n', AUTHOR);
    expect(result).toEqual({ commit: await here.in('rev-parse', 'HEAD'), tree: await here.in('rev-parse', 'HEAD^{tree}'), committed: true });
    expect(await files(here)).toBe('M\ta.txt\nA\tdeep/new file.txt\nD\tsrc/b.txt');
    expect(await here.in('show', '-s', '--format=%an <%ae>|%cn <%ce>|%B', 'HEAD')).toBe('Scripted agent <scripted@agents.test>|Test Person <person@example.test>|Title\n\n# not a comment');
  });

  it('does nothing when there is nothing, and runs no hook then', async () => {
    const here = await scene({}, {}, hook('pre-commit', 'exit 1'));
    await here.put('x.log', 'ignored');
    expect(await here.git.commitAll(here.path, 'Nothing', AUTHOR)).toEqual({ ...(await here.git.head(here.path)), committed: false });
    expect(await here.git.branchCommit(BRANCH)).toBe(here.base);
  });

  it('commits what was staged only, and nothing where the files undo it', async () => {
    const here = await scene();
    await here.put('a.txt', 'staged');
    await here.in('add', '-A');
    expect(await here.git.commitAll(here.path, 'Staged', AUTHOR)).toMatchObject({ committed: true });
    await here.put('new.txt', 'x');
    await here.in('add', '-A');
    await unlink(join(here.path, 'new.txt'));
    expect(await here.git.commitAll(here.path, 'Undone', AUTHOR)).toMatchObject({ committed: false });
  });

  it('runs the person’s hooks, and tells what a failing one said', async () => {
    const here = await scene({}, {}, hook('pre-commit', 'echo "on stdout"; echo "lint: a.txt is bad" >&2; exit 1'));
    await here.put('a.txt', 'x');
    const result = await here.git.commitAll(here.path, 'Work', AUTHOR);
    expect(result).toEqual({ hookFailed: expect.stringContaining('lint: a.txt is bad') as string });
    expect(await here.git.branchCommit(BRANCH)).toBe(here.base);
    expect(await readFile(join(here.path, 'a.txt'), 'utf8')).toBe('x');
  });

  it('takes what a hook changes in the message', async () => {
    const here = await scene({}, {}, hook('commit-msg', 'echo "Checked-by: hook" >> "$1"'));
    await here.put('a.txt', 'x');
    expect(await here.git.commitAll(here.path, 'Work', AUTHOR)).toMatchObject({ committed: true });
    expect(await here.in('show', '-s', '--format=%B')).toContain('Checked-by: hook');
  });

  it('stops a hook that hangs, with what it started', async () => {
    const here = await scene({}, { hookTimeoutMs: 300 }, hook('pre-commit', 'sleep 1000 & echo $! > "$HOME/pid"; wait'));
    await here.put('a.txt', 'x');
    expect(await here.git.commitAll(here.path, 'Work', AUTHOR)).toEqual({ hookFailed: expect.stringContaining('did not finish in time') as string });
    const pid = Number(await readFile(join(here.repo.folder, 'home/pid'), 'utf8'));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('gives hooks a clean environment', async () => {
    const outside = { GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere', ELECTRON_RUN_AS_NODE: '1', SECRET: '1', PASSED: 'yes' };
    const here = await scene();
    const git = await openRepository(here.path, { environment: { ...here.repo.env, ...outside }, passEnv: ['PASSED'] });
    await hook('pre-commit', 'env > "$HOME/env"')(here.repo);
    await here.put('a.txt', 'x');
    expect(await git.commitAll(here.path, 'Work', AUTHOR)).toMatchObject({ committed: true });
    const env = await readFile(join(here.repo.folder, 'home/env'), 'utf8');
    expect(env).toContain('PASSED=yes');
    for (const name of ['ELECTRON_RUN_AS_NODE', 'SECRET', '/nowhere']) expect(env).not.toContain(name);
    await git.settled();
  });

  it('says which file has become a pipe, and commits nothing', async () => {
    const here = await scene();
    await here.put('src/b.txt', 'x');
    await unlink(join(here.path, 'a.txt'));
    await execa('mkfifo', [join(here.path, 'a.txt')]);
    expect(await here.git.commitAll(here.path, 'Work', AUTHOR)).toEqual({ hookFailed: expect.stringContaining('a.txt is a pipe, a socket or a device') as string });
    expect(await here.git.branchCommit(BRANCH)).toBe(here.base);
    // What it holds beside that can be saved, so that the task can be dropped.
    const { commit } = await here.git.backup(here.path, 'r1/t/dropped');
    expect(await here.repo.git('diff', '--name-status', here.base, commit)).toBe('D\ta.txt\nM\tsrc/b.txt');
  });

  it('does not write through an index that was made a link to the person’s', async () => {
    const here = await scene();
    const own = join(await here.in('rev-parse', '--absolute-git-dir'), 'index');
    await unlink(own);
    await symlink(join(here.repo.root, '.git/index'), own);
    await here.put('a.txt', 'x');
    await expect(here.git.commitAll(here.path, 'Work', AUTHOR)).rejects.toMatchObject({ reason: 'tampered', message: expect.stringContaining('was made a link') as string });
    expect(await here.repo.git('status', '--porcelain')).toBe('');
  });

  it('leaves nested repositories out', async () => {
    const here = await scene();
    for (const name of ['empty', 'full']) {
      await here.put(`${name}/x.txt`, 'x');
      await here.repo.gitIn(join(here.path, name), 'init', '-q');
    }
    await here.repo.gitIn(join(here.path, 'full'), 'add', '-A');
    await here.repo.gitIn(join(here.path, 'full'), 'commit', '-qm', 'Inner');
    await here.put('a.txt', 'x');
    expect(await here.git.commitAll(here.path, 'Work', AUTHOR)).toMatchObject({ committed: true });
    expect(await files(here)).toBe('M\ta.txt');
    await here.put('full/y.txt', 'y');
    expect(await here.git.commitAll(here.path, 'Again', AUTHOR)).toMatchObject({ committed: false });
  });

  it.each([[], ['--index-version', '4'], ['--split-index']])('never calls conflicts resolved %s', async (...form) => {
    const here = await scene();
    await here.put('a.txt', 'mine\n');
    await here.in('commit', '-qam', 'Mine');
    await here.repo.write('a.txt', 'main\n');
    const base = await here.repo.commit('Main');
    if (form.length > 0) await here.in('update-index', ...form);
    await here.in('merge', base).catch(() => undefined);
    const before = await here.in('rev-parse', 'HEAD');
    expect(await here.git.commitAll(here.path, 'Work', AUTHOR)).toEqual({ hookFailed: expect.stringContaining('unresolved conflicts in a.txt') as string });
    expect(await here.in('rev-parse', 'HEAD')).toBe(before);
    await here.put('a.txt', 'both\n');
    await here.in('add', '-A');
    expect(await here.git.commitAll(here.path, 'Merged', AUTHOR)).toMatchObject({ committed: true });
    expect(await here.in('show', '-s', '--format=%P')).toBe(`${before} ${base}`);
  });

  it('stages by the names that exist, not by patterns', async () => {
    const here = await scene();
    await here.put('-f', 'x');
    await here.put(':(exclude)a.txt', 'x');
    await here.put('a.txt', 'x');
    await symlink('a.txt', join(here.path, 'l'));
    await here.git.commitAll(here.path, '-F /etc/passwd', AUTHOR);
    expect(await files(here)).toBe('A\t-f\nA\t:(exclude)a.txt\nM\ta.txt\nA\tl');
    expect(await here.in('show', '-s', '--format=%s')).toBe('-F /etc/passwd');
  });

  it('commits as Switchyard where git knows nobody, and never as what a model is called', async () => {
    const here = await scene();
    await here.repo.git('config', '--global', '--unset-all', 'user.name');
    await here.repo.git('config', '--global', '--unset-all', 'user.email');
    await here.put('a.txt', 'x');
    expect(await here.git.commitAll(here.path, 'Work', { name: 'x> <evil\n', email: '' })).toMatchObject({ committed: true });
    expect(await here.in('show', '-s', '--format=%an <%ae>|%cn <%ce>')).toBe('x evil <switchyard@localhost>|Switchyard <switchyard@localhost>');
    const made = await here.git.commitTree(await here.git.treeOf(here.base), [here.base], 'Land');
    expect(made.ok && (await here.in('show', '-s', '--format=%an|%cn', made.commit))).toBe('Switchyard|Switchyard');
  });

  it('refuses a worktree on another branch, or one that looks elsewhere', async () => {
    const here = await scene();
    await here.put('a.txt', 'x');
    await here.in('switch', '-q', '-c', 'sneaky');
    await expect(here.git.commitAll(here.path, 'Work', AUTHOR)).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'wrong-branch'));
    await here.in('switch', '-q', BRANCH);
    await here.in('config', 'core.worktree', here.repo.root);
    await expect(here.git.commitAll(here.path, 'Work', AUTHOR)).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'tampered'));
    expect(await here.git.branchCommit(BRANCH)).toBe(here.base);
  });

  it('says so when the commit cannot be signed', async () => {
    const here = await scene();
    await here.repo.git('config', '--global', 'commit.gpgSign', 'true');
    await here.repo.git('config', '--global', 'gpg.program', '/bin/false');
    await here.put('a.txt', 'x');
    await expect(here.git.commitAll(here.path, 'Work', AUTHOR)).rejects.toSatisfy((error) => WorktreeProblem.is(error, 'signing'));
    expect(await here.git.commitTree(await here.git.treeOf(here.base), [here.base], 'Land')).toMatchObject({ ok: false, reason: 'signing' });
  });

  it('fails as git fails for anything else', async () => {
    const here = await scene();
    await here.put('a.txt', 'x');
    await here.repo.write('.git/worktrees/t/index.lock', '');
    await expect(here.git.commitAll(here.path, 'Work', AUTHOR)).rejects.toSatisfy((error) => GitFailure.is(error));
  });
});

describe('commitTree', () => {
  it('makes a commit by the person and moves nothing', async () => {
    const here = await scene();
    const tree = await here.git.treeOf(here.base);
    const made = await here.git.commitTree(tree, [here.base], 'Land it');
    if (!made.ok) throw new Error(made.message);
    expect(await here.in('show', '-s', '--format=%T %P %an %cn %s', made.commit)).toBe(`${tree} ${here.base} Test Person Test Person Land it`);
    expect(await here.repo.git('rev-parse', 'main')).toBe(here.base);
  });

  it('signs when the person signs, and gives up on a signer that hangs', async () => {
    const here = await scene({}, { signTimeoutMs: 2000 });
    const signer = join(here.repo.folder, 'signer.sh');
    await here.repo.write(signer, '#!/bin/sh\ncat > /dev/null\necho "[GNUPG:] SIG_CREATED " >&2\necho "-----BEGIN PGP SIGNATURE-----\nfake\n-----END PGP SIGNATURE-----"\n');
    await chmod(signer, 0o755);
    await here.repo.git('config', '--global', 'commit.gpgSign', 'yes');
    await here.repo.git('config', '--global', 'gpg.program', signer);
    const tree = await here.git.treeOf(here.base);
    const made = await here.git.commitTree(tree, [here.base], 'Land it');
    if (!made.ok) throw new Error(made.message);
    expect(await here.in('cat-file', '-p', made.commit)).toContain('gpgsig');
    expect((await here.git.facts()).commitsAreSigned).toBe(true);
    await here.repo.write(signer, '#!/bin/sh\nexec sleep 1000\n');
    expect(await here.git.commitTree(tree, [here.base], 'Land it')).toMatchObject({ ok: false, reason: 'signing', message: expect.stringContaining('stopped after 2 s') as string });
  });
});

/** A dead process that nobody has collected yet is no process any more. */
async function isAlive(pid: number): Promise<boolean> {
  const { stdout } = await execa('ps', ['-o', 'stat=', '-p', String(pid)], { reject: false });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}
