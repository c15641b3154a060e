/** Attempts that get nowhere: the same red again and again, and retries that change nothing. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScriptStep, Task } from '../../src/core/plan.js';
import type { Engine } from '../support/engine.js';
import { openEngine } from '../support/engine.js';
import { planOf, scriptedTask } from '../support/switchyard.js';
import type { TempRepo } from '../support/tempRepo.js';
import { makeRepo } from '../support/tempRepo.js';
import { watchFor } from '../support/watchFor.js';

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

const write = (text: string): readonly ScriptStep[] => [{ write: { path: 'a/x.txt', text } }];
const task = (gate: string, ...attempts: readonly (readonly ScriptStep[])[]): Task => ({ ...scriptedTask('a', [], { gate: [gate] }), script: { attempts } });
const begin = async (one: Task): Promise<Engine> => {
  engine = await openEngine(repo);
  await engine.run(planOf(one));
  return engine;
};
const retry = async (run: Engine): Promise<void> => {
  expect(await run.session.wish({ type: 'retry', run: 'r1', task: 'a', feedback: 'Make it better' })).toEqual({ ok: true });
  await run.session.rested();
};

test('a gate that fails the same way three times is said so, with its line, and the agent hears that it goes in circles', async () => {
  const run = await begin(task('cat a/x.txt; echo "AssertionError: expected 3 to be 2"; exit 1', write('1\n'), write('2\n'), write('3\n')));
  expect(run.task('a')).toMatchObject({ state: 'needs-you', attempts: [{}, {}, {}], reason: { kind: 'gate-failed', line: 'AssertionError: expected 3 to be 2', text: expect.stringContaining('The gate failed the same way 3 times') as string } });
  const back = (await run.events()).flatMap((event) => (event.type === 'task.state' && event.from === 'checking' && event.to === 'working' ? [event.reason] : []));
  expect(back).toMatchObject([undefined, { line: 'AssertionError: expected 3 to be 2', text: expect.stringContaining('the same way 2 times') as string }]);
  expect(run.task('a').attempts[2]?.feedback).toContain('It fails exactly as it did before your last change');
});

test('an agent that answers a red gate by changing nothing is noticed, and the person is told', async () => {
  const run = await begin(task('cat a/x.txt; exit 1', write('wrong\n')));
  expect(run.task('a')).toMatchObject({ state: 'needs-you', attempts: [{ commit: expect.any(String) as string }, { unchanged: true }, { unchanged: true }], reason: { kind: 'gate-failed', line: 'wrong', text: expect.stringContaining('The last 2 attempts changed nothing.') as string } });
});

test('a retry of a green result that changed nothing needs the person, and Check Again takes the result as it is', async () => {
  const run = await begin(task('true', write('1\n'), []));
  expect(run.task('a').state).toBe('ready');
  await retry(run);
  expect(run.task('a')).toMatchObject({ state: 'needs-you', attempts: [{}, { unchanged: true }], reason: { kind: 'nothing-changed', text: expect.stringMatching(/^Attempt 2 changed nothing: its result is as attempt 1 left it\./) as string } });
  expect(run.task('a').attempts[0]).not.toHaveProperty('unchanged');
  expect(await run.session.wish({ type: 'check', run: 'r1', task: 'a' })).toEqual({ ok: true });
  await run.session.rested();
  expect(run.task('a').state).toBe('ready');
});

test('a retry of a red result that changed nothing says so with the line that is red', async () => {
  const run = await begin(task('cat a/x.txt; exit 1', write('one\n'), write('two\n'), write('three is wrong\n'), []));
  await retry(run);
  expect(run.task('a')).toMatchObject({ state: 'needs-you', attempts: [{}, {}, {}, { unchanged: true }], reason: { kind: 'nothing-changed', line: 'three is wrong', text: expect.stringContaining('Attempt 4 changed nothing: what attempt 3 left fails its gate as before.') as string } });
});

test('a retry that does change something is no such thing', async () => {
  const run = await begin(task('true', write('1\n'), write('2\n')));
  await retry(run);
  expect(run.task('a')).toMatchObject({ state: 'ready', attempts: [{}, { commit: run.task('a').head?.commit }] });
  expect(run.task('a').gates.map((gate) => gate.commit)).toEqual(run.task('a').attempts.map((attempt) => attempt.commit));
});

/** Works until `go` is there; its first start leaves the file `started-<id>`, a later one `again-<id>`. */
const slow = (id: string): Task =>
  scriptedTask(id, [{ run: ['sh', '-c', `cd '${repo.folder}'; if [ -e started-${id} ]; then : > again-${id}; else : > started-${id}; fi; while [ ! -e go ]; do sleep 0.05; done`] }, { write: { path: `${id}/x.txt`, text: 'done\n' } }]);
const until = async (run: Engine, holds: () => boolean): Promise<void> => {
  while (!holds()) {
    await new Promise<void>((resolve) => {
      const listening = run.session.onDidChange(() => {
        listening.dispose();
        resolve();
      });
    });
  }
};
const wish = async (run: Engine, one: Parameters<Engine['session']['wish']>[0]): Promise<void> => {
  expect(await run.session.wish(one)).toEqual({ ok: true });
};
const start = async (...ids: readonly string[]): Promise<Engine> => {
  engine = await openEngine(repo);
  const made = await engine.session.decompose({ kind: 'plan', plan: planOf(...ids.map(slow)) });
  expect(made).toEqual({ ok: true, run: 'r1' });
  await wish(engine, { type: 'approve-plan', run: 'r1', revision: 1 });
  for (const id of ids) await watchFor(repo.folder, `started-${id}`);
  return engine;
};

test('Go On starts again what was stopped with the run, and leaves stopped what its person stopped by hand', async () => {
  const run = await start('a', 'b');
  await wish(run, { type: 'stop', run: 'r1', task: 'a' });
  await until(run, () => run.task('a').state === 'stopped');
  expect(run.task('a').reason).toMatchObject({ kind: 'stopped-by-you', text: expect.stringContaining('Retry continues it; Go On leaves it stopped.') as string });
  await wish(run, { type: 'stop', run: 'r1' });
  await run.session.rested();
  expect(run.task('b')).toMatchObject({ state: 'stopped', reason: { kind: 'stopped-with-run' } });
  await wish(run, { type: 'go-on', run: 'r1' });
  await watchFor(repo.folder, 'again-b');
  expect([run.task('a').state, run.task('b').state]).toEqual(['stopped', 'working']);
  await repo.write(`${repo.folder}/go`, '');
  await run.session.rested();
  expect([run.task('a').state, run.task('b').state]).toEqual(['stopped', 'ready']);
  expect(await run.session.wish({ type: 'go-on', run: 'r1' })).toEqual({ ok: false, reason: 'Nothing else of r1 is stopped: you stopped Task a by itself. Retry continues it.' });
  await wish(run, { type: 'retry', run: 'r1', task: 'a' });
  await run.session.rested();
  expect(run.task('a').state).toBe('ready');
});

test('a task that is at work is dropped at once: its agent is stopped, its work kept', async () => {
  const run = await start('a');
  await wish(run, { type: 'drop', run: 'r1', task: 'a' });
  await run.session.rested();
  expect(run.task('a')).toMatchObject({ state: 'dropped', cleaned: true, attempts: [{ outcome: { reason: 'stopped' } }] });
  expect((await run.session.backups()).map(({ ref }) => ref)).toEqual(['refs/switchyard/backup/r1/a/dropped']);
});

test('a landing that cannot be undone names what has been built on it', async () => {
  const plan = planOf(
    { ...scriptedTask('a', [{ write: { path: 'shared/x.txt', text: 'one\n' } }], { owns: ['shared/**'] }), title: 'The ground' },
    { ...scriptedTask('b', [{ write: { path: 'shared/x.txt', text: 'two\n' } }], { owns: ['shared/**'], dependsOn: ['a'] }), title: 'The house' },
  );
  engine = await openEngine(repo, { autoApprove: true });
  await engine.run(plan);
  await wish(engine, { type: 'undo', run: 'r1', task: 'a' });
  await engine.session.rested();
  expect(engine.session.current()?.changes.get('undo:a')?.reason).toMatchObject({ kind: 'conflict', tasks: ['b'], paths: ['shared/x.txt'], text: expect.stringMatching(/^The ground cannot be undone: “The house” builds on it and changed shared\/x\.txt since\. Nothing was changed\. Undo the landing of The house first, or revert [0-9a-f]{10} by hand\.$/) as string });
});

const content = async (run: Engine): Promise<string> => readFile(join(run.task('a').worktree ?? '', 'a/x.txt'), 'utf8');
const counted = 'echo run >> "$HOME/gates"; grep -q good a/x.txt';
const gateRuns = async (): Promise<number> => (await readFile(join(repo.folder, 'home/gates'), 'utf8')).trim().split('\n').length;

test('back to an earlier green result: what came after is a backup, the receipt that still holds is used again, and it lands', async () => {
  const run = await begin(task(counted, write('good one\n'), [{ write: { path: 'a/x.txt', text: 'good two\n' } }, { write: { path: 'a/new.txt', text: 'new\n' } }]));
  await retry(run);
  const { head } = run.task('a');
  await repo.write(join(run.task('a').worktree ?? '', 'a/mine.txt'), 'not committed\n');
  const gated = await gateRuns();
  await wish(run, { type: 'back', run: 'r1', task: 'a' });
  await run.session.rested();
  const back = run.task('a');
  expect(back).toMatchObject({ state: 'ready', backTo: 1, approved: false, head: { commit: back.attempts[0]?.commit }, receipt: { tree: back.head?.tree }, attempts: [{ attempt: 1 }, { attempt: 2, aside: true }] });
  expect(back.reason?.text).toMatch(/^Back at the result of attempt 1; Green/);
  expect(back.session).toBeUndefined();
  expect(await content(run)).toBe('good one\n');
  expect((await readdir(join(back.worktree ?? '', 'a'))).sort()).toEqual(['x.txt']);
  // The receipt of then holds: nothing was gated anew.
  expect(await gateRuns()).toBe(gated);
  const [backup] = await run.session.backups();
  expect(backup?.ref).toBe('refs/switchyard/backup/r1/a/before-attempt-1');
  expect(await repo.git('show', `${backup?.ref ?? ''}:a/mine.txt`)).toBe('not committed');
  expect(await repo.git('rev-parse', `${backup?.ref ?? ''}^1`)).toBe(head?.commit);
  await run.approve('a');
  expect(run.task('a').state).toBe('landed');
  expect(await repo.git('show', 'main:a/x.txt')).toBe('good one');
  expect(await repo.git('log', '--format=%s%b', 'main')).not.toContain('good two');
});

test('back from a red result, and over a base that has moved since: it is brought up to date and gated again', async () => {
  const run = await begin(task(counted, write('good one\n'), write('bad\n'), write('bad\n'), write('bad\n')));
  await retry(run);
  expect(run.task('a')).toMatchObject({ state: 'needs-you', reason: { kind: 'gate-failed' } });
  const before = run.task('a').gates.length;
  await repo.write('other.txt', 'x\n');
  await repo.commit('The base moves on');
  await wish(run, { type: 'back', run: 'r1', task: 'a', attempt: 1 });
  await run.session.rested();
  expect(run.task('a')).toMatchObject({ state: 'ready', backTo: 1 });
  expect(run.task('a').gates).toHaveLength(before + 1);
  expect(run.task('a').gates.at(-1)).toMatchObject({ attempt: 1, verdict: 'green', base: await repo.git('rev-parse', 'main') });
  expect(await content(run)).toBe('good one\n');
  // Forward again is the same act; there it was never green.
  expect(await run.session.wish({ type: 'back', run: 'r1', task: 'a' })).toEqual({ ok: false, reason: 'Task a has no earlier green result to go back to. Nothing was changed.' });
  expect(await run.session.wish({ type: 'back', run: 'r1', task: 'a', attempt: 2 })).toMatchObject({ ok: false, reason: expect.stringContaining('Attempt 2 of Task a has no green result') as string });
});

test('after a way back the next attempt begins a session of its own, on what is there', async () => {
  const run = await begin(task(counted, write('good one\n'), write('good two\n'), [{ append: { path: 'a/x.txt', text: 'three\n' } }]));
  await retry(run);
  await wish(run, { type: 'back', run: 'r1', task: 'a' });
  await run.session.rested();
  await retry(run);
  expect(await content(run)).toBe('good one\nthree\n');
  expect(run.task('a')).toMatchObject({ state: 'ready', attempts: [{}, { aside: true }, {}] });
  expect(run.task('a')).not.toHaveProperty('backTo');
});
