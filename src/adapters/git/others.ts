/**
 * What is in a worktree beside the tracked files. Normally `git status` tells; where somebody has changed the
 * repository's `info/exclude` since the worktree was made, the patterns of then are applied instead.
 */
import { access, mkdtemp, opendir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HonestSettings } from './config.js';
import type { Repository } from './context.js';
import { splitNul } from './names.js';
import { inside, type Place } from './place.js';
import { excludePatterns, type Remembered } from './remembered.js';
import { parseStatus, type Status, STATUS } from './status.js';

/** Status with honest untracked and ignored lists. One process; three where `info/exclude` was changed. */
export async function honestStatus(
  repository: Repository,
  place: Place,
  remembered: Remembered | undefined,
  settings: HonestSettings,
): Promise<Status> {
  const { cwd, env } = inside(place);
  const options = { cwd, env: { ...env, ...settings.variables } };
  const trusted = remembered?.excludes ?? '';
  if ((await excludePatterns(repository.commonDir)) === trusted) {
    const { stdout } = await repository.run([...STATUS, '--untracked-files=all', '--ignored=matching'], options);
    return parseStatus(stdout);
  }
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'));
  try {
    const file = join(folder, 'exclude');
    await writeFile(file, `${trusted}\n`);
    const own = await access(settings.excludesFile).then(() => [`--exclude-from=${settings.excludesFile}`], () => []);
    const rules = ['--exclude-per-directory=.gitignore', ...own, `--exclude-from=${file}`];
    const [status, untracked, ignored] = await Promise.all([
      repository.run([...STATUS, '--untracked-files=no'], options),
      repository.run(['ls-files', '-z', '--others', ...rules], options),
      repository.run(['ls-files', '-z', '--others', '--ignored', '--directory', ...rules], options),
    ]);
    return { tracked: parseStatus(status.stdout).tracked, untracked: splitNul(untracked.stdout), ignored: splitNul(ignored.stdout) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ignored folders with at most so many files are listed file by file, so that `offLimits` inside them counts. */
const SMALL_FOLDER = 500;

/** Repository paths of ignored files; a folder with many files stays one entry that ends with `/`. Sorted. */
export async function listIgnored(root: string, entries: readonly string[]): Promise<readonly string[]> {
  const lists = await Promise.all(entries.map(async (entry) => (entry.endsWith('/') ? ((await filesIn(root, entry)) ?? [entry]) : [entry])));
  return [...new Set(lists.flat())].sort();
}

/** All files below a folder, or `undefined` when there are too many or it cannot be read. */
async function filesIn(root: string, folder: string): Promise<readonly string[] | undefined> {
  const found: string[] = [];
  const open = [folder];
  let seen = 0;
  try {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for await (const item of await opendir(join(root, next))) {
        seen += 1;
        if (seen > SMALL_FOLDER) return undefined;
        if (item.isDirectory()) open.push(`${next}${item.name}/`);
        else found.push(next + item.name);
      }
    }
    // An empty folder still says that it is there.
    return found.length === 0 ? undefined : found;
  } catch {
    return undefined;
  }
}
