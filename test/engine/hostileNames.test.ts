/** Two thousand hostile names through whole runs: written by an agent, judged, committed, gated, shown, landed, backed up and restored. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isBranchName, splitNul } from '../../src/adapters/git/names.js';
import { execa } from 'execa';
import { openEngine, type Engine } from '../support/engine.js';
import { hostileNames, PROTECTED } from '../support/hostileNames.js';
import { planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo, type TempRepo } from '../support/tempRepo.js';

const names = hostileNames(1_600, process.platform === 'linux');
const branches = hostileNames(400, false).map((name) => name.toString('utf8'));
const texts = (list: readonly Buffer[]): readonly string[] => list.map((name) => name.toString('latin1')).sort();

let repo: TempRepo;
let engine: Engine | undefined;

beforeEach(async () => {
  repo = await makeRepo({ 'a.txt': 'a\n', 'in/keep.txt': 'k\n' });
  await mkdir(join(repo.folder, 'lists'));
  await writeFile(join(repo.folder, 'lists', 'canary'), 'c');
});
afterEach(async () => {
  await engine?.close();
  engine = undefined;
  // Nobody ran a name, and nothing was made beside what is ours.
  const made = await execa('find', [repo.folder, '-name', 'PWNED'], { env: repo.env });
  expect(made.stdout).toBe('');
  await repo.cleanup();
});

/** An agent that makes a file of each name in a folder of its worktree, in one go. */
async function writer(folder: string, list: readonly Buffer[]): Promise<readonly [string, ...string[]]> {
  const program = join(repo.folder, 'lists', `${folder}.cjs`);
  await writeFile(
    program,
    `const fs = require('node:fs');
fs.mkdirSync(${JSON.stringify(folder)}, { recursive: true });
for (const name of ${JSON.stringify(list.map((name) => name.toString('latin1')))}) {
  const path = Buffer.concat([Buffer.from(${JSON.stringify(`${folder}/`)}), Buffer.from(name, 'latin1')]);
  fs.writeFileSync(path, Buffer.concat([path, Buffer.from('\\n')]));
}`,
  );
  return [process.execPath, program];
}

async function tree(rev: string, folder: string): Promise<readonly Buffer[]> {
  const { stdout } = await execa('git', ['-C', repo.root, 'ls-tree', '-r', '-z', '--name-only', rev, '--', `${folder}/`], { env: repo.env, encoding: 'buffer' });
  return splitNul(Buffer.from(stdout)).map((path) => path.subarray(folder.length + 1)).filter((name) => name.toString() !== 'keep.txt');
}

test('files of such names land byte for byte; those outside of what a task owns are all told; a dropped task gives them back', async () => {
  engine = await openEngine(repo);
  const half = names.slice(0, 800);
  await engine.run(
    planOf(
      scriptedTask('lands', [{ run: await writer('in', names) }], { owns: ['in/**'], gate: ['test -f in/keep.txt'] }),
      scriptedTask('strays', [{ run: await writer('out', half) }], { owns: ['elsewhere/**'] }),
    ),
  );
  expect(engine.task('lands')).toMatchObject({ state: 'ready', violations: [] });
  expect(engine.task('lands').files).toHaveLength(names.length);
  const patch = await engine.session.wholePatch('lands');
  expect(patch.match(/^diff --git /gmu)?.length).toBeGreaterThanOrEqual(names.length);
  await engine.approve('lands');
  expect(engine.task('lands').state).toBe('landed');
  expect(texts(await tree('main', 'in'))).toEqual(texts(names));
  expect(await readdir(join(repo.root, 'in'))).toHaveLength(names.length + 1);
  expect(engine.task('lands').cleaned).toBe(true);

  const strays = engine.task('strays');
  expect(strays.state).toBe('needs-you');
  expect(strays.violations).toHaveLength(half.length);
  expect(strays.violations.every(({ kind, path }) => kind === 'outside-owns' && path.startsWith('out/'))).toBe(true);
  const contract = join(repo.folder, 'lists', 'contract.json');
  await writeFile(contract, JSON.stringify({ owns: ['elsewhere/**'] }));
  const judged = await switchyard(repo, ['boundary', '--worktree', strays.worktree ?? '', '--base', 'main', '--contract', contract, '--json']);
  expect(judged.code).toBe(3);
  expect(judged.lines[0]).toMatchObject({ ok: false });

  expect(await engine.session.wish({ type: 'drop', run: 'r1', task: 'strays' })).toEqual({ ok: true });
  await engine.session.rested();
  const backups = await engine.session.backups();
  expect(backups).toHaveLength(1);
  const into = join(repo.folder, 'restored');
  expect(await engine.session.restore(backups[0]?.ref ?? '', into)).toMatchObject({ ok: true });
  const back = await readdir(join(into, 'out'), { encoding: 'buffer' });
  expect(texts(back)).toEqual(texts(half));
  expect(await readFile(join(repo.folder, 'lists', 'canary'), 'utf8')).toBe('c');
});

test.each(PROTECTED)('a folder %j, which is git’s own to some file system, reaches no commit, and the task says so', async (name) => {
  engine = await openEngine(repo);
  await engine.run(planOf(scriptedTask('a', [{ write: { path: `a/${name}/config`, text: '[core]\n\tfsmonitor = touch PWNED\n' } }, { write: { path: 'a/good.txt', text: 'g\n' } }])));
  const task = engine.task('a');
  if (task.state === 'ready') await engine.approve('a');
  const landed = await repo.git('ls-tree', '-r', '--name-only', 'main');
  expect(landed.split('\n').some((path) => path.includes('config'))).toBe(false);
  expect(task).toMatchObject({ state: 'needs-you' });
  expect(task.reason?.text).toMatch(/path|name/iu);
  expect(await readFile(join(task.worktree ?? '', 'a', name, 'config'), 'utf8')).toContain('fsmonitor');
});

describe('branch names', () => {
  test('what is taken for a branch name git takes too, and no other', async () => {
    const taken = branches.filter(isBranchName);
    expect(taken.length).toBeGreaterThan(20);
    expect(taken.length).toBeLessThan(branches.length);
    for (let from = 0; from < taken.length; from += 20) {
      const answers = await Promise.all(taken.slice(from, from + 20).map((name) => execa('git', ['check-ref-format', '--branch', name], { env: repo.env, cwd: repo.root, reject: false })));
      expect(answers.filter(({ exitCode }) => exitCode !== 0).map(({ command }) => command)).toEqual([]);
    }
  });

  test('a base of a name that is none is refused with it, before anything is made', async () => {
    engine = await openEngine(repo);
    for (const base of branches.filter((name) => !isBranchName(name))) {
      const answer = await engine.session.decompose({ kind: 'plan', plan: { ...planOf(scriptedTask('a', [])), base } });
      expect(answer.ok, JSON.stringify(base)).toBe(false);
    }
    expect(engine.session.current()).toBeUndefined();
  });

  test.each(['we"ird', "it's", '$(touch-PWNED)', 'a;b&c|d', '🙂/\u202ecod', 'é%n', '<img>', 'x`y`'])('work lands on a base called %j', async (base) => {
    await repo.git('switch', '--quiet', '-c', base);
    engine = await openEngine(repo, { autoApprove: true });
    await engine.run({ ...planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'x\n' } }])), base });
    expect(engine.task('a').state).toBe('landed');
    expect(await repo.git('show', `refs/heads/${base}:a/x.txt`)).toBe('x');
  });
});
