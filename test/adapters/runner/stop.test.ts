import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildPrograms, END, ended, exists, lives, printed, sandbox, says, START, untilFile, type Programs, type Sandbox } from './support.js';

let programs: Programs;
let box: Sandbox;
beforeAll(async () => (programs = await buildPrograms()));
afterAll(() => rm(programs.folder, { recursive: true }));
beforeEach(async () => (box = await sandbox(programs)));
afterEach(() => box.clean());

/** A grandchild with a session of its own that ignores what can be ignored, and whose parent is gone. */
const STUBBORN = `
  const { spawn } = require('node:child_process');
  const deaf = "for (const s of ['SIGINT','SIGTERM','SIGHUP']) process.on(s, () => {}); require('node:fs').writeFileSync('deaf', String(process.pid)); setTimeout(() => {}, 1e8)";
  const middle = "require('node:child_process').spawn(process.execPath, ['-e', " + JSON.stringify(deaf) + "], { detached: true, stdio: 'ignore' }).unref()";
  spawn(process.execPath, ['-e', middle], { stdio: 'ignore' });
`;
const STAYS = 'setTimeout(() => {}, 1e8);';

async function deafPid(): Promise<number> {
  return Number(await untilFile(join(box.cwd, 'deaf'), (text) => text !== ''));
}

test('stop ends the whole tree, also a deaf grandchild with its own session', async () => {
  const attempt = await box.runners().start(await box.spec(says([START], STUBBORN + STAYS)), {});
  const pid = await deafPid();
  expect(await lives(pid)).toBe(true);
  await attempt.stop();
  expect(await lives(pid)).toBe(false);
  const end = await attempt.ended;
  expect(end).toMatchObject({ kind: 'exit', record: { ended: 'stopped', outcome: { ok: false, reason: 'stopped', session: 's1' } } });
});

test('the scripted agent hangs until SIGKILL, and stop gets there', async () => {
  const spec = await box.spec('');
  const { scriptedAdapter } = await import('../../../src/adapters/agents/scripted.js');
  const adapter = scriptedAdapter({ node: process.execPath, program: programs.scripted });
  const { files, ...command } = adapter.command({
    role: 'executor', attempt: 1, cwd: box.cwd, folder: box.folder, commonDir: box.cwd, prompt: '', newSession: 's', permissions: 'edit',
    script: [{ write: { path: 'a', text: 'kept' } }, { hang: true }],
  });
  const attempt = await box.runners().start({ ...spec, command }, files ?? {});
  // The edit is told after the file is there, in the turn in which the next step begins.
  await untilFile(join(box.folder, 'activity.jsonl'), (text) => text.includes('"edit"'));
  await attempt.stop();
  const end = await attempt.ended;
  expect(end).toMatchObject({ kind: 'exit', record: { ended: 'stopped', signal: 'SIGKILL' } });
  expect(await readFile(join(box.cwd, 'a'), 'utf8')).toBe('kept');
});

test('what a CLI leaves running when it ends by itself is ended too, before the exit record', async () => {
  const program = says([START, END], `${STUBBORN} require('node:fs').watch('.', (_, name) => name === 'deaf' && process.exit(0));`);
  const attempt = await box.runners().start(await box.spec(program), {});
  const pid = await deafPid();
  expect(await attempt.ended).toMatchObject({ kind: 'exit', record: { ended: 'exited', exitCode: 0, outcome: { ok: true } } });
  expect(await lives(pid)).toBe(false);
});

test('Ctrl+C on the runner is a stop', async () => {
  await box.put(await box.spec(says([START, { type: 'say', text: 'here' }], STAYS)));
  const runner = box.start();
  const output = printed(runner);
  await untilFile(join(box.folder, 'transcript.txt'), (text) => text.includes('here'));
  runner.kill('SIGINT');
  expect(await ended(runner)).toEqual({ code: 0, signal: null });
  expect(await box.exit()).toMatchObject({ ended: 'stopped', outcome: { reason: 'stopped' } });
  expect(output.text).toContain('■ Stopped after');
});

test('SIGHUP and a lost terminal do not stop the agent', async () => {
  const program = says(
    [START, { type: 'say', text: 'first' }],
    `const fs = require('node:fs');
     const done = () => { if (!fs.existsSync('go')) return; for (let i = 0; i < 2000; i++) console.log(JSON.stringify({ type: 'say', text: 'line ' + i + ' ' + 'x'.repeat(200) })); console.log('${JSON.stringify(END)}'); watcher.close(); };
     const watcher = fs.watch('.', done); done();`,
  );
  await box.put(await box.spec(program));
  const runner = box.start();
  await untilFile(join(box.folder, 'transcript.txt'), (text) => text.includes('first'));
  runner.stdout?.destroy();
  runner.stderr?.destroy();
  runner.kill('SIGHUP');
  await writeFile(join(box.cwd, 'go'), '');
  expect(await ended(runner)).toEqual({ code: 0, signal: null });
  expect(await box.exit()).toMatchObject({ ended: 'exited', outcome: { ok: true } });
  expect(await box.read('transcript.txt')).toContain('line 1999');
});

test('a killed runner: the attempt is lost, and its agent is ended with everything it started', async () => {
  const attempt = await box.runners().start(await box.spec(says([START], STUBBORN + STAYS)), {});
  const pid = await deafPid();
  const agent = JSON.parse(await untilFile(join(box.folder, 'agent.json'), (text) => text !== '')) as { pid: number };
  const { socket } = await box.claim();
  process.kill(attempt.pid, 'SIGKILL');
  expect(await attempt.ended).toEqual({ kind: 'lost' });
  expect(await lives(pid)).toBe(false);
  expect(await lives(agent.pid)).toBe(false);
  expect(await exists(socket)).toBe(false);
});

test('a suspended runner does not hear the stop; it is ended over its head', async () => {
  const attempt = await box.runners(undefined, { stopMs: 50 }).start(await box.spec(says([START], STAYS)), {});
  process.kill(attempt.pid, 'SIGSTOP');
  await attempt.stop();
  expect(await attempt.ended).toEqual({ kind: 'lost' });
  expect(await lives(attempt.pid)).toBe(false);
});
