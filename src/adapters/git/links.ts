/** Where a symbolic link leads, followed step by step so that no folder link or chain on the way can hide it. */
import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

/** As many as Linux follows; more is a loop or a trick, and counts as leaving. */
const MAX_LINKS = 40;

/**
 * Whether a link leaves the worktree: an absolute target (it would also mean another place after landing), a way
 * through `..` above the root, into `.git`, or through another link that does any of that. A target that does not
 * exist is judged by its name.
 * @param root real path of the worktree @param path repository path of the link @param target as stored
 */
export async function linkEscapes(root: string, path: string, target: string): Promise<boolean> {
  const at = path.split('/').slice(0, -1);
  let todo: string[] = [];
  let followed = 0;
  const follow = (text: string): boolean => {
    followed += 1;
    if (followed > MAX_LINKS || isAbsolute(text) || /^[A-Za-z]:|^[\\/]/u.test(text)) return false;
    todo = [...segments(text), ...todo];
    return true;
  };
  if (!follow(target)) return true;
  for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
    if (name === '..') {
      if (at.pop() === undefined) return true;
      continue;
    }
    // Names such as ".GIT" lead there too where case does not count.
    if (name.toLowerCase() === '.git') return true;
    const here = join(root, ...at, name);
    const info = await lstat(here).catch(() => undefined);
    if (info?.isSymbolicLink() !== true) at.push(name);
    else if (!follow(await readlink(here))) return true;
  }
  return false;
}

function segments(text: string): string[] {
  const separators = process.platform === 'win32' ? /[\\/]/u : /\//u;
  return text.split(separators).filter((name) => name !== '' && name !== '.');
}

/**
 * `lstat` of a repository path that refuses to look through a link in place of one of its folders: what is behind
 * it is not that path. `undefined` when there is nothing.
 */
export async function lstatInside(root: string, path: string | Buffer): Promise<Stats | undefined> {
  const names = (typeof path === 'string' ? path : path.toString('latin1')).split('/');
  const encode = (count: number): Buffer => {
    const part = names.slice(0, count).join('/');
    return Buffer.concat([Buffer.from(`${root}/`), typeof path === 'string' ? Buffer.from(part) : Buffer.from(part, 'latin1')]);
  };
  try {
    for (let count = 1; count < names.length; count += 1) {
      if (!(await lstat(encode(count))).isDirectory()) return undefined;
    }
    return await lstat(encode(names.length));
  } catch {
    return undefined;
  }
}
