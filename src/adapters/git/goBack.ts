/**
 * Takes a task's worktree and its branch back to an earlier commit: files, index and untracked files are then exactly as
 * that commit has them; ignored files stay. The caller has saved the worktree before.
 */
import type { Sha } from '../../core/ports.js';
import { honestSettings, readConfig } from './config.js';
import type { Repository } from './context.js';
import { WorktreeProblem } from './errors.js';
import { obstacles } from './fastForward.js';
import { isSha } from './names.js';
import { branchAt, headOf, inside, locate } from './place.js';
import { readRemembered } from './remembered.js';
import { DURABLE, NO_HOOKS } from './run.js';

/**
 * See `Git.goBack`. Idempotent.
 * @throws WorktreeProblem `not-a-worktree` (the person's own checkout, or an ignored file is in the way), `wrong-branch`, `unknown-base`
 */
export async function goBack(repository: Repository, worktree: string, to: Sha): Promise<void> {
  const place = await locate(repository, worktree);
  if (!place.linked) throw new WorktreeProblem('not-a-worktree', `${worktree} is the repository's own checkout, which Switchyard never resets. Nothing was changed.`);
  const [remembered, entries, branch, head] = await Promise.all([readRemembered(place), readConfig(repository, place), branchAt(place), headOf(repository, place)]);
  if (branch === undefined || (remembered?.branch !== undefined && branch !== remembered.branch)) {
    throw new WorktreeProblem('wrong-branch', `${worktree} is on ${branch ?? 'no branch'} instead of ${remembered?.branch ?? 'its own'}, so it was left as it is. Run "git switch ${remembered?.branch ?? 'BRANCH'}" in it and try again.`);
  }
  if (!isSha(to) || (await repository.objects.id(`${to}^{commit}`)) === undefined) throw new WorktreeProblem('unknown-base', `The commit ${to} is not there any more. Nothing was changed.`);
  const { cwd, env } = inside(place);
  const options = { cwd, env: { ...env, ...honestSettings(entries, remembered?.settings, repository.env).variables }, before: [...DURABLE, ...NO_HOOKS] };
  await repository.run(['reset', '--quiet', '--hard', head.commit], options);
  // Everything that is not ignored was saved; git asks for the word before it deletes at all.
  await repository.run(['clean', '--quiet', '-d', '--force'], options);
  const blocked = await obstacles(repository, place, head.commit, to, false);
  if (blocked.length > 0) throw new WorktreeProblem('not-a-worktree', `Ignored files are in the way in ${worktree}: ${blocked.join(', ')}. They were left alone; move them and try again.`);
  await repository.run(['reset', '--quiet', '--hard', to], options);
}
