/** What a folder is to git: why it cannot be worked on, and where it lies in its repository. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { RepositoryProblem } from '../core/ports.js';
import type { EmptyReason } from '../shared/protocol.js';

/** Only where there is none may a repository be offered to be made. */
export const EMPTY_REASONS: Readonly<Record<RepositoryProblem, EmptyReason>> = {
  'not-a-repository': 'no-repository',
  'no-commits': 'no-commit',
  'git-missing': 'git-missing',
  'git-too-old': 'git-too-old',
  bare: 'bare',
  unreadable: 'unreadable',
};

/**
 * The folder's path below the repository's root, in real paths and with `/`; `undefined` when it is the root, and when
 * it cannot be told.
 * @param root the real path of the root
 */
export async function pathInside(root: string, folder: string): Promise<string | undefined> {
  const real = await realpath(folder).catch(() => undefined);
  const inside = real === undefined ? '' : relative(root, real).replaceAll('\\', '/');
  return inside === '' || /^\.\.(?:\/|$)/u.test(inside) || isAbsolute(inside) ? undefined : inside;
}
