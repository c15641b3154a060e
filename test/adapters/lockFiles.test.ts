/**
 * The resolution table run for real: each package manager that can be had makes its lock file anew from a merged manifest,
 * without the network, since every dependency is a folder of the project. Which were run is told at the end.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { findExecutable } from '../../src/adapters/agents/detect.js';
import { createResolvers } from '../../src/adapters/resolvers.js';
import { FORMATTERS, lockFileOf } from '../../src/core/resolutions.js';
import { agentCli } from '../support/agentClis.js';
import type { ProgramName } from '../support/agentClis.js';
import { makeRepo } from '../support/tempRepo.js';
import type { TempRepo } from '../support/tempRepo.js';

let repo: TempRepo;
afterEach(() => repo.cleanup());

const LIBS = ['base', 'ours', 'theirs'];
const ran: string[] = [];
const couldNot: string[] = [];
afterAll(() => {
  console.info(`lock files made anew by the real ${ran.join(', ')}${couldNot.length === 0 ? '' : `; not to be had here: ${couldNot.join(', ')}`}`);
});

interface Manager {
  readonly name: string;
  /** From the npm registry, pinned; without it the machine's own. */
  readonly program?: ProgramName;
  readonly lock: string;
  readonly files: Readonly<Record<string, string>>;
  readonly manifest: (names: readonly string[]) => Readonly<Record<string, string>>;
  /** Tells the table's two kinds of `yarn.lock` apart. */
  readonly text?: string;
}

const nodeManifest = (protocol: string) => (names: readonly string[]) => ({
  'package.json': JSON.stringify({ name: 'app', version: '1.0.0', private: true, dependencies: Object.fromEntries(names.map((name) => [name, `${protocol}./libs/${name}`])) }),
});
const nodeLibs = Object.fromEntries(LIBS.map((name) => [`libs/${name}/package.json`, JSON.stringify({ name, version: '1.0.0' })]));
const cargoLibs = Object.fromEntries(LIBS.flatMap((name) => [[`libs/${name}/Cargo.toml`, `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\n`], [`libs/${name}/src/lib.rs`, '']]));

const MANAGERS: readonly Manager[] = [
  { name: 'npm', lock: 'package-lock.json', files: nodeLibs, manifest: nodeManifest('file:') },
  { name: 'pnpm', program: 'pnpm', lock: 'pnpm-lock.yaml', files: nodeLibs, manifest: nodeManifest('file:') },
  { name: 'yarn 1', program: 'yarn', lock: 'yarn.lock', files: nodeLibs, manifest: nodeManifest('file:') },
  { name: 'yarn 4', program: 'yarn-berry', lock: 'yarn.lock', text: '__metadata:\n  version: 8\n', files: { ...nodeLibs, '.yarnrc.yml': 'enableTelemetry: false\nenableGlobalCache: false\nnodeLinker: node-modules\n' }, manifest: nodeManifest('portal:') },
  { name: 'bun', program: 'bun', lock: 'bun.lock', files: nodeLibs, manifest: nodeManifest('file:') },
  {
    name: 'cargo',
    lock: 'Cargo.lock',
    files: { ...cargoLibs, 'src/main.rs': 'fn main() {}\n' },
    manifest: (names) => ({ 'Cargo.toml': `[package]\nname = "app"\nversion = "1.0.0"\nedition = "2021"\n\n[workspace]\nexclude = ["libs"]\n\n[dependencies]\n${names.map((name) => `${name} = { path = "libs/${name}" }\n`).join('')}` }),
  },
];

/** The environment in which the tool is found, or `undefined` where it cannot be had. */
async function environmentOf({ name, program }: Manager): Promise<Record<string, string> | undefined> {
  // A proxy of rustup needs to know where its toolchains are.
  const rust = { CARGO_HOME: process.env['CARGO_HOME'] ?? join(homedir(), '.cargo'), RUSTUP_HOME: process.env['RUSTUP_HOME'] ?? join(homedir(), '.rustup') };
  const env = { ...repo.env, ...(name === 'cargo' && rust), YARN_ENABLE_TELEMETRY: '0' };
  const path = repo.env['PATH'] ?? '';
  if (program === undefined) return (await findExecutable(name, env)) === undefined ? undefined : env;
  const file = await agentCli(program).catch(() => undefined);
  return file === undefined ? undefined : { ...env, PATH: `${dirname(file)}${delimiter}${path}` };
}

const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(repo.root, path)), { recursive: true });
    await writeFile(join(repo.root, path), text);
  }
};

describe('a lock file of one side, made anew for both', () => {
  test.each(MANAGERS)('by $name', { timeout: 120_000 }, async (manager) => {
    repo = await makeRepo({ 'README.md': 'x\n' });
    const env = await environmentOf(manager);
    const lock = lockFileOf(manager.lock, manager.text ?? '');
    expect(lock?.commands.length).toBeGreaterThan(0);
    if (env === undefined || lock === undefined) {
      couldNot.push(manager.name);
      return;
    }
    const resolvers = createResolvers({ environment: env, nonce: () => `lock-${manager.name}` });
    const regenerate = () => resolvers.regenerate({ folder: repo.root, commands: lock.commands, passEnv: ['YARN_ENABLE_TELEMETRY'] });
    await write({ ...manager.files, ...manager.manifest(['base', 'theirs']), ...(manager.text !== undefined && { [manager.lock]: '' }) });
    expect(await regenerate()).toEqual({ ok: true });
    const theirs = await readFile(join(repo.root, manager.lock), 'utf8');
    expect(theirs).toContain('theirs');
    expect(theirs).not.toContain('ours');
    await write(manager.manifest(['base', 'ours', 'theirs']));
    expect(await regenerate()).toEqual({ ok: true });
    const both = await readFile(join(repo.root, manager.lock), 'utf8');
    for (const name of LIBS) expect(both).toContain(name);
    ran.push(manager.name);
  });
});

test('the real prettier writes three sides alike that differ only in form', { timeout: 120_000 }, async () => {
  repo = await makeRepo({ '.prettierrc': '{ "singleQuote": true }\n' });
  const file = await agentCli('prettier').catch(() => undefined);
  expect(FORMATTERS.some(({ tool }) => tool === 'prettier')).toBe(true);
  if (file === undefined) {
    couldNot.push('prettier');
    return;
  }
  const resolvers = createResolvers({ environment: { ...repo.env, PATH: `${dirname(file)}${delimiter}${repo.env['PATH'] ?? ''}` }, nonce: () => 'format' });
  const texts = ['import {b,a} from "x"\nconst one = 1\n', "import { b, a } from 'x';\n\n\nconst one=1", "import {\n  b, a } from 'x'\nconst one = 1;"];
  const formatted = await resolvers.format({ worktree: repo.root, path: 'src/a.ts', texts, passEnv: [] });
  expect(formatted?.tool).toBe('prettier');
  expect(formatted?.texts[0]).toBe("import { b, a } from 'x';\nconst one = 1;\n");
  expect(formatted?.texts[2]).toBe(formatted?.texts[0]);
  ran.push('prettier');
});
