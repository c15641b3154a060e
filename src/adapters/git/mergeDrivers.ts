/**
 * Merge drivers are programs that a repository's configuration names, and attributes say for which paths. A driver that was
 * set there (an agent can run `git config`) since a task's worktree was made decides nothing and is not started: what it would
 * have merged is a conflict. Nor does any driver, git's own `union` included, where the attributes outside the tree have changed.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asVariables, isOutside, readConfig } from './config.js';
import type { Repository } from './context.js';
import { locate, type Place } from './place.js';
import { attributeLines, readRemembered } from './remembered.js';

/** Takes both sides of every conflict, without a word; a configured driver of that name comes before git's own (`find_ll_merge_driver`). */
const UNION = 'merge.union.driver';
const ATTRIBUTES_FILE = 'core.attributesfile';
const DRIVER = /^merge\.(.+)\.driver$/u;
/** A program that is everywhere and always fails: git then calls the path a conflict. */
const REFUSES = 'false';

/**
 * Environment variables that switch off what is not trusted. No process while the configuration is unchanged.
 * @param place the worktree that is merged into; without one every worktree that Switchyard has made must know the driver
 */
export async function withoutStrangeDrivers(repository: Repository, place?: Place): Promise<Readonly<Record<string, string>>> {
  const at = place ?? (await locate(repository, repository.root));
  const [entries, attributes] = await Promise.all([readConfig(repository, at), attributeLines(repository.commonDir)]);
  const inside = entries.filter((entry) => (DRIVER.test(entry.key) || entry.key === ATTRIBUTES_FILE) && !isOutside(entry));
  if (inside.length === 0 && attributes === '') return {};
  const remembered = (place?.linked === true ? [await readRemembered(place)] : await allRemembered(repository)).filter((one) => one !== undefined);
  const drivers = inside.filter(({ key }) => key !== ATTRIBUTES_FILE);
  const assigned = remembered.every((one) => (one.attributes ?? attributes) === attributes && inside.every(({ key, value }) => key !== ATTRIBUTES_FILE || one.settings[key] === value));
  const strange = assigned ? drivers.filter(({ key, value }) => remembered.some((one) => one.settings[key] !== value)) : [...drivers, { key: UNION }];
  return asVariables([...new Set(strange.map(({ key }) => key))].map((key) => [key, REFUSES]));
}

async function allRemembered(repository: Repository) {
  const folder = join(repository.commonDir, 'worktrees');
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.map((name) => readRemembered({ gitDir: join(folder, name) })));
}
