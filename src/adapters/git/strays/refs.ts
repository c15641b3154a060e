/** Refs beside the files: what they are, and a backup that keeps what a moved one pointed at. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HOOK, isSharedSetting, SETTING } from '../../../core/refMoves.js';
import type { Sha } from '../../../core/ports.js';
import { storeBackup } from '../backup.js';
import { readConfig } from '../config.js';
import type { Repository } from '../context.js';
import { identity } from '../identity.js';
import { isSha } from '../names.js';
import { locate, type Place } from '../place.js';
import { contentHash } from '../remembered.js';
import { DURABLE } from '../run.js';
import type { Kept } from './keep.js';

/** See `Strays.refs`. One process. */
export async function readRefs(repository: Repository, root: string): Promise<ReadonlyMap<string, string>> {
  const place = await locate(repository, root);
  const [{ stdout }, head] = await Promise.all([
    repository.run(['for-each-ref', '--format=%(objectname) %(refname)'], { cwd: repository.root }),
    readFile(join(place.gitDir, 'HEAD'), 'utf8').catch(() => ''),
  ]);
  const refs = new Map<string, string>();
  for (const line of stdout.toString('utf8').split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0) refs.set(line.slice(space + 1), line.slice(0, space));
  }
  for (const [name, value] of await sharedWith(repository, place)) refs.set(name, value);
  const at = head.trim().replace(/^ref: /u, '');
  return at === '' ? refs : refs.set('HEAD', at);
}

/** What every worktree shares beside the refs, under the names of `refMoves.ts`. No process while the configuration is unchanged. */
async function sharedWith(repository: Repository, place: Place): Promise<ReadonlyMap<string, string>> {
  const shared = new Map<string, string>();
  for (const { scope, key, value } of await readConfig(repository, place)) {
    if (scope === 'local' && isSharedSetting(key)) shared.set(SETTING + key, [shared.get(SETTING + key), value].filter((each) => each !== undefined).join('\n'));
  }
  const folder = join(repository.commonDir, 'hooks');
  for (const name of await readdir(folder).catch(() => [])) {
    const hash = name.endsWith('.sample') ? undefined : await contentHash(join(folder, name));
    if (hash !== undefined) shared.set(HOOK + name, hash);
  }
  return shared;
}

/** See `Strays.keepCommits`. A process, and one per ref that holds no commit. */
export async function keepCommits(repository: Repository, root: string, commits: readonly string[], name: string, file: string, text: string): Promise<Kept> {
  const place = await locate(repository, root);
  const found = await Promise.all(commits.map((each) => (isSha(each) ? repository.objects.id(`${each}^{commit}`) : Promise.resolve(undefined))));
  const parents = [...new Set(found.filter((each): each is Sha => each !== undefined))];
  const [tip] = parents;
  const at = tip ?? (await repository.objects.id(`${place.headRef}^{commit}`)) ?? '';
  const tree = (await repository.objects.id(`${at}^{tree}`)) ?? '';
  const { stdout } = await repository.run(['commit-tree', '--no-gpg-sign', ...parents.flatMap((parent) => ['-p', parent]), '-m', 'What refs that an agent moved pointed at', tree], { cwd: repository.root, env: await identity(repository, place), before: DURABLE });
  const saved = await storeBackup(repository, name, stdout.toString('latin1').trim(), tree, tip ?? '');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { mode: 0o600 });
  return { ...saved, patch: file };
}
