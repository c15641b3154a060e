/** The repository's root, wherever the calling code runs from: source, a bundle under `node_modules/.cache`, a test runner. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot: string = find(dirname(fileURLToPath(import.meta.url)));

/** Screenshots and logs of test runs; ignored by git. */
export const testOutput: string = join(repositoryRoot, 'test-output');

function find(folder: string): string {
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'switchyard') return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('This file is not inside the switchyard repository.');
  return find(parent);
}
