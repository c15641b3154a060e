/**
 * Merge drivers are programs that a repository's configuration names. One that was set there (an agent can run `git config`)
 * since a task's worktree was made decides nothing and is not started: what it would have merged is a conflict.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asVariables, isOutside, readConfig } from './config.js';
import type { Repository } from './context.js';
import { locate, type Place } from './place.js';
import { readRemembered } from './remembered.js';

const DRIVER = /^merge\.(.+)\.driver$/u;
/** A program that is everywhere and always fails: git then calls the path a conflict. */
const REFUSES = 'false';

/**
 * Environment variables that switch off what is not trusted. No process while the configuration is unchanged.
 * @param place the worktree that is merged into; without one every worktree that Switchyard has made must know the driver
 */
export async function withoutStrangeDrivers(repository: Repository, place?: Place): Promise<Readonly<Record<string, string>>> {
  const at = place ?? (await locate(repository, repository.root));
  const inside = (await readConfig(repository, at)).filter((entry) => DRIVER.test(entry.key) && !isOutside(entry));
  if (inside.length === 0) return {};
  const remembered = place?.linked === true ? [await readRemembered(place)] : await allRemembered(repository);
  const strange = inside.filter(({ key, value }) => remembered.some((one) => one !== undefined && one.settings[key] !== value));
  return asVariables([...new Set(strange.map(({ key }) => key))].map((key) => [key, REFUSES]));
}

async function allRemembered(repository: Repository) {
  const folder = join(repository.commonDir, 'worktrees');
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.map((name) => readRemembered({ gitDir: join(folder, name) })));
}
