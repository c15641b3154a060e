/** What a green means: receipts, fewer tests, flaky commands, time-outs, and tasks that change how they are judged. */
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTime } from '../../src/adapters/process.js';
import type { ScriptStep } from '../../src/core/plan.js';
import type { Engine } from '../support/engine.js';
import { openEngine } from '../support/engine.js';
import { planOf, scriptedTask } from '../support/switchyard.js';
import type { TempRepo } from '../support/tempRepo.js';
import { makeRepo } from '../support/tempRepo.js';

let repo: TempRepo;
let engine: Engine | undefined;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'x\n' });
});
afterEach(async () => {
  await engine?.close();
  engine = undefined;
  await repo.cleanup();
});

const node = `"${process.execPath}"`;
const counted = (command: string): string => `echo run >> "$HOME/gates"; ${command}`;
const gates = async (): Promise<number> => (await readFile(join(repo.folder, 'home/gates'), 'utf8')).trim().split('\n').length;
const write = (path: string, text: string): readonly ScriptStep[] => [{ write: { path, text } }];
const limits = (more: object): string => JSON.stringify({ version: 1, limits: more });
const tests = (...names: readonly string[]): string => `import test from 'node:test';\n${names.map((name) => `test('${name}', () => {});\n`).join('')}`;
const begin = async (options: Parameters<typeof openEngine>[1] = {}): Promise<Engine> => (engine = await openEngine(repo, options));

describe('receipts', () => {
  const bin = (): string => join(repo.folder, 'bin');
  const cargo = async (version: string): Promise<void> => {
    await repo.write(join(bin(), 'cargo'), `#!/bin/sh\nif [ "$1" = --version ]; then echo "cargo ${version} (x)"; else echo run >> "$HOME/gates"; fi\n`);
    await chmod(join(bin(), 'cargo'), 0o755);
  };
  const env = (): Record<string, string> => ({ PATH: `${bin()}:/usr/bin:/bin` });

  test('bind the tree, the lock files and the tools, and hold while these are the same, in the next session too', async () => {
    await cargo('1.2.3');
    await repo.write('web/package-lock.json', '{}\n');
    await repo.write('Cargo.lock', '[[package]]\n');
    await repo.commit('Locks');
    const first = await begin({ env: env() });
    await first.run(planOf(scriptedTask('a', write('a/x.txt', 'a'), { gate: ['cargo test'] })));
    const { receipt } = first.task('a');
    expect(receipt).toMatchObject({ lock: { files: ['Cargo.lock', 'web/package-lock.json'], hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string }, commands: [{ command: 'cargo test', exitCode: 0 }] });
    expect(receipt?.tools?.find((tool) => tool.name === 'cargo')).toMatchObject({ version: '1.2.3', path: join(bin(), 'cargo') });
    // Not on this PATH: said as unknown, not left out.
    expect(receipt?.tools?.find((tool) => tool.name === 'rustc')).toEqual({ name: 'rustc' });
    await first.close();
    const second = await begin({ env: env(), run: 'r1' });
    await second.approve('a');
    expect(second.task('a').state).toBe('landed');
    expect(await gates()).toBe(1);
    const state = second.session.current();
    expect(state?.receipts).toMatchObject([{ receipt: { id: receipt?.id }, tasks: ['a'], landings: [{ task: 'a', commit: second.task('a').landed?.commit }] }]);
    expect(await repo.git('log', '-1', '--format=%(trailers:key=Switchyard-Receipt,valueonly)', 'main')).toContain(receipt?.id);
  });

  test('of another tool version land nothing: the gate runs again, and says why', async () => {
    await cargo('1.2.3');
    const run = await begin({ env: env() });
    await run.run(planOf(scriptedTask('a', write('a/x.txt', 'a'), { gate: ['cargo test'] })));
    await cargo('1.3.0');
    await run.approve('a');
    expect(run.task('a').state).toBe('landed');
    expect(await gates()).toBe(2);
    expect((await run.events()).find((event) => event.type === 'receipt.outdated')).toMatchObject({ task: 'a', why: 'cargo is 1.3.0 now, and was 1.2.3 when the gate ran' });
    expect(run.session.current()?.receipts.at(-1)?.receipt.tools?.find((tool) => tool.name === 'cargo')?.version).toBe('1.3.0');
  });
});

describe('fewer tests than on the base', () => {
  const gate = counted(`${node} --test`);

  test('are unproven until a person accepts it; what landed is the next base and is not measured again', async () => {
    await repo.write('test/a.test.mjs', tests('one', 'two', 'three'));
    await repo.commit('Tests');
    const run = await begin();
    await run.run(planOf(scriptedTask('a', write('test/a.test.mjs', tests('one', 'two')), { owns: ['test/**'], gate: [gate] }), scriptedTask('b', write('test/b.test.mjs', tests('four')), { owns: ['test/**'], gate: [gate], dependsOn: ['a'] })));
    expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'unproven', text: expect.stringMatching(/ran 2 tests, and 3 on main: what the missing one proved is not proven/) as string } });
    expect(run.task('a').attempts).toHaveLength(1);
    expect(await gates()).toBe(2);
    await run.approve('a');
    expect(run.task('a').state).toBe('landed');
    expect(run.task('b')).toMatchObject({ state: 'ready', receipt: { commands: [{ tests: 3 }] } });
    expect(await gates()).toBe(3);
  });

  test('once accepted are not asked about again because the base has moved meanwhile', async () => {
    await repo.write('test/a.test.mjs', tests('one', 'two', 'three'));
    await repo.commit('Tests');
    const run = await begin();
    await run.run(planOf(scriptedTask('a', write('test/a.test.mjs', tests('one', 'two')), { owns: ['test/**'], gate: [gate] })));
    await repo.write('README.md', 'moved on\n');
    await repo.commit('Somebody else');
    await run.approve('a');
    expect(run.task('a').state).toBe('landed');
    expect(run.task('a').gates.map((each) => each.verdict)).toEqual(['unproven', 'unproven']);
    expect(run.session.current()?.receipts.at(-1)?.receipt).toMatchObject({ unproven: true, base: run.task('a').head?.base });
    expect(await repo.git('show', 'main:README.md')).toBe('moved on');
  });

  test('are not made up for by what a test prints', async () => {
    await repo.write('test/a.test.mjs', tests('one', 'two'));
    await repo.commit('Tests');
    const run = await begin();
    const pretends = "import test from 'node:test';\ntest('one', () => console.log('# tests 50\\n# pass 50\\nℹ tests 50\\nℹ pass 50'));\n";
    await run.run(planOf(scriptedTask('a', write('test/a.test.mjs', pretends), { owns: ['test/**'], gate: [`${node} --test`] })));
    expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'unproven', text: expect.stringContaining('ran 1 test, and 2 on main') as string } });
  });

  test('a skipped test counts as one that did not run', async () => {
    await repo.write('test/a.test.mjs', tests('one', 'two'));
    await repo.commit('Tests');
    const run = await begin();
    await run.run(planOf(scriptedTask('a', write('test/a.test.mjs', tests('one', 'two').replace("test('two'", "test.skip('two'")), { owns: ['test/**'], gate: [gate] })));
    expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'unproven' } });
  });

  test('a command that is no test runner costs no look at the base', async () => {
    const run = await begin();
    await run.run(planOf(scriptedTask('a', write('a/x.txt', 'a'), { gate: [counted('echo compiled')] })));
    expect(run.task('a').state).toBe('ready');
    expect(await gates()).toBe(1);
  });
});

describe('an exit code that lies', () => {
  const failing = "import test from 'node:test';\ntest('one', () => {});\ntest('two', () => { throw new Error('two is broken'); });\n";

  test.each([
    ['thrown away', `${node} --test || true`],
    ['lost in a pipe', `${node} --test | cat`],
    ['that of another command', `${node} --test; echo done`],
  ])('%s: what the runner itself says is believed, and it is not green', async (_how, command) => {
    const run = await begin();
    await run.run(planOf(scriptedTask('a', write('a/a.test.mjs', failing), { gate: [command] })));
    expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'unproven', text: expect.stringContaining('its own summary says that a test failed: nothing was proven.') as string } });
    expect(run.task('a').gates.at(-1)?.results).toMatchObject([{ exitCode: 0, tests: 2, failures: 1 }]);
    expect(run.task('a').receipt).toBeUndefined();
  });

  test('tests that are left running behind it prove nothing', async () => {
    await repo.write('test/a.test.mjs', tests('one'));
    await repo.write('package.json', JSON.stringify({ name: 'x', version: '1.0.0', scripts: { test: 'node --test' } }));
    await repo.commit('Tests');
    const run = await begin();
    await run.run(planOf(scriptedTask('a', write('package.json', JSON.stringify({ name: 'x', version: '1.0.0', scripts: { test: 'node --test & echo ok' } })), { owns: ['package.json'], gate: ['npm test'] })));
    expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'unproven', text: expect.stringMatching(/nothing that it printed tells that a test ran; on main it ran one/) as string } });
  });
});

describe('a red command is run once more', () => {
  test('and what then passes is green and flaky, with both outputs kept', async () => {
    const flaky = counted('if [ -f "$HOME/once" ]; then echo "all good"; else touch "$HOME/once"; echo "Error: too slow"; exit 1; fi');
    const run = await begin();
    await run.run(planOf(scriptedTask('a', write('a/x.txt', 'a'), { gate: ['echo built', flaky, 'echo last'] })));
    const task = run.task('a');
    expect(task).toMatchObject({ state: 'ready', reason: { text: expect.stringContaining('flaky: red once, and passed when run again') as string } });
    expect(task.attempts).toHaveLength(1);
    expect(task.gates).toMatchObject([{ verdict: 'green', results: [{ exitCode: 0 }, { exitCode: 0, tail: 'all good', earlier: { exitCode: 1, tail: 'Error: too slow' } }, { exitCode: 0, tail: 'last' }] }]);
    expect(task.receipt?.commands.map((command) => command.flaky)).toEqual([undefined, true, undefined]);
    const output = await run.session.gateOutput('a', 1);
    expect(output).toContain('Error: too slow');
    expect(output).toContain('once more, on the same clean tree');
    expect(output).toContain('all good');
    expect(await gates()).toBe(2);
  });

  test('but the same failure after the agent was shown it is not a flake, and costs no further run', async () => {
    const broken = counted('test ! -f a/x.txt || { echo "Error: x is bad"; exit 1; }');
    const run = await begin();
    await run.run(planOf(scriptedTask('a', { attempts: [write('a/x.txt', '1'), write('a/x.txt', '2'), write('a/x.txt', '3')] }, { gate: [broken] })));
    expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'gate-failed' } });
    expect(run.task('a').gates.map((gate) => gate.results.at(-1)?.earlier?.exitCode)).toEqual([1, undefined, undefined]);
    // Twice in the first attempt, once on the base, once in each later attempt.
    expect(await gates()).toBe(5);
  });

  test.each([
    ['the team does not want it', limits({ retries: 0, flakyRerun: false }), 'echo "Error: no"; exit 1'],
    ['the gate left files behind', limits({ retries: 0 }), 'echo x > left.txt; echo "Error: no"; exit 1'],
  ])('not where %s', async (_what, team, command) => {
    await repo.write('.switchyard/team.jsonc', team);
    await repo.commit('Team');
    const run = await begin();
    await run.run(planOf(scriptedTask('a', write('a/x.txt', 'a'), { gate: [counted(`test ! -f a/x.txt || { ${command}; }`)] })));
    expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'gate-failed' } });
    expect(run.task('a').gates[0]?.results[0]?.earlier).toBeUndefined();
    expect(await gates()).toBe(2);
  });
});

test('a gate command that takes too long is ended with all it started, not run again, and said as a time-out', async () => {
  await repo.write('.switchyard/team.jsonc', limits({ retries: 0, gateMinutes: 0.05 }));
  await repo.commit('Team');
  const slow = `${node} -e "require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e8)'], { detached: true, stdio: 'ignore' }).unref(); console.log('Error: waiting for the server'); require('fs').appendFileSync(process.env.HOME + '/pids', process.pid + '\\n'); setTimeout(() => {}, 1e8)"`;
  const run = await begin();
  await run.run(planOf(scriptedTask('a', write('a/x.txt', 'a'), { gate: [`test ! -f a/x.txt || ${slow}`] })));
  expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'gate-failed', text: expect.stringMatching(/took longer than its \d s and was stopped/) as string } });
  expect(run.task('a').gates[0]?.results).toMatchObject([{ timedOut: true, exitCode: null, tail: expect.stringContaining('Error: waiting for the server') as string }]);
  const pids = (await readFile(join(repo.folder, 'home/pids'), 'utf8')).trim().split('\n');
  expect(pids).toHaveLength(1);
  for (const pid of pids) expect(await startTime(Number(pid))).toBeUndefined();
});

describe('a task that changes how it is judged', () => {
  const packageJson = (test: string): string => `${JSON.stringify({ name: 'x', version: '1.0.0', scripts: { test, start: 'node .' } }, null, 2)}\n`;
  beforeEach(async () => {
    await repo.write('package.json', packageJson('node --test'));
    await repo.write('a/a.test.mjs', tests('one'));
    await repo.commit('Package');
  });

  test.each(['package.json', '.npmrc', 'vitest.config.ts', 'b/a.test.mjs'])('outside what it owns is caught: %s', async (path) => {
    const change = write(path, 'script-shell=/bin/true\n');
    const run = await begin();
    await run.run(planOf(scriptedTask('a', { attempts: [change, []] }, { gate: ['npm test'] })));
    expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'boundary', paths: [path] } });
    expect(run.task('a').gates).toEqual([]);
  });

  test('also where git is told not to look', async () => {
    const run = await begin();
    await run.run(
      planOf(scriptedTask('a', { attempts: [[...write('a/x.txt', 'a'), ...write('package.json', packageJson('true')), { run: ['git', 'update-index', '--skip-worktree', 'package.json'] }], []] }, { gate: ['npm test'] })),
    );
    expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'boundary', paths: ['package.json'] } });
  });

  test('and owns that is told to the reviewer', async () => {
    const run = await begin();
    await run.run(planOf(scriptedTask('a', write('package.json', packageJson('node --test a')), { owns: ['package.json'], gate: ['npm test'] })));
    expect(run.task('a')).toMatchObject({ state: 'ready', reason: { text: 'Green on the merged result; it changes how it is judged: package.json scripts.test' } });
    expect(run.task('a').gates[0]?.changesJudge).toEqual(['package.json scripts.test']);
  });

  test.each(['node --test --test-name-pattern=nothing', 'echo all tests passed', 'true', "echo '0 tests'"])('and weakens its tests away is not green: %s', async (script) => {
    const run = await begin();
    await run.run(planOf(scriptedTask('a', write('package.json', packageJson(script)), { owns: ['package.json'], gate: ['npm test'] })));
    expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'unproven' } });
  });
});

test('counts that cannot be read are measured again', async () => {
  await repo.write('test/a.test.mjs', tests('one'));
  await repo.commit('Tests');
  await repo.write('.git/switchyard/test-counts.json', '{"v":1,"trees":[{"tree":7}, null');
  const run = await begin();
  await run.run(planOf(scriptedTask('a', write('test/b.test.mjs', tests('two')), { owns: ['test/**'], gate: [counted(`${node} --test`)] })));
  expect(run.task('a').state).toBe('ready');
  expect(await gates()).toBe(2);
});
