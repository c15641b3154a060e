/** A green that a file owes to what git ignores in its worktree is none: the landed tree would not pass. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScriptStep } from '../../src/core/plan.js';
import type { Engine } from '../support/engine.js';
import { openEngine } from '../support/engine.js';
import { planOf, scriptedTask } from '../support/switchyard.js';
import type { TempRepo } from '../support/tempRepo.js';
import { makeRepo } from '../support/tempRepo.js';

let repo: TempRepo;
let engine: Engine | undefined;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'x\n', '.gitignore': 'local.json\nnode_modules/\ndist/\n*.log\ngenerated/\nreport/\n' });
});
afterEach(async () => {
  await engine?.close();
  engine = undefined;
  await repo.cleanup();
});

const counted = (command: string): string => `echo run >> "$HOME/gates"; ${command}`;
const gates = async (): Promise<number> => (await readFile(join(repo.folder, 'home/gates'), 'utf8')).trim().split('\n').length;
const write = (path: string, text = 'x\n'): ScriptStep => ({ write: { path, text } });
const team = async (more: object): Promise<void> => {
  await repo.write('.switchyard/team.jsonc', JSON.stringify({ version: 1, ...more }));
  await repo.commit('Team');
};
const begin = async (): Promise<Engine> => (engine = await openEngine(repo));

test('a gate that passes only beside an ignored file of the agent is red, and the agent hears which file', async () => {
  const run = await begin();
  const gate = counted('test ! -f a/x.txt || test -f local.json || test -f a/default.json || { echo "Error: no settings"; exit 1; }; test -f README.md');
  await run.run(planOf(scriptedTask('a', { attempts: [[write('a/x.txt'), write('local.json')], [write('a/default.json')]] }, { gate: [gate] })));
  const task = run.task('a');
  expect(task.gates.map(({ verdict, note }) => [verdict, note])).toEqual([
    ['red', expect.stringContaining("passes in the task's worktree and fails in a clean checkout: git ignores local.json there, and what git ignores does not land.")],
    ['green', undefined],
  ]);
  expect(task.attempts[1]?.feedback).toMatch(/fails in a clean checkout: git ignores local\.json there[\s\S]*Error: no settings/);
  expect(await run.session.gateOutput('a', 1)).toContain('once more, in a clean checkout without what git ignores');
  expect(task.receipt?.tree).toBe(task.head?.tree);
  await run.approve('a');
  expect(run.task('a').state).toBe('landed');
});

test('out of retries the person reads the same', async () => {
  await team({ limits: { retries: 0 } });
  const run = await begin();
  await run.run(planOf(scriptedTask('a', [write('a/x.txt'), write('local.json')], { gate: ['test ! -f a/x.txt || test -f local.json'] })));
  expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'gate-failed', text: expect.stringContaining('git ignores local.json there') as string } });
  expect(run.task('a').receipt).toBeUndefined();
});

test('an ignored file that makes no difference costs one more run, and the green stands', async () => {
  const run = await begin();
  await run.run(planOf(scriptedTask('a', [write('a/x.txt'), write('local.json')], { gate: [counted('test -d a')] })));
  expect(run.task('a')).toMatchObject({ state: 'ready', reason: { text: 'Green on the merged result' } });
  expect(await gates()).toBe(2);
  expect(await repo.git('worktree', 'list')).not.toContain('.clean-a');
});

test.each([
  ['nothing', []],
  ['what tools keep', [write('node_modules/p/index.js'), write('a/debug.log'), write('a/node_modules/.cache/y')]],
])('beside %s nothing is run twice', async (_what, more) => {
  const run = await begin();
  await run.run(planOf(scriptedTask('a', [write('a/x.txt'), ...more], { gate: [counted('test -f a/x.txt')] })));
  expect(run.task('a').state).toBe('ready');
  expect(await gates()).toBe(1);
});

test('what the set-up or an earlier gate has made is no reason to run it again', async () => {
  await team({ setup: ['mkdir -p generated && echo made > generated/code.txt'], limits: { retries: 1 } });
  const run = await begin();
  const gate = counted('test -f generated/code.txt && mkdir -p report && echo x > report/$$.txt && test -f a/y.txt');
  await run.run(planOf(scriptedTask('a', { attempts: [[write('a/x.txt')], [write('a/y.txt')]] }, { gate: [gate] })));
  expect(run.task('a').state).toBe('ready');
  // Red, red again, on the base, and green: once.
  expect(await gates()).toBe(4);
});

test('a build that the gate makes itself is its own; one that it only finds is not', async () => {
  const run = await begin();
  const built = counted('mkdir -p dist && echo new > dist/main.js && test -f a/x.txt');
  const found = 'test ! -d b || test -f dist/main.js';
  await run.run(planOf(scriptedTask('a', [write('a/x.txt'), write('dist/main.js')], { gate: [built] }), scriptedTask('b', { attempts: [[write('b/x.txt'), write('dist/main.js')], [write('b/y.txt')], [write('b/z.txt')]] }, { gate: [found] })));
  expect(run.task('a').state).toBe('ready');
  expect(await gates()).toBe(1);
  expect(run.task('b')).toMatchObject({ state: 'needs-you', reason: { kind: 'gate-failed', text: expect.stringContaining('git ignores dist/main.js there') as string } });
});

test('where a clean checkout cannot run the gate at all it is unproven, and says what is missing', async () => {
  const run = await begin();
  await run.run(planOf(scriptedTask('a', [write('a/x.txt'), write('node_modules/p/index.js'), write('local.json')], { gate: ['test -f node_modules/p/index.js || { echo "Error: Cannot find module p"; exit 1; }'] })));
  expect(run.task('a')).toMatchObject({
    state: 'needs-you',
    reason: { kind: 'unproven', text: expect.stringMatching(/passes only beside local\.json, which git ignores .* fails in the same way in a clean checkout of main\. `setup` and `dependencies`/) as string },
  });
  await run.approve('a');
  expect(run.task('a').state).toBe('landed');
  expect(run.task('a').receipt?.unproven).toBe(true);
});

test('a build that no clean checkout can be asked about is named with the green', async () => {
  const run = await begin();
  await run.run(planOf(scriptedTask('a', [write('a/x.txt'), write('node_modules/p/index.js'), write('dist/main.js')], { gate: ['test -f node_modules/p/index.js || { echo "Error: Cannot find module p"; exit 1; }'] })));
  expect(run.task('a')).toMatchObject({ state: 'ready', reason: { text: expect.stringMatching(/^Green on the merged result; beside dist\/main\.js, which git ignores and which will not land: no clean checkout can run the gate/) as string } });
  expect(run.task('a').receipt).toBeDefined();
});

test('what passes only the second time, by what its first run left behind, is red; what is flaky by chance is not', async () => {
  await team({ limits: { retries: 0 } });
  const run = await begin();
  const leaves = 'test -d b || test ! -d a || test -f report/seen.txt || { mkdir -p report; echo x > report/seen.txt; echo "Error: no report"; exit 1; }';
  const chance = 'test -d a || test ! -d b || test -f "$HOME/once" || { touch "$HOME/once"; mkdir -p report; echo x > report/y.txt; echo "Error: bad luck"; exit 1; }';
  await run.run(planOf(scriptedTask('a', [write('a/x.txt')], { gate: [leaves] }), scriptedTask('b', [write('b/x.txt')], { gate: [chance] })));
  expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'gate-failed', text: expect.stringContaining('fails in a clean checkout: git ignores report/seen.txt there') as string } });
  expect(run.task('b')).toMatchObject({ state: 'ready', reason: { text: expect.stringContaining('flaky: red once, and passed when run again') as string } });
  expect(run.task('b').receipt?.commands[0]?.flaky).toBe(true);
});

test('where the set-up fails in a clean checkout it is unproven', async () => {
  await team({ setup: ['test ! -f a/x.txt'] });
  const run = await begin();
  await run.run(planOf(scriptedTask('a', [write('a/x.txt'), write('local.json')], { gate: ['true'] })));
  expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'unproven', text: expect.stringContaining('its set-up fails there (`test ! -f a/x.txt`)') as string } });
});

test('checkouts that only a gate uses have the dependency folders too: approved together, tasks land with one gate more', async () => {
  await team({ dependencies: [{ path: 'node_modules' }], limits: { gateParallel: 3 } });
  await repo.write('node_modules/p/index.js', 'module.exports = 1;\n');
  const run = await begin();
  const gate = [counted('test -f node_modules/p/index.js')];
  await run.run(planOf(...['a', 'b', 'c'].map((id) => scriptedTask(id, [write(`${id}/x.txt`)], { gate }))));
  await Promise.all(['a', 'b', 'c'].map((task) => run.session.wish({ type: 'approve', run: 'r1', task })));
  await run.session.rested();
  for (const id of ['a', 'b', 'c']) expect(run.task(id).state).toBe('landed');
  expect(await gates()).toBe(4);
});
