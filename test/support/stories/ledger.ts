/** What anybody has written, and whether every byte of it can still be reached. Looked up in git and on the disk. */
import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FaultRepo } from '../faults/repository.js';
import { textsIn } from './cast.js';

const idOf = (text: string): string => createHash('sha1').update(`blob ${String(Buffer.byteLength(text))}\0${text}`).digest('hex');

export class Ledger {
  readonly #repo: FaultRepo;
  /** Text to blob id, of everything that must be found again. */
  readonly #texts = new Map<string, string>();
  #reachable = new Set<string>();
  #refs = '';
  #count = 0;

  constructor(repo: FaultRepo) {
    this.#repo = repo;
  }

  get worktrees(): string {
    return `${this.#repo.root}.worktrees`;
  }

  /** Writes a text that nobody ever wrote before; what it overwrites, its writer has lost by their own doing. */
  async write(root: string, path: string, flavour: string): Promise<void> {
    const file = join(root, path);
    // A file where a folder has to be goes first.
    for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
      if ((await lstat(join(root, parent)).catch(() => undefined))?.isFile() === true) await this.remove(root, parent);
    }
    await this.remove(root, path);
    this.#count += 1;
    const text = `${flavour} ${String(this.#count)} in ${path}\n`;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    this.#texts.set(text, idOf(text));
  }

  /** Removes a file or a folder, by the hand of an agent or a person. */
  async remove(root: string, path: string): Promise<void> {
    const file = join(root, path);
    const own = await readFile(file, 'utf8').catch(() => undefined);
    if (own === undefined && (await lstat(file).catch(() => undefined)) === undefined) return;
    for (const text of own === undefined ? (await textsIn(file)).values() : [own]) this.#forget(text);
    await rm(file, { recursive: true, force: true });
  }

  /** A person threw something away with git: what cannot be reached now, they have lost themselves. */
  async settle(): Promise<void> {
    for (const text of await this.missing()) this.#texts.delete(text);
  }

  #forget(text: string): void {
    if (!this.#reachable.has(idOf(text))) this.#texts.delete(text);
  }

  /** Texts that are neither in a file nor in a commit that a ref leads to. */
  async missing(): Promise<readonly string[]> {
    await this.#refresh();
    const present = new Set([...(await textsIn(this.#repo.root)).values(), ...(await textsIn(this.worktrees)).values()]);
    return [...this.#texts].filter(([text, id]) => !present.has(text) && !this.#reachable.has(id)).map(([text]) => text);
  }

  async #refresh(): Promise<void> {
    const refs = await refsOf(join(this.#repo.root, '.git'));
    if (refs === this.#refs) return;
    const objects = await this.#repo.git('rev-list', '--objects', '--no-object-names', '--all');
    this.#reachable = new Set(objects.split('\n'));
    this.#refs = refs;
  }
}

/** Every ref and its commit, from git's own files: without a process, because it is asked for after every step. */
async function refsOf(gitDir: string): Promise<string> {
  const found: string[] = [await readFile(join(gitDir, 'packed-refs'), 'utf8').catch(() => ''), await readFile(join(gitDir, 'HEAD'), 'utf8')];
  const walk = async (folder: string): Promise<void> => {
    for (const item of (await readdir(folder, { withFileTypes: true }).catch(() => [])).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, item.name);
      if (item.isDirectory()) await walk(path);
      else found.push(`${path} ${await readFile(path, 'utf8').catch(() => '')}`);
    }
  };
  await walk(join(gitDir, 'refs'));
  return found.join('\n');
}

/** The person's checkout: what git says of it, what is staged, and the bytes of everything that is not as committed. */
export async function checkoutOf(repo: FaultRepo): Promise<string> {
  const status = await repo.git('--no-optional-locks', 'status', '--porcelain', '-z', '--ignored', '--untracked-files=all', '--no-renames');
  const entries = status.split('\0').filter((entry) => entry !== '');
  const staged = entries.some((entry) => !' ?!'.includes(entry[0] ?? ' ')) ? await repo.git('diff-index', '--cached', '--no-renames', 'HEAD') : '';
  const contents = await Promise.all(
    entries.map(async (entry) => {
      const file = join(repo.root, entry.slice(3));
      return `${entry}: ${await readlink(file).catch(() => readFile(file, 'utf8').catch(() => 'nothing'))}`;
    }),
  );
  return [...contents, staged].join('\n');
}

export interface Move {
  readonly from: string;
  readonly to: string;
}

/** The moves of a branch so far, from its reflog's file. */
export async function movesOf(repo: FaultRepo, ref: string): Promise<readonly Move[]> {
  const text = await readFile(join(repo.root, '.git/logs', ref), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '').map((line) => ({ from: line.slice(0, 40), to: line.slice(41, 81) }));
}
