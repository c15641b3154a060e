/** One real CLI, one model server, one repository: what a test needs to run an adapter's command for real. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import type { AgentEvent, AgentOutcome } from '../../../src/core/activity.js';
import type { AgentAdapter, AgentStatus, AttemptSpec, RunningAttempt, StartRequest } from '../../../src/core/ports.js';
import { COMMON_ENVIRONMENT, pickEnvironment } from '../../../src/adapters/environment.js';
import { createAgents } from '../../../src/adapters/agents/index.js';
import { headlessLauncher } from '../../../src/adapters/runner/launch.js';
import { loadParser } from '../../../src/adapters/runner/parsers.js';
import { createRunners } from '../../../src/adapters/runner/runners.js';
import { stopTree } from '../../../src/adapters/process.js';
import { agentCli, runsFolder, type CliName } from '../../support/agentClis.js';
import { agentHome, TEST_MODEL, type Knobs } from '../../support/agentHome.js';
import { startModelServer, type Brain, type ModelServer } from '../../support/modelServer/index.js';

export interface Ran {
  readonly events: readonly AgentEvent[];
  readonly outcome: AgentOutcome;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Desk {
  readonly adapter: AgentAdapter;
  readonly server: ModelServer;
  /** The repository, whose root is the agent's working directory. */
  readonly repo: string;
  /** Everything that the host would have in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly executable: string;
  request(part: Partial<StartRequest>): Promise<StartRequest>;
  /** Runs the adapter's command to its end without a runner, and parses what comes. */
  run(part: Partial<StartRequest>): Promise<Ran>;
  /** Starts the adapter's command under the real runner. */
  start(part: Partial<StartRequest>, limits?: Partial<AttemptSpec['limits']>): Promise<RunningAttempt>;
  read(path: string): Promise<string | undefined>;
  status(): Promise<AgentStatus | undefined>;
  close(): Promise<void>;
}

let programs: Promise<string> | undefined;

/** The runner as it ships, built once per test file. */
function runnerPath(): Promise<string> {
  programs ??= (async () => {
    const outfile = join(await mkdtemp(join(tmpdir(), 'switchyard-runner-')), 'runner.js');
    await build({ entryPoints: [join(import.meta.dirname, '../../../src/adapters/runner/main.ts')], outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error' });
    return outfile;
  })();
  return programs;
}

const open = new Set<Desk>();

/** For `afterEach`. */
export async function closeDesks(): Promise<void> {
  await Promise.all([...open].map((desk) => desk.close()));
}

/** For `afterAll`. */
export async function removeRunner(): Promise<void> {
  const path = await programs?.catch(() => undefined);
  programs = undefined;
  if (path !== undefined) await rm(dirname(path), { recursive: true, force: true });
}

/** A CLI that is silent for so long is not going to end by itself. */
const GIVE_UP_MS = 80_000;

export async function openDesk(cli: CliName, brain: Brain, knobs: Knobs = {}): Promise<Desk> {
  const folder = await runsFolder(cli);
  const repo = join(folder, 'repo');
  const home = join(folder, 'home');
  const [executable, server] = await Promise.all([agentCli(cli), startModelServer(brain)]);
  const environment = await agentHome(cli, home, server.url, knobs);
  await mkdir(repo);
  await writeFile(join(repo, 'notes.txt'), 'one\ntwo\n');
  const git = (...args: readonly string[]) => execa('git', args, { cwd: repo, env: environment, extendEnv: false });
  await git('init', '-q', '-b', 'main');
  await git('add', '-A');
  await git('commit', '-qm', 'Start');
  const agents = createAgents({ extra: [], environment, executables: { [cli]: executable } });
  const adapter = agents.adapter(cli);
  if (adapter === undefined) throw new Error(`There is no adapter for ${cli}.`);
  let attempts = 0;

  const request = async (part: Partial<StartRequest>): Promise<StartRequest> => {
    attempts += 1;
    const attemptFolder = join(folder, 'attempts', String(attempts));
    await mkdir(attemptFolder, { recursive: true, mode: 0o700 });
    return {
      role: 'executor',
      attempt: attempts,
      cwd: repo,
      folder: attemptFolder,
      commonDir: join(repo, '.git'),
      prompt: 'Do the task.',
      model: TEST_MODEL[cli],
      newSession: randomUUID(),
      permissions: 'edit-and-run',
      executable,
      ...part,
    };
  };

  const nonces: string[] = [];

  const desk: Desk = {
    adapter,
    server,
    repo,
    environment,
    executable,
    request,
    run: async (part) => {
      const full = await request(part);
      const command = adapter.command(full);
      for (const [name, text] of Object.entries(command.files ?? {})) await writeFile(join(full.folder, name), text, { mode: 0o600 });
      const child = execa(command.file, command.args, {
        cwd: full.cwd,
        // Exactly what the runner lets through: an adapter that forgets a name fails here.
        env: { ...pickEnvironment(environment, [...COMMON_ENVIRONMENT, ...command.passEnv, 'GIT_CONFIG_*']), ...command.setEnv },
        extendEnv: false,
        ...(command.stdin === undefined ? { stdin: 'ignore' as const } : { input: command.stdin }),
        detached: true,
        reject: false,
        stripFinalNewline: false,
      });
      // Some CLIs are a small program that starts the real one: both have to go.
      const timer = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), GIVE_UP_MS);
      const result = await child.finally(() => {
        clearTimeout(timer);
      });
      const parser = await loadParser(cli, full.cwd);
      const events = [...result.stdout.split('\n').flatMap((line) => parser.line(line)), ...parser.stderr(result.stderr)];
      const code = result.exitCode ?? null;
      return { events, outcome: parser.end({ code, signal: result.signal ?? null }), code, stdout: result.stdout, stderr: result.stderr };
    },
    start: async (part, limits = {}) => {
      const full = await request(part);
      const { files, ...command } = adapter.command(full);
      const nonce = randomUUID().replaceAll('-', '');
      nonces.push(nonce);
      const spec: AttemptSpec = {
        v: 1,
        run: 'r1',
        task: 'task',
        title: 'A task',
        role: full.role,
        attempt: full.attempt,
        agent: cli,
        ...(full.model === undefined ? {} : { model: full.model }),
        cwd: full.cwd,
        folder: full.folder,
        nonce,
        command,
        passEnv: [...COMMON_ENVIRONMENT, 'GIT_CONFIG_*'],
        setEnv: {},
        limits: { idleMs: GIVE_UP_MS, totalMs: GIVE_UP_MS, ...limits },
      };
      const runners = createRunners({ launch: headlessLauncher(environment), node: process.execPath, runnerPath: await runnerPath(), environment });
      return runners.start(spec, files ?? {});
    },
    read: (path) => readFile(join(repo, path), 'utf8').catch(() => undefined),
    status: () => agents.status(cli),
    close: async () => {
      open.delete(desk);
      await Promise.all(nonces.map((nonce) => stopTree(undefined, nonce, { from: 'SIGKILL' })));
      await server.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
  open.add(desk);
  return desk;
}
