/** Differences between two commits: for lists, and as patches. Object store only; no configuration decides the form. */
import type { FileDiff, Sha } from '../../core/ports.js';
import { bytesText } from '../../core/text.js';
import type { Repository } from './context.js';
import { isSha, pathText } from './names.js';
import { parseRaw, type RawChange } from './status.js';

const FORM = ['-r', '-M', '-l1000', '--no-ext-diff', '--no-textconv', '--no-color', '--full-index'] as const;

/** See `Git.diffFiles`. One process. */
export async function diffFiles(repository: Repository, from: Sha, to: Sha): Promise<readonly FileDiff[]> {
  checkIds(from, to);
  const { stdout } = await repository.run(['diff-tree', ...FORM, '-z', '--raw', '--numstat', from, to], { cwd: repository.root });
  const { changes, rest } = parseRaw(stdout);
  const counts = readCounts(rest);
  return changes.map((change, index) => {
    const count = counts[index];
    return {
      path: pathText(change.bytes),
      ...(change.from === undefined ? {} : { from: pathText(change.from) }),
      change: kindOf(change),
      ...(count === undefined ? {} : count),
    };
  });
}

/** Of one file's change nobody reads more in a preview; a page that must hold a gigabyte takes the editor down with it. */
const MOST_PATCH = 4_000_000;

/** See `Git.patch`. One process. */
export async function patch(repository: Repository, from: Sha, to: Sha, path?: string): Promise<string> {
  checkIds(from, to);
  const only = path === undefined ? [] : ['--', path];
  const { stdout, cut } = await repository.run(['diff-tree', ...FORM, '-p', from, to, ...only], { cwd: repository.root, before: ['--literal-pathspecs'], ...(path !== undefined && { most: MOST_PATCH }) });
  if (cut !== true) return stdout.toString('utf8');
  // In the form of a patch, so that whoever reads patches shows it.
  return `${stdout.toString('utf8', 0, stdout.lastIndexOf(10) + 1)}@@ -0,0 +0,0 @@ Only the first ${bytesText(MOST_PATCH)} of this change are shown; "git diff ${from.slice(0, 10)} ${to.slice(0, 10)}" has all of it\n`;
}

/** `--numstat -z`: `added\tdeleted\tpath\0`, or `added\tdeleted\t\0from\0to\0`, in the order of the raw part; `-` for binary. */
function readCounts(parts: readonly Buffer[]): readonly ({ additions: number; deletions: number } | undefined)[] {
  const counts: ({ additions: number; deletions: number } | undefined)[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const [added = '-', deleted = '-', path = ''] = String(parts[at]).split('\t');
    counts.push(added === '-' ? undefined : { additions: Number(added), deletions: Number(deleted) });
    if (path === '') at += 2;
  }
  return counts;
}

function kindOf({ letter, before, after }: RawChange): FileDiff['change'] {
  switch (letter) {
    case 'A':
    case 'C':
      return 'added';
    case 'D':
      return 'deleted';
    case 'R':
      return 'renamed';
    case 'T':
      return 'type';
    default:
      return before.id === after.id ? 'mode' : 'modified';
  }
}

function checkIds(...ids: readonly string[]): void {
  for (const id of ids) if (!isSha(id)) throw new TypeError(`Not a commit id: ${id}`);
}
