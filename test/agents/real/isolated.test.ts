/**
 * Real agents of a whole run inside the real sandbox: planner and executor, with state that outlives the attempt, against
 * the model server on loopback, which first answers the planner with a rate limit. Where no sandbox can be made, the same
 * run must be refused.
 */
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createIsolation } from '../../../src/adapters/isolation/index.js';
import { agentCli, runsFolder, type CliName } from '../../support/agentClis.js';
import { agentHome, TEST_MODEL } from '../../support/agentHome.js';
import { bubblewrap } from '../../support/bubblewrap.js';
import { startModelServer, type Brain, type ModelServer } from '../../support/modelServer/index.js';
import { planAndWork } from '../../support/modelServer/planAndWork.js';
import { switchyard } from '../../support/switchyard.js';

vi.setConfig({ testTimeout: 240_000 });

const tools = await bubblewrap();
const missing = await createIsolation({ environment: { ...process.env, ...tools } }).problem({ level: 'sandbox' });
if (missing !== undefined) console.warn(`NOT TESTED for real, only that it is refused: ${missing}`);

let folder: string;
let server: ModelServer;
beforeEach(async () => {
  folder = await runsFolder('isolated');
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

async function makeRun(cli: CliName, brain: Brain, more: object = {}) {
  const [executable, started] = await Promise.all([agentCli(cli), startModelServer(brain)]);
  server = started;
  const home = join(folder, 'home');
  const root = join(folder, 'repo');
  const own = await agentHome(cli, home, server.url, { retries: 0 });
  const env = { ...own, ...tools, PATH: `${dirname(executable)}:${tools['PATH'] ?? own['PATH'] ?? ''}` };
  await mkdir(join(root, '.switchyard'), { recursive: true });
  const member = { agent: cli, model: TEST_MODEL[cli], isolation: 'sandbox' };
  await writeFile(join(root, '.switchyard/team.jsonc'), JSON.stringify({ version: 1, planner: member, tiers: { standard: member }, ...more }));
  await writeFile(join(root, 'notes.txt'), 'one\ntwo\n');
  const git = (...args: readonly string[]) => execa('git', args, { cwd: root, env, extendEnv: false });
  await git('init', '-q', '-b', 'main');
  await git('add', '-A');
  await git('commit', '-qm', 'Start');
  return { root, env, git };
}

const PLAN = { version: 1, goal: 'Change the notes', tasks: [{ id: 'notes', title: 'Notes', instructions: 'Change notes.txt.', dependsOn: [], tier: 'standard', contract: { owns: ['notes.txt', 'done.txt'], offLimits: [], acceptance: ['three'], gate: ['test -e done.txt || { cat notes.txt; false; }', '! touch ../by-gate'] } }], note: '' };
const GOAL = 'Change the notes';

test.each<CliName>(['gemini'])('%s plans, edits, is resumed after a red gate, and writes nothing else', async (cli) => {
  let limited = cli !== 'gemini';
  const inner = planAndWork(PLAN, () => [[[{ read: { path: 'notes.txt' } }], [{ edit: { path: 'notes.txt', find: 'two', replace: 'three' } }], [{ run: `touch ${join(folder, 'stolen')}` }]], [[{ write: { path: 'done.txt', text: 'done\n' } }]]]);
  const run = await makeRun(cli, (request) => {
    if (!limited) {
      limited = true;
      return [{ fail: { status: 429, message: 'Rate limit exceeded. Please retry in 2s.', retryAfterSeconds: 2 } }];
    }
    return inner(request);
  });
  const planned = await switchyard(run, ['plan', GOAL, '--out', join(folder, 'plan.json'), '--json'], {});
  if (missing !== undefined) {
    expect(planned.stderr).toContain(missing);
    return;
  }
  expect(planned.code, planned.stderr).toBe(0);
  if (cli === 'gemini') expect(planned.stderr).toMatch(/gemini is rate limited until \d\d:\d\d/);
  const result = await switchyard(run, ['run', join(folder, 'plan.json'), '--yes', '--json'], {});
  expect(result.summary.tasks['notes'], result.stderr).toMatchObject({ state: 'landed', attempts: 2 });
  expect((await run.git('show', 'main:notes.txt')).stdout).toBe('one\nthree');
  await expect(access(join(folder, 'stolen'))).rejects.toThrow('ENOENT');
  const starts = result.lines.filter((line) => line['type'] === 'attempt.starting');
  expect(starts[1]?.['resume']).toBeTruthy();
  const status = await switchyard(run, ['status', '--json'], {});
  expect(JSON.parse(status.stdout)).toMatchObject({ tasks: { notes: { isolation: 'sandbox' } } });
  expect(await readFile(join(run.root, 'notes.txt'), 'utf8')).toBe('one\nthree\n');
});
