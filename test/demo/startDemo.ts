/** Opens the demo repository in a real editor: desktop VS Code where there is one and a display, else the npm-shipped one. */
import { mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { startEditor } from '../support/editor/start.js';
import { packedExtension } from '../support/editor/vsix.js';
import { DEMO_GOAL, makeDemo } from './makeDemo.js';

/** Where the person finds the editor again after a restart of this command, when nobody else listens there. */
const PORT = process.env['SWITCHYARD_PORT'];

/** Resolves after Ctrl+C (or, on the desktop, after the window was closed), when everything it started has ended. */
export async function startDemo(): Promise<number> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'switchyard-demo-')));
  const repository = join(folder, 'notes');
  try {
    console.log('Packing the extension …');
    const vsix = await packedExtension();
    await makeDemo(repository);
    const desktop = await desktopCode();
    if (desktop === undefined) await npmEditor(repository, vsix, stopped);
    else await desktopEditor(desktop, folder, repository, vsix, stopped);
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function npmEditor(repository: string, vsix: string, stopped: Promise<void>): Promise<void> {
  const editor = await startEditor({ folder: repository, vsix, ...(PORT === undefined ? {} : { port: Number(PORT) }) });
  try {
    tell(`Open ${editor.url}/?folder=${encodeURIComponent(repository)} in a browser.`);
    await stopped;
    console.log('\nStopping …');
  } finally {
    await editor.close();
  }
}

/** A window with a profile of its own, so that the person's extensions and settings stay out of it. */
async function desktopEditor(code: string, folder: string, repository: string, vsix: string, stopped: Promise<void>): Promise<void> {
  const profile = ['--user-data-dir', join(folder, 'user'), '--extensions-dir', join(folder, 'extensions')];
  const shell = process.platform === 'win32'; // `code` is a batch file there.
  await execa(code, [...profile, '--install-extension', vsix], { shell, stdin: 'ignore' });
  const stop = new AbortController();
  void stopped.then(() => stop.abort());
  tell('Opening desktop VS Code …');
  await execa(code, [...profile, '--disable-workspace-trust', '--skip-welcome', '--new-window', '--wait', repository], {
    shell,
    stdin: 'ignore',
    cancelSignal: stop.signal,
    reject: false,
  });
}

function tell(how: string): void {
  console.log(`\n${how}\nThen run "Switchyard: Decompose Task" from the command palette. A first goal is there, from the repository's GOAL.md; Ctrl+Enter hands it to the planner:\n\n    ${DEMO_GOAL}\n\nCtrl+C ends the editor and removes the demo repository.`);
}

async function desktopCode(): Promise<string | undefined> {
  const shown = process.platform !== 'linux' || process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
  if (!shown) return undefined;
  const name = process.platform === 'win32' ? 'code.cmd' : 'code';
  for (const place of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(place, name);
    if (place !== '' && (await stat(path).catch(() => undefined))?.isFile() === true) return path;
  }
  return undefined;
}
