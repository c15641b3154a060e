/** One life of the engine's process: every call of its world passes here, so that it can fail, and so that it can end. */
import { openLog } from '../../../src/adapters/eventStore.js';
import type { LogFile } from '../../../src/adapters/eventStore.js';
import type { AttemptSpec, CommandResult, GateRequest, Git, LogPlace, RunningAttempt } from '../../../src/core/ports.js';
import type { OpenLog, World } from '../../../src/engine/world.js';
import type { Fault, FaultPlan } from './faults.js';
import { systemError } from './faults.js';

/** What is on the machine beside the engine's process: agents and gates. */
export interface Surroundings {
  start(spec: AttemptSpec): RunningAttempt;
  adopt(folder: string): RunningAttempt | undefined;
  runGate(request: GateRequest): Promise<readonly CommandResult[]>;
  powerCut(): void;
}

/** A pause of the engine is over within so many turns of the event loop, or it waits for somebody outside. */
const TURNS = 8;

/** Wrapped by themselves, or never waited for. */
const UNCOUNTED = new Set(['git', 'runners', 'gates', 'files', 'logs', 'activities', 'locks', 'clock', 'ids', 'log', 'commonEnvironment']);

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

type Act = (...args: readonly unknown[]) => Promise<unknown>;

export class Life {
  readonly crashed: Promise<void>;
  readonly #plan: FaultPlan;
  readonly #machine: Surroundings;
  readonly #acts = new Set<Promise<unknown>>();
  /** Open logs, and what a power cut leaves of each. */
  readonly #files = new Map<LogFile, () => Promise<void>>();
  #alive = true;
  #power = false;
  #died: () => void = () => undefined;

  constructor(plan: FaultPlan, machine: Surroundings) {
    this.#plan = plan;
    this.#machine = machine;
    this.crashed = new Promise((resolve) => (this.#died = resolve));
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** The process is gone: no call of it is answered any more. */
  die(how: 'crash' | 'power' = 'crash'): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#power = how === 'power';
    if (this.#power) this.#machine.powerCut();
    this.#died();
  }

  /** Waits for acts that were under way (a git that was started goes on without us) and closes what the process had open. */
  async buried(real: World): Promise<void> {
    this.die();
    while (this.#acts.size > 0) await Promise.allSettled([...this.#acts]);
    for (const [file, cut] of this.#files) {
      if (this.#power) await cut();
      await file.close().catch(() => undefined);
    }
    await real.git.settled();
  }

  /** Resolves when the engine has nothing more to do until somebody outside acts, or has died. */
  async quiet(): Promise<void> {
    for (let turns = 0; turns < TURNS && this.#alive; turns += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#acts.size === 0) continue;
      await Promise.race([...this.#acts, this.crashed].map((act) => act.catch(() => undefined)));
      turns = -1;
    }
  }

  get dead(): boolean {
    return !this.#alive;
  }

  async call<T>(name: string, act: () => Promise<T>): Promise<T> {
    if (!this.#alive) return never();
    const fault = this.#plan.next(name);
    if (fault?.kind === 'fail') throw systemError(fault.code ?? 'EIO');
    if (fault?.kind === 'crash') {
      this.die();
      return never();
    }
    const result = await this.#tracked(act);
    if (fault?.kind === 'crash-after') this.die();
    if (fault?.kind === 'power') this.die('power');
    // It may have died while the act was under way.
    if (this.dead) return never();
    if (fault?.kind === 'fail-after') throw systemError(fault.code ?? 'EIO');
    if ('error' in result) throw result.error;
    return result.value;
  }

  async #tracked<T>(act: () => Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
    const acting = act();
    this.#acts.add(acting);
    try {
      return { value: await acting };
    } catch (error) {
      return { error };
    } finally {
      this.#acts.delete(acting);
    }
  }

  /** The world as this life sees it. */
  world(real: World): World {
    const machine = this.#machine;
    return {
      ...this.#others(real),
      git: this.#git(real),
      runners: {
        start: (spec) => this.call(`runners.start(${spec.task})`, () => attempt(() => machine.start(spec))),
        adopt: (folder) => this.call(`runners.adopt(${folder.split('/').at(-2) ?? ''})`, () => attempt(() => machine.adopt(folder))),
      },
      gates: { run: (request) => request.commands.length === 0 ? Promise.resolve([]) : this.call(`gates.run(${request.cwd.split('/').at(-1) ?? ''}${request.commands[0] === 'true' ? ' set-up' : ''})`, () => machine.runGate(request)) },
      files: {
        ...real.files,
        // Never fails here, but while it is under way nothing rests.
        read: async (path) => (await this.#answered(real.files.read(path))) as string | undefined,
        write: (path, text) => this.call('files.write', () => real.files.write(path, text)),
        remove: (path) => this.call('files.remove', () => real.files.remove(path)),
        list: (folder) => this.call('files.list', () => real.files.list(folder)),
        watch: () => () => undefined,
      },
      logs: { ...real.logs, open: (file, from) => this.#openLog(file, from), follow: () => () => undefined },
      activities: { read: () => Promise.resolve([]), follow: () => () => undefined, watch: () => undefined },
    };
  }

  /** The ports whose calls never fail here; while one is under way the engine is not at rest. */
  #others(real: World): World {
    const wrapped = Object.entries(real).map(([name, port]: [string, unknown]) => {
      if (UNCOUNTED.has(name)) return [name, port] as const;
      if (typeof port === 'function') return [name, this.#counted(port as (...args: never[]) => unknown, real)] as const;
      return [name, typeof port === 'object' && port !== null ? this.#waitedFor(port) : port] as const;
    });
    return Object.fromEntries(wrapped) as unknown as World;
  }

  #waitedFor(port: object): object {
    return new Proxy(port, {
      get: (target, key): unknown => {
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? this.#counted(value as (...args: never[]) => unknown, target) : value;
      },
    });
  }

  #counted(act: (...args: never[]) => unknown, of: object): (...args: readonly unknown[]) => unknown {
    return (...args) => {
      const result: unknown = Reflect.apply(act, of, args);
      return result instanceof Promise ? this.#answered(result) : result;
    };
  }

  async #answered(acting: Promise<unknown>): Promise<unknown> {
    const result = await this.#tracked(() => acting);
    if (this.dead) return never();
    if ('error' in result) throw result.error;
    return result.value;
  }

  #git(real: World): Git {
    const wrapped = Object.entries(real.git as unknown as Readonly<Record<string, unknown>>).map(([method, act]) => {
      if (typeof act !== 'function' || method === 'settled') return [method, act] as const;
      const bound: Act = async (...args) => {
        const result = await this.call(`git.${method}(${subject(method, args, real.worktreesFolder)})`, () => (act as Act)(...args));
        // What is handed out has calls of its own.
        return method === 'strays' && typeof result === 'object' && result !== null ? this.#waitedFor(result) : result;
      };
      return [method, bound] as const;
    });
    return Object.fromEntries(wrapped) as unknown as Git;
  }

  async #openLog(file: string, from: LogPlace | undefined): Promise<OpenLog> {
    const log = await this.call('logs.open', () => openLog(file, from, (real) => this.#file(real)));
    return {
      ...log,
      get end() {
        return log.end;
      },
      append: (events) => {
        const [first] = events;
        const about = first === undefined ? '' : `${first.type}${'task' in first ? ` ${first.task}` : ''}${first.type === 'task.state' ? ` to ${first.to}` : ''}`;
        return this.call(`log.append(${about})`, () => log.append(events));
      },
    };
  }

  /** The disk under the log. */
  #file(real: LogFile): LogFile {
    let synced: number | undefined;
    let end = 0;
    // Of what was written and not synced, half a sector may have reached the disk: a torn line.
    this.#files.set(real, async () => {
      if (synced !== undefined && end > synced) await real.truncate(synced + Math.floor((end - synced) / 2));
    });
    const dead = (): void => {
      if (!this.#alive) throw new Error('the process is gone');
    };
    return {
      write: async (bytes, position) => {
        dead();
        const fault = this.#plan.next('disk.write');
        synced ??= position;
        if (fault?.kind === 'fail' || fault?.kind === 'torn' || fault?.kind === 'crash') {
          if (fault.kind !== 'crash') await real.write(bytes.subarray(0, Math.floor(bytes.length / 2)), position);
          return this.#fallen(fault);
        }
        await real.write(bytes, position);
        end = position + bytes.length;
      },
      datasync: async () => {
        dead();
        const fault = this.#plan.next('disk.datasync');
        if (fault?.kind === 'fail') throw systemError(fault.code ?? 'EIO');
        // What was not synced is gone.
        if (fault?.kind === 'power' && synced !== undefined) await real.truncate(synced);
        if (fault !== undefined) return this.#fallen(fault);
        await real.datasync();
        synced = end;
      },
      truncate: async (length) => {
        dead();
        const fault = this.#plan.next('disk.truncate');
        if (fault !== undefined) return this.#fallen(fault);
        await real.truncate(length);
      },
      close: async () => {
        this.#files.delete(real);
        await real.close();
      },
    };
  }

  #fallen(fault: Fault): never {
    if (fault.kind !== 'fail') this.die(fault.kind === 'power' ? 'power' : 'crash');
    throw systemError(fault.code ?? 'ENOSPC');
  }
}

async function attempt<T>(act: () => T): Promise<T> {
  await Promise.resolve();
  return act();
}

/** What a call of git is about: a task, where one can be told. */
function subject(method: string, args: readonly unknown[], worktrees: string): string {
  const [first] = args;
  if (method === 'commitTree') return /Switchyard-Task: (.*)/u.exec(String(args[2]))?.[1] ?? 'candidate';
  const path = typeof first === 'string' ? first : typeof first === 'object' && first !== null && 'path' in first ? String(first.path) : '';
  return path.startsWith(`${worktrees}/`) ? path.slice(worktrees.length + 1).split('/')[1] ?? '' : '';
}
