/** Copies a folder with its links, modes and times: byte by byte, sharing blocks (reflink), or as second names of the same files (hard links). */
import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, readdir, readlink, symlink, utimes } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

const AT_ONCE = 32;

export interface CopyRequest {
  readonly from: string;
  readonly to: string;
  /** The checkout and the worktree: links with an absolute target in the first lead into the second afterwards. */
  readonly root: string;
  readonly worktree: string;
  readonly way: CopyWay;
}

export type CopyWay = 'reflink' | 'hardlink' | 'copy';

/** The file system cannot do it this way between these two places. */
export class NotThisWay extends Error {}

const CANNOT = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EINVAL', 'ENOTTY', 'EPERM', 'EMLINK']);

/** `to` must not exist. Sockets and devices are left out. @throws NotThisWay where it has to be done another way; what was made until then is for the caller to remove */
export async function copyTree(request: CopyRequest): Promise<void> {
  const { from, to } = request;
  await mkdir(to);
  const names = await readdir(from);
  const folders: string[] = [];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    await Promise.all(
      names.slice(start, start + AT_ONCE).map(async (name) => {
        const source = join(from, name);
        const info = await lstat(source);
        if (info.isDirectory()) folders.push(name);
        else if (info.isSymbolicLink()) await symlink(retargeted(await readlink(source), request), join(to, name));
        else if (info.isFile()) {
          await copyOne(source, join(to, name), request.way);
          // Build tools compare times: a copy that is younger than what it was made from would be made again.
          if (request.way !== 'hardlink') await utimes(join(to, name), info.atime, info.mtime);
        }
      }),
    );
  }
  for (const name of folders) await copyTree({ ...request, from: join(from, name), to: join(to, name) });
  const { atime, mtime } = await lstat(from);
  await utimes(to, atime, mtime);
}

async function copyOne(from: string, to: string, way: CopyWay): Promise<void> {
  try {
    if (way === 'hardlink') await link(from, to);
    else await copyFile(from, to, constants.COPYFILE_EXCL | (way === 'reflink' ? constants.COPYFILE_FICLONE_FORCE : 0));
  } catch (error) {
    if (way !== 'copy' && CANNOT.has((error as NodeJS.ErrnoException).code ?? '')) throw new NotThisWay(`no ${way} from ${from} to ${to}`, { cause: error });
    throw error;
  }
}

/** A link into the checkout would let the agent write there. */
function retargeted(target: string, { root, worktree }: CopyRequest): string {
  if (!isAbsolute(target)) return target;
  const way = relative(root, target);
  return way.startsWith('..') || isAbsolute(way) ? target : way === '' ? worktree : `${worktree}${sep}${way}`;
}
