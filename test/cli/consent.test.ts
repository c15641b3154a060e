/** Full permission is agreed to once per repository, before anything is started; and what `plan --model` alone means. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRepository } from '../../src/adapters/git/repository.js';
import { headlessLauncher } from '../../src/adapters/runner/launch.js';
import { buildWorld } from '../../src/compose.js';
import { EngineSession } from '../../src/engine/session.js';
import { repositoryRoot } from '../support/root.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
let plan: string;
beforeEach(async () => {
  repo = await makeRepo({ 'a.txt': 'a\n', '.switchyard/team.jsonc': '{"version":1,"permissions":"full","planner":{"agent":"scripted","model":"team-model"}}' });
  plan = await planFile(repo, planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'x' } }])));
});
afterEach(() => repo.cleanup());

const record = () => join(repo.root, '.git/switchyard/consent.json');
const fingerprint = async () => [await repo.git('for-each-ref'), await repo.git('status', '--porcelain', '--ignored'), await repo.git('worktree', 'list')].join('\n');
/** The command that a refusal names, as arguments. */
const named = (text: string) => /^To allow it, once for this repository: switchyard (.+)$/m.exec(text)?.[1]?.split(' ') ?? [];

describe('permissions: full', () => {
  test('run refuses until it was allowed, then asks no more', async () => {
    const before = await fingerprint();
    const refused = await switchyard(repo, ['run', plan, '--yes']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('agents may run any command and change any file that you may');
    expect(refused.stderr).toContain('Nothing was started; nothing was changed.');
    expect(await fingerprint()).toBe(before);
    expect((await switchyard(repo, ['status'])).stderr).toContain('There is no run in this repository yet');
    const allowed = await switchyard(repo, named(refused.stderr));
    expect(allowed.stderr).toContain('Full permission is allowed in this repository from now on');
    expect(allowed.code).toBe(0);
    const again = await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('b', [{ write: { path: 'b/x.txt', text: 'x' } }]))), '--yes']);
    expect(again.code).toBe(0);
    expect(again.stderr).not.toContain('Full permission');
  });

  test('plan refuses too', async () => {
    const refused = await switchyard(repo, ['plan', 'A goal', '--model', 'M']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("switchyard plan 'A goal' --model M --consent-full");
    expect((await switchyard(repo, ['status'])).stderr).toContain('There is no run in this repository yet');
  });

  test('a proposed plan is neither approved nor gone on with; a wish that reaches the engine all the same starts nothing', async () => {
    expect((await switchyard(repo, ['run', plan, '--consent-full'])).code).toBe(3);
    await rm(record());
    for (const args of [['approve'], ['resume', '--yes']]) {
      const refused = await switchyard(repo, args);
      expect(refused.code).toBe(2);
      expect(named(refused.stderr)).toEqual([...args, '--consent-full']);
    }
    const world = await buildWorld(await openRepository(repo.root, { environment: repo.env }), {
      directory: repo.root,
      environment: repo.env,
      launch: headlessLauncher(repo.env),
      programs: { node: process.execPath, runner: join(repositoryRoot, 'dist/runner.js'), scripted: join(repositoryRoot, 'dist/scripted.js') },
      label: 'VS Code window',
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    const window = await EngineSession.open(world, { label: 'VS Code window', mode: 'auto', autoApprove: false });
    const answer = await window.wish({ type: 'approve-plan', run: 'r1', revision: 1 });
    const state = window.current()?.tasks.get('a')?.state;
    await window.close({ stopAgents: true });
    expect(answer).toMatchObject({ ok: false });
    expect(answer.ok ? '' : answer.reason).toContain('nobody has allowed that in this repository yet');
    expect(state).toBe('proposed');
    expect((await switchyard(repo, ['approve', '--consent-full'])).code).toBe(0);
    expect((await switchyard(repo, ['resume', '--yes'])).code).toBe(0);
  });

  test('a narrower permission asks nothing', async () => {
    await repo.write('.switchyard/team.jsonc', '{"version":1,"permissions":"edit-and-run"}');
    expect((await switchyard(repo, ['run', plan, '--yes'])).code).toBe(0);
  });
});

test("plan --model without --agent is the model of the team's planner", async () => {
  await switchyard(repo, ['plan', 'A goal', '--model', 'M', '--consent-full']);
  const log = await readFile(join(repo.root, '.git/switchyard/runs/r1/events.jsonl'), 'utf8');
  const starting = log.split('\n').filter((line) => line.includes('"attempt.starting"')).map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(starting[0]).toMatchObject({ task: 'planner', agent: 'scripted', model: 'M' });
});
