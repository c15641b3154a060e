/** The trees that we compare ourselves, against `git diff-tree`. */
import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Repository } from '../../../src/adapters/git/context.js';
import { openObjects } from '../../../src/adapters/git/objects.js';
import { gitRunner } from '../../../src/adapters/git/run.js';
import { parseRaw } from '../../../src/adapters/git/status.js';
import { treeDiff } from '../../../src/adapters/git/treeDiff.js';
import { makeRepo, type TempRepo } from '../../support/tempRepo.js';

async function opened(files: Readonly<Record<string, string>>): Promise<{ readonly repo: TempRepo; readonly here: Repository; readonly calls: string[][]; readonly run: Repository['run'] }> {
  const repo = await makeRepo(files);
  const run = gitRunner(repo.env);
  const calls: string[][] = [];
  const objects = openObjects(join(repo.root, '.git'), repo.env);
  onTestFinished(async () => {
    await objects.close();
    await repo.cleanup();
  });
  const counted: Repository['run'] = (args, options) => {
    calls.push([...args]);
    return run(args, options);
  };
  // Only these three are used.
  return { repo, calls, run, here: { root: repo.root, run: counted, objects } as unknown as Repository };
}

const byGit = async (run: Repository['run'], root: string, from: string, to: string) => parseRaw((await run(['diff-tree', '-r', '-z', '--raw', '--no-renames', '--full-index', from, to], { cwd: root })).stdout).changes;

it('finds what git finds: every kind of change, at every depth', async () => {
  const { repo, here, calls, run } = await opened({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'run.sh': 'x\n', 'deep/er/one.txt': '1\n', 'deep/er/two.txt': '2\n', 'deep-er.txt': 'd\n', 'becomes-folder': 'f\n', 'folder/becomes/file.txt': 'x\n', 'gone/only.txt': 'g\n', 'link-to-be': 'l\n' });
  const from = await repo.git('rev-parse', 'HEAD');
  await repo.write('a.txt', 'changed\n');
  await chmod(join(repo.root, 'run.sh'), 0o755);
  await repo.write('deep/er/two.txt', 'changed\n');
  await repo.write('deep/new/ünï "q"\n.txt', 'n\n');
  await rm(join(repo.root, 'becomes-folder'));
  await repo.write('becomes-folder/inside/x.txt', 'x\n');
  await rm(join(repo.root, 'folder'), { recursive: true });
  await repo.write('folder', 'now a file\n');
  await rm(join(repo.root, 'gone'), { recursive: true });
  await rm(join(repo.root, 'link-to-be'));
  await symlink('a.txt', join(repo.root, 'link-to-be'));
  await mkdir(join(repo.root, 'nested'));
  await repo.gitIn(join(repo.root, 'nested'), 'init', '-q');
  await repo.gitIn(join(repo.root, 'nested'), 'commit', '-q', '--allow-empty', '-m', 'inner');
  const to = await repo.commit('all kinds');
  for (const [one, other] of [[from, to], [to, from], [from, from], [await repo.git('rev-parse', `${from}^{tree}`), to]] as const) {
    expect(await treeDiff(here, one, other)).toEqual(await byGit(run, repo.root, one, other));
  }
  expect(await treeDiff(here, from, to)).toHaveLength(11);
  expect(calls).toEqual([]);
});

it('leaves a tree that names a path twice to git', async () => {
  const { repo, here, calls, run } = await opened({ 'a.txt': 'a\n' });
  const from = await repo.git('rev-parse', 'HEAD');
  const [one, two] = await Promise.all(['a.txt', '.gitconfig'].map((name) => repo.git('hash-object', '-w', join(name === 'a.txt' ? repo.root : join(repo.folder, 'home'), name))));
  const entry = (id: string | undefined): Buffer => Buffer.concat([Buffer.from('100644 a.txt\0'), Buffer.from(id ?? '', 'hex')]);
  await repo.write('tree', Buffer.concat([entry(one), entry(two)]));
  const tree = await repo.git('hash-object', '-w', '--literally', '-t', 'tree', 'tree');
  expect(await treeDiff(here, from, tree)).toEqual(await byGit(run, repo.root, from, tree));
  expect(calls).toHaveLength(1);
});

it('never gives an empty answer for what is not there', async () => {
  const { repo, here } = await opened({ 'a.txt': 'a\n' });
  await expect(treeDiff(here, await repo.git('rev-parse', 'HEAD'), '1'.repeat(40))).rejects.toThrow();
});
