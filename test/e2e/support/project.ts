/** A small project of somebody: files in a folder, committed once on `main`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gitIn } from './git.js';

/** Writes the files (repository path to text) and commits them; `root` must exist. */
export async function makeProject(root: string, files: Readonly<Record<string, string>>, message: string): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await gitIn(root, 'init', '--quiet', '--initial-branch=main');
  await gitIn(root, 'config', 'user.name', 'Test Person');
  await gitIn(root, 'config', 'user.email', 'person@example.test');
  await gitIn(root, 'add', '-A');
  await gitIn(root, 'commit', '--quiet', '-m', message);
}
