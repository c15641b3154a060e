import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildPrograms, END, ended, printed, sandbox, says, START, type Programs, type Sandbox } from './support.js';

let programs: Programs;
let box: Sandbox;
beforeAll(async () => (programs = await buildPrograms()));
afterAll(() => rm(programs.folder, { recursive: true }));
beforeEach(async () => (box = await sandbox(programs)));
afterEach(() => box.clean());

test('a flood of output is recorded completely and in order', async () => {
  const program = `
    let text = JSON.stringify({ type: 'start', session: 's1' }) + '\\n';
    for (let i = 0; i < 20000; i++) text += JSON.stringify({ type: 'say', text: 'message ' + i }) + '\\n';
    process.stdout.write(text + JSON.stringify({ type: 'end', ok: true }) + '\\n');`;
  const attempt = await box.runners().start(await box.spec(program), {});
  expect(await attempt.ended).toMatchObject({ kind: 'exit', record: { outcome: { ok: true } } });
  const activity = await box.activity();
  expect(activity).toHaveLength(20_001);
  expect(activity.every(({ seq }, index) => seq === index + 1)).toBe(true);
  expect(activity.at(-1)).toMatchObject({ type: 'message', text: 'message 19999' });
});

test('escape sequences of an agent reach neither the terminal nor the transcript', async () => {
  const evil = 'a\x1b]0;owned\x07b\x1b[2Jc\x1b]52;c;ZXZpbA==\x1b\\d\x9b31me\x1bPq#0\x1b\\f\u202eg\x08h';
  await box.put(await box.spec(says([START, { type: 'say', text: evil }, { type: 'tool', id: '1', name: 'x', title: evil }, { type: 'tool-result', id: '1', ok: false, text: evil }, END])));
  const runner = box.start();
  const output = printed(runner);
  await ended(runner);
  const transcript = await box.read('transcript.txt');
  for (const text of [output.text, transcript]) {
    expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    expect(text).toContain('abcdefgh');
    expect(text).not.toContain('owned');
  }
});

test('a CLI that is not there ends as not started, with advice', async () => {
  const spec = await box.spec('');
  const attempt = await box.runners().start({ ...spec, command: { ...spec.command, file: 'no-such-cli-anywhere' } }, {});
  expect(await attempt.ended).toMatchObject({
    kind: 'exit',
    record: { ended: 'not-started', exitCode: null, outcome: { ok: false, reason: 'missing-cli', message: expect.stringContaining('was not found') as string } },
  });
});

test('a missing worktree is told apart from a missing CLI', async () => {
  const spec = await box.spec('', { cwd: join(box.root, 'gone') });
  const attempt = await box.runners().start(spec, {});
  expect(await attempt.ended).toMatchObject({ kind: 'exit', record: { ended: 'not-started', outcome: { message: expect.stringContaining('is not there') as string } } });
});

test('an attempt that cannot be recorded does not run', async () => {
  await mkdir(join(box.folder, 'activity.jsonl'), { recursive: true });
  const attempt = await box.runners().start(await box.spec('setTimeout(() => {}, 1e8)'), {});
  expect(await attempt.ended).toMatchObject({ kind: 'exit', record: { ended: 'not-started', outcome: { ok: false, message: expect.stringContaining('EISDIR') as string } } });
});

test('an agent nobody can read does not run', async () => {
  const attempt = await box.runners().start(await box.spec('setTimeout(() => {}, 1e8)', { agent: 'unknown' as 'claude' }), {});
  expect(await attempt.ended).toMatchObject({ kind: 'exit', record: { ended: 'not-started', outcome: { message: expect.stringContaining('no parser') as string } } });
});

test('a crash keeps what standard error said', async () => {
  const attempt = await box.runners().start(await box.spec(says([START], 'console.error("it broke"); process.exit(3);')), {});
  expect(await attempt.ended).toMatchObject({ kind: 'exit', record: { ended: 'exited', exitCode: 3, outcome: { ok: false, reason: 'crashed', message: expect.stringContaining('it broke') as string } } });
  expect(await box.read('stderr.txt')).toBe('it broke\n');
});

test('the agent gets its input, the allowed variables and its marks, and nothing else', async () => {
  const program = `
    const fs = require('node:fs');
    fs.writeFileSync('seen.json', JSON.stringify({ env: process.env, stdin: fs.readFileSync(0, 'utf8'), cwd: process.cwd() }));
    console.log('${JSON.stringify(START)}'); console.log('${JSON.stringify(END)}');`;
  const spec = await box.spec(program);
  const command = { ...spec.command, stdin: 'the prompt\n', setEnv: { FIXED: '1' } };
  const attempt = await box.runners().start({ ...spec, command, attempt: 2 }, {});
  await attempt.ended;
  const seen = JSON.parse(await readFile(join(box.cwd, 'seen.json'), 'utf8')) as { env: Record<string, string>; stdin: string; cwd: string };
  expect(seen.stdin).toBe('the prompt\n');
  expect(seen.cwd).toBe(box.cwd);
  const { PATH: _path, __CF_USER_TEXT_ENCODING: _mac, ...env } = seen.env;
  expect(env).toEqual({ HOME: box.root, TMPDIR: box.root, FIXED: '1', SWITCHYARD_NONCE: spec.nonce, SWITCHYARD_RUN: 'r1', SWITCHYARD_TASK: 'db', SWITCHYARD_ATTEMPT: '2' });
});

test('an agent without input finds its standard input closed', async () => {
  const program = says([START], `process.stdin.resume(); process.stdin.on('end', () => { console.log('${JSON.stringify(END)}'); });`);
  const attempt = await box.runners().start(await box.spec(program), {});
  expect(await attempt.ended).toMatchObject({ kind: 'exit', record: { outcome: { ok: true } } });
});
