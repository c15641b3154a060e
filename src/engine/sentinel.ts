/**
 * The leak sentinel: notices at the end of every attempt what agents changed outside their worktrees, says which agent it
 * was (or may have been) and keeps the stray changes. One for all runs of the repository, because they share the person's
 * checkout. It looks once for all attempts that end together, and never stands in the way of a run.
 */
import type { ActivityLine } from '../core/activity.js';
import type { FoundLeak, Named } from '../core/leak.js';
import { PLANNER } from '../core/events.js';
import { inFolder, namedIn, namesFile } from '../core/leak.js';
import type { RefMove } from '../core/refMoves.js';
import { explains, gitActs, knownRefs, refMoves, wayBack, withoutLandings } from '../core/refMoves.js';
import type { AgentId } from '../core/ids.js';
import type { Stray, Strays } from '../core/ports.js';
import type { RunState, TaskRun } from '../core/run.js';
import type { World } from './world.js';

export type SentinelWorld = Pick<World, 'git' | 'activities' | 'clock' | 'log' | 'saves'>;

/** An attempt that is at work. */
export interface AtWork {
  readonly state: () => RunState;
  readonly task: string;
  readonly attempt: number;
  readonly agent: AgentId;
  /** The attempt's folder; patches go there. */
  readonly folder: string;
  readonly cwd: string;
}

/** A look that is not older counts for an agent that begins now: each costs a git process. */
const FRESH_MS = 1_000;
/** Files of one leak that are listed in the log. */
const MOST_LISTED = 200;

interface Blame {
  readonly who: AtWork;
  readonly certainty: FoundLeak['certainty'];
  readonly stray: Stray;
}

export class Sentinel {
  readonly #world: SentinelWorld;
  readonly #active = new Set<AtWork>();
  #strays: Promise<Strays> | undefined;
  #lane: Promise<unknown> = Promise.resolve();
  #begun: Promise<void> = Promise.resolve();
  #round: Promise<ReadonlyMap<AtWork, readonly FoundLeak[]>> | undefined;
  #ending: AtWork[] = [];
  /** Every ref as it was when the checkout was last looked at. */
  #refs: ReadonlyMap<string, string> | undefined;
  /** What was told as possible, while others were at work: the one who did it may say so only at its own end. By path. */
  readonly #guessed = new Map<string, Stray>();
  /** When the checkout was last looked at. */
  #seenAt = -Infinity;

  constructor(world: SentinelWorld) {
    this.#world = world;
  }

  /** Call before an agent starts, and await it. `adopted`: it has been at work since an earlier process. */
  async begin(who: AtWork, { adopted }: { readonly adopted: boolean } = { adopted: false }): Promise<void> {
    const first = this.#active.size === 0;
    this.#active.add(who);
    if (first) this.#begun = this.#inLane(() => this.#mark(adopted)).catch((error: unknown) => this.#failed(error));
    await this.#begun;
  }

  /** Call when an agent is gone. Returns what it changed (or may have changed) elsewhere; each leak is kept already. */
  async ended(who: AtWork): Promise<readonly FoundLeak[]> {
    this.#ending.push(who);
    this.#round ??= this.#inLane(() => this.#look());
    return (await this.#round).get(who) ?? [];
  }

  /** For what a person decides about these paths of the checkout; never during a look. */
  decide<T>(paths: readonly string[], act: (strays: Strays) => Promise<T>): Promise<T> {
    return this.#inLane(async () => {
      const strays = await this.#open();
      try {
        return await act(strays);
      } finally {
        // What was just taken back is nobody's stray change.
        if (this.#active.size === 0) this.#seenAt = -Infinity;
        else await strays.accept((await strays.look()).filter(({ path }) => paths.includes(path)));
      }
    });
  }

  #open(): Promise<Strays> {
    this.#strays ??= this.#world.git.strays();
    this.#strays.catch(() => (this.#strays = undefined));
    return this.#strays;
  }

  async #mark(adopted: boolean): Promise<void> {
    const strays = await this.#open();
    const now = this.#world.clock.now();
    if (now - this.#seenAt < FRESH_MS) return;
    if (adopted && (await strays.recall())) return;
    await strays.mark();
    this.#refs = await strays.refs();
    this.#seenAt = now;
  }

  async #look(): Promise<ReadonlyMap<AtWork, readonly FoundLeak[]>> {
    this.#round = undefined;
    const ending = this.#ending;
    this.#ending = [];
    try {
      return await this.#found(ending);
    } catch (error) {
      this.#failed(error);
      return new Map();
    } finally {
      for (const who of ending) this.#active.delete(who);
      if (this.#active.size === 0) this.#guessed.clear();
    }
  }

  async #found(ending: readonly AtWork[]): Promise<ReadonlyMap<AtWork, readonly FoundLeak[]>> {
    const strays = await this.#open();
    const since = this.#seenAt;
    const now = this.#world.clock.now();
    const changed = await strays.look();
    const refs = knownRefs(this.#refs, await strays.refs());
    const moves = this.#refs === undefined ? [] : withoutLandings(refMoves(this.#refs, refs), landedBy([...this.#active]));
    this.#seenAt = now;
    // Those who go on are only asked about when there is something to ask.
    const asked = changed.length === 0 && moves.length === 0 ? ending : [...this.#active];
    const lines = new Map(await Promise.all(asked.map(async (who) => [who, await this.#lines(who)] as const)));
    const streams = new Map([...lines].map(([who, said]) => [who, namedIn(said, who.cwd)] as const));
    const { blames, accepted } = this.#attribute(strays, changed, streams, ending, since);
    for (const who of ending) blames.push(...this.#owned(who, streams.get(who)), ...(await this.#elsewhere(strays, who, streams.get(who), changed)));
    for (const { certainty, stray } of blames) if (certainty === 'possible') this.#guessed.set(stray.path, stray);
    const leaks = await this.#keep(strays, blames);
    await strays.accept(accepted);
    await this.#movedRefs(strays, { moves, now: refs, lines, ending }, leaks);
    return leaks;
  }

  /** Refs that an agent's own commands explain. What one that is still at work explains is told at its own end. */
  async #movedRefs(strays: Strays, seen: { readonly moves: readonly RefMove[]; readonly now: ReadonlyMap<string, string>; readonly lines: ReadonlyMap<AtWork, readonly ActivityLine[]>; readonly ending: readonly AtWork[] }, leaks: Map<AtWork, FoundLeak[]>): Promise<void> {
    const next = new Map(seen.now);
    const branch = this.#refs?.get('HEAD');
    const mine = new Map<AtWork, RefMove[]>();
    for (const move of seen.moves) {
      const who = [...seen.lines].find(([each, lines]) => explains(gitActs(lines, each.cwd), move, { root: strays.root, cwd: each.cwd, branch }))?.[0];
      if (who === undefined) continue;
      if (seen.ending.includes(who)) mine.set(who, [...(mine.get(who) ?? []), move]);
      else if (move.from === undefined) next.delete(move.ref);
      else next.set(move.ref, move.from);
    }
    this.#refs = next;
    for (const [who, moves] of mine) {
      const of = leaks.get(who) ?? [];
      const id = nextId(who, of.length);
      const commits = moves.flatMap(({ from, to }) => [from, to]).filter((each) => each !== undefined);
      const kept = await strays.keepCommits(commits, `${who.state().run}/${who.task}/leak-${id}`, `${who.folder}/leak-${id}.txt`, wayBack(moves));
      const files = moves.slice(0, MOST_LISTED).map(({ ref, from, to }) => ({ path: ref, change: from === undefined ? ('added' as const) : to === undefined ? ('deleted' as const) : ('modified' as const), before: 'unknown' as const }));
      of.push({ id, attempt: who.attempt, agent: who.agent, certainty: 'certain', root: strays.root, files, refs: true, others: [], kept });
      leaks.set(who, of);
    }
  }

  /** Whose each change of the person's checkout is. What an agent names that is still at work is left for its own end. */
  #attribute(strays: Strays, changed: readonly Stray[], streams: ReadonlyMap<AtWork, Named>, ending: readonly AtWork[], since: number): { blames: Blame[]; accepted: Stray[] } {
    const blames: Blame[] = [];
    const accepted: Stray[] = [];
    const [first] = ending;
    for (const stray of changed) {
      const saved = this.#world.saves?.since(`${stray.root}/${stray.path}`, since) ?? false;
      const who = whoNames(streams, stray, saved) ?? first;
      if (who === undefined) continue;
      const named = whoNames(streams, stray, saved) !== undefined;
      if (named && !ending.includes(who)) continue;
      accepted.push(stray);
      if (named) blames.push({ who, certainty: 'certain', stray: saved ? strays.mixed(stray) : stray });
      else if (!saved) blames.push({ who, certainty: 'possible', stray });
    }
    return { blames, accepted };
  }

  /** An agent's stream comes a moment after its act: what was another's guess by then is its own for certain. */
  #owned(who: AtWork, named: Named | undefined): readonly Blame[] {
    return [...this.#guessed.values()]
      .filter((stray) => namesFile(named?.edits.keys() ?? [], stray.root, stray.path) && this.#guessed.delete(stray.path))
      .map((stray) => ({ who, certainty: 'certain', stray }));
  }

  /** What a stream names in other tasks' worktrees, and in the checkout where git ignores it. */
  async #elsewhere(strays: Strays, who: AtWork, named: Named | undefined, changed: readonly Stray[]): Promise<readonly Blame[]> {
    const blames: Blame[] = [];
    const others = [...who.state().tasks].flatMap(([id, task]) => (id === who.task || task.worktree === undefined || task.cleaned ? [] : [{ id, root: task.worktree, busy: mayHoldUncommitted(task) }]));
    const paths = new Map<string, { readonly added: boolean; readonly edited: boolean }>();
    for (const path of named?.words ?? []) paths.set(path, { added: false, edited: false });
    for (const [path, change] of named?.edits ?? []) paths.set(path, { added: change === 'added', edited: true });
    for (const [path, { added, edited }] of paths) {
      const other = others.find(({ root }) => inFolder(path, root) !== undefined);
      const root = other?.root ?? strays.root;
      const inside = inFolder(path, root);
      if (inside === undefined) continue;
      // A command that only names a file which its own agent works on may just have read it.
      if (!edited && (other === undefined || other.busy)) continue;
      if (other === undefined && changed.some((stray) => stray.path === inside)) continue;
      const stray = await strays.inspect(root, inside, { cleanBefore: other?.busy !== true, wasAbsent: added });
      // In the checkout, whatever git does not ignore was looked at before.
      if (stray === undefined || (other === undefined && stray.ignored !== true)) continue;
      blames.push({ who, certainty: 'certain', stray });
    }
    return blames;
  }

  async #keep(strays: Strays, blames: readonly Blame[]): Promise<Map<AtWork, FoundLeak[]>> {
    const leaks = new Map<AtWork, FoundLeak[]>();
    const groups = new Map<string, Blame[]>();
    for (const blame of blames) {
      const key = `${blame.who.folder}\n${blame.certainty}\n${blame.stray.root}`;
      groups.set(key, [...(groups.get(key) ?? []), blame]);
    }
    for (const group of groups.values()) {
      const [first] = group;
      if (first === undefined) continue;
      const { who, certainty } = first;
      const { root } = first.stray;
      const state = who.state();
      const of = leaks.get(who) ?? [];
      const id = nextId(who, of.length);
      const kept = await strays.keep(group.map(({ stray }) => stray), `${state.run}/${who.task}/leak-${id}`, `${who.folder}/leak-${id}.patch`);
      const owner = [...state.tasks].find(([, task]) => task.worktree !== undefined && !task.cleaned && sameFolder(task.worktree, root))?.[0];
      const others = certainty === 'certain' ? [] : [...this.#active].filter((each) => each !== who).map((each) => each.task);
      of.push({
        id,
        attempt: who.attempt,
        agent: who.agent,
        certainty,
        root,
        ...(owner !== undefined && { owner }),
        files: group.slice(0, MOST_LISTED).map(({ stray: { path, change, before } }) => ({ path, change, before })),
        ...(group.length > MOST_LISTED && { more: group.length - MOST_LISTED }),
        others,
        kept,
      });
      leaks.set(who, of);
    }
    return leaks;
  }

  #lines(who: AtWork): Promise<readonly ActivityLine[]> {
    return this.#world.activities.read(who.folder, 0);
  }

  #failed(error: unknown): void {
    this.#world.log.warn(`Your checkout could not be looked at for stray changes: ${error instanceof Error ? error.message : String(error)}. The run goes on; what an agent changed there meanwhile is found at the next look.`);
  }

  #inLane<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lane.then(work);
    this.#lane = turn.catch(() => undefined);
    return turn;
  }
}

/** Of the attempt's next leak; `more` were found in this look. */
function nextId(who: AtWork, more: number): string {
  const state = who.state();
  const known = who.task === PLANNER ? (state.plannerLeaks ?? []) : (state.tasks.get(who.task)?.leaks ?? []);
  return `${String(who.attempt)}-${String(known.filter((leak) => leak.attempt === who.attempt).length + more + 1)}`;
}

/** Commits that Switchyard itself has put on branches, or is about to. */
function landedBy(all: readonly AtWork[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { tasks, changes, integration } of all.map((who) => who.state())) {
    for (const each of [...tasks.values(), ...changes.values()]) for (const commit of [each.landed?.commit, each.mergeIntended?.to]) if (commit !== undefined) found.add(commit);
    if (integration !== undefined) found.add(integration.from);
  }
  return found;
}

/** An edit tool's word counts before a save by the person; a command line's only without one. */
function whoNames(streams: ReadonlyMap<AtWork, Named>, stray: Stray, saved: boolean): AtWork | undefined {
  const all = [...streams];
  const edited = all.find(([, { edits }]) => namesFile(edits.keys(), stray.root, stray.path));
  const worded = saved ? undefined : all.find(([, { words }]) => namesFile(words, stray.root, stray.path));
  return (edited ?? worded)?.[0];
}

/** Its own agent works there, or what that left is not committed yet. */
function mayHoldUncommitted({ state, gates, attempts }: TaskRun): boolean {
  return state === 'setting-up' || state === 'working' || (state === 'checking' && gates.at(-1)?.attempt !== attempts.length);
}

function sameFolder(a: string, b: string): boolean {
  return a === b || inFolder(`${a}/x`, b) === 'x';
}
