/** An agent that writes where only Switchyard should: its own attempt's folder and the inbox. The task is told as interrupted and goes on. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo, type TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'a.txt': 'a\n' });
});
afterEach(() => repo.cleanup());

const attempt = (): string => join(repo.root, '.git/switchyard/runs/r1/attempts/a/1');
const KILLS_ITS_RUNNER = `process.kill(JSON.parse(require('node:fs').readFileSync('claim.json', 'utf8')).pid, 'SIGKILL');`;

/** An agent that does this once, in its attempt's folder. */
async function run(program: string): Promise<void> {
  const file = join(repo.folder, 'agent.cjs');
  await writeFile(file, `process.chdir(${JSON.stringify(attempt())});\n${program}`);
  const good = { write: { path: 'a/x.txt', text: 'x\n' } };
  await planFile(repo, planOf(scriptedTask('a', { attempts: [[good, { run: [process.execPath, file] }], [good]] })));
}

test.each<[string, string]>([
  ['a folder in the place of its record', `require('node:fs').mkdirSync('exit.json/x', { recursive: true });`],
  ['a record of its own that is none, and kills its runner', `require('node:fs').writeFileSync('exit.json', '{"v":1}'); ${KILLS_ITS_RUNNER}`],
  ['a record that nobody can add up, and kills its runner', `require('node:fs').writeFileSync('exit.json', JSON.stringify({ v: 1, startedAt: 1, endedAt: 1e300, ended: 'exited', outcome: { ok: true, usage: [{ inputTokens: {} }], denied: [null] } })); ${KILLS_ITS_RUNNER}`],
])('it writes %s', async (_what, program) => {
  await run(program);
  const first = await switchyard(repo, ['run', join(repo.folder, 'plan.json'), '--yes', '--json']);
  expect(first.summary.tasks['a'], first.stderr).toMatchObject({ state: 'stopped', attempts: 1, why: { kind: 'interrupted' } });
  expect(first.stderr).not.toMatch(/TypeError|EISDIR|undefined/);
  const again = await switchyard(repo, ['resume', '--yes', '--json']);
  expect(again.code, again.stderr).toBe(0);
  expect(again.summary.tasks['a']).toMatchObject({ state: 'landed', attempts: 2 });
});

test('a folder named as a wish, and what is no wish, keep no later wish waiting', async () => {
  const inbox = join(repo.root, '.git/switchyard/inbox');
  await run('');
  const plan = join(repo.folder, 'plan.json');
  expect((await switchyard(repo, ['run', plan])).code).toBe(3);
  await mkdir(join(inbox, '000000000000001-ab.json', 'x'), { recursive: true });
  await writeFile(join(inbox, '000000000000002-ab.json'), '['.repeat(200_000));
  expect((await switchyard(repo, ['approve'])).code).toBe(0);
  const status = await switchyard(repo, ['status', '--json']);
  expect(status.code, status.stderr).toBe(0);
  const resumed = await switchyard(repo, ['resume', '--yes', '--json']);
  expect(resumed.stderr).toContain('Ignored 000000000000001-ab.json in the inbox: it cannot be read');
  expect(resumed.summary.tasks['a'], resumed.stderr).toMatchObject({ state: 'landed' });
});
