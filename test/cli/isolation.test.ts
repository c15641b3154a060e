/**
 * The sandbox, for real: what an agent and a gate in it can and cannot write. Where no sandbox can be made, the same runs
 * must be refused with a reason instead: one of the two is asserted everywhere.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createIsolation } from '../../src/adapters/isolation/index.js';
import { isolationOf } from '../../src/core/isolation.js';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { bubblewrap } from '../support/bubblewrap.js';
import { makeRepo, type TempRepo } from '../support/tempRepo.js';
import { Run, plan as corePlan, task } from '../core/build.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'hello\n' });
});
afterEach(() => repo.cleanup());

const tools = await bubblewrap();
const missing = await createIsolation({ environment: { ...process.env, ...tools } }).problem({ level: 'sandbox' });
if (missing !== undefined) console.warn(`NOT TESTED for real, only that it is refused: ${missing}`);

/** Tries to write, and notes how that went; the step itself always ends well. */
const tries = (...paths: readonly string[]) => ({ run: ['sh', '-c', `mkdir -p a; for path in "$@"; do if echo x > "$path"; then echo "wrote $path"; else echo "refused $path"; fi; done >> a/notes 2>/dev/null`, 'sh', ...paths] });

async function team(more: object): Promise<void> {
  await mkdir(join(repo.root, '.switchyard'));
  await writeFile(join(repo.root, '.switchyard/team.jsonc'), JSON.stringify({ version: 1, tiers: { standard: { agent: 'scripted', isolation: 'sandbox' } }, ...more }));
}

describe('a sandboxed task', () => {
  test('writes in its worktree and nowhere else; its agent can commit; its gate is held the same', async () => {
    await team({});
    const git = join(repo.root, '.git');
    const outside = [join(repo.root, 'README.md'), join(repo.folder, 'stolen'), join(git, 'config'), join(git, 'hooks/post-merge'), join(git, 'refs/heads/main'), join(git, 'HEAD'), join(git, 'switchyard/runs/r1/events.jsonl'), '.git'];
    const before = await readFile(join(git, 'config'), 'utf8');
    const script = [tries('a/inside', ...outside), { run: ['sh', '-c', 'echo x > "$TMPDIR/own"'] }, { run: ['git', 'add', '-A'] }, { run: ['git', '-c', 'user.name=A', '-c', 'user.email=a@b.c', 'commit', '-qm', 'By the agent'] }];
    const gate = ['! touch ../outside', `! touch ${join(repo.root, 'by-gate')}`, 'echo x > a/by-gate && rm a/by-gate'];
    const result = await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', script, { gate }))), '--yes', '--json'], tools);
    if (missing !== undefined) {
      expect(result.summary.tasks['a']).toMatchObject({ state: 'needs-you', attempts: 0, why: { kind: 'set-up-failed', text: missing } });
      return;
    }
    expect(result.summary.tasks['a']).toMatchObject({ state: 'landed', attempts: 1 });
    const notes = await readFile(join(repo.root, 'a/notes'), 'utf8');
    expect(notes).toContain('wrote a/inside\n');
    for (const path of outside) expect(notes).toContain(`refused ${path}\n`);
    expect(await readFile(join(git, 'config'), 'utf8')).toBe(before);
    expect(await readFile(join(repo.root, 'README.md'), 'utf8')).toBe('hello\n');
    expect(await repo.git('log', '--format=%s', 'main')).toContain('By the agent');
    expect(result.code).toBe(0);
  });

  test('without network reaches not even this machine', async () => {
    await team({ sandbox: { network: false } });
    const { createServer } = await import('node:net');
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const dial = `require('node:net').connect(${String(port)}, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(9))`;
      const script = [{ run: ['sh', '-c', `mkdir -p a; "$0" -e "$1"; echo $? > a/code`, process.execPath, dial] }];
      const result = await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', script))), '--yes', '--json'], tools);
      if (missing !== undefined) expect(result.summary.tasks['a']).toMatchObject({ state: 'needs-you', attempts: 0, why: { text: missing } });
      else expect(await readFile(join(repo.root, 'a/code'), 'utf8')).toBe('9\n');
    } finally {
      server.close();
    }
  });

  test('is stopped with everything in it', async () => {
    await team({ limits: { idleMinutes: 0.02 } });
    const result = await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', [{ hang: true }]))), '--yes', '--json'], tools);
    expect(result.summary.tasks['a']).toMatchObject(missing === undefined ? { state: 'needs-you', attempts: 1, why: { failure: 'silent' } } : { state: 'needs-you', attempts: 0 });
  });
});

describe('where there is none', () => {
  test('bubblewrap is missing: refused with how to get it, nothing starts', async () => {
    const isolation = createIsolation({ environment: { PATH: repo.folder }, platform: 'linux' });
    expect(await isolation.problem({ level: 'sandbox' })).toMatch(/bubblewrap was not found.*Install it \(apt install bubblewrap.*Nothing was started/);
    await expect(isolation.wrap({ file: 'true', args: [], nonce: 'n', variables: [] }, { level: 'sandbox', cwd: repo.root, commonDir: join(repo.root, '.git'), folder: repo.folder, network: true })).rejects.toThrow('was not found');
  });

  test('bubblewrap is there and may not: refused with its own words', async () => {
    await writeFile(join(repo.folder, 'bwrap'), '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n', { mode: 0o755 });
    expect(await createIsolation({ environment: { PATH: repo.folder }, platform: 'linux' }).problem({ level: 'sandbox' })).toContain('No permissions to create new namespace');
  });

  test('Windows', async () => {
    expect(await createIsolation({ environment: {}, platform: 'win32' }).problem({ level: 'sandbox' })).toMatch(/none for this system/);
  });
});

test('a plan may ask for more than its tier, never for less', () => {
  const run = new Run().approve(corePlan(task('a'), task('b', { isolation: 'sandbox' })));
  expect([isolationOf(run.state, run.task('a')), isolationOf(run.state, run.task('b'))]).toEqual(['worktree', 'sandbox']);
  const { tiers } = run.state.team;
  run.state = { ...run.state, team: { ...run.state.team, tiers: { ...tiers, standard: { ...tiers.standard, isolation: 'sandbox' } } } };
  expect(isolationOf(run.state, { task: task('a', { isolation: 'worktree', agent: 'codex' }) })).toBe('sandbox');
});
