/** What a fetch brings is noticed whoever makes it, by the event of the ref: commits that the base has not, and the merge of a pull request. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Event } from '../../src/core/events.js';
import type { World } from '../../src/engine/world.js';
import type { Engine } from '../support/engine.js';
import { openEngine } from '../support/engine.js';
import type { StandInGh } from '../support/standInGh.js';
import { standInGh, withRemote } from '../support/standInGh.js';
import { planOf, scriptedTask } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
let gh: StandInGh;
let engine: Engine;
/** How many looks from now on fail, and what was said about it. */
let failing: number;
let warnings: string[];
beforeEach(async () => {
  failing = 0;
  warnings = [];
  repo = await makeRepo({ 'README.md': 'x\n', '.switchyard/team.jsonc': '{ "version": 1, "merge": "pull-request" }\n' });
  await withRemote(repo);
  gh = await standInGh(repo);
  engine = await openEngine(repo, { env: gh.env, autoApprove: true, wrap: failingLooks });
});
afterEach(async () => {
  await engine.close();
  await repo.cleanup();
});

const failingLooks = (world: World): World => ({
  ...world,
  log: { ...world.log, warn: (text) => warnings.push(text) },
  git: {
    ...world.git,
    upstreamOf: (branch) => {
      if (failing === 0) return world.git.upstreamOf(branch);
      failing -= 1;
      return Promise.reject(new Error('git for-each-ref was killed'));
    },
  },
});

async function othersPush(): Promise<void> {
  const clone = join(repo.folder, 'others');
  await repo.git('clone', '-q', join(repo.folder, 'remote.git'), clone);
  await repo.gitIn(clone, 'commit', '-q', '--allow-empty', '-m', 'Theirs');
  await repo.gitIn(clone, 'push', '-q', 'origin', 'main');
}

/** Resolves at the first such event from now on. */
function heard(fits: (event: Event) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const listening = engine.session.onEvents((events) => {
      if (!events.some(fits)) return;
      listening.dispose();
      resolve();
    });
  });
}

async function mergedBy(how: 'merge' | 'squash', branch: string): Promise<void> {
  const clone = join(repo.folder, `clone-${branch}`);
  await repo.git('clone', '-q', join(repo.folder, 'remote.git'), clone);
  const from = `origin/switchyard/r1/${branch}`;
  if (how === 'merge') await repo.gitIn(clone, 'merge', '-q', '--no-ff', '-m', 'Merge', from);
  else {
    await repo.gitIn(clone, 'merge', '-q', '--squash', from);
    await repo.gitIn(clone, 'commit', '-qm', 'Squashed');
  }
  await repo.gitIn(clone, 'push', '-q', 'origin', 'main');
}

test.each(['merge', 'squash'] as const)('merged by %s, then its undoing: each is noticed by a fetch of the person', async (how) => {
  await engine.run(planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'a' } }], { gate: ['test -f README.md'] })));
  expect(engine.task('a').state).toBe('in-review');
  // A fetch that brings nothing of it changes nothing.
  await repo.git('fetch', '-q');
  await mergedBy(how, 'a');
  const landed = heard((event) => event.type === 'worktree.removed');
  const asked = (await gh.calls()).length;
  await repo.git('fetch', '-q');
  await landed;
  expect(engine.task('a').state).toBe('landed');
  expect((await gh.calls()).length).toBe(asked);
  await engine.session.rested();

  await gh.shows(undefined);
  const run = engine.session.current()?.run ?? '';
  expect(await engine.session.wish({ type: 'undo', run, task: 'a' })).toEqual({ ok: true });
  await engine.session.rested();
  expect(engine.session.current()?.changes.get('undo:a')?.state).toBe('in-review');
  await mergedBy('squash', 'a_undo');
  const undone = heard((event) => event.type === 'change.landed');
  await repo.git('fetch', '-q');
  await undone;
  expect(engine.task('a').undone).toBeDefined();
}, 60_000);

test('commits of others are noticed by a fetch of the person while nothing is at work, and so is that they were pulled', async () => {
  await engine.run(planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'a' } }])));
  await othersPush();
  const moved = heard((event) => event.type === 'upstream.moved');
  await repo.git('fetch', '-q');
  await moved;
  expect(engine.session.current()?.upstream).toEqual({ name: 'origin/main', behind: 1, diverged: false });
  const level = heard((event) => event.type === 'upstream.moved');
  await repo.git('merge', '-q', '--ff-only', 'origin/main');
  await level;
  expect(engine.session.current()?.upstream).toBeUndefined();
});

test('a look that fails is said, changes nothing of what is known, and is not the last one', async () => {
  await engine.run(planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'a' } }])));
  await othersPush();
  const moved = heard((event) => event.type === 'upstream.moved');
  await repo.git('fetch', '-q');
  await moved;
  await engine.session.rested();
  const before = await engine.events();
  failing = 1;
  await repo.gitIn(join(repo.folder, 'others'), 'commit', '-q', '--allow-empty', '-m', 'More');
  await repo.gitIn(join(repo.folder, 'others'), 'push', '-q', 'origin', 'main');
  await repo.git('fetch', '-q');
  await expect.poll(() => warnings).toContain('Could not look at what main follows: git for-each-ref was killed');
  await engine.session.rested();
  const level = heard((event) => event.type === 'upstream.moved' && event.ahead === undefined);
  await repo.git('merge', '-q', '--ff-only', 'origin/main');
  await level;
  const said = (await engine.events()).slice(before.length).filter((event) => event.type === 'upstream.moved' && event.ahead === undefined);
  expect(said).toHaveLength(1);
  expect(engine.session.current()?.upstream).toBeUndefined();
});

test('a watch that could not begin is tried again when the run changes', async () => {
  // It is watched from the approval on.
  const approved = engine.session.onEvents((events) => {
    if (events.some((event) => event.type === 'plan.approved')) failing = 3;
  });
  await engine.run(planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'a' } }])));
  approved.dispose();
  expect(failing).toBe(0);
  expect(warnings.filter((text) => text.startsWith('What main follows cannot be watched'))).toHaveLength(1);
  await othersPush();
  const moved = heard((event) => event.type === 'upstream.moved');
  await repo.git('fetch', '-q');
  await moved;
  expect(engine.session.current()?.upstream).toMatchObject({ behind: 1 });
});
