/** `takeover` hands a terminal over to the agent's own CLI; without one it only prints the command. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CLI, planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
let env: Record<string, string>;
beforeEach(async () => {
  repo = await makeRepo({ 'src/a.js': '' });
  const bin = join(repo.folder, 'bin');
  await mkdir(bin);
  env = { PATH: `${bin}:${repo.env['PATH'] ?? ''}` };
  // Asked for work it changes nothing, so that the task needs a person; as its own CLI it says where it stands.
  await writeFile(
    join(bin, 'opencode'),
    `#!${process.execPath}
if (process.argv.includes('--version')) { console.log('1.18.33'); process.exit(0); }
if (process.argv[2] !== 'run') { console.log('CLI of ' + process.cwd() + ' on a terminal: ' + process.stdin.isTTY); process.exit(process.argv.includes('ses_1') ? 0 : 9); }
const say = (type, part) => console.log(JSON.stringify({ type, timestamp: 1, sessionID: 'ses_1', part: { sessionID: 'ses_1', ...part } }));
say('step_start', { type: 'step-start' });
say('text', { type: 'text', text: 'Nothing to do.' });
say('step_finish', { type: 'step-finish', reason: 'stop', cost: 0, tokens: { total: 30, input: 20, output: 10, reasoning: 0, cache: { read: 0, write: 0 } } });
`,
    { mode: 0o755 },
  );
  const { script: _, ...task } = scriptedTask('a', [], { owns: ['src/**'] });
  const ran = await switchyard(repo, ['run', await planFile(repo, planOf({ ...task, agent: 'opencode' })), '--yes'], env);
  expect(ran.code, ran.stderr).toBe(3);
});
afterEach(() => repo.cleanup());

/** The same command as a person types it, on a terminal of its own. */
async function onTerminal(...args: readonly string[]): Promise<{ readonly exitCode?: number; readonly stdout: string }> {
  const words = [process.execPath, CLI, ...args];
  const line = words.map((word) => `'${word}'`).join(' ');
  const file = process.platform === 'darwin' ? ['-q', '/dev/null', ...words] : ['-qec', line, '/dev/null'];
  return execa('script', file, { cwd: repo.root, env: { ...repo.env, ...env }, extendEnv: false, reject: false, stdin: 'ignore' });
}

test('without a terminal, and with --json, the command is printed and nothing is started', async () => {
  const printed = await switchyard(repo, ['takeover', 'a'], env);
  expect(printed.code, printed.stderr).toBe(0);
  expect(printed.stdout).toMatch(/^cd .*\.worktrees.*\n.*opencode.*ses_1/);
  expect(printed.stdout).not.toContain('CLI of');
  const json = await onTerminal('takeover', 'a', '--json');
  expect(json.exitCode).toBe(0);
  expect(json.stdout).toContain('"type":"task.takeover"');
  expect(json.stdout).not.toContain('CLI of');
});

test('on a terminal the agent’s CLI has it at once, in the worktree and on the task’s session', async () => {
  const taken = await onTerminal('takeover', 'a');
  expect(taken.stdout).toMatch(/CLI of .*\.worktrees\/r1\/a on a terminal: true/);
  expect(taken.exitCode).toBe(0);
});
