/** Editing a proposed revision: only what it can still change. */
import { afterEach, beforeEach, expect, test } from 'vitest';
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

test('a task that has started cannot be edited or removed in a re-plan, which would leave it as it is anyway; new ones can', async () => {
  const red = scriptedTask('red', [{ write: { path: 'red/x.txt', text: '1' } }], { gate: ['exit 1'] });
  const other = scriptedTask('other', [{ write: { path: 'other/x.txt', text: '2' } }]);
  await repo.write('.switchyard/scripted-plans.json', JSON.stringify({ plans: [], replans: [planOf(other)] }));
  await repo.write('.switchyard/team.jsonc', '{"version":1,"planner":{"agent":"scripted"},"limits":{"retries":0}}');
  await repo.commit('A recorded plan');
  engine = await openEngine(repo);
  const { session } = engine;
  await engine.run(planOf(red));
  expect(await session.wish({ type: 'replan', run: 'r1', task: 'red' })).toEqual({ ok: true });
  await session.rested();
  const revision = session.current()?.proposal?.revision ?? 0;
  const before = session.current()?.proposal?.plan;
  expect(before?.tasks.map((task) => task.id)).toEqual(['red', 'other']);
  for (const edit of [{ kind: 'task', task: 'red', title: 'Blue' }, { kind: 'remove', task: 'red' }] as const) {
    expect(await session.wish({ type: 'edit-plan', run: 'r1', revision, edit })).toEqual({ ok: false, reason: expect.stringMatching(/^Task red has started .* Nothing was edited/) as string });
  }
  expect(session.current()?.proposal?.plan).toEqual(before);
  expect(await session.wish({ type: 'edit-plan', run: 'r1', revision, edit: { kind: 'task', task: 'other', title: 'Better' } })).toEqual({ ok: true });
  expect(session.current()?.proposal?.plan.tasks.map((task) => task.title)).toEqual(['Task red', 'Better']);
});
