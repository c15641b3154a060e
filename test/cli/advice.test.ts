/** What the headless command tells a newcomer: help, plain refusals, and after exit 3 the very command that moves a task on. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'src/a.txt': 'a\n', 'gate.sh': 'echo error: the base is broken\nexit 1\n' });
});
afterEach(() => repo.cleanup());

const write = (path: string, text = `${path}\n`) => ({ write: { path, text } });

/** The commands under "Next:", split into arguments as a shell would (no quoting is needed here). */
function advice(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/^ {2}switchyard ([^#\n]*?)\s*(?:#.*)?$/gm)].map((match) => (match[1] ?? '').split(' '));
}

async function follow(text: string, more: readonly string[] = []): Promise<Awaited<ReturnType<typeof switchyard>>> {
  const steps = advice(text);
  expect(steps.length).toBeGreaterThan(0);
  const results = [];
  for (const step of steps) results.push(await switchyard(repo, [...step, ...(step[0] === 'resume' ? more : [])]));
  return results.at(-1)!;
}

describe('the commands after exit 3 do what they say', () => {
  test('paths outside the contract are allowed by their names', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('in', [write('in/x.txt'), write('src/a.txt', 'changed\n')])));
    const stopped = await switchyard(repo, ['run', plan, '--yes']);
    expect(stopped.code).toBe(3);
    expect(stopped.stderr).toMatch(/switchyard allow in src\/a\.txt +#/);
    expect((await switchyard(repo, ['allow', 'in', 'src/b.txt'])).stderr).toMatch(/src\/b\.txt is none of the paths .* They are: src\/a\.txt/);
    await switchyard(repo, ['allow', 'in', 'src/a.txt']);
    const waits = await switchyard(repo, ['status']);
    expect(waits.stdout).toContain('wish waiting: allow in src/a.txt; run: switchyard resume r1');
    expect(waits.stdout).not.toContain('switchyard allow');
    expect((await switchyard(repo, ['status', '--json'])).lines[0]).toMatchObject({ wishes: [{ type: 'allow-paths', task: 'in', paths: ['src/a.txt'] }] });
    expect((await switchyard(repo, ['resume', '--yes'])).code).toBe(0);
    expect((await switchyard(repo, ['status', '--json'])).lines[0]).toMatchObject({ phase: 'done', wishes: [] });
  });

  test('a gate that the base fails too is run again when the base is repaired', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('a', [write('a/x.txt')], { gate: ['sh gate.sh'] })));
    const stopped = await switchyard(repo, ['run', plan, '--yes']);
    expect(stopped.code).toBe(3);
    expect(advice(stopped.stderr)).toEqual([['check-again', 'a'], ['resume', 'r1']]);
    await repo.write('gate.sh', 'exit 0\n');
    await repo.commit('The base is repaired');
    expect((await follow(stopped.stderr, ['--yes'])).code).toBe(0);
  });

  test.each([
    ['a green task', ['true'], /approve a +# merge it; look first: switchyard diff a/],
    ['an unproven one', [], /approve a +# merge it unproven; look first: switchyard diff a/],
  ])('a proposed plan and %s are approved', async (_what, gate, said) => {
    const plan = await planFile(repo, planOf(scriptedTask('a', [write('a/x.txt')], { gate })));
    const proposed = await switchyard(repo, ['run', plan]);
    expect(advice(proposed.stderr)).toEqual([['approve'], ['resume', 'r1']]);
    const rests = await follow(proposed.stderr);
    expect(rests.stderr).toMatch(said);
    expect(rests.stderr).not.toContain('needs-you');
    const approved = await switchyard(repo, ['approve', 'a']);
    expect(approved.stdout).toBe('approve a: recorded. Next: switchyard resume r1');
    expect((await switchyard(repo, ['resume'])).code).toBe(0);
  });

  test('a dropped task that others wait for is named', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('a', [{ say: 'nothing' }]), scriptedTask('b', [write('b/x.txt')], { dependsOn: ['a'] })));
    const stopped = await switchyard(repo, ['run', plan, '--yes']);
    expect(stopped.stderr).toMatch(/switchyard retry a --feedback "…"/);
    await switchyard(repo, ['drop', 'a']);
    const dropped = await switchyard(repo, ['resume', '--yes']);
    expect(dropped.code).toBe(3);
    expect(dropped.stderr).toMatch(/switchyard replan +# others wait for a, which was dropped; or bring it back: switchyard retry a/);
  });

  test('a budget is raised by the amount it names', async () => {
    const use = { usage: { model: 'claude-sonnet-4-5', inputTokens: 1_000_000, outputTokens: 10_000 } };
    const plan = await planFile(repo, planOf(scriptedTask('a', [write('a/x.txt'), use]), scriptedTask('b', [write('b/x.txt'), use], { dependsOn: ['a'] })));
    const stopped = await switchyard(repo, ['run', plan, '--yes', '--budget-usd', '4']);
    expect(stopped.code).toBe(4);
    expect(advice(stopped.stderr)).toEqual([['resume', 'r1', '--budget-usd', '8']]);
    expect((await follow(stopped.stderr, ['--yes'])).code).toBe(0);
  });

  test('from elsewhere, and about an older run, every command names both', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('a', [{ say: 'nothing' }])));
    await switchyard(repo, ['run', plan, '--yes']);
    await switchyard(repo, ['run', plan]);
    const elsewhere = join(repo.folder, 'elsewhere');
    await mkdir(elsewhere);
    const status = await switchyard({ root: elsewhere, env: repo.env }, ['status', 'r1', '--repo', '../repo']);
    expect(status.stdout).toContain('retry a --feedback "…" --run r1 --repo ../repo');
    expect(status.stdout).toContain('resume r1 --repo ../repo');
  });
});

describe('wishes that cannot be', () => {
  test.each([
    [['check-again', 'a'], /a is ready|there is nothing to check|has landed/],
    [['allow', 'a'], /has already landed/],
    [['retry', 'b'], /There is no task "b"/],
    [['discard'], /no proposed plan/],
    [['stop', 'a'], /has already landed/],
  ])('%j', async (args, said) => {
    await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', [write('a/x.txt')]))), '--yes']);
    const result = await switchyard(repo, args);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(said);
    expect((await switchyard(repo, ['status', '--json'])).lines[0]).toMatchObject({ wishes: [] });
  });

  test('a pause holds the run back until it goes on', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('a', [write('a/x.txt')])));
    await switchyard(repo, ['run', plan]);
    expect((await switchyard(repo, ['discard'])).code).toBe(0);
    expect((await switchyard(repo, ['status'])).stdout).toContain('wish waiting: discard the plan');
    expect((await switchyard(repo, ['resume', '--json'])).summary.state).toBe('stopped');
  });
});

describe('help and refusals are one thing each', () => {
  test('every command of the overview has its own help, with its exit codes and an example', async () => {
    const names = [...(await switchyard(repo, ['--help'])).stdout.matchAll(/^ {2}([a-z-]+) /gm)].map((match) => match[1] ?? '');
    expect(new Set(names).size).toBeGreaterThanOrEqual(24);
    for (const name of new Set(names)) {
      const help = await switchyard(repo, [name, '--help']);
      expect([name, help.code]).toEqual([name, 0]);
      expect(help.stdout).toMatch(new RegExp(`^switchyard ${name}[\\s\\S]*Options:[\\s\\S]*--repo DIR[\\s\\S]*Exit codes:\\n  0 [\\s\\S]*Example:\\n  .*switchyard ${name}`));
    }
  });

  test.each([
    [['frobnicate'], /^There is no command "frobnicate"\. The commands are: plan, check/],
    [['run', 'x.json', '--frob'], /^switchyard run has no option --frob\. It takes --yes, --max-parallel N/],
    [['status', '--yes'], /^switchyard status has no option --yes/],
    [['run'], /^Which plan\? switchyard run plan\.json/],
    [['retry'], /^Which task\? switchyard retry TASK/],
    [['retry', 'a', 'b'], /^"b" is one argument too many/],
    [['retry', 'a', '--feedback', '--json'], /^--feedback needs a value: --feedback TEXT/],
    [['check', 'plan.json', '--json=yes'], /^--json takes no value/],
    [['check', 'none.json'], /^Could not read the plan\. There is no file .*none\.json\.$/],
    [['check', '.'], /^Could not read the plan\. .* is a folder, not a file\.$/],
    [['plan', '--from', 'none.md'], /^Could not read the outline\. There is no file/],
    [['boundary', '--worktree', '.', '--base', 'main', '--contract', 'none.json'], /^Could not read the contract\. There is no file/],
    [['status', '--repo', '/no/such/folder'], /is not a folder\. Nothing was changed/],
  ])('%j', async (args, said) => {
    const result = await switchyard(repo, args);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(said);
    expect(result.stderr).not.toMatch(/ENOENT|EISDIR|at .*\.js/);
    expect(result.stderr.split('\n')).toHaveLength(1);
  });

  test('a check says every problem on a line of its own, and counts them', async () => {
    const file = await planFile(repo, { version: 2, goal: '', tasks: [{ id: 'Bad', titel: 'x', contract: { owns: ['../x'] }, dependsOn: ['ghost'] }] });
    const result = await switchyard(repo, ['check', file]);
    expect(result.code).toBe(2);
    expect(result.stderr.split('\n').map((line) => line.replace(file, 'FILE'))).toEqual([
      'problem (schema): version must be 1, not 2',
      'problem (schema): goal is empty',
      'problem (schema): Bad: title is missing',
      'problem (schema): Bad: titel is not known here',
      expect.stringMatching(/^problem \(bad-id\): "Bad" is not an id/),
      'problem (unknown-dependency): Bad depends on "ghost", which is no task of this plan',
      expect.stringMatching(/^problem \(bad-glob\): Bad: owns "\.\.\/x"/),
      expect.stringMatching(/^warning \(no-gate\): Bad has no gate/),
      'FILE cannot be run: 7 problems and 1 warning. Nothing was changed.',
    ]);
    const fine = await switchyard(repo, ['check', await planFile(repo, planOf(scriptedTask('a', [])))]);
    expect(fine.stdout).toBe('1. a');
    expect(fine.stderr).toMatch(/can be run: 1 task in 1 level\.$/);
  });

  test('a result that cannot be written says which folder is missing', async () => {
    const outline = await planFile(repo, '- [ ] a: A task (owns: a/**) (gate: true)\n', 'board.md');
    const result = await switchyard(repo, ['plan', '--from', outline, '--out', 'no/such/plan.json']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/there is no folder .*no\/such\./);
  });

  test('the bill’s columns are aligned', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('a-task-with-a-long-name', [write('a-task-with-a-long-name/x.txt'), { usage: { model: 'a-model-with-a-very-long-name-indeed', inputTokens: 123_456, cachedInputTokens: 99_999, outputTokens: 5 } }]), scriptedTask('b', [write('b/x.txt')])));
    await switchyard(repo, ['run', plan, '--yes']);
    const rows = (await switchyard(repo, ['bill'])).stdout.split('\n').filter((line) => line.endsWith(' out'));
    expect(rows.length).toBeGreaterThanOrEqual(4);
    expect(new Set(rows.map((line) => `${String(line.indexOf(' in '))} ${String(line.indexOf(' cached'))} ${String(line.length)}`)).size).toBe(1);
  });
});
