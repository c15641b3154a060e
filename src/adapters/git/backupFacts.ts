/**
 * What is known about a backup beside its name: how much only it holds, and whether all of that has come to the base since.
 * Up to six processes a backup, so this is asked only where a person looks at the list or cleans up.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupFacts, Sha } from '../../core/ports.js';
import { isAncestor } from './ancestry.js';
import type { Repository } from './context.js';
import { WorktreeProblem } from './errors.js';
import { mergedTree } from './merge.js';
import { isBranchName, isSha, splitNul } from './names.js';
import { DURABLE, NO_HOOKS } from './run.js';

export const BACKUPS = 'refs/switchyard/backup/';
/** Histories of nested repositories, beside the backup that holds their files. */
export const NESTED = 'refs/switchyard/nested/';

const GONE = /^0+$/u;
const nestedOf = (ref: string): string => `${NESTED}${ref.slice(BACKUPS.length)}/`;

/** See `Git.backupFacts`. @param base the commit of the base branch; without one nothing counts as landed */
export async function backupFacts(repository: Repository, ref: string, base: Sha | undefined): Promise<BackupFacts> {
  const commit = await commitOf(repository, ref);
  if (commit === undefined) return { bytes: 0, landed: false };
  const [bytes, landed, savedAt] = await Promise.all([
    backupBytes(repository, [ref]),
    base === undefined || !isSha(base) ? false : hasLanded(repository, ref, commit, base),
    savedTime(repository, ref),
  ]);
  return { bytes, landed, ...(savedAt !== undefined && { savedAt }) };
}

/**
 * Bytes on disk, as git packs them, of all that only these refs lead to. One process: git walks from them until it meets
 * what any other ref, HEAD or worktree's HEAD leads to, and leaves out what those hold where they meet and at their tips.
 * Content that only their middle history has is counted too.
 */
export async function backupBytes(repository: Repository, refs: readonly string[]): Promise<number> {
  const known = refs.filter((ref) => ref.startsWith(BACKUPS) && isBranchName(ref));
  if (known.length === 0) return 0;
  const own = known.flatMap((ref) => [ref, `${nestedOf(ref)}*`]);
  const { code, stdout } = await repository.run(
    ['rev-list', '--objects-edge-aggressive', '--disk-usage', ...known, ...known.map((ref) => `--glob=${nestedOf(ref)}*`), '--not', ...own.map((ref) => `--exclude=${ref}`), '--all', '--'],
    { cwd: repository.root, ok: 'any' },
  );
  // One that is gone meanwhile leaves the question without an answer, not the list. The sum is the last line.
  return code === 0 ? Number(stdout.toString('latin1').trim().split('\n').at(-1)) : 0;
}

/** See `Git.removeBackup`: only while it still is what was judged. */
export async function removeBackup(repository: Repository, ref: string, commit: Sha): Promise<boolean> {
  if (!ref.startsWith(BACKUPS) || !isBranchName(ref) || !isSha(commit)) throw new WorktreeProblem('backup-name', `${ref} is not a backup. Nothing was removed.`);
  const drop = async (name: string, at: Sha): Promise<boolean> =>
    (await repository.run(['update-ref', '-d', name, at], { cwd: repository.root, before: [...DURABLE, ...NO_HOOKS], ok: 'any' })).code === 0;
  if (!(await drop(ref, commit))) return (await commitOf(repository, ref)) === undefined;
  const { stdout } = await repository.run(['for-each-ref', '--format=%(refname)%00%(objectname)', nestedOf(ref)], { cwd: repository.root });
  for (const line of stdout.toString('utf8').split('\n')) {
    const [name = '', at = ''] = line.split('\0');
    if (name !== '') await drop(name, at);
  }
  return true;
}

/** When it was saved: a branch that was kept as it is has the time of its last commit. In milliseconds since the epoch. */
async function savedTime(repository: Repository, ref: string): Promise<number | undefined> {
  const text = await readFile(join(repository.commonDir, 'logs', ref), 'utf8').catch(() => '');
  const seconds = / (\d+) [+-]\d{4}(?:\t|$)/mu.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/**
 * All its content is on the base: what it changed stands (or stood) there at the same paths, or merging it would change
 * nothing any more; and no earlier state on the way holds content that the base never had. Whatever is in doubt has not landed.
 */
async function hasLanded(repository: Repository, ref: string, commit: Sha, base: Sha): Promise<boolean> {
  if ((await nestedRefs(repository, ref)) > 0) return false;
  if (await isAncestor(repository, commit, base)) return true;
  const from = await startOf(repository, commit, base);
  if (from === undefined) return false;
  const [own, there, alone] = await Promise.all([changesOf(repository, from, commit), historyOf(repository, commit, base), contentOnlyIn(repository, commit, base)]);
  const contents = new Set([...there].map((each) => each.slice(0, each.indexOf(' '))));
  const final = new Set(own.map(({ id }) => id));
  const missing = own.filter(({ id, path }) => !there.has(`${id} ${path}`));
  if (alone.some((id) => !contents.has(id) && !final.has(id))) return false;
  if (missing.length === 0) return true;
  // Others' changes of the same files went in beside it: nothing of it is missing if a merge would bring nothing.
  const merged = await mergedTree(repository, base, commit).catch(() => undefined);
  return merged?.ok === true && merged.tree === (await repository.objects.id(`${base}^{tree}`));
}

async function nestedRefs(repository: Repository, ref: string): Promise<number> {
  const { stdout } = await repository.run(['for-each-ref', '--count=1', '--format=%(refname)', nestedOf(ref)], { cwd: repository.root });
  return stdout.length;
}

/** Stray changes are kept on a commit of what was there before; everything else on what the base had when its task began. */
async function startOf(repository: Repository, commit: Sha, base: Sha): Promise<Sha | undefined> {
  const body = (await repository.objects.read(commit))?.body.toString('utf8') ?? '';
  if (body.slice(body.indexOf('\n\n') + 2).startsWith('Stray changes in ')) return repository.objects.id(`${commit}^1`);
  const { code, stdout } = await repository.run(['merge-base', base, commit], { cwd: repository.root, ok: [0, 1] });
  return code === 0 ? stdout.toString('latin1').trim() : undefined;
}

/** Each path that differs, with the id of its content now; zeros where it is gone. */
async function changesOf(repository: Repository, from: Sha, to: Sha): Promise<readonly { readonly path: string; readonly id: string }[]> {
  const { stdout } = await repository.run(['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', '--no-ext-diff', from, to], { cwd: repository.root });
  return rawEntries(stdout);
}

/** `<id> <path>` of everything that the base's history since then ever had. */
async function historyOf(repository: Repository, commit: Sha, base: Sha): Promise<ReadonlySet<string>> {
  const { stdout } = await repository.run(['log', '-m', '-z', '--raw', '--no-abbrev', '--no-renames', '--no-ext-diff', '--format=', base, `^${commit}`, '--'], { cwd: repository.root });
  return new Set(rawEntries(stdout).map(({ id, path }) => `${id} ${path}`));
}

/** Format: `:<mode> <mode> <id> <id> <status>` and the path, each ended by NUL; a log may put an empty one between. */
function rawEntries(output: Buffer): readonly { readonly path: string; readonly id: string }[] {
  const entries: { path: string; id: string }[] = [];
  const parts = splitNul(output);
  for (let at = 0; at < parts.length; at += 1) {
    const head = /^\n?:\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/u.exec(parts[at]?.toString('latin1') ?? '');
    const path = parts[at + 1];
    if (head === null || path === undefined) continue;
    // A mode alone is a change too.
    entries.push({ path: `${path.toString('latin1')}${GONE.test(head[2] ?? '') ? '' : ` ${head[1] ?? ''}`}`, id: head[2] ?? '' });
    at += 1;
  }
  return entries;
}

/** Ids of file contents in commits that the base does not have. */
async function contentOnlyIn(repository: Repository, commit: Sha, base: Sha): Promise<readonly Sha[]> {
  const { stdout } = await repository.run(['rev-list', '--objects', '--no-object-names', '--filter=object:type=blob', '--filter-provided-objects', commit, `^${base}`, '--'], { cwd: repository.root });
  return stdout.toString('latin1').split('\n').filter((line) => line !== '');
}

async function commitOf(repository: Repository, ref: string): Promise<Sha | undefined> {
  return ref.startsWith(BACKUPS) && isBranchName(ref) ? repository.objects.id(`${ref}^{commit}`) : undefined;
}
