/** Bad input: a clear message, the documented exit code, and nothing changed. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { makeEmptyRepo, makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
beforeEach(async () => {
  repo = await makeRepo({ 'a.txt': 'a\n' });
});
afterEach(() => repo.cleanup());

const good = () => planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'x' } }]));

/** Everything that a refused command must leave as it was. */
async function fingerprint(): Promise<string> {
  return [await repo.git('for-each-ref'), await repo.git('status', '--porcelain', '--ignored'), await repo.git('worktree', 'list')].join('\n');
}

test.each([
  ['cycle', { tasks: [scriptedTask('a', [], { dependsOn: ['b'] }), scriptedTask('b', [], { dependsOn: ['a'] })] }],
  ['unknown-dependency', { tasks: [scriptedTask('a', [], { dependsOn: ['zz'] })] }],
  ['self-dependency', { tasks: [scriptedTask('a', [], { dependsOn: ['a'] })] }],
  ['bad-id', { tasks: [scriptedTask('Not An Id', [])] }],
  ['duplicate-id', { tasks: [scriptedTask('a', []), scriptedTask('a', [])] }],
  ['bad-glob', { tasks: [scriptedTask('a', [], { owns: ['../outside/**'] })] }],
  ['empty-owns', { tasks: [scriptedTask('a', [], { owns: [] })] }],
  ['schema', { tasks: [] }],
])('a plan with %s', async (code, change) => {
  const before = await fingerprint();
  const file = await planFile(repo, { ...good(), ...change });
  const check = await switchyard(repo, ['check', file, '--json']);
  expect(check.code).toBe(2);
  expect(check.lines[0]).toMatchObject({ ok: false });
  expect((check.lines[0]?.['problems'] as { code: string }[]).map((each) => each.code)).toContain(code);
  const run = await switchyard(repo, ['run', file, '--yes']);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain('nothing was changed');
  expect(await fingerprint()).toBe(before);
  expect(await readdir(join(repo.root, '.git'))).not.toContain('switchyard');
});

test('files that an editor on Windows wrote, with a mark of byte order, are read like any other', async () => {
  const mark = '\uFEFF';
  await repo.write('.switchyard/team.jsonc', `${mark}{"version":1,"gate":["true"]}`);
  await repo.commit('Team');
  const result = await switchyard(repo, ['run', await planFile(repo, `${mark}${JSON.stringify(planOf(scriptedTask('a', [{ write: { path: 'a/x.txt', text: 'x' } }], { gate: [] })))}`), '--yes', '--json']);
  expect(result.code).toBe(0);
  expect(result.summary.tasks['a']).toMatchObject({ state: 'landed' });
  const outline = await planFile(repo, `${mark}# Feed\n\n- [ ] db: Table (owns: db/**)\n`, 'board.md');
  const made = await switchyard(repo, ['plan', '--from', outline, '--json']);
  expect(made.lines[0]).toMatchObject({ plan: { goal: 'Feed', tasks: [{ id: 'db' }] } });
});

describe('the repository', () => {
  test('is none', async () => {
    const folder = join(repo.folder, 'plain');
    await mkdir(folder);
    const result = await switchyard({ root: folder, env: repo.env }, ['run', await planFile(repo, good()), '--yes']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/not.*git repository/i);
  });

  test('has no commit', async () => {
    const empty = await makeEmptyRepo();
    try {
      const result = await switchyard(empty, ['run', await planFile(repo, good()), '--yes']);
      expect(result.code).toBe(2);
      expect(result.stderr).toMatch(/commit/);
    } finally {
      await empty.cleanup();
    }
  });

  test('lacks the base', async () => {
    const before = await fingerprint();
    const result = await switchyard(repo, ['run', await planFile(repo, { ...good(), base: 'nowhere' }), '--yes']);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('nowhere');
    expect(await fingerprint()).toBe(before);
  });

  test('has a git directory in which nothing can be recorded', async () => {
    await writeFile(join(repo.root, '.git', 'switchyard'), 'in the way');
    const before = await fingerprint();
    const result = await switchyard(repo, ['run', await planFile(repo, good()), '--yes']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/^Switchyard's own folder in this repository cannot be used .* Nothing was started or changed; make .*\.git\/switchyard/);
    expect(await fingerprint()).toBe(before);
  });

  test('has a branch named switchyard: another prefix is used, and said', async () => {
    await repo.git('branch', 'switchyard');
    const result = await switchyard(repo, ['run', await planFile(repo, good()), '--yes']);
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('switchyard-tasks/');
  });

  test('has a state folder, or this machine a temporary one, that cannot be used', async () => {
    const plan = await planFile(repo, good());
    const gone = await switchyard(repo, ['run', plan, '--yes'], { TMPDIR: join(repo.folder, 'gone') });
    expect(gone.code).toBe(2);
    expect(gone.stderr).toMatch(/^The folder for temporary files cannot be used \(ENOENT.*Nothing was started or changed; set TMPDIR/);
    await rm(join(repo.root, '.git/switchyard/lock'), { recursive: true });
    await writeFile(join(repo.root, '.git/switchyard/lock'), '');
    const blocked = await switchyard(repo, ['run', plan, '--yes']);
    expect(blocked.code).toBe(2);
    expect(blocked.stderr).toMatch(/^Switchyard's own folder in this repository cannot be used \(E.*Nothing was started or changed; make .*\.git\/switchyard and all in it yours/);
    expect(blocked.stderr).not.toContain('Internal error');
  });

  test('is served by a git that is too old', async () => {
    const bin = join(repo.folder, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'git'), '#!/bin/sh\nfor a in "$@"; do case "$a" in version|--version) echo "git version 2.30.2"; exit 0;; esac; done\nexec /usr/bin/git "$@"\n', { mode: 0o755 });
    const result = await switchyard(repo, ['run', await planFile(repo, good()), '--yes'], { PATH: `${bin}:${repo.env['PATH'] ?? ''}` });
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/2\.38/);
  });
});

test.each([
  ['unknown keys are named', '{"version":1,"limits":{"maxParalel":3}}', 'maxParalel'],
  ['broken JSON is placed', '{"version":1,\n "tiers": }', 'line 2'],
  ['unknown agents are refused', '{"version":1,"planner":{"agent":"hal"}}', 'planner.agent'],
])('the team file: %s', async (_name, text, said) => {
  await repo.write('.switchyard/team.jsonc', text);
  const before = await fingerprint();
  const result = await switchyard(repo, ['run', await planFile(repo, good()), '--yes']);
  expect(result.code).toBe(2);
  expect(result.stderr).toContain(said);
  expect(await fingerprint()).toBe(before);
});

describe('agents', () => {
  test('a CLI that is missing', async () => {
    const plan = planOf({ ...scriptedTask('a', []), agent: 'codex' });
    const bin = join(repo.folder, 'bin');
    await mkdir(bin);
    const { symlink } = await import('node:fs/promises');
    await symlink('/usr/bin/git', join(bin, 'git'));
    await symlink('/bin/sh', join(bin, 'sh'));
    const result = await switchyard(repo, ['run', await planFile(repo, plan), '--yes', '--json'], { PATH: bin });
    expect(result.code).toBe(3);
    expect(result.summary.tasks['a']).toMatchObject({ state: 'needs-you', attempts: 0, why: { kind: 'agent-failed', failure: 'missing-cli' } });
  });

  describe.each([
    ['too old', 'echo "codex-cli 0.20.1"', 'wrong-version', /Codex.* cannot be used: .*0\.20\.1 is older than 0\.169\.0/],
    ['not signed in', 'case "$1" in --version) echo "codex-cli 0.169.0";; login) echo "Not logged in" >&2; exit 1;; esac', 'signed-out', /Codex.* is not signed in\./],
  ])('a CLI that is %s', (_name, answers, failure, said) => {
    /** A stand-in on PATH that writes down every call. */
    async function standIn(): Promise<{ readonly env: { readonly PATH: string }; readonly calls: () => Promise<string> }> {
      const bin = join(repo.folder, 'bin');
      await mkdir(bin);
      const calls = join(repo.folder, 'calls');
      await writeFile(join(bin, 'codex'), `#!/bin/sh\necho "$*" >> '${calls}'\n${answers}\n`, { mode: 0o755 });
      return { env: { PATH: `${bin}:${repo.env['PATH'] ?? ''}` }, calls: () => readFile(calls, 'utf8') };
    }

    test('as executor: the task needs you, nothing was started', async () => {
      const { env, calls } = await standIn();
      const head = await repo.git('rev-parse', 'main');
      const result = await switchyard(repo, ['run', await planFile(repo, planOf({ ...scriptedTask('a', []), agent: 'codex' })), '--yes', '--json'], env);
      expect(result.code).toBe(3);
      expect(result.summary.tasks['a']).toMatchObject({ state: 'needs-you', attempts: 0, why: { kind: 'agent-failed', failure } });
      expect(result.summary.tasks['a']?.why?.text).toMatch(said);
      expect(result.summary.tasks['a']?.why?.text).toContain('Nothing was started');
      expect(await calls()).not.toContain('exec');
      expect(await repo.git('rev-parse', 'main')).toBe(head);
      expect(await repo.git('status', '--porcelain', '--ignored')).toBe('');
    });

    test('as planner: it says so, nothing was started or changed', async () => {
      const { env, calls } = await standIn();
      const before = await fingerprint();
      const result = await switchyard(repo, ['plan', 'Do something', '--agent', 'codex', '--out', join(repo.folder, 'out.json')], env);
      expect(result.code).toBe(2);
      expect(result.stderr).toMatch(said);
      expect(result.stderr).toContain('Nothing was started.');
      expect(await calls()).not.toContain('exec');
      expect(await fingerprint()).toBe(before);
    });
  });

  test('a crashing one', async () => {
    const plan = planOf(scriptedTask('crash', [{ write: { path: 'crash/x.txt', text: 'kept' } }, { exit: 3 }]));
    const result = await switchyard(repo, ['run', await planFile(repo, plan), '--yes', '--json']);
    expect(result.code).toBe(3);
    expect(result.summary.tasks['crash']).toMatchObject({ state: 'needs-you', why: { kind: 'agent-failed', failure: 'crashed' } });
    expect(await readFile(`${repo.root}.worktrees/r1/crash/crash/x.txt`, 'utf8')).toBe('kept');
  });

  test('a silent one', async () => {
    await repo.write('.switchyard/team.jsonc', '{"version":1,"limits":{"idleMinutes":0.01}}');
    await repo.commit('Team');
    const result = await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('hang', [{ hang: true }]))), '--yes', '--json']);
    expect(result.code).toBe(3);
    expect(result.summary.tasks['hang']).toMatchObject({ state: 'needs-you', why: { kind: 'agent-failed', failure: 'silent' } });
  });

  test('a planner that refuses, and one that is missing', async () => {
    const before = await fingerprint();
    const refused = await switchyard(repo, ['plan', 'Do something', '--agent', 'scripted', '--out', join(repo.folder, 'out.json')]);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/recorded plan/i);
    const unknown = await switchyard(repo, ['plan', 'Do something', '--agent', 'hal']);
    expect(unknown.code).toBe(2);
    expect(await fingerprint()).toBe(before);
  });
});

describe('the world changes underneath', () => {
  test('a worktree folder that was deleted: what was committed is safe and retry makes it again', async () => {
    const plan = await planFile(repo, good());
    await switchyard(repo, ['run', plan]);
    await switchyard(repo, ['approve']);
    await switchyard(repo, ['resume']);
    await rm(`${repo.root}.worktrees/r1/a`, { recursive: true });
    await repo.commit('The base moves on');
    await switchyard(repo, ['approve', 'a']);
    const gone = await switchyard(repo, ['resume', '--json']);
    expect(gone.summary.tasks['a']).toMatchObject({ state: 'needs-you', why: { kind: 'worktree-missing' } });
    await switchyard(repo, ['retry', 'a']);
    const again = await switchyard(repo, ['resume', '--yes', '--json']);
    expect(again.summary.tasks['a']).toMatchObject({ state: 'landed' });
    expect(again.code).toBe(0);
  });

  test('a worktree folder that was deleted while its agent wrote on: retry makes it again, and what was written since is kept', async () => {
    const worktree = `${repo.root}.worktrees/r1/a`;
    const script = [{ write: { path: 'a/x.txt', text: 'early' } }, { run: ['rm', '-rf', worktree] }, { write: { path: `${worktree}/a/y.txt`, text: 'late' } }];
    const plan = planOf(scriptedTask('a', { attempts: [script, [{ write: { path: 'a/x.txt', text: 'again' } }]] }));
    const gone = await switchyard(repo, ['run', await planFile(repo, plan), '--yes', '--json']);
    expect(gone.summary.tasks['a']).toMatchObject({ state: 'needs-you', why: { kind: 'worktree-missing' } });
    await switchyard(repo, ['retry', 'a']);
    const again = await switchyard(repo, ['resume', '--yes', '--json']);
    expect(again.summary.tasks['a']).toMatchObject({ state: 'landed' });
    expect(again.stderr).toContain(`kept in ${worktree}.remains`);
    expect(await readFile(`${worktree}.remains/a/y.txt`, 'utf8')).toBe('late');
    expect(await repo.git('ls-tree', '-r', '--name-only', 'main')).not.toContain('y.txt');
  });

  test('two commands on one repository: the second is refused and says who holds it', async () => {
    const plan = await planFile(repo, planOf(scriptedTask('slow', [{ write: { path: 'slow/x.txt', text: 'x' } }, { run: [process.execPath, '-e', 'require("node:fs").watch("slow", () => process.exit(0)); require("node:fs").writeFileSync(process.env.HOME + "/started", "")'] }])));
    const first = switchyard(repo, ['run', plan, '--yes', '--json']);
    const { watchFor } = await import('../support/watchFor.js');
    await watchFor(join(repo.folder, 'home'), 'started');
    const second = await switchyard(repo, ['run', plan, '--yes']);
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/held by switchyard run \(process \d+\)/);
    await writeFile(`${repo.root}.worktrees/r1/slow/slow/go.txt`, '');
    expect((await first).code).toBe(0);
  });
});

test('unknown commands and options are refused with the help', async () => {
  expect((await switchyard(repo, ['frobnicate'])).code).toBe(2);
  const option = await switchyard(repo, ['run', 'x.json', '--frob']);
  expect(option.code).toBe(2);
  expect(option.stderr).toContain('--max-parallel');
});
