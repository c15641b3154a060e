/** What of this machine is in a container: the worktree, the needed git data, the attempt's folder, the agent's own state. */
import { mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import type { IsolationRequest } from '../../core/ports.js';
import { exists, PRIVATE_FOLDER, writeWhole } from '../disk.js';
import { agentPlaces, ownFolder, present, repositoryPlaces, worktreeOf, type Environment } from './places.js';

export interface Mount {
  readonly source: string;
  /** The same path inside, except for the agent's state. */
  readonly target: string;
  readonly readOnly: boolean;
}

export interface Mounts {
  /** Parents first. */
  readonly mounts: readonly Mount[];
  readonly cwd: string;
  readonly worktree: string;
  /** `HOME` and `TMPDIR` inside; both writable. An image's own home folder stays as it is. */
  readonly home: string;
  readonly temporary: string;
}

const depth = ({ target }: Mount): number => target.split('/').length;

/** Mount points must be there, and this person's: an engine would make them as root. */
async function makePoint(source: string, target: string): Promise<void> {
  if (await exists(target)) return;
  if ((await stat(source)).isDirectory()) await mkdir(target, { recursive: true, mode: PRIVATE_FOLDER });
  else {
    await mkdir(dirname(target), { recursive: true, mode: PRIVATE_FOLDER });
    await writeWhole(target, '');
  }
}

/** `reads`: files of this machine that the command needs. */
export async function mountsOf(request: IsolationRequest, reads: readonly string[], environment: Environment): Promise<Mounts> {
  const { commonDir, folder, agent } = request;
  const [home, temporary, worktree, git, cwd] = await Promise.all([ownFolder(folder, 'home'), ownFolder(folder, 'tmp'), realpath(worktreeOf(request)), realpath(commonDir), realpath(request.cwd)]);
  const repository = await repositoryPlaces(request);
  const fixed = agent === undefined ? [] : await present([folder]);
  const same = (readOnly: boolean) => (path: string): Mount => ({ source: path, target: path, readOnly });
  const mounts = [
    ...[git, ...(request.readOnly === true ? [worktree] : []), ...fixed, ...(await present(reads)), ...repository.readOnly].map(same(true)),
    ...[...repository.writable, home, temporary].map(same(false)),
  ];
  for (const { source, name, readOnly } of await agentPlaces(agent, environment)) {
    const target = isAbsolute(name) ? name : join(home, name);
    if (!isAbsolute(name)) await makePoint(source, target);
    mounts.push({ source, target, readOnly });
  }
  mounts.push(...(await hide(join(git, 'switchyard'), await ownFolder(folder, 'empty'), mounts)));
  const once = mounts.filter((mount, at) => mounts.findIndex((other) => other.target === mount.target) === at);
  return { mounts: once.sort((a, b) => depth(a) - depth(b)), cwd, worktree, home, temporary };
}

/** Other attempts, the run's log and its receipts are nobody's business in there: an empty folder lies over them. */
async function hide(state: string, empty: string, mounts: readonly Mount[]): Promise<readonly Mount[]> {
  if (!(await exists(state))) return [];
  for (const { source, target } of mounts) {
    if (target.startsWith(`${state}/`)) await makePoint(source, join(empty, relative(state, target)));
  }
  return [{ source: empty, target: state, readOnly: true }];
}

/** One field list of `--mount`, which is read as a line of CSV. */
export function mountWords(fields: readonly string[]): string {
  return fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}

/** The values of `--mount` options that both engines understand. */
export function mountOptions({ mounts }: Pick<Mounts, 'mounts'>): readonly string[] {
  return mounts.map(({ source, target, readOnly }) => mountWords(['type=bind', `src=${source}`, `dst=${target}`, ...(readOnly ? ['readonly'] : [])]));
}
