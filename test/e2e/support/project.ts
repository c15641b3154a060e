/** A small project of somebody: files in a folder, committed once on `main`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gitIn } from './git.js';

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Writes files (repository path to text). */
export async function writeFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** Writes the files and commits them. */
export async function makeProject(root: string, files: Readonly<Record<string, string>>, message: string): Promise<void> {
  await mkdir(root, { recursive: true });
  await writeFiles(root, files);
  await gitIn(root, 'init', '--quiet', '--initial-branch=main');
  await gitIn(root, 'config', 'user.name', 'Test Person');
  await gitIn(root, 'config', 'user.email', 'person@example.test');
  await gitIn(root, 'add', '-A');
  await gitIn(root, 'commit', '--quiet', '-m', message);
}
