/** The demo's promise: its plan is valid, and played by the headless command it lands, one gate failing for real on the way. */
import { execa } from 'execa';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkPlanInput } from '../../src/core/planCheck.js';
import { repositoryRoot } from '../support/root.js';
import { switchyard } from '../support/switchyard.js';
import { isolatedEnv } from '../support/tempRepo.js';
import { DEMO_GOAL, makeDemo } from './makeDemo.js';
import { recordedPlan } from './recordedPlan.js';

let folder: string;
let repo: { root: string; env: Record<string, string> };

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'switchyard-demo-test-')));
  await mkdir(join(folder, 'home'));
  repo = { root: join(folder, 'notes'), env: isolatedEnv(join(folder, 'home')) };
  await makeDemo(repo.root, { pace: 0 });
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

test('the recorded plan is valid; its one overlap orders two tasks that add to the same list', async () => {
  const check = checkPlanInput(await recordedPlan());
  expect(check.ok).toBe(true);
  expect(check.problems.map((problem) => [problem.code, [...problem.tasks].sort()])).toEqual([['overlap', ['search-api', 'tag-api']]]);
  expect(check.levels[0]).toEqual(expect.arrayContaining(['tags', 'tokenizer']));
  expect(check.edges.filter((edge) => edge.why === 'overlap')).toHaveLength(1);
});

test('the demo repository is clean, and its own tests pass before anything is done', async () => {
  const { stdout } = await execa('git', ['status', '--porcelain'], { cwd: repo.root, env: repo.env, extendEnv: false });
  expect(stdout).toBe('');
  await expect(execa('npm', ['test'], { cwd: repo.root, env: repo.env, extendEnv: false })).resolves.toMatchObject({ exitCode: 0 });
});

test('planned and run, everything lands; the index needs a second attempt; the result works', async () => {
  const file = join(folder, 'plan.json');
  expect(await switchyard(repo, ['plan', DEMO_GOAL, '--out', file])).toMatchObject({ code: 0 });
  const plan = JSON.parse(await readFile(file, 'utf8')) as { tasks: { id: string }[] };
  const ran = await switchyard(repo, ['run', file, '--yes', '--json']);
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.summary.state).toBe('done');
  for (const { id } of plan.tasks) {
    expect(ran.summary.tasks[id], id).toMatchObject({ state: 'landed', attempts: id === 'search-index' ? 2 : 1 });
  }
  expect(ran.summary.bill).toMatchObject({ unknownUsd: false, inputTokens: 331_400, cachedInputTokens: 278_900, outputTokens: 14_970 });
  await expect(execa('npm', ['test'], { cwd: repo.root, env: repo.env, extendEnv: false })).resolves.toMatchObject({ exitCode: 0 });
  await writeFile(join(folder, 'ask.mjs'), ASK);
  const asked = await execa(process.execPath, [join(folder, 'ask.mjs'), repo.root], { env: repo.env, extendEnv: false });
  expect(JSON.parse(asked.stdout)).toEqual({ tags: ['food'], found: ['Milk'] });
}, 180_000);

/** Uses what the agents built together: the store with tags and the index over it. */
const ASK = `
const at = (path) => import(process.argv[2] + '/src/' + path);
const [{ createStore }, { createIndex }] = await Promise.all([at('store.mjs'), at('search/index.mjs')]);
const store = createStore();
store.add({ title: 'Milk', body: 'fresh', tags: ['Food'] });
store.add({ title: 'Essay' });
const index = createIndex();
index.sync(store.list());
console.log(JSON.stringify({ tags: store.tags().map(({ tag }) => tag), found: index.search('fresh').map(({ note }) => note.title) }));
`;

test('a task that is sent back changes its own files again, and adds nothing elsewhere a second time', async () => {
  const { tasks } = await recordedPlan();
  for (const { id, script } of tasks) {
    const attempts = script !== undefined && 'attempts' in script ? script.attempts : [];
    const [first, later] = [attempts[0] ?? [], attempts.at(-1) ?? []];
    const written = later.flatMap((step) => ('write' in step ? [step.write.path] : []));
    const appended = later.flatMap((step) => ('append' in step ? [step.append.path] : []));
    expect(attempts.length, id).toBeGreaterThan(1);
    expect(written.length, id).toBeGreaterThan(0);
    // A write begins the file anew, so that its note stands there once however often it is sent back.
    expect(appended.length === 1 && appended.every((path) => written.includes(path)), id).toBe(true);
    expect(later).not.toEqual(first);
  }
});

test('npm run demo plays it from the goal to the bill, and ends well', async () => {
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const played = await execa(process.execPath, [join(repositoryRoot, 'test', 'demo', 'demo.mjs'), '--built'], { env: { ...repo.env, PATH: process.env['PATH'] ?? '', TMPDIR: temporary }, extendEnv: false, stdin: 'ignore', all: true, reject: false });
  expect(played.exitCode, played.all).toBe(0);
  expect(played.stdout).toContain("The project's own tests pass on what landed.");
  const bill = played.stdout.slice(played.stdout.lastIndexOf('$ switchyard bill'));
  expect(bill).toMatch(/\btotal\b/i);
  expect((await readdir(temporary)).filter((name) => name.startsWith('switchyard-demo-'))).toEqual([]);
}, 120_000);
