// `npm run real -- FOLDER_OR_URL`: the headless run on a real project of some thousand files, as a test subject outside the
// tree. Clones it into a temporary folder, lets three scripted agents work on it, two of them at once, and says what came of
// it: every task landed, each on a merge of its own, the checkout clean, nothing left over. Exits 1 otherwise. Needs `npm run build`.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const [source] = process.argv.slice(2);
if (source === undefined) {
  console.error('Say which: npm run real -- FOLDER_OR_URL');
  process.exit(2);
}
const cli = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'cli.js');
const folder = await mkdtemp(join(tmpdir(), 'switchyard-real-'));
const home = join(folder, 'home');
await mkdir(home);
const env = { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: join(home, '.gitconfig'), LC_ALL: 'C' };
await writeFile(env.GIT_CONFIG_GLOBAL, '[user]\n\tname = Real\n\temail = real@example.test\n[safe]\n\tdirectory = *\n');
const root = join(folder, 'project');
const git = async (...args) => (await run('git', args, { cwd: root, env, maxBuffer: 1e9 })).stdout.trim();

const task = (id, dependsOn = []) => ({
  id,
  title: id,
  instructions: '',
  dependsOn,
  agent: 'scripted',
  tier: 'fast',
  contract: { owns: [`switchyard-${id}/**`], gate: [`test -f switchyard-${id}/note.txt`, 'git diff --check HEAD~1'] },
  script: [{ sleepMs: 500 }, { write: { path: `switchyard-${id}/note.txt`, text: `${id}\n` } }],
});

let failed = false;
const check = (what, ok) => {
  console.log(`${ok ? 'ok  ' : 'MISS'} ${what}`);
  failed ||= !ok;
};
try {
  await run('git', ['clone', '-q', '--depth=1', /^[a-z]+:\/\//u.test(source) ? source : `file://${resolve(source)}`, root], { env, maxBuffer: 1e9 }).catch((error) => {
    throw new Error(`${source} could not be cloned: ${String(error.stderr).trim()}`);
  });
  const files = (await git('ls-files')).split('\n').length;
  const base = await git('rev-parse', 'HEAD');
  const plan = join(folder, 'plan.json');
  await writeFile(plan, JSON.stringify({ version: 1, goal: 'Notes', tasks: [task('one'), task('two'), task('three', ['one', 'two'])] }));
  const began = performance.now();
  const { stdout } = await run(process.execPath, [cli, 'run', plan, '--yes', '--json'], { cwd: root, env, maxBuffer: 1e9 });
  const summary = JSON.parse(stdout.trim().split('\n').at(-1));
  console.log(`${files} files, ${((performance.now() - began) / 1000).toFixed(1)} s`);
  check('the run is done', summary.state === 'done');
  check('all three landed', Object.values(summary.tasks).every(({ state }) => state === 'landed'));
  check('each by a commit of its own on the base', (await git('rev-list', '--count', '--first-parent', `${base}..HEAD`)) === '3');
  check('nothing but their files', (await git('diff', '--name-only', base)) === ['one', 'three', 'two'].map((id) => `switchyard-${id}/note.txt`).join('\n'));
  check('the checkout is clean', (await git('status', '--porcelain')) === '');
  check('no worktree and no branch of ours is left', !(await git('worktree', 'list', '--porcelain')).includes('.worktrees') && (await git('branch', '--list', 'switchyard/*')) === '');
  check('nothing lies beside it', (await readdir(folder)).filter((name) => !['home', 'project', 'plan.json', 'project.worktrees'].includes(name)).length === 0);
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
process.exitCode = failed ? 1 : 0;
