/** Detection with programs that only pretend to be a CLI: found, missing, too old, broken, hanging, signed in or not. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { atLeast, findExecutable, versionIn } from '../../src/adapters/agents/detect.js';
import { createAgents } from '../../src/adapters/agents/index.js';
import type { AgentStatus } from '../../src/core/ports.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-detect-'));
  await mkdir(join(folder, 'bin'));
  await mkdir(join(folder, 'home'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A program on PATH that notes every start and then runs `body` (of a shell script). */
async function pretend(name: string, body: string, place = 'bin'): Promise<string> {
  const path = join(folder, place, name);
  await mkdir(join(folder, place), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

function environment(more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { PATH: `${join(folder, 'bin')}${delimiter}/usr/bin${delimiter}/bin`, HOME: join(folder, 'home'), ...more };
}

async function status(id: string, env = environment()): Promise<AgentStatus | undefined> {
  return createAgents({ extra: [], environment: env }).status(id);
}

describe.skipIf(process.platform === 'win32')('detect', () => {
  it('says what is missing and how to get it', async () => {
    const all = await createAgents({ extra: [], environment: environment() }).detect();
    expect(all.map((each) => [each.id, each.found])).toEqual([['claude', false], ['codex', false], ['gemini', false], ['opencode', false]]);
    for (const each of all) {
      expect(each.problem).toContain('was not found on PATH');
      expect(each.hint).toMatch(/^npm install -g /);
    }
  });

  it('tells a version that is too old', async () => {
    await pretend('codex', 'echo "codex-cli 0.20.1"');
    expect(await status('codex')).toMatchObject({ found: true, version: '0.20.1', problem: expect.stringContaining('older than 0.169.0') as string, hint: expect.stringContaining('npm install') as string });
  });

  it('tells a CLI that does not start', async () => {
    await pretend('gemini', 'echo "cannot find module" >&2; exit 1');
    expect(await status('gemini')).toMatchObject({ found: true, problem: expect.stringContaining('cannot find module') as string });
    await pretend('opencode', 'exit 0');
    expect(await status('opencode')).toMatchObject({ found: true, problem: expect.stringContaining('did not print a version') as string });
  });

  it('asks claude itself where no file and no variable tells', async () => {
    const answer = (text: string): string => `case "$1" in --version) echo "2.1.400 (Claude Code)";; auth) echo '${text}';; esac`;
    await pretend('claude', answer('{"loggedIn":true,"authMethod":"claude.ai"}'));
    expect(await status('claude')).toMatchObject({ signedIn: 'yes', account: 'subscription', version: '2.1.400' });
    await pretend('claude', answer('{"loggedIn":false,"authMethod":"none"}'));
    expect(await status('claude')).toMatchObject({ signedIn: 'no', hint: expect.stringContaining('sign in') as string });
    // an older version that has no such command
    await pretend('claude', answer('unknown command'));
    expect(await status('claude')).toMatchObject({ signedIn: 'unknown' });
    await mkdir(join(folder, 'home', '.claude'));
    await writeFile(join(folder, 'home', '.claude', '.credentials.json'), '');
    expect(await status('claude')).toMatchObject({ signedIn: 'yes', account: 'subscription' });
    // a key in the environment is used even then
    expect(await status('claude', environment({ ANTHROPIC_API_KEY: 'x' }))).toMatchObject({ signedIn: 'yes', account: 'api-key' });
  });

  it('knows who pays for codex, gemini and opencode', async () => {
    await pretend('codex', 'case "$1" in --version) echo "codex-cli 0.169.0";; login) echo "Logged in using ChatGPT" >&2;; esac');
    expect(await status('codex')).toMatchObject({ signedIn: 'yes', account: 'subscription' });
    await pretend('codex', 'case "$1" in --version) echo "codex-cli 0.169.0";; login) echo "Logged in using an API key - sk-***" >&2;; esac');
    expect(await status('codex')).toMatchObject({ signedIn: 'yes', account: 'api-key' });
    await pretend('gemini', 'echo 0.61.0');
    expect(await status('gemini')).toMatchObject({ signedIn: 'no' });
    await mkdir(join(folder, 'home', '.gemini'));
    await writeFile(join(folder, 'home', '.gemini', 'oauth_creds.json'), '');
    expect(await status('gemini')).toMatchObject({ signedIn: 'yes', account: 'subscription' });
    await pretend('opencode', 'echo 1.18.33');
    expect(await status('opencode', environment({ OPENROUTER_API_KEY: 'x' }))).toMatchObject({ signedIn: 'yes', account: 'api-key' });
  });

  it('gives a probe nothing of the environment that it has no use for', async () => {
    await pretend('gemini', `env > "${folder}/seen"; echo 0.61.0`);
    await status('gemini', environment({ MY_SECRET: 'x', ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--inspect', GEMINI_API_KEY: 'x' }));
    const { readFile } = await import('node:fs/promises');
    const seen = await readFile(join(folder, 'seen'), 'utf8');
    expect(seen).toContain('HOME=');
    expect(seen).not.toMatch(/MY_SECRET|ELECTRON_RUN_AS_NODE|NODE_OPTIONS|GEMINI_API_KEY/);
  });

  it('uses the program it is told to use', async () => {
    const other = await pretend('my-codex', 'echo "codex-cli 0.200.0"', 'elsewhere');
    const agents = createAgents({ extra: [], environment: environment({ CODEX_API_KEY: 'x' }), executables: { codex: other } });
    expect(await agents.status('codex')).toMatchObject({ found: true, path: other, version: '0.200.0' });
    const gone = createAgents({ extra: [], environment: environment(), executables: { codex: join(folder, 'gone') } });
    expect(await gone.status('codex')).toMatchObject({ found: false, missingAt: join(folder, 'gone'), problem: expect.stringContaining(join(folder, 'gone')) as string, hint: expect.stringContaining('switchyard.executables.codex') as string });
  });

  it('probes a program once until told to look again, looks anew for one that was not there, and knows only its own', async () => {
    const agents = createAgents({ extra: [], environment: environment() });
    expect(await agents.status('gemini')).toMatchObject({ found: false });
    await pretend('gemini', 'echo 0.61.0');
    expect(await agents.status('gemini')).toMatchObject({ found: true, version: '0.61.0' });
    await pretend('gemini', 'echo 0.62.0');
    expect(await agents.status('gemini')).toMatchObject({ version: '0.61.0' });
    expect((await agents.detect(true)).find((each) => each.id === 'gemini')).toMatchObject({ version: '0.62.0' });
    expect(await agents.status('gemini')).toMatchObject({ version: '0.62.0' });
    expect(await agents.status('nobody')).toBeUndefined();
    expect(agents.adapter('nobody')).toBeUndefined();
  });

  it('passes over folders and files that are no programs', async () => {
    await mkdir(join(folder, 'bin', 'tool'));
    await pretend('tool', 'true', 'second');
    await writeFile(join(folder, 'bin', 'plain'), '');
    const env = { PATH: [join(folder, 'bin'), '', join(folder, 'second')].join(delimiter) };
    expect(await findExecutable('tool', env)).toBe(join(folder, 'second', 'tool'));
    expect(await findExecutable('plain', env)).toBeUndefined();
  });

  it('finds what Windows would start', async () => {
    await writeFile(join(folder, 'bin', 'claude'), '');
    await writeFile(join(folder, 'bin', 'claude.CMD'), '');
    expect(await findExecutable('claude', { Path: join(folder, 'bin'), PATHEXT: '.EXE;.CMD' }, 'win32')).toBe(join(folder, 'bin', 'claude.CMD'));
    expect(await findExecutable('codex', { PATH: join(folder, 'bin') }, 'win32')).toBeUndefined();
  });
});

describe('versions', () => {
  it.each([['2.1.329 (Claude Code)', '2.1.329'], ['codex-cli 0.169.0', '0.169.0'], ['1.18.33', '1.18.33'], ['v1.2.3-beta.4', undefined], ['nothing', undefined]])('%s', (text, version) => {
    expect(versionIn(text)).toBe(version);
  });

  it('compares by number', () => {
    expect(atLeast('2.1.329', '2.1.197')).toBe(true);
    expect(atLeast('2.1.197', '2.1.197')).toBe(true);
    expect(atLeast('0.9.0', '0.61.0')).toBe(false);
    expect(atLeast('1.0.0', '0.169.0')).toBe(true);
  });
});
