/** What taking a landing back would give, worked out in the object store. */
import type { Sha } from '../../core/ports.js';
import type { Repository } from './context.js';
import { mergedTree, type MergedTree } from './merge.js';
import { isSha } from './names.js';

/** For commits that only carry a tree into a merge; nobody ever sees them. */
const NOBODY = { GIT_AUTHOR_NAME: 'Switchyard', GIT_AUTHOR_EMAIL: 'switchyard@switchyard.invalid', GIT_COMMITTER_NAME: 'Switchyard', GIT_COMMITTER_EMAIL: 'switchyard@switchyard.invalid', GIT_AUTHOR_DATE: '@0 +0000', GIT_COMMITTER_DATE: '@0 +0000' };

/**
 * See `Git.treeWithout`: the merge that `git revert -m 1` makes, with the tree after the change as the merge base.
 * `merge-tree --merge-base` came with git 2.40; three commits that stand in for the trees do the same in 2.38. Writes
 * objects, moves nothing. Up to four processes.
 */
export async function treeWithout(repository: Repository, tip: Sha, from: Sha, to: Sha): Promise<MergedTree> {
  for (const id of [tip, from, to]) if (!isSha(id)) throw new TypeError(`Not a commit id: ${id}`);
  const [after, now, before] = await Promise.all([to, tip, from].map((each) => repository.objects.id(`${each}^{tree}`)));
  if (after === undefined || now === undefined || before === undefined) throw new TypeError(`Not all of ${to}, ${tip} and ${from} are here`);
  const base = await standIn(repository, after, undefined);
  const [ours, theirs] = await Promise.all([standIn(repository, now, base), standIn(repository, before, base)]);
  return mergedTree(repository, ours, theirs);
}

async function standIn(repository: Repository, tree: Sha, parent: Sha | undefined): Promise<Sha> {
  const { stdout } = await repository.run(['commit-tree', '--no-gpg-sign', ...(parent === undefined ? [] : ['-p', parent]), '-m', 'stand-in', tree], { cwd: repository.root, env: NOBODY });
  return stdout.toString('latin1').trim();
}
