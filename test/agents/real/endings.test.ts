/**
 * Ends that look like work and are none, by each real CLI in a whole run: done without any change, done with work that its
 * gate refuses, refused by the vendor's safety rules, and denied what it wanted. Each has its own reason, message and next step.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { agentCli, runsFolder, type CliName } from '../../support/agentClis.js';
import { agentHome, TEST_MODEL } from '../../support/agentHome.js';
import { startModelServer, type Brain, type ModelServer, type Step } from '../../support/modelServer/index.js';
import { switchyard } from '../../support/switchyard.js';

vi.setConfig({ testTimeout: 300_000 });

let folder: string;
let server: ModelServer | undefined;
beforeEach(async () => {
  folder = await runsFolder('endings');
});
afterEach(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

async function makeRun(cli: CliName, brain: Brain) {
  const [executable, started] = await Promise.all([agentCli(cli), startModelServer(brain)]);
  server = started;
  const root = join(folder, 'repo');
  const own = await agentHome(cli, join(folder, 'home'), started.url, { retries: 0 });
  const env = { ...own, PATH: `${dirname(executable)}:${own['PATH'] ?? ''}` };
  await mkdir(join(root, '.switchyard'), { recursive: true });
  const member = { agent: cli, model: TEST_MODEL[cli] };
  await writeFile(join(root, '.switchyard/team.jsonc'), JSON.stringify({ version: 1, tiers: { standard: member }, permissions: 'edit', limits: { maxParallel: cli === 'opencode' ? 1 : 2, retries: 1 } }));
  await writeFile(join(root, 'notes.txt'), 'one\n');
  const git = (...args: readonly string[]) => execa('git', args, { cwd: root, env, extendEnv: false });
  await git('init', '-q', '-b', 'main');
  await git('add', '-A');
  await git('commit', '-qm', 'Start');
  return { root, env };
}

/** What each CLI is refused when it may only edit: two of them take commands for edits, and tell of what lies outside. */
const DENIED: Readonly<Record<CliName, Step>> = {
  claude: { run: 'node -e "1"' },
  gemini: { run: 'node -e "1"' },
  codex: { write: { path: '/outside.txt', text: 'x\n' } },
  opencode: { write: { path: '/outside.txt', text: 'x\n' } },
};

const task = (id: string, gate: readonly string[] = ['true']) => ({ id, title: `The ${id} thing`, instructions: `Do ${id}.`, dependsOn: [], tier: 'standard', contract: { owns: [`${id}/**`], offLimits: [], acceptance: [], gate } });

test.each<CliName>(['claude', 'codex', 'gemini', 'opencode'])('%s: ends that are no success', async (cli) => {
  const told: string[] = [];
  const run = await makeRun(cli, (request) => {
    if (request.prompt.includes('Do refused.')) return [{ refuse: 'I cannot help with that.' }];
    if (request.prompt.includes('Do denied.')) return request.step === 0 ? [DENIED[cli]] : [{ text: 'I was not allowed to.' }];
    if (request.prompt.includes('Do failing.')) {
      if (request.step === 0) told.push(request.prompt);
      return request.step === 0 ? [{ write: { path: `failing/${String(request.round)}.txt`, text: 'wrong\n' } }] : [{ text: 'It is done.' }];
    }
    return [{ text: 'There is nothing to do.' }];
  });
  const plan = join(folder, 'plan.json');
  const failing = task('failing', ['echo "the sum is wrong"; exit 3']);
  await writeFile(plan, JSON.stringify({ version: 1, goal: 'Ends', tasks: [task('nothing'), failing, task('refused'), task('denied')] }));
  const result = await switchyard(run, ['run', plan, '--yes', '--json'], {});
  expect(result.code, result.stderr).toBe(3);
  const { tasks } = result.summary;
  const all = JSON.stringify(tasks);
  expect(tasks['nothing'], all).toMatchObject({ state: 'needs-you', attempts: 1, why: { kind: 'nothing-changed', text: 'The agent ended without changing anything. Retry with feedback, re-plan or drop it.' } });
  expect(tasks['failing'], all).toMatchObject({ state: 'needs-you', attempts: 2, why: { kind: 'gate-failed' } });
  expect(tasks['failing']?.why?.text).toMatch(/exit code 3.* Nothing has landed; retry with other feedback/);
  // What the gate said was fed back, into the session that did the work.
  expect(told).toHaveLength(2);
  expect(told[1]).toContain('the sum is wrong');
  expect(told[1]).toContain('Do failing.');
  expect(tasks['refused'], all).toMatchObject({ state: 'needs-you', attempts: 1, why: { kind: 'agent-failed', failure: 'refused' } });
  expect(tasks['refused']?.why?.text).toMatch(/refused the task.* Its work so far is kept in its worktree\. Change its instructions or the agent, then retry\.$/);
  expect(tasks['denied'], all).toMatchObject({ state: 'needs-you', attempts: 1, why: { kind: 'permission', failure: 'permission' } });
  expect(tasks['denied']?.why?.text).toMatch(/ended without changing anything: it was denied .*Widen permissions/);
  for (const id of ['nothing', 'failing', 'refused', 'denied']) expect(result.stderr).toContain(`switchyard retry ${id}`);
  expect((await execa('git', ['rev-list', '--count', 'main'], { cwd: run.root, env: run.env, extendEnv: false })).stdout).toBe('1');
});
