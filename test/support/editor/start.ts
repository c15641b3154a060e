/** Starts the npm-shipped VS Code on loopback, as a fresh user: own HOME, own settings, nothing of this machine's environment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { installEditor, type InstalledEditor } from './install.js';
import { endProcesses, groupMembers, processesWith } from './processTree.js';
import { RELEASES, type EditorVersion } from './releases.js';

export interface EditorOptions {
  /** The folder a page opens at first. */
  readonly folder: string;
  /** An extension to install, as a person would. */
  readonly vsix?: string;
  /** User settings, on top of `QUIET_SETTINGS`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** `false`: the folder starts restricted, as any folder that was never opened. Default: workspace trust is off. */
  readonly trust?: boolean;
  /** The window obeys `payload` (in-host suites); it then shows no notifications. */
  readonly smokeDriver?: boolean;
  /** Added to the editor's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly version?: EditorVersion;
  /** The profile of an editor that was quit before: its settings, extensions and state are taken up again. */
  readonly userDir?: string;
  /** A free one by default. */
  readonly port?: number;
}

export interface Editor {
  readonly url: string;
  readonly port: number;
  /** HOME, settings, extensions and logs of this editor; `server.log` is in it. */
  readonly userDir: string;
  readonly folder: string;
  readonly version: EditorVersion;
  readonly pid: number;
  /** Ends the editor as its shutdown does, leaving its profile and whatever the extension let live. */
  quit(): Promise<void>;
  /** Quits, ends every process that lives with this editor's HOME, and removes the profile. */
  close(): Promise<void>;
}

/** Settings that keep the window still and a terminal's text readable from the page. */
export const QUIET_SETTINGS: Readonly<Record<string, unknown>> = {
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.reduceMotion': 'on',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'git.autofetch': false,
  // The editor's language server would install typings with npm in the middle of a story.
  'typescript.disableAutomaticTypeAcquisition': true,
  'js/ts.tsserver.automaticTypeAcquisition.enabled': false,
  'npm.fetchOnlinePackageInfo': false,
  'git.openRepositoryInParentFolders': 'always',
  'terminal.integrated.gpuAcceleration': 'off',
  'security.workspace.trust.startupPrompt': 'never',
  'files.simpleDialog.enable': true,
};

/** Settings that the manifest gives the scope `machine-overridable`. */
const OF_THE_MACHINE = /^switchyard\.(executables\.|worktreesFolder$)/;

/** Rejects when the editor cannot be installed, ends before it answers, or does not answer within a minute. */
export async function startEditor(options: EditorOptions): Promise<Editor> {
  const installed = await installEditor(options.version ?? 'newest');
  const userDir = options.userDir ?? (await realpath(await mkdtemp(join(tmpdir(), 'switchyard-editor-'))));
  const home = join(userDir, 'home');
  await makeProfile(userDir, home, options.settings ?? {});
  const env = { ...editorEnvironment(home), ...options.env };
  const common = ['--user-data-dir', join(userDir, 'user'), '--extensions-dir', join(userDir, 'extensions'), '--config', join(userDir, 'config.yaml')];
  if (options.vsix !== undefined) {
    await execa(installed.node, [installed.entry, ...common, '--install-extension', options.vsix, '--force'], { env, extendEnv: false, cwd: userDir, stdin: 'ignore', timeout: 60_000 });
  }
  const port = options.port ?? (await freePort());
  const driver = options.smokeDriver === true ? await smokeDriver(installed, userDir) : { node: [], server: [] };
  const args = [...driver.node, installed.entry, ...common, ...serverArguments(port, options), ...driver.server];
  const child = spawn(installed.node, args, { cwd: userDir, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(join(userDir, 'server.log'), { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const url = `http://127.0.0.1:${port}`;
  const quit = (): Promise<void> => stopServer(child);
  try {
    await answers(`${url}/healthz`, child);
  } catch (error) {
    await quit();
    const tail = (await readFile(join(userDir, 'server.log'), 'utf8')).split('\n').slice(-15).join('\n');
    throw new Error(`${String(error)}\n${tail}`, { cause: error });
  }
  return {
    url,
    port,
    userDir,
    folder: options.folder,
    version: installed.version,
    pid: child.pid ?? 0,
    quit,
    close: async () => {
      await quit();
      await endProcesses(await processesWith('HOME', home));
      await rm(userDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

function serverArguments(port: number, options: EditorOptions): string[] {
  const args = ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', '--disable-proxy', '--ignore-last-opened'];
  if (options.trust !== false) args.push('--disable-workspace-trust');
  return args;
}

/** How this release is told to obey a page's `payload`: by its option, or, where it has none, by a module loaded before it. */
async function smokeDriver(installed: InstalledEditor, userDir: string): Promise<{ node: string[]; server: string[] }> {
  if (RELEASES[installed.version].takesVscodeOptions) return { node: [], server: ['--vscode-option', 'enable-smoke-test-driver'] };
  const preload = join(userDir, 'smoke-driver.cjs');
  await writeFile(
    preload,
    `const cli = require(${JSON.stringify(join(dirname(installed.entry), 'cli.js'))});
const { toCodeArgs } = cli;
cli.toCodeArgs = async (args) => ({ ...(await toCodeArgs(args)), 'enable-smoke-test-driver': true });
// The server's own child needs this module too; an extension host that inherits it cannot load ES modules.
if (process.env.CODE_SERVER_PARENT_PID) process.execArgv.length = 0;
`,
  );
  return { node: ['--require', preload], server: [] };
}

async function makeProfile(userDir: string, home: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  for (const folder of [home, join(userDir, 'user', 'User'), join(userDir, 'extensions')]) await mkdir(folder, { recursive: true });
  await writeFile(join(userDir, 'config.yaml'), '');
  await writeFile(join(userDir, 'user', 'User', 'settings.json'), JSON.stringify({ ...QUIET_SETTINGS, ...settings }, null, 2));
  // Paths belong to a machine: a window whose editor runs elsewhere takes them from that machine's settings only. From the
  // person's own file they count just until the extension has said what they are, so that whoever came first won.
  await mkdir(join(userDir, 'user', 'Machine'), { recursive: true });
  await writeFile(join(userDir, 'user', 'Machine', 'settings.json'), JSON.stringify(Object.fromEntries(Object.entries(settings).filter(([name]) => OF_THE_MACHINE.test(name))), null, 2));
  await writeFile(join(home, '.gitconfig'), '[user]\n\tname = Test Person\n\temail = person@example.test\n[init]\n\tdefaultBranch = main\n[commit]\n\tgpgSign = false\n');
}

/** The allow-list: what any program needs to run, and nothing that could hold a key or an account. */
export function editorEnvironment(home: string): Record<string, string> {
  const env: Record<string, string> = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    GIT_CONFIG_NOSYSTEM: '1',
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    SHELL: '/bin/sh',
  };
  for (const name of ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'USER', 'LOGNAME']) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** A loopback port that nobody listens on. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The editor ended while starting (exit ${child.exitCode ?? child.signalCode ?? '?'}).`);
    const ok = await fetch(url).then((response) => response.ok, () => false);
    if (ok) return;
    await delay(100);
  }
  throw new Error('The editor did not answer within a minute.');
}

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  // Extension hosts and the pty host are of its group; agents in terminals are not, and may live on.
  const members = await groupMembers(child.pid);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGTERM');
  await endProcesses(members);
  await ended;
}
