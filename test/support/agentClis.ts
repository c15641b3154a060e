/**
 * The real agent CLIs in the versions that the adapters were written against, installed from npm into a cache outside
 * the project. Tests never use a CLI that happens to be on this machine.
 */
import { access, mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { repositoryRoot } from './root.js';

export type CliName = 'claude' | 'codex' | 'gemini' | 'opencode';

interface Pinned {
  readonly package: string;
  readonly version: string;
  /** The program's name where it is not the key. */
  readonly program?: string;
}

/** The agents' CLIs, the one of dev containers, and package managers and a formatter that projects use. */
export type ProgramName = CliName | 'devcontainer' | 'pnpm' | 'yarn' | 'yarn-berry' | 'bun' | 'prettier' | 'biome';

export const PINNED: Readonly<Record<ProgramName, Pinned>> = {
  claude: { package: '@anthropic-ai/claude-code', version: '2.1.329' },
  codex: { package: '@openai/codex', version: '0.169.0' },
  gemini: { package: '@google/gemini-cli', version: '0.61.0' },
  opencode: { package: 'opencode-ai', version: '1.18.33' },
  devcontainer: { package: '@devcontainers/cli', version: '0.89.0' },
  pnpm: { package: 'pnpm', version: '9.15.9' },
  yarn: { package: 'yarn', version: '1.22.22' },
  'yarn-berry': { package: '@yarnpkg/cli-dist', version: '4.18.1', program: 'yarn' },
  bun: { package: 'bun', version: '1.4.5' },
  biome: { package: '@biomejs/biome', version: '2.6.8' },
  prettier: { package: 'prettier', version: '3.10.1' },
};

/** `$SWITCHYARD_TEST_CACHE`, else the system's cache folder. */
export function testCache(): string {
  const given = process.env['SWITCHYARD_TEST_CACHE'];
  return given !== undefined && given !== '' ? given : systemCache();
}

function systemCache(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'switchyard-test');
  const local = process.platform === 'win32' ? process.env['LOCALAPPDATA'] : process.env['XDG_CACHE_HOME'];
  return join(local === undefined || local === '' ? join(homedir(), '.cache') : local, 'switchyard-test');
}

/**
 * A fresh folder, its real path, in which a real CLI has its home and its repository. Never below the temporary folder, even where
 * the cache is: Gemini ignores settings below a folder that everybody may write to, and Codex 0.169 makes no helper in a home
 * there, without which its commands fail wherever bubblewrap is installed.
 */
export async function runsFolder(name: string): Promise<string> {
  const places = [testCache(), systemCache(), join(repositoryRoot, 'test-output')];
  const place = places.find((each) => ['/tmp', tmpdir()].every((temporary) => !`${each}/`.startsWith(`${temporary}/`))) ?? testCache();
  const runs = join(place, 'runs');
  await mkdir(runs, { recursive: true });
  return realpath(await mkdtemp(join(runs, `${name}-`)));
}

/** Written last: without it a folder is a torn installation. */
const MARKER = 'installed.json';

function folderOf(name: ProgramName): string {
  return join(testCache(), 'agents', `${name}@${PINNED[name].version}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function executableIn(folder: string, name: ProgramName): Promise<string | undefined> {
  if (!(await exists(join(folder, MARKER)))) return undefined;
  const program = PINNED[name].program ?? name;
  const path = join(folder, 'node_modules', '.bin', process.platform === 'win32' ? `${program}.cmd` : program);
  return (await exists(path)) ? path : undefined;
}

async function install(name: ProgramName, folder: string): Promise<void> {
  const { package: pkg, version } = PINNED[name];
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}.`);
  try {
    await writeFile(join(temporary, 'package.json'), JSON.stringify({ private: true }));
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    await execa(npm, ['install', '--prefix', temporary, '--save-exact', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error', `${pkg}@${version}`], {
      cwd: temporary,
      stdin: 'ignore',
      timeout: 600_000,
    });
    const got = JSON.parse(await readFile(join(temporary, 'node_modules', ...pkg.split('/'), 'package.json'), 'utf8')) as { readonly version: string };
    if (got.version !== version) throw new Error(`npm installed ${pkg} ${got.version} instead of ${version}.`);
    await writeFile(join(temporary, MARKER), JSON.stringify({ package: pkg, version }));
    await rename(temporary, folder).catch(async (error: unknown) => {
      // Somebody else was first, or left a torn folder: theirs counts if it is whole.
      if ((await executableIn(folder, name)) !== undefined) return;
      await rm(folder, { recursive: true, force: true });
      await rename(temporary, folder).catch(() => {
        throw error;
      });
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

const installing = new Map<ProgramName, Promise<string>>();

/**
 * The executable of a pinned CLI, installed first when it is not there yet. Safe to call from several processes at
 * once: each installs into a folder of its own, and one of them is kept.
 */
export function agentCli(name: ProgramName): Promise<string> {
  const known = installing.get(name);
  if (known !== undefined) return known;
  const path = (async () => {
    const folder = folderOf(name);
    const there = await executableIn(folder, name);
    if (there !== undefined) return there;
    await install(name, folder);
    const made = await executableIn(folder, name);
    if (made === undefined) throw new Error(`${PINNED[name].package}@${PINNED[name].version} was installed into ${folder}, but has no program "${name}".`);
    return made;
  })();
  installing.set(name, path);
  path.catch(() => installing.delete(name));
  return path;
}
