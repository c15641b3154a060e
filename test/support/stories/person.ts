/** What a person does in their own checkout, with git and without, whatever Switchyard is doing. Git may refuse; they live with it. */
import { readdir, rm } from 'node:fs/promises';
import type { Random } from '../random.js';
import type { FaultRepo } from '../faults/repository.js';
import type { Ledger } from './ledger.js';

/** Files that the person and the agents both touch, and some that only the person does. */
export const SHARED = ['a/x.txt', 'b/x.txt', 'c/x.txt', 'shared/s.txt'] as const;
const OWN = ['mine.txt', 'mine/1.txt', 'mine/2.txt', 'staged.txt'] as const;
const IGNORED = 'out/log.txt';

export function flavour(random: Random, broken: number, clash: number): string {
  if (random.chance(broken)) return 'broken';
  return random.chance(clash) ? 'clash' : 'fine';
}

export class Person {
  readonly #repo: FaultRepo;
  readonly #ledger: Ledger;
  readonly #random: Random;

  constructor(repo: FaultRepo, ledger: Ledger, random: Random) {
    this.#repo = repo;
    this.#ledger = ledger;
    this.#random = random;
  }

  /** Gives what was done, for the story. */
  async commit(): Promise<string> {
    const path = this.#random.pick([...SHARED, ...OWN]);
    await this.#ledger.write(this.#repo.root, path, flavour(this.#random, 0.02, 0.05));
    return `commits ${path}${await this.#git('add', '--', path)}${await this.#git('commit', '--quiet', '-m', `My ${path}`, '--', path)}`;
  }

  async edit(): Promise<string> {
    const path = this.#random.pick([this.#random.pick(SHARED), ...OWN, 'a/new.txt', IGNORED]);
    await this.#ledger.write(this.#repo.root, path, 'fine');
    return `edits ${path}${this.#random.chance(0.3) ? await this.#git('add', '--', path) : ''}`;
  }

  async removes(): Promise<string> {
    const path = this.#random.pick([...SHARED, ...OWN]);
    await this.#ledger.remove(this.#repo.root, path);
    return `removes ${path}`;
  }

  /** Everything uncommitted in one file is given up. */
  async discards(): Promise<string> {
    const path = this.#random.pick([...SHARED, ...OWN]);
    return this.#losing(`discards ${path}`, 'checkout', '--quiet', 'HEAD', '--', path);
  }

  async tidies(): Promise<string> {
    return this.#losing('commits all', 'commit', '--quiet', '--all', '-m', 'All of mine');
  }

  async switches(): Promise<string> {
    const now = await this.#repo.git('symbolic-ref', '--short', 'HEAD');
    return now === 'main' ? this.#losing('leaves main', 'switch', '--quiet', '--force-create', 'side') : `goes back to main${await this.#git('switch', '--quiet', 'main')}`;
  }

  /** The base moves back: what it held is the person's to give up. */
  async rewinds(): Promise<string> {
    return this.#losing('takes the last commit back', 'reset', '--quiet', '--keep', 'HEAD~1');
  }

  /** A whole worktree is deleted by hand. */
  async deletesWorktree(atWork: readonly string[]): Promise<string> {
    const folders = (await readdir(this.#ledger.worktrees, { recursive: true, withFileTypes: true }).catch(() => [])).filter((item) => item.name === '.git').map((item) => item.parentPath);
    const free = folders.filter((folder) => !atWork.includes(folder));
    if (free.length === 0) return 'finds no worktree to delete';
    const folder = this.#random.pick(free.toSorted());
    await this.#ledger.remove(folder, '.');
    await rm(folder, { recursive: true, force: true });
    return `deletes ${folder}`;
  }

  async #losing(what: string, ...args: readonly string[]): Promise<string> {
    const said = await this.#git(...args);
    await this.#ledger.settle();
    return `${what}${said}`;
  }

  async #git(...args: readonly string[]): Promise<string> {
    return this.#repo.git(...args).then(() => '', (error: unknown) => ` (refused: ${String(error).split('\n')[1] ?? ''})`);
  }
}
