/** Git as the tests ask it: in one directory, with nothing of this machine's configuration. */
import { execa } from 'execa';

export async function gitIn(cwd: string, ...args: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0' };
  const { stdout } = await execa('git', args, { cwd, env, extendEnv: false, stdin: 'ignore' });
  return stdout;
}

/** What is wrong with a repository after a finished run: nothing may be left of it but its landed work. Empty is good. */
export async function leftovers(root: string): Promise<string[]> {
  const found: string[] = [];
  const [status, worktrees, branches] = await Promise.all([
    gitIn(root, 'status', '--porcelain', '--untracked-files=all'),
    gitIn(root, 'worktree', 'list', '--porcelain'),
    gitIn(root, 'branch', '--list', 'switchyard/*'),
  ]);
  if (status !== '') found.push(`the working tree is not clean:\n${status}`);
  const others = worktrees.split('\n').filter((line) => line.startsWith('worktree ') && line !== `worktree ${root}`);
  if (others.length > 0) found.push(`worktrees are left:\n${others.join('\n')}`);
  if (branches !== '') found.push(`branches are left:\n${branches}`);
  return found;
}
