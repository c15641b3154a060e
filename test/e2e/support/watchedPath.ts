/** Programs that note every start before they do what they are called for: proof that something ran, or that nothing did. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';

export interface WatchedPath {
  /** A `PATH` that leads to the noting programs first. */
  readonly path: string;
  /** One line per start: the program and its arguments. */
  starts(): Promise<string[]>;
}

/** Makes login shells of `home` put the noting programs first: an editor asks one for its environment. */
export async function watchHome(home: string, watched: Pick<WatchedPath, 'path'>): Promise<void> {
  await mkdir(home, { recursive: true });
  await writeFile(join(home, '.profile'), `PATH="${watched.path}"\nexport PATH\n`);
}

/** `names` that are not on this machine's PATH are noted too, and then fail as a missing program does. */
export async function watchedPath(folder: string, names: readonly string[]): Promise<WatchedPath> {
  const log = join(folder, 'starts.log');
  await mkdir(folder, { recursive: true });
  await writeFile(log, '');
  for (const name of names) {
    const real = (await execa('which', [name], { reject: false, stdin: 'ignore' })).stdout.trim();
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\necho "${name} $*" >> "${log}"\n${real === '' ? 'exit 127' : `exec "${real}" "$@"`}\n`);
    await chmod(file, 0o755);
  }
  return {
    path: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
    starts: async () => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== ''),
  };
}
