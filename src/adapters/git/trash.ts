/**
 * Folders that go: renamed away at once, deleted in the background, and finished by the next start where this one ended
 * before. Where the repository's own trash is on another disk the folder waits beside its old place, and a note in the
 * trash says where.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Repository } from './context.js';

/** Ends the name of a note: a text file with the absolute path of the folder that waits elsewhere. */
const ELSEWHERE = '.elsewhere';

type Move = (from: string, to: string) => Promise<void>;

const trashOf = (repository: Repository): string => join(repository.commonDir, 'switchyard', 'trash');

/** Moves a folder out of the way and begins to delete it. Into the repository's own trash where that is one rename. */
export async function moveAway(repository: Repository, path: string, move: Move = rename): Promise<void> {
  const name = `${basename(path)}-${randomBytes(6).toString('hex')}`;
  const trash = trashOf(repository);
  await mkdir(trash, { recursive: true });
  const target = join(trash, name);
  try {
    await move(path, target);
    inBackground(repository, () => deleteTree(target), target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await moveBeside(repository, path, name, move);
  }
}

/** The note is there before the folder: what has no note would never be found again. */
async function moveBeside(repository: Repository, path: string, name: string, move: Move): Promise<void> {
  const target = join(dirname(path), `.trash-${name}`);
  const note = join(trashOf(repository), name + ELSEWHERE);
  await writeFile(note, target, { mode: 0o600 });
  try {
    await move(path, target);
  } catch (error) {
    await rm(note, { force: true });
    throw error;
  }
  inBackground(repository, () => finishElsewhere(note, target), target);
}

/** Deletes what an earlier process could not finish. */
export async function sweepTrash(repository: Repository): Promise<void> {
  const trash = trashOf(repository);
  for (const name of await readdir(trash).catch(() => [])) {
    const path = join(trash, name);
    if (!name.endsWith(ELSEWHERE)) inBackground(repository, () => deleteTree(path), path);
    else {
      const target = (await readFile(path, 'utf8').catch(() => '')).trim();
      // A note that does not name a folder of ours leads nowhere.
      if (isAbsolute(target) && basename(target) === `.trash-${name.slice(0, -ELSEWHERE.length)}`) inBackground(repository, () => finishElsewhere(path, target), target);
      else repository.warn(`${path} does not name a folder of Switchyard's and was left alone.`);
    }
  }
}

async function finishElsewhere(note: string, target: string): Promise<void> {
  // A disk that is not mounted now may be there at the next start.
  if ((await lstat(dirname(target)).catch(() => undefined)) === undefined) return;
  await deleteTree(target);
  await rm(note, { force: true });
  await removeEmpty(dirname(target), dirname(dirname(target)));
}

/** Removes folders, the inner one first, as far as they hold nothing. */
export async function removeEmpty(...folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const gone = await rmdir(folder).then(() => true, () => false);
    if (!gone) return;
  }
}

function inBackground(repository: Repository, act: () => Promise<void>, folder: string): void {
  const work = act()
    .catch((error: unknown) => repository.warn(`${folder} could not be deleted and can be removed by hand: ${String(error)}`))
    .finally(() => repository.background.delete(work));
  repository.background.add(work);
}

/** `rm` deletes a checkout with a tenth of the processor time that node's own recursive `rm` takes. */
async function deleteTree(folder: string): Promise<void> {
  if (process.platform !== 'win32' && (await removedByProgram(folder))) return;
  const options = { recursive: true, force: true, maxRetries: 3, retryDelay: 100 };
  try {
    await rm(folder, options);
  } catch {
    // Folders without write permission, such as a module cache's.
    await makeWritable(folder);
    await rm(folder, options);
  }
}

function removedByProgram(folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('rm', ['-rf', '--', folder], { stdio: 'ignore', env: { PATH: '/bin:/usr/bin' } });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

async function makeWritable(folder: string): Promise<void> {
  if ((await lstat(folder).catch(() => undefined))?.isDirectory() !== true) return;
  await chmod(folder, 0o700);
  for (const name of await readdir(folder)) await makeWritable(join(folder, name));
}
