import { execFile } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { scriptedAdapter, stepsFor } from '../../src/adapters/agents/scripted.js';
import type { AgentEvent, AgentOutcome } from '../../src/core/activity.js';
import type { Script } from '../../src/core/plan.js';
import type { StartRequest } from '../../src/core/ports.js';
import { buildPrograms, type Programs } from './runner/support.js';

let programs: Programs;
let root: string;
let cwd: string;
beforeAll(async () => (programs = await buildPrograms()));
afterAll(() => rm(programs.folder, { recursive: true }));
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scripted-'));
  cwd = join(root, 'tree');
  await mkdir(join(cwd, '.switchyard'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

interface Played {
  readonly events: readonly AgentEvent[];
  readonly outcome: AgentOutcome;
}

/** Runs the adapter's own command for real and reads it with the adapter's own parser. */
async function play(script: Script | undefined, more: Partial<StartRequest> = {}): Promise<Played> {
  const adapter = scriptedAdapter({ node: process.execPath, program: programs.scripted });
  const command = adapter.command({
    role: 'executor', attempt: 1, cwd, folder: root, commonDir: root, prompt: 'Do it.', newSession: 's-1', permissions: 'edit', ...(script !== undefined && { script }), ...more,
  });
  await Promise.all(Object.entries(command.files ?? {}).map(([name, text]) => writeFile(join(root, name), text)));
  const parser = adapter.parser();
  return new Promise((resolve) => {
    execFile(command.file, [...command.args], { cwd, env: { PATH: process.env['PATH'], ...command.setEnv } }, (error, stdout, stderr) => {
      const events = stdout.split('\n').flatMap((line) => parser.line(line));
      parser.stderr(stderr);
      const code = error === null ? 0 : Number(error.code);
      resolve({ events, outcome: parser.end({ code, signal: error?.signal ?? null }) });
    });
  });
}

test('files are really written, appended, renamed, deleted, linked and changed in mode', async () => {
  await writeFile(join(cwd, 'old'), 'x');
  const { events, outcome } = await play([
    { write: { path: 'src/a.txt', text: 'a' } },
    { append: { path: 'src/a.txt', text: 'b' } },
    { rename: { from: 'src/a.txt', to: 'lib/b.txt' } },
    { delete: { path: 'old' } },
    { symlink: { path: 'link', target: '../outside' } },
    { chmod: { path: 'lib/b.txt', mode: '755' } },
    { write: { path: '../outside.txt', text: 'escaped' } },
  ]);
  expect(outcome).toMatchObject({ ok: true, session: 's-1' });
  expect(await readFile(join(cwd, 'lib/b.txt'), 'utf8')).toBe('ab');
  expect((await stat(join(cwd, 'lib/b.txt'))).mode & 0o777).toBe(0o755);
  expect(await readlink(join(cwd, 'link'))).toBe('../outside');
  expect(await readFile(join(root, 'outside.txt'), 'utf8')).toBe('escaped');
  await expect(lstat(join(cwd, 'old'))).rejects.toThrow('ENOENT');
  expect(events.filter(({ type }) => type === 'edit')).toEqual([
    { type: 'edit', path: 'src/a.txt', change: 'added' },
    { type: 'edit', path: 'src/a.txt', change: 'modified' },
    { type: 'edit', path: 'lib/b.txt', change: 'added' },
    { type: 'edit', path: 'src/a.txt', change: 'deleted' },
    { type: 'edit', path: 'old', change: 'deleted' },
    { type: 'edit', path: 'link', change: 'added' },
    { type: 'edit', path: 'lib/b.txt', change: 'modified' },
    { type: 'edit', path: join(root, 'outside.txt'), change: 'added' },
  ]);
});

test('run is an argument vector in the worktree, and its output is shown, good or bad', async () => {
  const { events, outcome } = await play([
    { run: [process.execPath, '-p', 'process.cwd() + process.env.ELECTRON_RUN_AS_NODE'] },
    { run: [process.execPath, '-e', 'console.error("no good"); process.exit(4)', '$(touch x)'] },
    { run: ['no-such-program-anywhere'] },
    { say: 'done' },
  ]);
  const results = events.filter((event) => event.type === 'tool-result');
  expect(results.map(({ ok }) => ok)).toEqual([true, false, false]);
  expect(results[0]?.text).toContain(`treeundefined`);
  expect(results[1]?.text).toBe('no good\nexit code 4');
  expect(results[2]?.text).toContain('ENOENT');
  expect(outcome).toMatchObject({ ok: true, text: 'done' });
});

test('usage adds up by model', async () => {
  const { outcome, events } = await play([
    { usage: { model: 'm', inputTokens: 100, cachedInputTokens: 80, outputTokens: 20 } },
    { usage: { model: 'm', inputTokens: 10, outputTokens: 2 } },
    { usage: { model: 'n', inputTokens: 1, outputTokens: 1 } },
  ]);
  expect(outcome.usage).toEqual([
    { model: 'm', inputTokens: 110, cachedInputTokens: 80, cacheWriteTokens: 0, outputTokens: 22 },
    { model: 'n', inputTokens: 1, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 1 },
  ]);
  expect(events.filter(({ type }) => type === 'usage')).toHaveLength(3);
});

test('exit ends at once: badly as a crash, with 0 well', async () => {
  expect((await play([{ exit: 5 }, { write: { path: 'never', text: '' } }])).outcome).toMatchObject({ ok: false, reason: 'crashed', message: expect.stringContaining('exit code 5') as string });
  expect((await play([{ exit: 0 }, { write: { path: 'never', text: '' } }])).outcome.ok).toBe(true);
  await expect(lstat(join(cwd, 'never'))).rejects.toThrow('ENOENT');
});

test('a step that cannot be done ends the attempt with what went wrong', async () => {
  const { outcome } = await play([{ delete: { path: 'not-there' } }]);
  expect(outcome).toMatchObject({ ok: false, reason: 'crashed', message: expect.stringContaining('not-there') as string });
});

test('each attempt has its own list, the last one repeats', () => {
  const script = { attempts: [[{ say: '1' }], [{ say: '2' }]] };
  expect([1, 2, 3].map((attempt) => stepsFor(script, attempt))).toEqual([[{ say: '1' }], [{ say: '2' }], [{ say: '2' }]]);
  expect(stepsFor([{ say: 'x' }], 7)).toEqual([{ say: 'x' }]);
  expect(stepsFor({ attempts: [] }, 1)).toEqual([]);
  expect(stepsFor(undefined, 1)).toBeUndefined();
});

test('a retry says what it was told, in the same session', async () => {
  const { events, outcome } = await play([{ say: 'again' }], { attempt: 2, resume: 's-0', prompt: 'The test failed.' });
  expect(outcome.session).toBe('s-0');
  expect(events).toContainEqual({ type: 'message', text: 'I was told:\nThe test failed.' });
});

test('without a script it says so and ends well without a change', async () => {
  const { events, outcome } = await play(undefined);
  expect(outcome.ok).toBe(true);
  expect(events.some((event) => event.type === 'message' && event.text.includes('no script'))).toBe(true);
});

const PLAN = { version: 1, goal: 'Add  a feed', tasks: [] };
const record = (value: object): Promise<void> => writeFile(join(cwd, '.switchyard', 'scripted-plans.json'), JSON.stringify(value));

test('as a planner it answers the plan recorded for the goal, after its usage', async () => {
  const usage = [{ usage: { model: 'm', inputTokens: 5, outputTokens: 1 } }];
  await record({ plans: [{ ...PLAN, goal: 'other' }, { ...PLAN, usage }], replans: [{ ...PLAN, note: 'again' }] });
  const planned = await play(undefined, { role: 'planner', goal: ' Add a\n feed ' });
  expect(planned.outcome).toMatchObject({ ok: true, usage: [{ inputTokens: 5 }] });
  expect(planned.outcome.answer).toEqual(PLAN);
  const replanned = await play(undefined, { role: 'planner', goal: 'replan:Add a feed' });
  expect(replanned.outcome.answer).toEqual({ ...PLAN, note: 'again' });
});

test('a goal without a recorded plan is refused with advice', async () => {
  const nothing = await play(undefined, { role: 'planner', goal: 'Add a feed' });
  expect(nothing.outcome).toMatchObject({ ok: false, reason: 'refused', message: expect.stringContaining('team.jsonc') as string });
  await record({ plans: [] });
  const unknown = await play(undefined, { role: 'planner', goal: 'Add a feed' });
  expect(unknown.outcome).toMatchObject({ ok: false, reason: 'refused', message: expect.stringContaining('"Add a feed"') as string });
  await writeFile(join(cwd, '.switchyard', 'scripted-plans.json'), '{');
  const damaged = await play(undefined, { role: 'planner', goal: 'Add a feed' });
  expect(damaged.outcome).toMatchObject({ ok: false, reason: 'refused', message: expect.stringContaining('could not be read') as string });
});

test('the parser takes any input', () => {
  const parser = scriptedAdapter({ node: 'node', program: 'x' }).parser();
  for (const line of ['', 'null', '[]', '{"type":5}', '{"type":"later"}', 'Error: x', '{']) expect(parser.line(line)).toEqual([]);
  expect(parser.end({ code: null, signal: 'SIGSEGV' })).toMatchObject({ ok: false, reason: 'crashed', message: 'The scripted agent ended with SIGSEGV.' });
});
