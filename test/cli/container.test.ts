/**
 * The container, for real, where podman can run one: what an agent and a gate in it see of this machine, whose their files
 * are, and that stop and crash leave no container. Where it cannot, that is said, and the refusal is what is tested.
 */
import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { agentCli } from '../support/agentClis.js';
import { startPodman, type TestPodman } from '../support/podman.js';
import { CLI, planFile, planOf, scriptedTask, switchyard } from '../support/switchyard.js';
import { watchFor } from '../support/watchFor.js';
import { isolatedEnv, makeRepo, type TempRepo } from '../support/tempRepo.js';

// A container takes its second to start, many on a busy disk.
vi.setConfig({ testTimeout: 240_000 });

const folder = await realpath(await mkdtemp(join(tmpdir(), 'switchyard-podman-')));
const started = await startPodman(folder, isolatedEnv(folder));
const podman: TestPodman | undefined = typeof started === 'string' ? undefined : started;
if (typeof started === 'string') console.warn(`CONTAINERS NOT TESTED here, only that they are refused: ${started}`);

let repo: TempRepo;
let env: Record<string, string>;
beforeEach(async () => {
  repo = await makeRepo({ 'README.md': 'hello\n' });
  env = { ...podman?.env };
});
afterEach(() => repo.cleanup());
afterAll(async () => {
  await podman?.end();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

async function team(more: object): Promise<void> {
  await mkdir(join(repo.root, '.switchyard'), { recursive: true });
  const container = { image: podman?.image ?? 'localhost/nowhere:1' };
  await writeFile(join(repo.root, '.switchyard/team.jsonc'), JSON.stringify({ version: 1, tiers: { standard: { agent: 'scripted', isolation: 'container' } }, container, ...more }));
}

const run = async (script: Parameters<typeof scriptedTask>[1], more: Parameters<typeof scriptedTask>[2] = {}) => switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', script, more))), '--yes', '--json'], env);
const sh = (line: string, ...args: readonly string[]) => ({ run: ['sh', '-c', line, 'sh', ...args] });
const ours = async (): Promise<string> => (await podman?.podman('ps', '--all', '--quiet')) ?? '';

const devcontainers = async (): Promise<string> => join(await agentCli('devcontainer'), '..');

function until(stream: NodeJS.ReadableStream, found: (text: string) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (found(text)) resolve();
    });
    stream.once('end', () => reject(new Error(`It ended before: ${text.slice(-2_000)}`)));
  });
}

function refused(result: Awaited<ReturnType<typeof run>>): boolean {
  if (podman !== undefined) return false;
  expect(result.summary.tasks['a']).toMatchObject({ state: 'needs-you', attempts: 0, why: { kind: 'set-up-failed', text: expect.stringMatching(/^A container was asked for, and .*Nothing was started/) as string } });
  return true;
}

describe('a task in a container', () => {
  test('sees its worktree, the needed git data and nothing else; commits; its gate and set-up run in there too', async () => {
    await team({ setup: ['test ! -e /etc/hostname.of.host && test -e README.md'] });
    await writeFile(join(repo.folder, 'secret'), 's');
    const log = join(repo.root, '.git/switchyard');
    const looks = [
      sh('mkdir -p a; for path in "$@"; do if test -e "$path"; then echo "sees $path"; else echo "blind to $path"; fi; done > a/notes', join(repo.folder, 'secret'), join(repo.root, 'README.md'), '/boot', join(log, 'runs/r1/events.jsonl'), 'README.md', join(repo.root, '.git/config')),
      sh('for path in "$@"; do if echo x 2>/dev/null > "$path"; then echo "wrote $path"; else echo "refused $path"; fi; done >> a/notes', join(repo.root, '.git/config'), join(repo.root, '.git/hooks/post-merge'), join(repo.root, '.git/refs/heads/main'), '.git', '../outside'),
      sh('env > a/env; echo x > "$TMPDIR/own"; echo x > "$HOME/own"; id -u > a/uid'),
      sh('git add -A && git -c user.name=A -c user.email=a@b.c commit -qm "By the agent"'),
    ];
    const result = await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', looks, { gate: [`test ! -e ${join(repo.folder, 'secret')} && test "$CI" = true && test -n "$SWITCHYARD_SLOT" && ! touch ../nowhere/x`] }))), '--yes', '--json'], { ...env, SECRET_TOKEN: 'not to be seen' });
    if (refused(result)) return;
    expect(result.summary.tasks['a']).toMatchObject({ state: 'landed', attempts: 1 });
    const notes = await readFile(join(repo.root, 'a/notes'), 'utf8');
    for (const path of [join(repo.folder, 'secret'), join(repo.root, 'README.md'), '/boot', join(log, 'runs/r1/events.jsonl')]) expect(notes).toContain(`blind to ${path}\n`);
    for (const path of ['README.md', join(repo.root, '.git/config')]) expect(notes).toContain(`sees ${path}\n`);
    for (const path of [join(repo.root, '.git/config'), join(repo.root, '.git/hooks/post-merge'), join(repo.root, '.git/refs/heads/main'), '.git']) expect(notes).toContain(`refused ${path}\n`);
    const inside = await readFile(join(repo.root, 'a/env'), 'utf8');
    expect(inside).not.toContain('SECRET_TOKEN');
    expect(inside).toMatch(/^SWITCHYARD_TASK=a$/m);
    expect(inside).not.toContain(env['PATH'] ?? repo.env['PATH']);
    expect((await stat(join(repo.root, 'a/notes'))).uid).toBe(process.getuid?.());
    expect(await repo.git('log', '--format=%s', 'main')).toContain('By the agent');
    expect(result.code).toBe(0);
    expect(await ours()).toBe('');
  });

  test('has no network where the team says so', async () => {
    await team({ container: { image: podman?.image ?? 'localhost/nowhere:1', network: false } });
    const result = await run([sh('mkdir -p a; ls /sys/class/net > a/net 2>/dev/null; node -e "require(\'node:os\').networkInterfaces().lo ? console.log(Object.keys(require(\'node:os\').networkInterfaces()).join()) : console.log(\'none\')" > a/interfaces')]);
    if (refused(result)) return;
    expect((await readFile(join(repo.root, 'a/interfaces'), 'utf8')).trim()).toMatch(/^(lo|none)$/);
  });

  test('is stopped with everything in it, also what left its session', async () => {
    await team({ limits: { idleMinutes: 0.05 } });
    const result = await run([sh('setsid sleep 1000 & setsid sh -c "trap \'\' INT TERM; sleep 1000" &'), { hang: true }]);
    if (refused(result)) return;
    expect(result.summary.tasks['a']).toMatchObject({ state: 'needs-you', attempts: 1, why: { failure: 'silent' } });
    expect(await ours()).toBe('');
  });

  test('a runner that is killed leaves its container in the claim: whoever comes next removes that one and no other', async () => {
    await team({});
    const plan = await planFile(repo, planOf(scriptedTask('a', [{ write: { path: 'a/x', text: 'x' } }, { hang: true }])));
    if (podman === undefined) {
      refused(await switchyard(repo, ['run', plan, '--yes', '--json'], env));
      return;
    }
    const stranger = await podman.podman('run', '--detach', '--pull=never', '--label=switchyard.nonce=another', '--entrypoint=sleep', podman.image, '1000');
    const attempt = join(repo.root, '.git/switchyard/runs/r1/attempts/a/1');
    const host = execa(process.execPath, [CLI, 'run', plan, '--yes', '--json'], { cwd: repo.root, env: { ...repo.env, ...env }, extendEnv: false, reject: false, stdin: 'ignore' });
    // The claim is there before the agent, and the file is written by the agent.
    await until(host.stdout, (text) => /"to":"working"/.test(text));
    await watchFor(join(repo.root, '..', 'repo.worktrees/r1/a'), 'a');
    await watchFor(join(repo.root, '..', 'repo.worktrees/r1/a/a'), 'x');
    const claim = JSON.parse(await readFile(join(attempt, 'claim.json'), 'utf8')) as { pid: number; container: { engine: string; nonce: string } };
    expect(await podman.podman('ps', '--quiet', '--filter', `label=switchyard.nonce=${claim.container.nonce}`)).not.toBe('');
    host.kill('SIGKILL');
    await host;
    process.kill(claim.pid, 'SIGKILL');
    const recovered = await switchyard(repo, ['recover', '--json'], env);
    expect(recovered.code).toBe(0);
    expect(await podman.podman('ps', '--all', '--quiet', '--filter', `label=switchyard.nonce=${claim.container.nonce}`)).toBe('');
    expect(await podman.podman('ps', '--quiet', '--no-trunc')).toBe(stranger);
    await podman.podman('rm', '--force', '--time', '0', stranger);
  });

  test('the repository’s dev container, as its base has it: nothing of it runs out here, whatever an agent makes of it', async () => {
    const outside = join(repo.folder, 'by-initialize');
    await writeFile(join(repo.folder, 'secret'), 's');
    // With comments, as people write it.
    await repo.write('.devcontainer/devcontainer.json', `{ // ours\n  "image": "${podman?.image ?? 'localhost/nowhere:1'}", "initializeCommand": "touch ${outside}", "postCreateCommand": "touch made-inside",\n  "mounts": ["type=bind,source=${repo.folder},target=/everything"], "runArgs": ["--name", "taken"], "remoteEnv": { "OWN": "1" }, }`);
    await repo.write('.gitignore', 'made-inside\n');
    await repo.commit('A dev container');
    await team({ container: {}, tiers: { standard: { agent: 'scripted', isolation: 'container' } } });
    const evil = JSON.stringify({ image: podman?.image, initializeCommand: `touch ${outside}` });
    const script = [sh('mkdir -p a; test -e /everything || test -e "$1" || echo blind > a/notes; env > a/env; id -u > a/uid; test -e made-inside && echo created >> a/notes', join(repo.folder, 'secret')), { write: { path: '.devcontainer/devcontainer.json', text: evil } }, sh('git add -A && git -c user.name=A -c user.email=a@b.c commit -qm "By the agent"')];
    const result = await switchyard(repo, ['run', await planFile(repo, planOf(scriptedTask('a', script, { owns: ['a/**', '.devcontainer/**'], gate: ['test -e made-inside && grep -q initialize .devcontainer/devcontainer.json'] }))), '--yes', '--json'], { ...env, PATH: `${await devcontainers()}:${env['PATH'] ?? repo.env['PATH'] ?? ''}` });
    if (refused(result)) return;
    expect(result.summary.tasks['a']).toMatchObject({ state: 'landed', attempts: 1 });
    expect(await readFile(join(repo.root, 'a/notes'), 'utf8')).toBe('blind\ncreated\n');
    expect(await readFile(join(repo.root, 'a/env'), 'utf8')).toMatch(/^OWN=1$/m);
    await expect(stat(outside)).rejects.toThrow('ENOENT');
    expect(await ours()).toBe('');
  });

  test('an image without the agent says so', async () => {
    await team({ tiers: { standard: { agent: 'gemini', isolation: 'container' } } });
    const { agent: _, ...task } = scriptedTask('a', []);
    const result = await switchyard(repo, ['run', await planFile(repo, planOf(task)), '--yes', '--json'], { ...env, GEMINI_API_KEY: 'dummy' });
    if (refused(result)) return;
    expect(result.summary.tasks['a']).toMatchObject({ state: 'needs-you', attempts: 1, why: { failure: 'missing-cli', text: expect.stringContaining('its image needs one') as string } });
  });
});
