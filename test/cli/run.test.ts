/** The main job, headless, with real git and the scripted agent: from plan to landing. */
import { access, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'hello\n', 'src/a.txt': 'a\n' });
});
afterEach(() => repo.cleanup());

const write = (path: string, text = `${path}\n`) => ({ write: { path, text } });

describe('run --yes', () => {
  test('lands a DAG in order, leaves the checkout up to date and nothing behind', async () => {
    const plan = await planFile(
      repo,
      planOf(
        scriptedTask('db', [write('db/table.txt'), { usage: { model: 'claude-sonnet-4-5', inputTokens: 1000, cachedInputTokens: 800, outputTokens: 200 } }]),
        scriptedTask('api', [write('api/endpoint.txt')], { dependsOn: ['db'], gate: ['test -f db/table.txt'] }),
        scriptedTask('docs', [write('docs/page.md')]),
      ),
    );
    const result = await switchyard(repo, ['run', plan, '--yes', '--json']);
    expect(result.stderr).not.toContain('Internal error');
    expect(result.code).toBe(0);
    expect(result.summary).toMatchObject({ type: 'run.summary', run: 'r1', state: 'done', bill: { inputTokens: 1000, cachedInputTokens: 800, outputTokens: 200, unknownUsd: false } });
    expect(result.summary.bill.usd).toBeGreaterThan(0);
    for (const id of ['db', 'api', 'docs']) {
      expect(result.summary.tasks[id]).toMatchObject({ state: 'landed', attempts: 1 });
      expect(await repo.git('cat-file', '-t', result.summary.tasks[id]?.commit ?? '')).toBe('commit');
    }
    const moves = result.lines.filter((line) => line['type'] === 'task.state');
    expect(moves).toContainEqual(expect.objectContaining({ run: 'r1', task: 'db', from: 'working', to: 'checking' }));
    const at = (task: string, to: string) => result.lines.findIndex((line) => line['type'] === 'task.state' && line['task'] === task && line['to'] === to);
    expect(at('api', 'setting-up')).toBeGreaterThan(at('db', 'landed'));

    expect(await repo.git('status', '--porcelain')).toBe('');
    expect(await readFile(join(repo.root, 'api/endpoint.txt'), 'utf8')).toBe('api/endpoint.txt\n');
    expect(await repo.git('branch', '--list', 'switchyard/*')).toBe('');
    expect((await repo.git('worktree', 'list')).split('\n')).toHaveLength(1);
    expect(await readdir(`${repo.root}.worktrees/r1`).catch(() => [])).toEqual([]);
    const log = await repo.git('log', '--first-parent', '--format=%s%n%(trailers:key=Switchyard-Task,valueonly)', 'main');
    expect(log).toContain('Task api\napi');
  });

  test('every tip of the base holds exactly the tree that its receipt names', async () => {
    const plan = await planFile(repo, planOf(...['a', 'b', 'c', 'd'].map((id) => scriptedTask(id, [write(`${id}/x.txt`)]))));
    const result = await switchyard(repo, ['run', plan, '--yes', '--json']);
    expect(result.code).toBe(0);
    const receipts = new Map(result.lines.filter((line) => line['type'] === 'gate.finished').map((line) => [(line['receipt'] as { id: string }).id, line['receipt'] as { tree: string; base: string }]));
    const tips = (await repo.git('log', '--first-parent', '--format=%H', 'main')).split('\n').slice(0, -1);
    expect(tips).toHaveLength(4);
    for (const tip of tips) {
      const id = await repo.git('log', '-1', '--format=%(trailers:key=Switchyard-Receipt,valueonly)', tip);
      expect(await repo.git('rev-parse', `${tip}^{tree}`)).toBe(receipts.get(id.trim())?.tree);
      expect(await repo.git('rev-parse', `${tip}^1`)).toBe(receipts.get(id.trim())?.base);
    }
  });

  test('a red gate goes back to the agent with its output, and the second attempt lands', async () => {
    const plan = await planFile(
      repo,
      planOf(scriptedTask('fix', { attempts: [[write('fix/value.txt', 'wrong')], [write('fix/value.txt', 'right')]] }, { gate: ['echo "assertion failed: not right"; grep -q right fix/value.txt'] })),
    );
    const result = await switchyard(repo, ['run', plan, '--yes', '--json']);
    expect(result.code).toBe(0);
    expect(result.summary.tasks['fix']).toMatchObject({ state: 'landed', attempts: 2 });
    const feedback = result.lines.find((line) => line['type'] === 'feedback.given');
    expect(feedback?.['feedback']).toContain('assertion failed: not right');
  });

  test('after two retries it needs you, and nothing has landed', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('bad', [write('bad/x.txt')], { gate: ['exit 7'] })));
    const before = await repo.git('rev-parse', 'main');
    const result = await switchyard(repo, ['run', plan, '--yes', '--json']);
    expect(result.code).toBe(3);
    expect(result.summary).toMatchObject({ state: 'needs-you', tasks: { bad: { state: 'needs-you', attempts: 3, why: { kind: 'gate-failed' } } } });
    expect(result.summary.tasks['bad']?.why?.text).toContain('exit code 7');
    expect(await repo.git('rev-parse', 'main')).toBe(before);
    expect(result.stderr).toContain('switchyard retry bad');
  });

  test('work outside the contract is fed back once, then needs you; allowed paths are named', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('in', [write('in/x.txt'), write('src/a.txt', 'changed\n')])));
    const result = await switchyard(repo, ['run', plan, '--yes', '--json']);
    expect(result.code).toBe(3);
    expect(result.summary.tasks['in']).toMatchObject({ state: 'needs-you', attempts: 2, why: { kind: 'boundary', paths: ['src/a.txt'] } });
  });

  test('an agent that changed nothing is not landed', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('idle', [{ say: 'I am done' }])));
    const result = await switchyard(repo, ['run', plan, '--yes', '--json']);
    expect(result.code).toBe(3);
    expect(result.summary.tasks['idle']).toMatchObject({ state: 'needs-you', why: { kind: 'nothing-changed' } });
  });

  test('a task without a gate is unproven and waits for a person', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('free', [write('free/x.txt')], { gate: [] })));
    const result = await switchyard(repo, ['run', plan, '--yes', '--json']);
    expect(result.code).toBe(3);
    expect(result.summary.tasks['free']).toMatchObject({ state: 'needs-you', why: { kind: 'unproven' } });
  });

  test('tasks that own the same files land one after the other', async () => {
    const plan = await planFile(
      repo,
      planOf(
        scriptedTask('one', [{ append: { path: 'shared.txt', text: 'one\n' } }], { owns: ['shared.txt'] }),
        scriptedTask('two', [{ append: { path: 'shared.txt', text: 'two\n' } }], { owns: ['shared.txt'] }),
      ),
    );
    const result = await switchyard(repo, ['run', plan, '--yes', '--json']);
    expect(result.code).toBe(0);
    expect(await readFile(join(repo.root, 'shared.txt'), 'utf8')).toBe('one\ntwo\n');
  });

  test('a budget stops it with exit 4 and says what is left', async () => {
    const use = { usage: { model: 'claude-sonnet-4-5', inputTokens: 1_000_000, outputTokens: 10_000 } };
    const plan = await planFile(repo, planOf(scriptedTask('a', [write('a/x.txt'), use]), scriptedTask('b', [write('b/x.txt'), use], { dependsOn: ['a'] })));
    const result = await switchyard(repo, ['run', plan, '--yes', '--json', '--budget-usd', '4']);
    expect(result.code).toBe(4);
    expect(result.summary.tasks).toMatchObject({ a: { state: 'landed' }, b: { state: 'waiting', why: { kind: 'budget' } } });
    const more = await switchyard(repo, ['resume', '--yes', '--json', '--budget-usd', '20']);
    expect(more.code).toBe(0);
    expect(more.summary.tasks['b']).toMatchObject({ state: 'landed' });
  });

  test('agents that start together share the budget; what goes beyond it is said', async () => {
    const use = { usage: { model: 'claude-sonnet-4-5', inputTokens: 1_000_000, outputTokens: 10_000 } };
    const plan = await planFile(repo, planOf(...['a', 'b', 'c'].map((id) => scriptedTask(id, [write(`${id}/x.txt`), use]))));
    const result = await switchyard(repo, ['run', plan, '--yes', '--json', '--budget-usd', '4', '--max-parallel', '2']);
    expect(result.code).toBe(4);
    // Which of the two is announced first, their worktrees decide.
    expect(Object.fromEntries(result.lines.filter((line) => line['type'] === 'attempt.starting').map((line) => [line['task'], line['budgetUsd']]))).toEqual({ a: 2, b: 2 });
    expect(result.summary.tasks).toMatchObject({ a: { state: 'landed' }, b: { state: 'landed' }, c: { state: 'waiting', attempts: 0, why: { kind: 'budget' } } });
    // The scripted agent has no limit of its own and tells what it used when it is done.
    expect(result.summary.bill).toMatchObject({ budgetUsd: 4 });
    expect(result.summary.bill.overshootUsd).toBeCloseTo(2.3);
    for (const text of [result.stderr, (await switchyard(repo, ['status'])).stdout, (await switchyard(repo, ['bill'])).stdout]) expect(text).toContain('$2.30 beyond the budget of $4.00: some CLIs tell what they used only at their end.');
  });
});

describe('a person decides', () => {
  test('what they say when they approve or drop stays with the task', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('db', [write('db/x.txt')]), scriptedTask('docs', [write('docs/x.txt')])));
    await switchyard(repo, ['run', plan]);
    const refused = await switchyard(repo, ['approve', '--feedback', 'fine']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--feedback is kept with a task');
    await switchyard(repo, ['approve']);
    await switchyard(repo, ['resume']);
    expect((await switchyard(repo, ['approve', 'db', '--feedback', 'good names'])).code).toBe(0);
    expect((await switchyard(repo, ['drop', 'docs', '--feedback', 'not needed\nnow'])).code).toBe(0);
    const result = await switchyard(repo, ['resume', '--json']);
    expect(result.code).toBe(0);
    expect(result.summary.tasks).toMatchObject({ db: { state: 'landed', note: 'good names' }, docs: { state: 'dropped', note: 'not needed\nnow' } });
    expect((await switchyard(repo, ['status'])).stdout).toMatch(/docs +dropped.*\(you said: not needed now\)/);
  });

  test('without --yes it stops at the plan, then at each green task', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('db', [write('db/x.txt')])));
    const proposed = await switchyard(repo, ['run', plan, '--json']);
    expect(proposed.code).toBe(3);
    expect(proposed.summary.tasks['db']).toMatchObject({ state: 'proposed', attempts: 0 });
    expect(proposed.stderr).toContain('switchyard approve');
    expect((await switchyard(repo, ['approve', '--json'])).code).toBe(0);
    const ready = await switchyard(repo, ['resume', '--json']);
    expect(ready.code).toBe(3);
    expect(ready.summary.tasks['db']).toMatchObject({ state: 'ready' });
    const diff = await switchyard(repo, ['diff', 'db']);
    expect(diff.stdout).toContain('+db/x.txt');
    expect((await switchyard(repo, ['approve', 'db'])).code).toBe(0);
    const done = await switchyard(repo, ['resume', '--json']);
    expect(done.code).toBe(0);
    expect(await readFile(join(repo.root, 'db/x.txt'), 'utf8')).toBe('db/x.txt\n');
  });

  test('retry with feedback reaches the agent; drop keeps a backup and removes the worktree', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('a', { attempts: [[write('a/x.txt', '1')], [write('a/x.txt', '2')]] }), scriptedTask('b', [write('b/x.txt')])));
    await switchyard(repo, ['run', plan]);
    await switchyard(repo, ['approve']);
    await switchyard(repo, ['resume']);
    await switchyard(repo, ['retry', 'a', '--feedback', 'please write 2']);
    await switchyard(repo, ['drop', 'b']);
    const result = await switchyard(repo, ['resume', '--json']);
    expect(result.summary.tasks).toMatchObject({ a: { state: 'ready', attempts: 2 }, b: { state: 'dropped' } });
    expect(result.lines).toContainEqual(expect.objectContaining({ type: 'attempt.starting', task: 'a', attempt: 2, feedback: 'please write 2' }));
    const backup = (await repo.git('for-each-ref', '--format=%(refname)', 'refs/switchyard/backup/')).split('\n')[0] ?? '';
    expect(await repo.git('show', `${backup}:b/x.txt`)).toBe('b/x.txt');
    await expect(access(`${repo.root}.worktrees/r1/b`)).rejects.toThrow();
  });

  test('a person’s own change in the way of a landing is left alone, and says so', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('a', [write('README.md', 'from the agent\n')], { owns: ['README.md'] })));
    await repo.write('README.md', 'my own words\n');
    const result = await switchyard(repo, ['run', plan, '--yes', '--json']);
    expect(result.code).toBe(3);
    expect(result.summary.tasks['a']).toMatchObject({ state: 'needs-you', why: { kind: 'checkout-in-the-way', paths: ['README.md'] } });
    expect(await readFile(join(repo.root, 'README.md'), 'utf8')).toBe('my own words\n');
    await repo.git('checkout', '--', 'README.md');
    await switchyard(repo, ['approve', 'a']);
    expect((await switchyard(repo, ['resume', '--json'])).code).toBe(0);
    expect(await readFile(join(repo.root, 'README.md'), 'utf8')).toBe('from the agent\n');
  });

  test('a conflict lands nothing and names the paths', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('a', [write('src/a.txt', 'agent\n')], { owns: ['src/**'] })));
    await switchyard(repo, ['run', plan]);
    await switchyard(repo, ['approve']);
    expect((await switchyard(repo, ['resume', '--json'])).summary.tasks['a']).toMatchObject({ state: 'ready' });
    await repo.write('src/a.txt', 'person\n');
    const tip = await repo.commit('A change of the person');
    await switchyard(repo, ['approve', 'a']);
    const result = await switchyard(repo, ['resume', '--json']);
    expect(result.code).toBe(3);
    expect(result.summary.tasks['a']).toMatchObject({ state: 'needs-you', why: { kind: 'conflict', paths: ['src/a.txt'] } });
    expect(await repo.git('rev-parse', 'main')).toBe(tip);
  });

  test('retry lays the conflict before the agent, and its resolution lands as a merge', async () => {
    const both = [write('src/a.txt', 'agent and person\n')];
    const plan = await planFile(repo, planOf(scriptedTask('a', { attempts: [[write('src/a.txt', 'agent\n')], [{ run: ['grep', '-c', '<<<<<<<', 'src/a.txt'] }, ...both]] }, { owns: ['src/**'] })));
    await switchyard(repo, ['run', plan]);
    await switchyard(repo, ['approve']);
    await switchyard(repo, ['resume']);
    await repo.write('src/a.txt', 'person\n');
    await repo.write('other.txt', 'beside it\n');
    await repo.commit('A change of the person');
    await switchyard(repo, ['approve', 'a']);
    await switchyard(repo, ['resume']);
    await switchyard(repo, ['retry', 'a']);
    const resolved = await switchyard(repo, ['resume', '--json']);
    expect(resolved.summary.tasks['a']).toMatchObject({ state: 'ready', attempts: 2 });
    expect(resolved.lines.find((line) => line['type'] === 'attempt.starting')?.['feedback']).toContain('src/a.txt');
    await switchyard(repo, ['approve', 'a']);
    expect((await switchyard(repo, ['resume', '--json'])).code).toBe(0);
    expect(await repo.git('show', 'main:src/a.txt')).toBe('agent and person');
    expect(await repo.git('show', 'main:other.txt')).toBe('beside it');
    expect(await repo.git('log', '--format=%s', 'main')).toContain('A change of the person');
  });

  test('conflict markers that an agent leaves never land', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('a', { attempts: [[write('src/a.txt', 'agent\n')], [{ say: 'I do nothing' }]] }, { owns: ['src/**'] })));
    await switchyard(repo, ['run', plan]);
    await switchyard(repo, ['approve']);
    await switchyard(repo, ['resume']);
    await repo.write('src/a.txt', 'person\n');
    await repo.commit('A change of the person');
    await switchyard(repo, ['approve', 'a']);
    await switchyard(repo, ['resume']);
    await switchyard(repo, ['retry', 'a']);
    const left = await switchyard(repo, ['resume', '--yes', '--json']);
    expect(left.code).toBe(3);
    expect(left.summary.tasks['a']).toMatchObject({ state: 'needs-you', why: { kind: 'conflict', paths: ['src/a.txt'] } });
    expect(await repo.git('show', 'main:src/a.txt')).toBe('person');
  });

  test('bill, status and takeover tell the run', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('a', [write('a/x.txt'), { usage: { model: 'no-such-model', inputTokens: 10, outputTokens: 5 } }])));
    await switchyard(repo, ['run', plan, '--yes']);
    const bill = await switchyard(repo, ['bill', '--json']);
    expect(bill.lines[0]).toMatchObject({ run: 'r1', usd: 0, unknownUsd: true, inputTokens: 10, tasks: [{ task: 'a', attempts: [{ attempt: 1, role: 'executor', agent: 'scripted', model: 'no-such-model' }] }] });
    const csv = await switchyard(repo, ['bill', 'r1', '--csv']);
    expect(csv.stdout.split('\r\n')[1]).toContain('r1,a,1,executor,scripted,no-such-model,standard,,10,0,5,false,true');
    expect((await switchyard(repo, ['status', '--json'])).lines[0]).toMatchObject({ run: 'r1', phase: 'done', tasks: { a: { state: 'landed' } } });
    expect((await switchyard(repo, ['takeover', 'a'])).stderr).toContain('a has no session to take over yet (it has landed)');
  });

  test('a bill of which only a part is known shows that part in CSV, and that there is more', async () => {
    const known = { usage: { model: 'claude-sonnet-4-5', inputTokens: 1_000_000, outputTokens: 0 } };
    const plan = await planFile(repo, planOf(scriptedTask('a', [write('a/x.txt'), known, { usage: { model: 'no-such-model', inputTokens: 10, outputTokens: 5 } }]), scriptedTask('b', [write('b/x.txt'), known])));
    await switchyard(repo, ['run', plan, '--yes']);
    const [head = '', ...rows] = (await switchyard(repo, ['bill', '--csv'])).stdout.split('\r\n').map((row) => row.split(','));
    const of = (row: readonly string[] | undefined) => [row?.[head.indexOf('task')], row?.[head.indexOf('usd')], row?.[head.indexOf('unknownUsd')]];
    expect(rows.map(of)).toEqual([['a', '3', 'true'], ['b', '3', 'false']]);
  });

  test('an agent without a CLI of its own is taken over in its worktree', async () => {
    const plan = await planFile(repo, planOf({ ...scriptedTask('a', [write('a/x.txt')]), contract: { owns: ['a/**'], offLimits: [], acceptance: [], gate: ['false'] } }));
    await switchyard(repo, ['run', plan, '--yes']);
    const taken = await switchyard(repo, ['takeover', 'a', '--json']);
    expect(taken.code).toBe(0);
    expect(taken.lines[0]).toMatchObject({ type: 'task.takeover', task: 'a', cwd: expect.stringContaining('.worktrees') as string });
    expect(taken.stderr).toContain('Edit in the worktree');
  });
});
