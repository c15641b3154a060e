/** The remote of a story: a bare repository, its pull requests, and people who merge or close them there. */
import { join } from 'node:path';
import type { PullRequests } from '../../../src/core/ports.js';
import type { FaultRepo } from '../faults/repository.js';
import type { Random } from '../random.js';

interface PullRequest {
  readonly url: string;
  readonly head: string;
  state: 'open' | 'merged' | 'closed';
  commit?: string;
}

export class Hub {
  readonly #repo: FaultRepo;
  readonly #random: Random;
  readonly #kind: boolean;
  readonly #all: PullRequest[] = [];

  /** @param kind never closes what it could merge */
  constructor(repo: FaultRepo, random: Random, kind = false) {
    this.#kind = kind;
    this.#repo = repo;
    this.#random = random;
  }

  get #remote(): string {
    return join(this.#repo.folder, 'remote.git');
  }

  async open(): Promise<void> {
    await this.#repo.git('init', '--quiet', '--bare', '-b', 'main', this.#remote);
    await this.#repo.git('remote', 'add', 'origin', this.#remote);
    await this.#repo.git('push', '--quiet', '-u', 'origin', 'main');
  }

  /** What stands in for `gh`. */
  readonly pullRequests: PullRequests = {
    ready: () => Promise.resolve({ ok: true }),
    open: ({ head }) => {
      const present = this.#all.find((each) => each.head === head && each.state === 'open');
      if (present !== undefined) return Promise.resolve({ ok: true, url: present.url });
      const url = `https://hub.test/pull/${String(this.#all.length + 1)}`;
      this.#all.push({ url, head, state: 'open' });
      return Promise.resolve({ ok: true, url });
    },
    state: (url) => {
      const found = this.#all.find((each) => each.url === url);
      return Promise.resolve(found === undefined ? undefined : { state: found.state, ...(found.commit !== undefined && { commit: found.commit }) });
    },
  };

  /** Everything that is open. */
  async merges(): Promise<void> {
    while (this.#all.some(({ state }) => state === 'open')) if ((await this.acts()).startsWith('cannot')) return;
  }

  /** Somebody there merges, squashes or closes one. Gives what was done, for the story. */
  async acts(): Promise<string> {
    const open = this.#all.filter(({ state }) => state === 'open');
    if (open.length === 0) return 'finds no open pull request';
    const one = this.#random.pick(open);
    if (!this.#kind && this.#random.chance(0.1)) {
      one.state = 'closed';
      return `closes ${one.url}`;
    }
    const git = (...args: readonly string[]): Promise<string> => this.#repo.git('-C', this.#remote, ...args);
    const tree = await git('merge-tree', '--write-tree', 'main', one.head).catch(() => undefined);
    if (tree === undefined) return `cannot merge ${one.url}: it conflicts`;
    const squash = this.#random.chance(0.5);
    const commit = await git('-c', 'user.name=Hub', '-c', 'user.email=hub@hub.test', 'commit-tree', '-p', 'main', ...(squash ? [] : ['-p', one.head]), '-m', `Merge ${one.url}`, tree);
    await git('update-ref', 'refs/heads/main', commit);
    one.state = 'merged';
    one.commit = commit;
    return `${squash ? 'squashes' : 'merges'} ${one.url} (${one.head})`;
  }
}
