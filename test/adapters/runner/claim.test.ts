import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildPrograms, END, ended, lives, printed, sandbox, says, START, untilFile, type Programs, type Sandbox } from './support.js';

let programs: Programs;
let box: Sandbox;
beforeAll(async () => (programs = await buildPrograms()));
afterAll(() => rm(programs.folder, { recursive: true }));
beforeEach(async () => (box = await sandbox(programs)));
afterEach(() => box.clean());

/** Leaves a mark per start, waits for a file named `go`, then ends well. */
const WAITS = says(
  [START, { type: 'say', text: 'I am working' }],
  `const fs = require('node:fs');
   fs.appendFileSync('starts', process.pid + '\\n');
   const done = () => { if (fs.existsSync('go')) { console.log('${JSON.stringify(END)}'); process.exit(0); } };
   fs.watch('.', done); done();`,
);

async function go(): Promise<void> {
  await writeFile(join(box.cwd, 'go'), '');
}

test('of eight starters exactly one runs the agent, the others show the same transcript', async () => {
  await box.put(await box.spec(WAITS));
  const starters = Array.from({ length: 8 }, () => box.start());
  const outputs = starters.map(printed);
  await untilFile(join(box.cwd, 'starts'));
  await go();
  const ends = await Promise.all(starters.map(ended));
  expect(ends.map(({ code }) => code)).toEqual(Array(8).fill(0));
  const starts = await readFile(join(box.cwd, 'starts'), 'utf8');
  expect(starts.trim().split('\n')).toHaveLength(1);
  const claim = await box.claim();
  expect(starters.map(({ pid }) => pid)).toContain(claim.pid);
  for (const { text } of outputs) {
    expect(text).toContain('I am working');
    expect(text).toContain('✓ Finished');
  }
});

test('a view of a finished attempt prints the transcript, says how it ended and exits 0', async () => {
  await box.put(await box.spec(says([START, { type: 'say', text: 'all done' }, END])));
  await ended(box.start());
  const view = box.start();
  const output = printed(view);
  expect(await ended(view)).toEqual({ code: 0, signal: null });
  expect(output.text).toContain('all done');
  expect(output.text).toContain('✓ Finished');
  expect(output.text).not.toContain('Ctrl+C closes the view');
});

test('Ctrl+C in a view closes the view and leaves the agent alone', async () => {
  await box.put(await box.spec(WAITS));
  box.start();
  await untilFile(join(box.folder, 'transcript.txt'), (text) => text.includes('I am working'));
  const view = box.start();
  const output = printed(view);
  await new Promise<void>((resolve) => view.stdout?.on('data', () => output.text.includes('I am working') && resolve()));
  view.kill('SIGINT');
  expect(await ended(view)).toEqual({ code: 0, signal: null });
  expect(await lives((await box.claim()).pid)).toBe(true);
  await go();
  expect((await box.exit()).ended).toBe('exited');
});

test('a view of a runner that was killed says that the agent was interrupted', async () => {
  await box.put(await box.spec(WAITS));
  const runner = box.start();
  await untilFile(join(box.folder, 'transcript.txt'), (text) => text.includes('I am working'));
  const view = box.start();
  const output = printed(view);
  await new Promise<void>((resolve) => view.stdout?.on('data', () => output.text.includes('I am working') && resolve()));
  runner.kill('SIGKILL');
  expect(await ended(view)).toEqual({ code: 0, signal: null });
  expect(output.text).toContain('was interrupted');
});

test('a folder without a spec is refused in words, and nothing is made in it', async () => {
  const runner = box.start();
  const output = printed(runner);
  expect((await ended(runner)).code).toBe(1);
  expect(output.text).toContain('There is no spec.json');
});

test('the claim is private, complete and names the runner', async () => {
  await box.put(await box.spec(says([START, END], 'console.error(1)')));
  const runner = box.start();
  const text = await untilFile(join(box.folder, 'claim.json'));
  expect(JSON.parse(text)).toMatchObject({ v: 1, pid: runner.pid, socket: expect.stringContaining('sy-') as string });
  await ended(runner);
  const names = (await readdir(box.folder)).filter((name) => name !== 'spec.json' && name !== 'agent.json');
  expect(names).toEqual(['activity.jsonl', 'claim.json', 'exit.json', 'stderr.txt', 'stdout.jsonl', 'transcript.txt']);
  const modes = await Promise.all(names.map(async (name) => (await stat(join(box.folder, name))).mode & 0o777));
  expect(modes).toEqual(names.map(() => 0o600));
});
