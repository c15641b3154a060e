import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RepositoryProblem } from '../../src/core/ports.js';
import { EMPTY_REASONS, pathInside } from '../../src/ui/place.js';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'switchyard-inside-')));
  await mkdir(join(root, 'repo/packages/..web'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('says where an opened folder lies in its repository, and nothing of the root itself or of a link to it', async () => {
  const repo = join(root, 'repo');
  await symlink(repo, join(root, 'link'));
  expect(await pathInside(repo, join(repo, 'packages'))).toBe('packages');
  expect(await pathInside(repo, join(root, 'link/packages/..web'))).toBe('packages/..web');
  expect(await pathInside(repo, repo)).toBeUndefined();
  expect(await pathInside(repo, join(root, 'link'))).toBeUndefined();
  expect(await pathInside(repo, join(repo, 'gone'))).toBeUndefined();
  expect(await pathInside(join(repo, 'packages'), repo)).toBeUndefined();
});

it('takes only a folder without a repository for one, so that none is offered where git refuses the one that is there', () => {
  const problems = Object.keys(EMPTY_REASONS) as RepositoryProblem[];
  expect(problems.filter((problem) => EMPTY_REASONS[problem] === 'no-repository')).toEqual(['not-a-repository']);
});
