/**
 * What survives a crash of the engine: agents at work, and what happened on this machine. The fake agents write real
 * files in real worktrees and keep the runner's promises: an attempt's folder is claimed once, and one that was begun is found again.
 */
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AttemptEnd, AttemptSpec, CommandResult, GateRequest, RunningAttempt } from '../../../src/core/ports.js';

interface Agent {
  readonly spec: AttemptSpec;
  readonly ended: Promise<AttemptEnd>;
  /** How often it was begun; once, or not at all. */
  starts: number;
  over: AttemptEnd['kind'] | undefined;
  stopping: boolean;
  /** What it appended to its task's `log.txt`, line by line. */
  readonly wrote: string[];
}

export interface Gated {
  readonly commit: string;
  readonly commands: readonly string[];
  readonly green: boolean;
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** How long an agent works, in turns of the event loop: long enough for a crash to find it at work. */
const PACE = 15;

export class Machine {
  readonly agents = new Map<string, Agent>();
  readonly foreclosed = new Set<string>();
  readonly gated: Gated[] = [];
  /** What must never happen, as it happened. */
  readonly violations: string[] = [];
  #power = 0;

  /** Every agent that is at work dies where it stands. */
  powerCut(): void {
    this.#power += 1;
  }

  begun(task: string): number {
    return [...this.agents.values()].filter((agent) => agent.spec.task === task).length;
  }

  start(spec: AttemptSpec): RunningAttempt {
    if (this.foreclosed.has(spec.folder)) throw new Error(`${spec.folder} was foreclosed`);
    const present = this.agents.get(spec.folder);
    if (present !== undefined) {
      present.starts += 1;
      this.violations.push(`${spec.folder} was started twice`);
      throw new Error('already claimed');
    }
    for (const other of this.agents.values()) {
      if (other.over === undefined && other.spec.cwd === spec.cwd) this.violations.push(`${spec.folder} was started while ${other.spec.folder} was at work in the same worktree`);
    }
    const agent: Agent = { spec, starts: 1, over: undefined, stopping: false, wrote: [], ended: Promise.resolve().then(() => this.#work(agent)) };
    this.agents.set(spec.folder, agent);
    return handle(agent);
  }

  adopt(folder: string): RunningAttempt | undefined {
    const agent = this.agents.get(folder);
    if (agent !== undefined) return handle(agent);
    this.foreclosed.add(folder);
    return undefined;
  }

  /** Resolves when no agent is at work. */
  async quiet(): Promise<void> {
    await Promise.allSettled([...this.agents.values()].map((agent) => agent.ended));
  }

  async #work(agent: Agent): Promise<AttemptEnd> {
    const { spec } = agent;
    const born = this.#power;
    const startedAt = Date.now();
    const own = join(spec.cwd, spec.task);
    const say = async (line: string): Promise<void> => {
      await mkdir(own, { recursive: true });
      await appendFile(join(own, 'log.txt'), `${line}\n`);
      agent.wrote.push(line);
    };
    const steps = [() => say(`${spec.task} ${String(spec.attempt)} begins ${spec.nonce}`), () => write(spec), () => say(`${spec.task} ${String(spec.attempt)} ends ${spec.nonce}`)];
    for (const step of steps) {
      await turns(PACE);
      if (this.#power !== born) {
        agent.over = 'lost';
        return { kind: 'lost' };
      }
      if (agent.stopping) break;
      await step();
    }
    agent.over = 'exit';
    const outcome = { ok: !agent.stopping, session: `session-${spec.task}`, usage: [], usageIsCumulative: false, denied: [], ...(agent.stopping && { reason: 'stopped' as const }) };
    return { kind: 'exit', record: { v: 1, nonce: spec.nonce, startedAt, endedAt: Date.now(), exitCode: 0, signal: null, ended: agent.stopping ? 'stopped' : 'exited', outcome } };
  }

  /** The commands of the gates here: `has PATH`, `holds PATH TEXT` and, for the set-up, `true`. */
  async runGate(request: GateRequest): Promise<readonly CommandResult[]> {
    const commit = await headOf(request.cwd);
    const results: CommandResult[] = [];
    for (const command of request.commands) {
      await turns(2);
      const result = await runCommand(request.cwd, command);
      results.push(result);
      if (result.exitCode !== 0) break;
    }
    this.gated.push({ commit, commands: request.commands, green: results.length === request.commands.length && results.every((result) => result.exitCode === 0) });
    return results;
  }
}

function handle(agent: Agent): RunningAttempt {
  return {
    folder: agent.spec.folder,
    pid: 1,
    ended: agent.ended,
    stop: async () => {
      agent.stopping = true;
      await agent.ended;
    },
  };
}

/** What each task's agent does: `b` breaks its gate first, `c` leaves its contract first. */
async function write({ task, attempt, cwd }: AttemptSpec): Promise<void> {
  await writeFile(join(cwd, task, 'x.txt'), task === 'b' && attempt === 1 ? 'wrong' : 'right');
  if (task !== 'c') return;
  const outside = join(cwd, 'outside', 'c.txt');
  if (attempt === 1) {
    await mkdir(dirname(outside), { recursive: true });
    await writeFile(outside, 'c');
  } else await rm(dirname(outside), { recursive: true, force: true });
}

async function runCommand(cwd: string, command: string): Promise<CommandResult> {
  const [verb, path = '', text] = command.split(' ');
  const found = await readFile(join(cwd, path), 'utf8').catch(() => undefined);
  const good = verb === 'true' || (found !== undefined && (verb === 'has' || found === text));
  return { command, exitCode: good ? 0 : 1, ms: 1, tail: good ? 'ok' : `${path} is ${found ?? 'missing'}` };
}

/** A worktree's commit from git's own files: the gate's own witness, without a process. */
export async function headOf(worktree: string): Promise<string> {
  const gitDir = (await readFile(join(worktree, '.git'), 'utf8')).trim().replace('gitdir: ', '');
  const head = (await readFile(join(gitDir, 'HEAD'), 'utf8')).trim();
  if (!head.startsWith('ref: ')) return head;
  const common = join(gitDir, (await readFile(join(gitDir, 'commondir'), 'utf8')).trim());
  return (await readFile(join(common, head.slice('ref: '.length)), 'utf8')).trim();
}

