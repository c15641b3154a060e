/** The packaged extension, as a person installs it; packed again only when something that goes into it has changed. */
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { repositoryRoot } from '../root.js';

/** What goes into the package. */
const SOURCES = ['src', 'webview', 'media', 'package.json', 'package-lock.json', 'esbuild.mjs', '.vscodeignore', 'README.md', 'CHANGELOG.md', 'LICENSE'];

/** The path of an up-to-date `switchyard.vsix`; builds and packs it first where needed (no network). */
export async function packedExtension(): Promise<string> {
  const vsix = join(repositoryRoot, 'switchyard.vsix');
  const packedAt = (await stat(vsix).catch(() => undefined))?.mtimeMs ?? 0;
  const changedAt = Math.max(...(await Promise.all(SOURCES.map((path) => newest(join(repositoryRoot, path))))));
  if (packedAt <= changedAt) await pack(vsix);
  return vsix;
}

async function pack(vsix: string): Promise<void> {
  const options = { cwd: repositoryRoot, stdin: 'ignore', all: true } as const;
  await execa(process.execPath, ['esbuild.mjs', '--production'], options);
  const vsce = join(dirname(createRequire(import.meta.url).resolve('@vscode/vsce/package.json')), 'vsce');
  await execa(process.execPath, [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', vsix], options);
}

/** The latest change in a file or in a folder and everything below it; 0 when there is none. */
async function newest(path: string): Promise<number> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) return 0;
  if (!info.isDirectory()) return info.mtimeMs;
  const names = await readdir(path);
  return Math.max(info.mtimeMs, ...(await Promise.all(names.map((name) => newest(join(path, name))))));
}
