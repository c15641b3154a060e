/** What landings cost in gates, counted, where a person approves one after the other and where a combination is red. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Event } from '../../src/core/events.js';
import { queueReason } from '../../src/core/queueReason.js';
import type { Engine } from '../support/engine.js';
import { openEngine } from '../support/engine.js';
import { planOf, scriptedTask } from '../support/switchyard.js';
import type { TempRepo } from '../support/tempRepo.js';
import { makeRepo } from '../support/tempRepo.js';

let repo: TempRepo;
let engine: Engine;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'x\n' });
  engine = await openEngine(repo);
});
afterEach(async () => {
  await engine.close();
  await repo.cleanup();
});

const COUNT = 'echo gate >> "$HOME/gates"';
const gates = async (): Promise<number> => (await readFile(join(repo.folder, 'home/gates'), 'utf8')).trim().split('\n').length;
const planFor = (ids: readonly string[], gate: string) => planOf(...ids.map((id) => scriptedTask(id, [{ write: { path: `${id}/x.txt`, text: id } }], { gate: [gate] })));
const approve = (task: string) => engine.session.wish({ type: 'approve', run: 'r1', task });
const candidates = (events: readonly Event[]): readonly (readonly string[])[] => events.flatMap((event) => (event.type === 'candidate.started' ? [event.tasks] : []));
const why = (task: string) => {
  const state = engine.session.current();
  return state === undefined ? undefined : queueReason(state, engine.task(task));
};
/** Resolves when an event of the run matches. */
const happens = (matches: (event: Event) => boolean): Promise<void> =>
  new Promise((resolve) => {
    const listening = engine.session.onEvents((events) => {
      if (!events.some(matches)) return;
      listening.dispose();
      resolve();
    });
  });

test('approved while an earlier one is gated again, they are gated together: six clicks one after the other cost two gates more', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  // Long enough for a person's further clicks: until the gate is told so.
  await engine.run(planFor(ids, `${COUNT}; while [ -f a/x.txt -a -f b/x.txt -a ! -f "$HOME/clicked" ]; do sleep 0.05; done`));
  expect(await gates()).toBe(6);
  await approve('a');
  await engine.session.rested();
  const again = happens((event) => event.type === 'gate.started' && event.task === 'b');
  await approve('b');
  await again;
  const merging = Promise.all(ids.slice(2).map((id) => happens((event) => event.type === 'task.state' && event.task === id && event.to === 'merging')));
  for (const id of ids.slice(2)) await approve(id);
  await merging;
  expect(why('f')).toMatchObject({ kind: 'queue', text: `Lands after “${engine.task('b').task.title}”, which is being gated.`, tasks: ['b'] });
  const together = happens((event) => event.type === 'candidate.started').then(() => why('f'));
  await repo.write(join(repo.folder, 'home/clicked'), '');
  expect(await together).toMatchObject({ kind: 'queue', tasks: ['c', 'd', 'e'] });
  await engine.session.rested();
  for (const id of ids) expect(engine.task(id).state).toBe('landed');
  expect(why('f')).toBeUndefined();
  expect(await gates()).toBe(8);
  expect(candidates(await engine.events())).toEqual([['c', 'd', 'e', 'f']]);
}, 60_000);

test('when the one that they wait for is red, they land without it', async () => {
  const gate = `${COUNT}; if [ -f a/x.txt -a -f b/x.txt ]; then while [ ! -f "$HOME/clicked" ]; do sleep 0.05; done; echo "a and b do not go together"; exit 1; fi`;
  await engine.run(planFor(['a', 'b', 'c', 'd'], gate));
  await approve('a');
  await engine.session.rested();
  const again = happens((event) => event.type === 'gate.started' && event.task === 'b');
  await approve('b');
  await again;
  await approve('c');
  await approve('d');
  await repo.write(join(repo.folder, 'home/clicked'), '');
  await engine.session.rested();
  for (const id of ['c', 'd']) expect(engine.task(id).state).toBe('landed');
  expect(engine.task('b').state).toBe('needs-you');
  expect(candidates(await engine.events())).toEqual([['c', 'd']]);
}, 60_000);

test('a stop of the run lets nobody wait for ever', async () => {
  const gate = `${COUNT}; if [ -f a/x.txt -a -f b/x.txt ]; then sleep 1000; fi`;
  await engine.run(planFor(['a', 'b', 'c'], gate));
  await approve('a');
  await engine.session.rested();
  const again = happens((event) => event.type === 'gate.started' && event.task === 'b');
  await approve('b');
  await again;
  await approve('c');
  await engine.session.wish({ type: 'stop', run: 'r1' });
  await engine.session.rested();
  expect(['b', 'c'].map((id) => engine.task(id).state)).not.toContain('landed');
  expect(await repo.git('ls-tree', '--name-only', 'main')).toBe('README.md\na');
}, 60_000);

test.each([['b', 'g'], ['e', 'h'], ['c', 'd']])('%s and %s do not go together: no red candidate is gated twice, and nobody is in more red ones than halving takes', async (one, other) => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  await engine.run(planFor(ids, `${COUNT}; if [ -f ${one}/x.txt -a -f ${other}/x.txt ]; then echo "${one} and ${other} do not go together"; exit 1; fi`));
  await Promise.all(ids.map(approve));
  await engine.session.rested();
  const events = await engine.events();
  const red = events.flatMap((event) => (event.type === 'candidate.finished' && event.verdict === 'red' ? [[...event.tasks].sort().join(' ')] : []));
  expect(new Set(red).size).toBe(red.length);
  for (const id of ids) expect(red.filter((tasks) => tasks.split(' ').includes(id)).length).toBeLessThanOrEqual(3);
  const left = ids.filter((id) => engine.task(id).state !== 'landed');
  expect(left).toHaveLength(1);
  expect([one, other]).toContain(left[0]);
}, 60_000);
