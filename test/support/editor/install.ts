/**
 * Installs the npm-shipped VS Code: the package `code-server`, with the Node it wants from npm too, into the test cache.
 * The package's own install script insists on being run by that Node and compiles everything, so it is not run;
 * what it does is done here, step by step, compiling only what lacks a built file. About a minute when cold.
 */
import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import { installFromDistribution } from '../distribution.js';
import { cacheFolder, testCache } from './cacheFolder.js';
import { nodePackage, RELEASES, type EditorRelease, type EditorVersion } from './releases.js';

export interface InstalledEditor {
  readonly version: EditorVersion;
  /** The VS Code inside. */
  readonly vscode: string;
  /** The Node that runs it. */
  readonly node: string;
  /** The server's entry script. */
  readonly entry: string;
}

/** Gives the editor, installing it first where it is not in the cache; rejects with what is missing and what to do. */
export async function installEditor(version: EditorVersion = 'newest'): Promise<InstalledEditor> {
  const release = RELEASES[version];
  const nodeFrom = nodePackage(release);
  if ('why' in nodeFrom) throw new Error(nodeFrom.why);
  const folder = await cacheFolder(join(testCache(), 'editor', release.codeServer), async (empty) => {
    await fill(empty, release, nodeFrom);
  });
  return {
    version,
    vscode: release.vscode,
    node: join(folder, 'node_modules', nodeFrom.name, 'bin', 'node'),
    entry: join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
  };
}

async function fill(folder: string, release: EditorRelease, nodeFrom: { name: string; range: string }): Promise<void> {
  console.log(`Installing VS Code ${release.vscode} from npm for the tests (once per machine, about a minute) …`);
  await writeFile(join(folder, 'package.json'), '{"private":true}\n');
  const packages = [`code-server@${release.codeServer}`, `${nodeFrom.name}@${nodeFrom.range}`];
  const ripgrep = `@vscode/ripgrep-${process.platform}-${process.arch}`;
  if (release.ripgrep !== undefined) packages.push(`${ripgrep}@${release.ripgrep}`);
  await npm(folder, ['install', '--ignore-scripts', '--no-save', ...packages]);

  const nodeHome = join(folder, 'node_modules', nodeFrom.name);
  const server = join(folder, 'node_modules', 'code-server');
  const vscode = join(server, 'lib', 'vscode');
  // The package ships lock files that `npm ci` refuses on other platforms.
  await npm(vscode, ['install', '--omit=dev', '--ignore-scripts']);
  await npm(join(vscode, 'extensions'), ['install', '--omit=dev', '--ignore-scripts']);
  await compilerTools();
  if (release.rebuild.server.length > 0) await npm(folder, ['rebuild', ...release.rebuild.server], nodeHome);
  await npm(vscode, ['rebuild', ...release.rebuild.vscode], nodeHome);
  if (release.ripgrep !== undefined) {
    await link(join(folder, 'node_modules', ripgrep, 'bin', 'rg'), join(vscode, 'node_modules', '@vscode', 'ripgrep', 'bin', 'rg'));
  }
  const flavour = process.platform === 'darwin' ? 'darwin' : 'linux';
  await link(join(vscode, 'bin', 'remote-cli', `code-${flavour}.sh`), join(vscode, 'bin', 'remote-cli', 'code-server'));
  await link(join(vscode, 'bin', 'helpers', `browser-${flavour}.sh`), join(vscode, 'bin', 'helpers', 'browser.sh'));
  await proveVersion(vscode, release);
}

/** What node-gyp needs. On a bare machine it is installed where this user may; else the build itself says what is missing. */
async function compilerTools(): Promise<void> {
  const found = await Promise.all(['python3', 'make', 'c++'].map((tool) => execa(tool, ['--version'], { reject: false, stdin: 'ignore' })));
  if (found.some((result) => result.exitCode !== 0)) await installFromDistribution('python3', 'make', 'g++');
}

/** Runs npm; with `nodeHome`, under that Node and compiling against its own headers instead of downloaded ones. */
async function npm(cwd: string, args: readonly string[], nodeHome?: string): Promise<void> {
  const env: Record<string, string> = { npm_config_yes: 'true', npm_config_loglevel: 'error' };
  if (nodeHome !== undefined) {
    env['PATH'] = `${join(nodeHome, 'bin')}:${process.env['PATH'] ?? ''}`;
    env['npm_config_nodedir'] = nodeHome;
  }
  // npm passes its own settings on to what it starts; an outer `npm test` must not direct this install.
  const outer = Object.keys(process.env).filter((name) => /^npm_(lifecycle|package|command|config_(local_prefix|prefix|global))/.test(name));
  for (const name of outer) env[name] = '';
  const all = ['--no-audit', '--no-fund', '--no-progress'];
  const result = await execa('npm', [...args, ...all], { cwd, env, all: true, reject: false, stdin: 'ignore', timeout: 10 * 60_000 });
  if (result.exitCode === 0) return;
  const tail = result.all.split('\n').slice(-25).join('\n');
  const needs = args[0] === 'rebuild' ? 'It compiles native code: python3, make and a C++ compiler are needed. ' : '';
  throw new Error(`npm ${args.join(' ')} failed in ${cwd}. ${needs}Nothing is left behind; run it again.\n${tail}`);
}

async function link(target: string, path: string): Promise<void> {
  await stat(target);
  await chmod(target, 0o755);
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await symlink(relative(dirname(path), target), path);
}

async function proveVersion(vscode: string, release: EditorRelease): Promise<void> {
  const product = JSON.parse(await readFile(join(vscode, 'package.json'), 'utf8')) as { version?: string };
  if (product.version !== release.vscode) {
    throw new Error(`code-server ${release.codeServer} carries VS Code ${product.version ?? '?'}, not ${release.vscode}.`);
  }
}
