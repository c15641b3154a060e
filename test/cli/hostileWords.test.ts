/** Words of planners and agents on a person's terminal: what would move the cursor, change the title or hide text is taken out. */
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CLI, planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo, type TempRepo } from '../support/tempRepo.js';

const EVIL = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e';
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202e]/u;

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'a.txt': 'a\n' });
});
afterEach(() => repo.cleanup());

/** As a person types it, on a terminal of its own. */
async function onTerminal(...args: readonly string[]): Promise<string> {
  const words = [process.execPath, CLI, ...args];
  const file = process.platform === 'darwin' ? ['-q', '/dev/null', ...words] : ['-qec', words.map((word) => `'${word}'`).join(' '), '/dev/null'];
  const { stdout } = await execa('script', file, { cwd: repo.root, env: repo.env, extendEnv: false, reject: false, stdin: 'ignore' });
  return stdout;
}

test('a title, a reason and a diff are plain text there; a diff into a file is what git says', async () => {
  const plan = {
    ...planOf(
      scriptedTask('fails', [{ fail: { reason: 'refused', message: `I will not ${EVIL} do it` } }], { title: `Fails ${EVIL} here` }),
      scriptedTask('writes', [{ write: { path: 'writes/x.txt', text: `one ${EVIL} line\n` } }], { gate: [`printf '\\033]0;gate\\007wrong\\n'; exit 1`] }),
    ),
    goal: `A goal ${EVIL} of somebody`,
  };
  const ran = await switchyard(repo, ['run', await planFile(repo, plan), '--yes']);
  expect(ran.code).toBe(3);
  expect(ran.stderr).toContain('I will not');
  expect(ran.stderr).not.toMatch(CONTROLS);
  for (const args of [['status'], ['diff', 'writes'], ['bill'], ['receipts']]) {
    const shown = (await onTerminal(...args)).replace(/\r\n/g, '\n');
    expect(shown, args.join(' ')).not.toMatch(CONTROLS);
    expect(shown.length, args.join(' ')).toBeGreaterThan(10);
  }
  expect((await switchyard(repo, ['diff', 'writes'])).stdout).toContain(`+one ${EVIL} line`);
  expect((await switchyard(repo, ['check', await planFile(repo, { ...plan, tasks: [{ ...plan.tasks[0], id: `x${EVIL}` }] }, 'bad.json')])).stderr).not.toMatch(CONTROLS);
});
