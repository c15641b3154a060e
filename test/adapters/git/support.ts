/** A repository with one task worktree, as a task has it. */
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type OpenedGit, openRepository, type RepositoryOptions } from '../../../src/adapters/git/repository.js';
import { makeRepo, type TempRepo } from '../../support/tempRepo.js';

export interface Scene {
  readonly repo: TempRepo;
  readonly git: OpenedGit;
  /** The commit everything starts from. */
  readonly base: string;
  /** The task's worktree, on branch `switchyard/r1/t`. */
  readonly path: string;
  /** What the adapter warned about. */
  readonly warnings: string[];
  /** Runs git in the worktree. */
  in(...args: string[]): Promise<string>;
  /** Writes a file in the worktree. */
  put(path: string, text: string | Uint8Array): Promise<void>;
}

export const BRANCH = 'switchyard/r1/t';
export const AUTHOR = { name: 'Scripted agent', email: 'scripted@agents.test' };

const open: Scene[] = [];

/** Every scene is taken down after its test. */
export async function scene(files: Readonly<Record<string, string>> = {}, options: Partial<RepositoryOptions> = {}, prepare?: (repo: TempRepo) => Promise<void>): Promise<Scene> {
  const repo = await makeRepo({ 'a.txt': 'a\n', 'src/b.txt': 'b\n', 'src/c.txt': 'c\n'.repeat(20), '.gitignore': '.env\nbuild/\n*.log\n', ...files });
  await prepare?.(repo);
  const warnings: string[] = [];
  const git = await openRepository(repo.root, { environment: repo.env, warn: (message) => warnings.push(message), ...options });
  const base = await repo.git('rev-parse', 'HEAD');
  const path = join(repo.folder, 'repo.worktrees', 'r1', 't');
  const made: Scene = {
    repo,
    git,
    base,
    path,
    warnings,
    in: (...args) => repo.gitIn(path, ...args),
    put: (name, text) => repo.write(join(path, name), text),
  };
  open.push(made);
  await git.addWorktree({ path, branch: BRANCH, commit: base });
  return made;
}

afterEach(async () => {
  for (const { git, repo } of open.splice(0)) {
    await git.settled();
    await repo.cleanup();
  }
});
