/** Finds (or gets) a Chromium-family browser for the tests and starts it cut off from the person's own profile. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { execa } from 'execa';
import { chromium, type Browser } from 'playwright-core';
import { installFromDistribution } from './distribution.js';

/** Names on PATH, best first. */
const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge', 'brave-browser'];

const HOW_TO_GET_ONE =
  'The tests need a Chromium or Chrome, and none was found or could be installed. Install one ' +
  '(Debian/Ubuntu: `sudo apt-get install chromium`; macOS: `brew install --cask google-chrome`; anywhere: `npx playwright-core install chromium`), ' +
  'or name one in SWITCHYARD_TEST_BROWSER.';

/**
 * The path of a browser that runs: the one in SWITCHYARD_TEST_BROWSER, else one on this machine, else playwright's own
 * (installing it where its host answers), else the distribution's package where this user may install it.
 * Rejects with how to get one.
 */
export async function findBrowser(): Promise<string> {
  const named = process.env['SWITCHYARD_TEST_BROWSER'];
  if (named !== undefined && named !== '') {
    if (await runs(named)) return named;
    throw new Error(`SWITCHYARD_TEST_BROWSER names ${named}, which does not run. Name another one or unset it.`);
  }
  return (await installedBrowser()) ?? (await playwrightBrowser()) ?? (await distributionBrowser()) ?? fail();
}

export interface LaunchOptions {
  /** `false` shows the window. */
  readonly headless?: boolean;
  readonly args?: readonly string[];
}

/** A browser with its own HOME and profile; both are removed when it closes. Close it with `browser.close()`. */
export async function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = await findBrowser();
  const home = await mkdtemp(join(tmpdir(), 'switchyard-browser-'));
  const browser = await chromium.launch({
    executablePath,
    headless: options.headless ?? true,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Containers and root have no user namespaces for its sandbox; the only pages it opens are ours.
      ...(process.platform === 'linux' ? ['--no-sandbox', '--disable-dev-shm-usage'] : []),
      ...(options.args ?? []),
    ],
    env: browserEnvironment(home),
  });
  browser.on('disconnected', () => void rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }).catch(() => undefined));
  return browser;
}

function browserEnvironment(home: string): Record<string, string> {
  const env: Record<string, string> = { HOME: home, XDG_CONFIG_HOME: join(home, '.config'), XDG_CACHE_HOME: join(home, '.cache') };
  for (const name of ['PATH', 'LANG', 'TZ', 'TMPDIR', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR', 'SystemRoot', 'LOCALAPPDATA', 'TEMP', 'TMP']) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

async function installedBrowser(): Promise<string | undefined> {
  for (const path of [...usualPlaces(), ...onPath()]) {
    if (await isFile(path) && (await runs(path))) return path;
  }
  return undefined;
}

function onPath(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command + suffix)));
}

function usualPlaces(): string[] {
  if (process.platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser'];
    return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) =>
      apps.map((app) => join(folder, `${app}.app`, 'Contents', 'MacOS', app)),
    );
  }
  if (process.platform === 'win32') {
    const roots = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => process.env[name] ?? []);
    const programs = ['Google\\Chrome\\Application\\chrome.exe', 'Chromium\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    return roots.flatMap((root) => programs.map((program) => join(root, program)));
  }
  return [];
}

async function playwrightBrowser(): Promise<string | undefined> {
  const path = chromium.executablePath();
  if (await isFile(path) && (await runs(path))) return path;
  console.log('No Chromium or Chrome on this machine; asking playwright for one …');
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js');
  await execa(process.execPath, [cli, 'install', 'chromium'], { reject: false, timeout: 4 * 60_000, stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' });
  return (await isFile(path)) && (await runs(path)) ? path : undefined;
}

async function distributionBrowser(): Promise<string | undefined> {
  return (await installFromDistribution('chromium')) ? installedBrowser() : undefined;
}

/** Whether the program starts at all: a stub that only points at another package manager, or one without its libraries, does not. */
async function runs(path: string): Promise<boolean> {
  // Chrome for Windows answers no `--version`; it would open a window.
  if (process.platform === 'win32') return isFile(path);
  const result = await execa(path, ['--version', '--no-sandbox'], { reject: false, timeout: 30_000, stdin: 'ignore' });
  return result.exitCode === 0;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

function fail(): never {
  throw new Error(HOW_TO_GET_ONE);
}
