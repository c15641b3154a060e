/** `switchyard forecast`: computed once, from the newest run's live worktrees, as the contract with scripts says. */
import { chmod, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { headlessLauncher } from '../../src/adapters/runner/launch.js';
import { openSession } from '../../src/compose.js';
import type { Forecast } from '../../src/core/ports.js';
import type { EngineSession } from '../../src/engine/session.js';
import { repositoryRoot } from '../support/root.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'shared.ts': 'one\ntwo\n' });
});
afterEach(() => repo.cleanup());

async function readyTasks(...ids: readonly string[]): Promise<void> {
  const plan = planOf(...ids.map((id) => scriptedTask(id, [{ write: { path: `${id}/x.txt`, text: id } }])));
  await switchyard(repo, ['run', await planFile(repo, plan)]);
  await switchyard(repo, ['approve']);
  const ready = await switchyard(repo, ['resume', '--json']);
  for (const id of ids) expect(ready.summary.tasks[id]).toMatchObject({ state: 'ready' });
}

const worktree = (id: string): string => join(repo.folder, 'repo.worktrees', 'r1', id);

test('pairs and base, with uncommitted and untracked work, until a task has landed', async () => {
  await readyTasks('db', 'api', 'ui');
  const forecast = async (): Promise<unknown> => {
    const { code, lines } = await switchyard(repo, ['forecast', '--json']);
    expect([code, lines.length]).toEqual([0, 1]);
    return lines[0];
  };
  const clean = { conflict: false, paths: [], uncommitted: false };
  const base = ['db', 'api', 'ui'].map((task) => ({ task, conflict: false, paths: [] as string[] }));
  expect(await forecast()).toEqual({ pairs: [{ a: 'db', b: 'api', ...clean }, { a: 'db', b: 'ui', ...clean }, { a: 'api', b: 'ui', ...clean }], base });

  await repo.write(join(worktree('db'), 'shared.ts'), 'one\ndb\n');
  await repo.write(join(worktree('api'), 'shared.ts'), 'one\napi\n');
  await repo.write(join(worktree('api'), 'new.ts'), 'api\n');
  await repo.write(join(worktree('ui'), 'new.ts'), 'ui\n');
  const objects = await readdir(join(repo.root, '.git', 'objects'), { recursive: true });
  const pairs = [
    { a: 'db', b: 'api', conflict: true, paths: ['shared.ts'], uncommitted: true },
    { a: 'db', b: 'ui', conflict: false, paths: [], uncommitted: true },
    { a: 'api', b: 'ui', conflict: true, paths: ['new.ts'], uncommitted: true },
  ];
  expect(await forecast()).toEqual({ pairs, base });
  const told = await switchyard(repo, ['forecast']);
  expect(told.stdout.split('\n')).toEqual(['db and api will conflict in shared.ts (with uncommitted work)', 'api and ui will conflict in new.ts (with uncommitted work)']);
  expect(await readdir(join(repo.root, '.git', 'objects'), { recursive: true })).toEqual(objects);
  expect(await repo.gitIn(worktree('api'), 'status', '--porcelain')).toBe(' M shared.ts\n?? new.ts');

  await repo.write('shared.ts', 'one\nmoved\n');
  await repo.commit('The base moves');
  expect(await forecast()).toEqual({ pairs, base: base.map((each) => (each.task === 'ui' ? each : { ...each, conflict: true, paths: ['shared.ts'] })) });

  await switchyard(repo, ['drop', 'api']);
  await switchyard(repo, ['resume']);
  expect(await forecast()).toMatchObject({ pairs: [{ a: 'db', b: 'ui' }], base: [{ task: 'db' }, { task: 'ui' }] });
}, 120_000);

async function openedSession(environment: Readonly<Record<string, string>>): Promise<EngineSession> {
  const opened = await openSession({
    directory: repo.root,
    environment,
    launch: headlessLauncher(),
    programs: { node: process.execPath, runner: join(repositoryRoot, 'dist', 'runner.js'), scripted: join(repositoryRoot, 'dist', 'scripted.js') },
    label: 'test',
    mode: 'auto',
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  if (!opened.ok) throw new Error(opened.message);
  return opened.session;
}

function forecastUntil(session: EngineSession, wanted: (forecast: Forecast) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`still ${JSON.stringify(session.forecast())}`)), 60_000);
    const look = (): void => {
      const now = session.forecast();
      if (now === undefined || !wanted(now)) return;
      clearTimeout(late);
      listening.dispose();
      resolve();
    };
    const listening = session.onDidChange(look);
    look();
  });
}

test('an open session, as in the editor, follows what happens in the worktrees', async () => {
  await readyTasks('db', 'api');
  const session = await openedSession(repo.env);
  try {
    const until = (wanted: (forecast: Forecast) => boolean): Promise<void> => forecastUntil(session, wanted);
    await until(({ pairs }) => pairs.length === 1 && !pairs[0]!.conflict);
    await repo.write(join(worktree('db'), 'shared.ts'), 'one\ndb\n');
    await repo.write(join(worktree('api'), 'shared.ts'), 'one\napi\n');
    await until(({ pairs }) => pairs[0]?.conflict === true && pairs[0].paths.join() === 'shared.ts');
    await repo.write('shared.ts', 'one\nmoved\n');
    await repo.commit('The base moves');
    await until(({ base }) => base.length === 2 && base.every((each) => each.conflict));
    await repo.gitIn(worktree('api'), 'checkout', '--quiet', 'shared.ts');
    await until(({ pairs, base }) => pairs[0]?.conflict === false && base.map((each) => each.conflict).join() === 'true,false');
  } finally {
    await session.close({ stopAgents: false });
  }
}, 120_000);

/** A `git` that notes the worktree and the subcommand of each start. */
async function notingGit(): Promise<{ readonly env: Record<string, string>; starts(): Promise<readonly string[]> }> {
  const real = (await execa('which', ['git'], { stdin: 'ignore' })).stdout;
  const [folder, log] = [join(repo.folder, 'bin'), join(repo.folder, 'starts')];
  await repo.write(log, '');
  await repo.write(join(folder, 'git'), `#!/bin/sh\nfor word in "$@"; do case "$word" in -c|*=*|--literal-pathspecs) ;; *) echo "\${GIT_WORK_TREE##*/} $word" >> '${log}'; break;; esac; done\nexec '${real}' "$@"\n`);
  await chmod(join(folder, 'git'), 0o755);
  return {
    env: { ...repo.env, PATH: `${folder}:${repo.env['PATH'] ?? ''}` },
    starts: async () => {
      const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '' && !line.endsWith(' cat-file'));
      await repo.write(log, '');
      return lines;
    },
  };
}

test('an open session starts no git while nothing changes, and then only for what changed', async () => {
  await repo.write('.gitignore', '*.log\n');
  await repo.commit('Ignore logs');
  await readyTasks('db', 'api');
  await repo.write(join(worktree('db'), 'test.log'), 'x');
  const noting = await notingGit();
  const session = await openedSession(noting.env);
  try {
    const until = (wanted: (forecast: Forecast) => boolean): Promise<void> => forecastUntil(session, wanted);
    await until(({ pairs }) => pairs.length === 1);
    await repo.write(join(worktree('db'), 'shared.ts'), 'one\ndb\n');
    await until(({ pairs }) => pairs[0]?.uncommitted === true);
    // Looks at the dashboard and ignored files are no change; the next real one comes after them, so they would show.
    const lookAround = async (): Promise<void> => {
      for (let n = 0; n < 20; n += 1) {
        session.forecast();
        await repo.write(join(worktree('db'), 'test.log'), `x ${String(n)}`);
        await repo.write(join(repo.root, 'test.log'), `x ${String(n)}`);
      }
    };
    // The first round is over when all that came before it is.
    await lookAround();
    await repo.write(join(worktree('api'), 'shared.ts'), 'one\napi\n');
    await until(({ pairs }) => pairs[0]?.conflict === true);
    await noting.starts();
    await lookAround();
    await repo.write(join(worktree('api'), 'shared.ts'), 'one\ndb\n');
    await until(({ pairs }) => pairs[0]?.conflict === false);
    const starts = await noting.starts();
    expect(starts).toContain('api status');
    expect(starts.filter((each) => !each.startsWith('api ') && !each.endsWith(' merge-tree'))).toEqual([]);
  } finally {
    await session.close({ stopAgents: false });
  }
}, 120_000);

test('without a run there is nothing to forecast', async () => {
  const { code, stdout, stderr } = await switchyard(repo, ['forecast', '--json']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('There is no run in this repository yet');
});
