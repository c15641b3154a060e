/** What in a worktree differs from its HEAD, for the question "is anything unsaved, did the gate change files". */
import { honestSettings, readConfig } from './config.js';
import type { Repository } from './context.js';
import { honestStatus } from './others.js';
import { inside, locate } from './place.js';
import { readRemembered } from './remembered.js';
import { parseStatus, STATUS, texts } from './status.js';

/** See `Git.dirty`. Sorted repository paths. One process. */
export async function dirty(repository: Repository, worktree: string, untracked: boolean): Promise<readonly string[]> {
  const place = await locate(repository, worktree);
  const [remembered, entries] = await Promise.all([readRemembered(place), readConfig(repository, place)]);
  const honest = honestSettings(entries, remembered?.settings, repository.env);
  if (untracked) {
    const status = await honestStatus(repository, place, remembered, honest);
    return texts([...status.tracked.map(({ bytes }) => bytes), ...status.untracked]).toSorted();
  }
  const { cwd, env } = inside(place);
  const { stdout } = await repository.run([...STATUS, '--untracked-files=no'], { cwd, env: { ...env, ...honest.variables } });
  return texts(parseStatus(stdout).tracked.map(({ bytes }) => bytes)).toSorted();
}
