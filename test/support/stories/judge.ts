/** What must hold after every step of a story. Keeps what it has seen, so that each step costs little. */
import { join } from 'node:path';
import { readdir } from 'node:fs/promises';
import { targetBranch } from '../../../src/core/change.js';
import type { RunState } from '../../../src/core/run.js';
import { readEvents, runsOf } from '../faults/invariants.js';
import type { FaultRepo } from '../faults/repository.js';
import type { Cast } from './cast.js';
import type { Ledger } from './ledger.js';
import { checkoutOf, movesOf } from './ledger.js';

const BASE = 'refs/heads/main';
const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

export class Judge {
  readonly wrong: string[] = [];
  readonly #repo: FaultRepo;
  readonly #cast: Cast;
  readonly #ledger: Ledger;
  #checkout = '';
  #moves = 0;
  readonly #branchMoves = new Map<string, number>();
  readonly #landed = new Set<string>();
  /** What a commit is never changes: asked once. */
  readonly #trees = new Map<string, Promise<string>>();
  readonly #ancestors = new Map<string, Promise<boolean>>();

  constructor(repo: FaultRepo, cast: Cast, ledger: Ledger) {
    this.#repo = repo;
    this.#cast = cast;
    this.#ledger = ledger;
  }

  /** The person has acted: the checkout and the branch are as they want them. */
  async agreed(): Promise<void> {
    this.#moves = (await movesOf(this.#repo, BASE)).length;
    this.#checkout = await checkoutOf(this.#repo);
  }

  /** Switchyard may have acted since. */
  async look(state: RunState | undefined): Promise<void> {
    const { wrong } = this;
    wrong.push(...this.#cast.violations.splice(0));
    const checkout = await checkoutOf(this.#repo);
    if (checkout !== this.#checkout) wrong.push(`the person's checkout has changed from\n${this.#checkout}\nto\n${checkout}`);
    this.#checkout = checkout;
    await this.baseMoves();
    await this.#branches();
    for (const text of await this.#ledger.missing()) wrong.push(`lost: ${text.trim()}`);
    if (state !== undefined) await this.#stateIsTrue(state);
  }

  /** Every move of the base that no person made: forward, to a tree with a receipt and a witness, and nobody twice. */
  async baseMoves(): Promise<void> {
    const moves = (await movesOf(this.#repo, BASE)).slice(this.#moves);
    this.#moves += moves.length;
    if (moves.length === 0) return;
    const { trees, accepted } = await this.#receipts();
    const witnessed = new Set(await Promise.all([...this.#cast.green].map((commit) => this.#tree(commit))));
    for (const { from, to } of moves) {
      const tree = await this.#tree(to);
      if (!trees.has(tree)) this.wrong.push(`main moved to ${to}, whose tree no receipt names`);
      if (!witnessed.has(tree) && !accepted.has(tree)) this.wrong.push(`main moved to ${to}, whose tree no gate has passed`);
      if (!(await this.#contains(to, from))) this.wrong.push(`main went from ${from} to ${to}, which does not contain it`);
    }
    const landings = lines(await this.#repo.git('log', '--first-parent', '--format=%(trailers:key=Switchyard-Reverts,valueonly,separator=)/%(trailers:key=Switchyard-Run,valueonly,separator=)/%(trailers:key=Switchyard-Task,valueonly,separator=)', 'main')).filter((line) => line !== '//');
    for (const [at, landing] of landings.entries()) if (landings.indexOf(landing) !== at) this.wrong.push(`${landing} has landed twice`);
  }

  async #receipts(): Promise<{ readonly trees: ReadonlySet<string>; readonly accepted: ReadonlySet<string> }> {
    const trees = new Set<string>();
    const accepted = new Set<string>();
    for (const run of await runsOf(this.#repo)) {
      for (const event of await readEvents(this.#repo, run)) {
        if (!('receipt' in event) || typeof event.receipt !== 'object') continue;
        trees.add(event.receipt.tree);
        if (event.type === 'unproven.accepted' || (event.type === 'change.gated' && event.receipt.unproven === true)) accepted.add(event.receipt.tree);
      }
    }
    return { trees, accepted };
  }

  /** Task branches only ever grow, and a backup never becomes another. */
  async #branches(): Promise<void> {
    const folder = join(this.#repo.root, '.git/logs/refs/heads/switchyard');
    for (const name of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
      if (!name.isFile()) continue;
      const ref = join(name.parentPath, name.name).slice(join(this.#repo.root, '.git/logs/').length);
      const moves = await movesOf(this.#repo, ref);
      const known = this.#branchMoves.get(ref) ?? 0;
      // A branch that was removed and made again has a new history.
      const fresh = moves.length < known ? moves : moves.slice(known);
      this.#branchMoves.set(ref, moves.length);
      for (const { from, to } of fresh) if (!/^0+$/u.test(from) && !(await this.#contains(to, from))) this.wrong.push(`${ref} went from ${from} to ${to}, which does not contain it`);
    }
  }

  /** Nothing is said to be at work that is not, and nothing landed that is not on the base. */
  async #stateIsTrue(state: RunState): Promise<void> {
    for (const [id, task] of state.tasks) {
      const key = `${state.run}/${id}`;
      const atWork = this.#cast.atWork.some((actor) => actor.spec.folder === task.attempts.at(-1)?.folder);
      if (task.state === 'working' && !atWork) this.wrong.push(`${key} is working, and no agent is`);
      if (task.state === 'setting-up' || task.state === 'checking' || task.state === 'merging') this.wrong.push(`${key} is ${task.state}, and nothing moves`);
      const said = `${key}${task.undone === undefined ? '' : ' undone'}`;
      if (task.state !== 'landed' || this.#landed.has(said)) continue;
      this.#landed.add(said);
      const branch = state.team.merge === 'pull-request' ? 'refs/remotes/origin/main' : targetBranch(state);
      if (task.landed === undefined || !(await this.#contains(branch, task.landed.commit))) this.wrong.push(`${key} is said to have landed and is not on ${branch}`);
      if (task.undone !== undefined && !(await this.#contains(branch, task.undone.commit))) this.wrong.push(`${key} is said to be undone, and that is not on ${branch}`);
    }
    for (const [id, change] of state.changes) {
      if ((change.state === 'checking' || change.state === 'merging') && !state.stopped) this.wrong.push(`${state.run}/${id} is ${change.state}, and nothing moves`);
    }
    for (const { spec } of this.#cast.atWork) {
      const task = state.run === spec.run ? state.tasks.get(spec.task) : undefined;
      if (task !== undefined && task.state !== 'working') this.wrong.push(`an agent is at work on ${spec.run}/${spec.task}, which is ${task.state}`);
    }
  }

  #tree(commit: string): Promise<string> {
    let tree = this.#trees.get(commit);
    if (tree === undefined) this.#trees.set(commit, (tree = this.#repo.git('rev-parse', `${commit}^{tree}`).catch(() => `${commit} is gone`)));
    return tree;
  }

  #contains(commit: string, ancestor: string): Promise<boolean> {
    if (commit === ancestor) return Promise.resolve(true);
    const ask = (): Promise<boolean> => this.#repo.git('merge-base', '--is-ancestor', ancestor, commit).then(() => true, () => false);
    if (!/^[0-9a-f]{40}$/u.test(commit)) return ask();
    const key = `${ancestor} ${commit}`;
    let known = this.#ancestors.get(key);
    if (known === undefined) this.#ancestors.set(key, (known = ask()));
    return known;
  }
}
