/** Agents that do what the story tells them, and gates that look at files: beside the engine, and alive through its crashes. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentOutcome } from '../../../src/core/activity.js';
import type { AttemptEnd, AttemptSpec, CommandResult, GateRequest, RunningAttempt } from '../../../src/core/ports.js';
import type { Surroundings } from '../faults/life.js';
import { headOf } from '../faults/machine.js';

export interface Actor {
  readonly spec: AttemptSpec;
  readonly ended: Promise<AttemptEnd>;
  readonly over: boolean;
  end(how: 'well' | 'badly' | 'stopped' | 'lost'): void;
}

/** One gate in so many is red for nothing; its re-run is not. */
const FLAKY_EVERY = 6;

export class Cast implements Surroundings {
  readonly #actors = new Map<string, Actor>();
  readonly #foreclosed = new Set<string>();
  #gates = 0;
  /** Commits whose whole tree a gate has looked at and passed. */
  readonly green = new Set<string>();
  /** What must never happen, as it happened. */
  readonly violations: string[] = [];

  get atWork(): readonly Actor[] {
    return [...this.#actors.values()].filter((actor) => !actor.over);
  }

  /** How many attempts were begun. */
  get begun(): number {
    return this.#actors.size;
  }

  powerCut(): void {
    for (const actor of this.atWork) actor.end('lost');
  }

  start(spec: AttemptSpec): RunningAttempt {
    if (this.#actors.has(spec.folder) || this.#foreclosed.has(spec.folder)) {
      this.violations.push(`${spec.folder} was started again`);
      throw new Error('already claimed');
    }
    if (this.atWork.some((other) => other.spec.cwd === spec.cwd)) this.violations.push(`two agents are at work in ${spec.cwd}`);
    const actor = actorOf(spec);
    this.#actors.set(spec.folder, actor);
    return handle(actor);
  }

  adopt(folder: string): RunningAttempt | undefined {
    const actor = this.#actors.get(folder);
    if (actor === undefined) this.#foreclosed.add(folder);
    return actor === undefined ? undefined : handle(actor);
  }

  /** The only gate here is `sound`: no file begins with "broken", and at most one with "clash". It is flaky: red for nothing now and then. */
  async runGate(request: GateRequest): Promise<readonly CommandResult[]> {
    if (request.commands.includes('sound') && request.append === undefined) {
      this.#gates += 1;
      if (this.#gates % FLAKY_EVERY === 0) return [{ command: 'sound', exitCode: 1, ms: 1, tail: `flaky ${String(this.#gates)}` }];
    }
    const commit = await headOf(request.cwd);
    const results = await Promise.all(request.commands.map(async (command) => (command === 'sound' ? sound(request.cwd) : { command, exitCode: 0, ms: 1, tail: 'ok' })));
    if (request.commands.includes('sound') && results.every(({ exitCode }) => exitCode === 0)) this.green.add(commit);
    return results;
  }
}

function actorOf(spec: AttemptSpec): Actor {
  const startedAt = Date.now();
  let over = false;
  let resolve: (end: AttemptEnd) => void = () => undefined;
  const ended = new Promise<AttemptEnd>((done) => (resolve = done));
  const record = (outcome: Pick<AgentOutcome, 'ok' | 'reason'>): AttemptEnd => ({
    kind: 'exit',
    record: { v: 1, nonce: spec.nonce, startedAt, endedAt: Date.now(), exitCode: 0, signal: null, ended: outcome.reason === 'stopped' ? 'stopped' : 'exited', outcome: { ...outcome, session: `session-${spec.task}`, usage: [], usageIsCumulative: false, denied: [] } },
  });
  return {
    spec,
    ended,
    get over() {
      return over;
    },
    end: (how) => {
      over = true;
      if (how === 'lost') resolve({ kind: 'lost' });
      else resolve(record(how === 'well' ? { ok: true } : { ok: false, reason: how === 'badly' ? 'crashed' : 'stopped' }));
    },
  };
}

function handle(actor: Actor): RunningAttempt {
  return {
    folder: actor.spec.folder,
    pid: 1,
    ended: actor.ended,
    stop: async () => {
      if (!actor.over) actor.end('stopped');
      await actor.ended;
    },
  };
}

async function sound(cwd: string): Promise<CommandResult> {
  const texts = await textsIn(cwd);
  const broken = [...texts].filter(([, text]) => text.startsWith('broken'));
  const clashes = [...texts].filter(([, text]) => text.startsWith('clash'));
  const bad = [...broken, ...(clashes.length > 1 ? clashes : [])].map(([path]) => path).toSorted();
  return { command: 'sound', exitCode: bad.length === 0 ? 0 : 1, ms: 1, tail: bad.length === 0 ? 'ok' : `not sound: ${bad.join(', ')}` };
}

/** Every regular file of a folder but git's own: relative path to text. */
export async function textsIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const walk = async (relative: string): Promise<void> => {
    for (const item of await readdir(join(folder, relative), { withFileTypes: true }).catch(() => [])) {
      if (item.name === '.git') continue;
      const path = relative === '' ? item.name : `${relative}/${item.name}`;
      if (item.isDirectory()) await walk(path);
      else if (item.isFile()) found.set(path, await readFile(join(folder, path), 'utf8').catch(() => ''));
    }
  };
  await walk('');
  return found;
}
