/** Real runners, real agent processes and their folders, cleaned up after each test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { watch } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { createRunners, type Launcher } from '../../../src/adapters/runner/runners.js';
import { headlessLauncher } from '../../../src/adapters/runner/launch.js';
import { startTime, stopTree } from '../../../src/adapters/process.js';
import type { ScriptedLine } from '../../../src/adapters/agents/scripted/format.js';
import type { ActivityLine } from '../../../src/core/activity.js';
import type { AttemptSpec, Claim, ExitRecord } from '../../../src/core/ports.js';

const ROOT = join(import.meta.dirname, '../../..');

export interface Programs {
  readonly runner: string;
  readonly scripted: string;
  readonly folder: string;
}

/** Builds the programs as they ship, into a fresh folder. */
export async function buildPrograms(): Promise<Programs> {
  const folder = await mkdtemp(join(tmpdir(), 'programs-'));
  await build({
    absWorkingDir: ROOT,
    entryPoints: { runner: 'src/adapters/runner/main.ts', scripted: 'src/adapters/agents/scripted/main.ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    outdir: folder,
    logLevel: 'error',
  });
  return { runner: join(folder, 'runner.js'), scripted: join(folder, 'scripted.js'), folder };
}

/** Waits for a file's content to satisfy a condition, by file events, at most 30 seconds. */
export async function untilFile(path: string, good: (text: string) => boolean = () => true): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  return new Promise((resolve, reject) => {
    const give = setTimeout(() => finish(() => reject(new Error(`waited in vain for ${path}`))), 30_000);
    const finish = (act: () => void): void => {
      clearTimeout(give);
      watcher.close();
      act();
    };
    const look = (): void => {
      readFile(path, 'utf8').then(
        (text) => good(text) && finish(() => resolve(text)),
        () => undefined,
      );
    };
    const watcher = watch(dirname(path), (_event, name) => (name === null || name === basename(path)) && look());
    look();
  });
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}

/** True for a process that runs (a zombie does not). */
export async function lives(pid: number): Promise<boolean> {
  return (await startTime(pid)) !== undefined;
}

export function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly signal: string | null }> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
}

export interface Sandbox {
  readonly root: string;
  readonly cwd: string;
  readonly folder: string;
  /** A spec whose agent is a JavaScript program with the scripted agent's output format. */
  spec(program: string, changes?: Partial<AttemptSpec>): Promise<AttemptSpec>;
  /** Writes the spec as the host does, without launching anything. */
  put(spec: AttemptSpec): Promise<void>;
  /** Starts a runner as a terminal does, with piped output. */
  start(args?: readonly string[], nodeArgs?: readonly string[]): ChildProcess;
  runners(launch?: Launcher, more?: { claimMs?: number; stopMs?: number }): ReturnType<typeof createRunners>;
  read(name: string): Promise<string>;
  exit(): Promise<ExitRecord>;
  claim(): Promise<Claim>;
  activity(): Promise<readonly ActivityLine[]>;
  clean(): Promise<void>;
}

let counter = 0;

export async function sandbox(programs: Programs): Promise<Sandbox> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'runner-')));
  const cwd = join(root, 'worktree');
  const folder = join(root, 'attempt');
  await mkdir(cwd);
  const nonce = `${process.pid}-${Date.now()}-${(counter += 1)}`;
  const children: ChildProcess[] = [];
  const environment = { PATH: process.env['PATH'], HOME: root, TMPDIR: root, SECRET_TOKEN: 'do-not-pass' };
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  return {
    root,
    cwd,
    folder,
    spec: async (program, changes = {}) => {
      const file = join(root, `agent-${(counter += 1)}.cjs`);
      await writeFile(file, program);
      return {
        v: 1,
        run: 'r1',
        task: 'db',
        title: 'Activity table',
        role: 'executor',
        attempt: 1,
        agent: 'scripted',
        cwd,
        folder,
        nonce,
        command: { file: process.execPath, args: [file], setEnv: {}, passEnv: [] },
        passEnv: ['PATH', 'HOME', 'TMPDIR'],
        setEnv: {},
        limits: { idleMs: 60_000, totalMs: 60_000 },
        ...changes,
      };
    },
    put: async (spec) => {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'spec.json'), JSON.stringify(spec));
    },
    start: (args = [], nodeArgs = []) => {
      const child = spawn(process.execPath, [...nodeArgs, programs.runner, folder, ...args], { env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      children.push(child);
      return child;
    },
    runners: (launch = headlessLauncher(environment), more = {}) =>
      createRunners({ launch, node: process.execPath, runnerPath: programs.runner, environment, ...more }),
    read,
    exit: async () => JSON.parse(await untilFile(join(folder, 'exit.json'))) as ExitRecord,
    claim: async () => JSON.parse(await untilFile(join(folder, 'claim.json'))) as Claim,
    activity: async () => (await read('activity.jsonl')).trimEnd().split('\n').map((line) => JSON.parse(line) as ActivityLine),
    clean: async () => {
      for (const child of children) child.kill('SIGKILL');
      await stopTree(undefined, nonce, { from: 'SIGKILL' });
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Source of a program that prints lines of the scripted format and then runs `more`. */
export function says(lines: readonly ScriptedLine[], more = ''): string {
  return `${lines.map((line) => `console.log(${JSON.stringify(JSON.stringify(line))});`).join('\n')}\n${more}\n`;
}

export const START: ScriptedLine = { type: 'start', session: 's1' };
export const END: ScriptedLine = { type: 'end', ok: true };

/** Everything that a child prints, as text. */
export function printed(child: ChildProcess): { text: string } {
  const all = { text: '' };
  child.stdout?.setEncoding('utf8').on('data', (more: string) => (all.text += more));
  child.stderr?.setEncoding('utf8').on('data', (more: string) => (all.text += more));
  return all;
}
