/**
 * `.worktreeinclude`: gitignore-style patterns, in the root, that name ignored files (`.env`) which a new worktree
 * needs. Only files that are ignored *and* match are copied; nothing is overwritten; nothing is written through a
 * link. git itself judges the patterns (`check-ignore` in an empty repository that only knows this file).
 *
 * Folders that are ignored as a whole (`node_modules/`) are looked into only where a pattern names a path inside
 * them, so that a pattern such as `.env` does not mean a walk through every dependency.
 */
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, mkdtemp, opendir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readSmallText } from '../disk.js';
import type { Repository } from './context.js';
import { joinNul, pathText, splitNul } from './names.js';
import { contentHash } from './remembered.js';

const FILE = '.worktreeinclude';
/** A folder with more entries is not what the convention is for. */
const MOST_ENTRIES = 20_000;

/**
 * Repository paths of the files to copy, or, with the `root` of a worktree, of the ignored files there that the checkout's
 * patterns ask for. No process without a `.worktreeinclude`; otherwise two or three.
 */
export async function filesToCopy(repository: Repository, root = repository.root): Promise<readonly string[]> {
  const patterns = (await readSmallText(join(repository.root, FILE)))
    .split(/\r?\n/u)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (patterns.length === 0) return [];
  const { stdout } = await repository.run(['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory'], { cwd: root });
  const ignored = splitNul(stdout).map(pathText);
  const judge = await makeJudge(repository, patterns);
  try {
    const matching = new Set(await judge.matching(ignored));
    const files = [...matching].filter((path) => !path.endsWith('/'));
    const inner: string[] = [];
    for (const folder of ignored.filter((path) => path.endsWith('/'))) {
      if (matching.has(folder)) files.push(...(await walk(root, folder)));
      else for (const start of startsInside(patterns, folder)) inner.push(...(await walk(root, start)));
    }
    if (inner.length > 0) files.push(...(await judge.matching(inner)));
    return [...new Set(files)].sort();
  } finally {
    await judge.close();
  }
}

/** Where to look inside an ignored folder: at what the anchored patterns (those with a slash inside) name there. */
function startsInside(patterns: readonly string[], folder: string): readonly string[] {
  const starts = patterns.flatMap((pattern) => {
    const text = pattern.replace(/^!/u, '').replace(/^\//u, '').replace(/\/$/u, '');
    if (!text.includes('/')) return [];
    const fixed = text.slice(0, text.search(/[*?[]|$/u));
    if (fixed.startsWith(folder)) return [fixed.slice(0, fixed.lastIndexOf('/') + 1)];
    return folder.startsWith(fixed) ? [folder] : [];
  });
  return [...new Set(starts)];
}

async function walk(root: string, folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const open = [folder];
  let seen = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const items = await opendir(join(root, next)).catch(() => undefined);
    for await (const item of items ?? []) {
      seen += 1;
      if (seen > MOST_ENTRIES) return [];
      if (item.isDirectory()) open.push(`${next}${item.name}/`);
      else found.push(next + item.name);
    }
  }
  return found;
}

interface Judge {
  matching(paths: readonly string[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The least that git takes for a repository, with the patterns as its only rules. */
async function makeJudge(repository: Repository, patterns: readonly string[]): Promise<Judge> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'));
  const gitDir = join(folder, 'git');
  await mkdir(join(gitDir, 'objects'), { recursive: true });
  await mkdir(join(gitDir, 'refs'));
  await mkdir(join(gitDir, 'info'));
  await mkdir(join(folder, 'empty'));
  await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/main\n');
  await writeFile(join(gitDir, 'info', 'exclude'), `${patterns.join('\n')}\n`);
  return {
    matching: async (paths) => {
      const { stdout } = await repository.run(['check-ignore', '-z', '--stdin', '--no-index'], {
        cwd: join(folder, 'empty'),
        before: ['-c', 'core.excludesFile='],
        env: { GIT_DIR: gitDir, GIT_WORK_TREE: join(folder, 'empty') },
        input: joinNul(paths.map((path) => Buffer.from(path))),
        ok: [0, 1],
      });
      return splitNul(stdout).map(pathText);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Copies into a worktree; gives what was really copied, path to content hash. A file that cannot be copied is told. */
export async function copyInto(repository: Repository, worktree: string, paths: readonly string[]): Promise<Record<string, string>> {
  const copied: Record<string, string> = {};
  for (const path of paths) {
    try {
      const source = join(repository.root, path);
      const target = join(worktree, path);
      // A link to a file is copied as that file; one to a folder would lead out of the worktree.
      if (!(await stat(source)).isFile() || !(await makeFolders(worktree, dirname(path)))) continue;
      await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      const hash = await contentHash(target);
      if (hash !== undefined) copied[path] = hash;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') repository.warn(`${path} is named by ${FILE} but could not be copied into ${worktree}: ${String(error)}`);
    }
  }
  return copied;
}

/** Makes the folders of a repository path; false when one of them is no real folder there. */
async function makeFolders(root: string, folder: string): Promise<boolean> {
  let at = root;
  for (const name of folder.split('/').filter((part) => part !== '.' && part !== '')) {
    at = join(at, name);
    const info = await lstat(at).catch(() => undefined);
    if (info === undefined) await mkdir(at);
    else if (!info.isDirectory()) return false;
  }
  return true;
}
