/** A branch and the one it follows on a remote: how they stand, and the two acts that speak with the remote. */
import { dirname, basename, join } from 'node:path';
import type { RemoteResult, Sha, Upstream } from '../../core/ports.js';
import { configValue, readConfig } from './config.js';
import type { Repository } from './context.js';
import { lastWords, WorktreeProblem } from './errors.js';
import { deepestThere, watchNames } from './forecastWatch.js';
import { isBranchName, isSha } from './names.js';
import { locate } from './place.js';

/** A remote that asks for a password nobody sees, or is not reached, must not hold a run for ever. */
const REMOTE_MS = 120_000;

/**
 * What the branch follows, as the last fetch left it; the remote is not asked. `undefined` when it follows nothing, or
 * a branch that was never fetched. Format: `git for-each-ref`. No process without a remote; else one, or two.
 */
export async function upstreamOf(repository: Repository, branch: string): Promise<Upstream | undefined> {
  if (!isBranchName(branch)) return undefined;
  const entries = await readConfig(repository, await locate(repository, repository.root));
  if (configValue(entries, `branch.${branch}.remote`) === undefined) return undefined;
  const format = '%(refname)%00%(upstream)%00%(upstream:remotename)%00%(upstream:remoteref)';
  const { stdout } = await repository.run(['for-each-ref', `--format=${format}`, `refs/heads/${branch}`], { cwd: repository.root });
  const line = stdout.toString('utf8').split('\n').find((each) => each.startsWith(`refs/heads/${branch}\0`));
  const [, ref = '', remote = '', remoteRef = ''] = line?.split('\0') ?? [];
  if (!ref.startsWith('refs/remotes/') || remote === '' || remote === '.') return undefined;
  const [now, commit] = await Promise.all([repository.objects.id(`refs/heads/${branch}^{commit}`), repository.objects.id(`${ref}^{commit}`)]);
  if (now === undefined || commit === undefined) return undefined;
  const { ahead, behind } = now === commit ? { ahead: 0, behind: 0 } : await distance(repository, now, commit);
  return { name: ref.slice('refs/remotes/'.length), ref, remote, branch: remoteRef.replace(/^refs\/heads\//u, ''), commit, ahead, behind };
}

async function distance(repository: Repository, ours: Sha, theirs: Sha): Promise<{ readonly ahead: number; readonly behind: number }> {
  const { stdout } = await repository.run(['rev-list', '--left-right', '--count', `${ours}...${theirs}`, '--'], { cwd: repository.root });
  const [ahead = 0, behind = 0] = stdout.toString('latin1').trim().split(/\s+/u).map(Number);
  return { ahead, behind };
}

/** Asks the remote for that one branch; nothing but its remote-tracking ref moves. */
export async function fetchUpstream(repository: Repository, upstream: Upstream): Promise<RemoteResult> {
  return speak(repository, ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', upstream.remote, `+refs/heads/${upstream.branch}:${upstream.ref}`], `${upstream.remote} could not be asked`);
}

/** Puts a commit on a branch of the remote, never over something else. The person's pre-push hook runs. */
export async function push(repository: Repository, remote: string, commit: Sha, branch: string): Promise<RemoteResult> {
  if (!isBranchName(branch) || !isSha(commit)) throw new TypeError(`Not a branch or not a commit id: ${branch}, ${commit}`);
  return speak(repository, ['push', '--quiet', remote, `${commit}:refs/heads/${branch}`], `${branch} could not be pushed to ${remote}`);
}

async function speak(repository: Repository, args: readonly string[], failed: string): Promise<RemoteResult> {
  try {
    const { code, stderr } = await repository.run(args, { cwd: repository.root, ok: 'any', asPerson: true, timeoutMs: REMOTE_MS });
    return code === 0 ? { ok: true } : { ok: false, message: `${failed}. git says: ${lastWords(stderr)}` };
  } catch (error) {
    if (!WorktreeProblem.is(error, 'time-limit')) throw error;
    return { ok: false, message: `${failed}. ${error.message}` };
  }
}

/** Calls back when the ref may have moved, by file events. Returns a stop function. */
export async function watchRef(repository: Repository, ref: string, changed: () => void): Promise<() => void> {
  const file = await deepestThere(repository.commonDir, join(repository.commonDir, ...ref.split('/')));
  const stops = [
    watchNames(dirname(file), (name) => name === basename(file), changed),
    watchNames(repository.commonDir, (name) => name === 'packed-refs', changed),
    watchNames(join(repository.commonDir, 'reftable'), () => true, changed),
  ];
  return () => stops.forEach((stop) => stop());
}
