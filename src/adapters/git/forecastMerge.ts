/** Merges many pairs of commits without a checkout and tells which conflict, in one process for each processor. */
import { mkdtemp } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { GitFailure } from './errors.js';
import { discard, objectEnvironment } from './forecastObjects.js';
import { withoutStrangeDrivers } from './mergeDrivers.js';
import { isSha, pathText, splitNul } from './names.js';

export interface MergePair {
  readonly ours: Sha;
  readonly theirs: Sha;
}

export interface MergeOutcome {
  readonly conflict: boolean;
  /** Repository paths, sorted. */
  readonly paths: readonly string[];
}

/** Fewer pairs than this are not worth another process. */
const SHARE = 8;
const ARGUMENTS = ['merge-tree', '--write-tree', '--name-only', '-z', '--allow-unrelated-histories'] as const;

/**
 * Outcomes in the order of the pairs; `undefined` for a pair that git cannot merge at all (an object is missing).
 * `root`: a temporary folder; `objects`: further object directories to read.
 * @throws GitFailure when git can merge none of them
 */
export async function mergePairs(repository: Repository, pairs: readonly MergePair[], objects: readonly string[], root: string): Promise<readonly (MergeOutcome | undefined)[]> {
  if (pairs.length === 0) return [];
  const scratch = await mkdtemp(join(root, 'merge-'));
  try {
    const env = { ...objectEnvironment(scratch, [join(repository.commonDir, 'objects'), ...objects]), ...(await withoutStrangeDrivers(repository)) };
    const shares = Math.min(availableParallelism(), 4, Math.ceil(pairs.length / SHARE));
    const size = Math.ceil(pairs.length / shares);
    const parts = Array.from({ length: shares }, (_, n) => pairs.slice(n * size, (n + 1) * size));
    const outcomes = (await Promise.all(parts.map((part) => mergeShare(repository, part, env)))).flat();
    const [failed] = outcomes.filter((outcome) => outcome instanceof GitFailure);
    if (failed !== undefined && outcomes.every((outcome) => outcome instanceof GitFailure)) throw failed;
    return outcomes.map((outcome) => (outcome instanceof GitFailure ? undefined : outcome));
  } finally {
    await discard(scratch);
  }
}

async function mergeShare(repository: Repository, pairs: readonly MergePair[], env: Readonly<Record<string, string>>): Promise<readonly (MergeOutcome | GitFailure)[]> {
  if (pairs.length === 0) return [];
  const input = pairs.map(({ ours, theirs }) => `${ours} ${theirs}\n`).join('');
  const args = [...ARGUMENTS, '--stdin'];
  const { code, stdout, stderr } = await repository.run(args, { cwd: repository.root, before: ['-c', 'core.fsync=none'], env, input, ok: 'any' });
  const outcomes = code === 0 ? parseOutcomes(stdout, pairs) : [];
  if (outcomes.length === pairs.length) return outcomes;
  const failure = new GitFailure(args, code, stderr);
  if (pairs.length === 1) return [failure];
  // One pair that cannot be merged ends the whole batch: the others are asked for by themselves.
  repository.warn(`The forecast of some branches had to be repeated one by one. git says: ${stderr.trim()}`);
  const single: (MergeOutcome | GitFailure)[] = [];
  for (const pair of pairs) single.push(...(await mergeShare(repository, [pair], env)));
  return single;
}

/**
 * Format of `merge-tree --stdin` (git-merge-tree(1), read on 2.39): per merge `1` or `0` (conflict), the tree, the
 * paths in conflict, an empty string; after a conflict the messages, each a count, so many paths, a kind and a text,
 * and another empty string. Every part ends with NUL.
 */
export function parseOutcomes(output: Buffer, pairs: readonly MergePair[]): readonly MergeOutcome[] {
  const parts = splitNul(output).map(pathText);
  const outcomes: MergeOutcome[] = [];
  let at = 0;
  const take = (): string => parts[at++] ?? '';
  for (const pair of pairs) {
    const flag = take();
    if ((flag !== '0' && flag !== '1') || !isSha(take())) return [];
    const paths = new Set<string>();
    for (let path = take(); path !== ''; path = take()) paths.add(realName(path, pair));
    if (flag === '1') {
      outcomes.push({ conflict: false, paths: [] });
      continue;
    }
    const told = new Set<string>();
    for (let count = take(); count !== ''; count = take()) {
      const named = Array.from({ length: Number(count) }, take);
      if (take().startsWith('CONFLICT')) for (const path of named) told.add(realName(path, pair));
      take();
    }
    // Some conflicts (a directory that was renamed to two places) leave no path unmerged; the messages name it then.
    outcomes.push({ conflict: true, paths: [...(paths.size > 0 ? paths : told)].sort() });
  }
  return outcomes;
}

/** Where both sides want one name for different things, git calls one of them `<name>~<commit>`, with `_0` and so on if that is taken. */
function realName(path: string, { ours, theirs }: MergePair): string {
  for (const id of [ours, theirs]) {
    const from = path.indexOf(`~${id}`);
    if (from !== -1) return path.slice(0, from) + path.slice(from + 1 + id.length).replace(/^_\d+/u, '');
  }
  return path;
}
