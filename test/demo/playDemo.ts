/** The demo headless: a fresh repository, a plan, the run with its live view, the bill. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { repositoryRoot } from '../support/root.js';
import { DEMO_GOAL, makeDemo } from './makeDemo.js';

/** Gives the exit code of the first step that failed, or 0. `built`: the command is there already. */
export async function playDemo({ keep, built }: { readonly keep: boolean; readonly built: boolean }): Promise<number> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'switchyard-demo-')));
  const repository = join(folder, 'notes');
  const home = join(folder, 'home');
  await mkdir(home);
  // The child is asked by the terminal itself; this process stays to clean up after it.
  const wait = (): void => undefined;
  process.on('SIGINT', wait);
  try {
    if (!built) await execa(process.execPath, ['esbuild.mjs'], { cwd: repositoryRoot, stdin: 'ignore', stdout: 'ignore' });
    await makeDemo(repository, { pace: 0.5 });
    console.log(`A small real project with a real test suite: ${repository}\n`);
    const plan = join(folder, 'plan.json');
    const planned = await switchyard(repository, home, ['plan', DEMO_GOAL, '--out', plan]);
    if (planned !== 0) return planned;
    if ((await stat(plan).catch(() => undefined)) === undefined) throw new Error('switchyard plan ended well but wrote no plan.');
    const ran = await switchyard(repository, home, ['run', plan, '--yes']);
    if (ran !== 0) return ran;
    console.log('\n$ git log --graph --oneline');
    await run('git', ['log', '--graph', '--oneline', '--decorate=no'], repository, home);
    const tested = await run('npm', ['test', '--silent'], repository, home, 'ignore');
    console.log(tested === 0 ? "\nThe project's own tests pass on what landed." : '\nThe tests fail on what landed.');
    if (tested !== 0) return tested;
    return await switchyard(repository, home, ['bill']);
  } finally {
    process.removeListener('SIGINT', wait);
    if (keep) console.log(`\nKept: ${repository}`);
    else await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function switchyard(cwd: string, home: string, args: readonly string[]): Promise<number> {
  console.log(`\n$ switchyard ${args.map((arg) => (/[\s"]/.test(arg) ? JSON.stringify(arg) : arg)).join(' ')}`);
  return run(process.execPath, [join(repositoryRoot, 'dist', 'cli.js'), ...args], cwd, home);
}

/** In this terminal, so that the live view is live; with a HOME of its own, so that no one's git settings matter. */
async function run(command: string, args: readonly string[], cwd: string, home: string, stdout: 'inherit' | 'ignore' = 'inherit'): Promise<number> {
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config'), GIT_CONFIG_NOSYSTEM: '1', GIT_PAGER: 'cat' };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['inherit', stdout, 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 130));
  });
}
