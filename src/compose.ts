/** Builds the world around one repository and opens its engine. Used by the editor and by the headless command. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse, printParseErrorCode } from 'jsonc-parser';
import type { ParseError } from 'jsonc-parser';
import { createAgents } from './adapters/agents/index.js';
import { scriptedAdapter } from './adapters/agents/scripted.js';
import { randomIds, systemClock } from './adapters/clock.js';
import { readBounded } from './adapters/disk.js';
import { COMMON_ENVIRONMENT } from './adapters/environment.js';
import { openLog } from './adapters/eventStore.js';
import { createFiles } from './adapters/files.js';
import { createGates } from './adapters/gate.js';
import { GitProblem } from './adapters/git/errors.js';
import type { OpenedGit } from './adapters/git/repository.js';
import { openRepository } from './adapters/git/repository.js';
import { createIsolation } from './adapters/isolation/index.js';
import { acquireLock, lockHolder } from './adapters/lock.js';
import { watchLock } from './adapters/lockWatch.js';
import { keepCheckpoint, loadCheckpoint } from './adapters/logCheckpoint.js';
import { followLog, readLog, readableLines, START } from './adapters/logLines.js';
import { createPrices } from './adapters/prices.js';
import { createPullRequests } from './adapters/pullRequests.js';
import { createActivities } from './adapters/runner/activity.js';
import { createResolvers } from './adapters/resolvers.js';
import { provideDependencies } from './adapters/dependencies/provide.js';
import { folderUse } from './adapters/diskUse.js';
import { freeBytes, memoryBytes } from './adapters/space.js';
import type { Launcher } from './adapters/runner/runners.js';
import { createRunners } from './adapters/runner/runners.js';
import { createTools } from './adapters/tools.js';
import type { AgentId } from './core/ids.js';
import { nestsTooDeep } from './core/nesting.js';
import { maskOf, type Mask } from './core/secrets.js';
import type { Log, RepositoryProblem, Saves } from './core/ports.js';
import { withoutMark } from './core/text.js';
import { EngineSession } from './engine/session.js';
import type { SessionOptions } from './engine/session.js';
import type { World } from './engine/world.js';

export interface OpenOptions {
  /** Any folder inside the repository. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly launch: Launcher;
  readonly programs: {
    /** The Node that runs the runner and the scripted agent. */
    readonly node: string;
    readonly runner: string;
    readonly scripted: string;
  };
  readonly executables?: Partial<Record<AgentId, string>>;
  /** `<repository>.worktrees` beside the repository when absent. */
  readonly worktreesFolder?: string;
  readonly label: string;
  readonly log: Log;
  /** What the person saved in an editor. */
  readonly saves?: Saves;
  readonly mode?: SessionOptions['mode'];
  readonly autoApprove?: boolean;
}

export type Opened =
  | { readonly ok: true; readonly session: EngineSession }
  | { readonly ok: false; readonly reason: RepositoryProblem; readonly message: string };

/**
 * Opens the repository around a folder. What keeps one from being worked on is an answer with words for people; everything else
 * rejects.
 */
export async function openSession(options: OpenOptions): Promise<Opened> {
  let git: OpenedGit;
  try {
    git = await openRepository(options.directory, { environment: options.environment, warn: (message) => options.log.warn(message) });
  } catch (error) {
    if (error instanceof GitProblem) return { ok: false, reason: error.reason, message: error.message };
    throw error;
  }
  const world = await buildWorld(git, options);
  const session = await EngineSession.open(world, {
    label: options.label,
    mode: options.mode ?? 'auto',
    autoApprove: options.autoApprove ?? false,
  });
  return { ok: true, session };
}

/** The real world around one repository; tests wrap single ports of it. */
export async function buildWorld(git: OpenedGit, options: OpenOptions): Promise<World> {
  const files = createFiles();
  const ids = randomIds();
  const isolation = createIsolation({ environment: options.environment });
  const mask = maskOf(options.environment);
  const agents = createAgents({
    environment: options.environment,
    extra: [scriptedAdapter({ node: options.programs.node, program: options.programs.scripted })],
    ...(options.executables !== undefined && { executables: options.executables }),
  });
  return {
    git,
    agents,
    files,
    runners: createRunners({ launch: options.launch, node: options.programs.node, runnerPath: options.programs.runner, environment: options.environment }),
    gates: createGates({ environment: options.environment, isolation }),
    isolation,
    tools: createTools({ environment: options.environment, isolation }),
    resolvers: createResolvers({ environment: options.environment, nonce: () => ids.nonce(), isolation }),
    prices: createPrices(),
    pullRequests: createPullRequests({ root: git.root, environment: options.environment }),
    clock: systemClock(),
    ids,
    logs: {
      open: (file, from) => openLog(file, from),
      read: readLog,
      readable: readableLines,
      checkpoint: loadCheckpoint,
      keepCheckpoint,
      follow: (file, from, onEvents) => followLog(file, from ?? START, onEvents, (error) => options.log.error('The run log cannot be followed', error)),
    },
    locks: {
      acquire: acquireLock,
      holder: lockHolder,
      watch: (folder, looked) => watchLock(folder, looked, (error) => options.log.error('Who holds this repository cannot be watched', error)),
    },
    activities: createActivities(),
    log: maskedLog(options.log, mask),
    mask,
    ...(options.saves !== undefined && { saves: options.saves }),
    memoryBytes: memoryBytes(),
    freeBytes,
    folderUse,
    provideDependencies: (request) => provideDependencies({ ...request, root: git.root, ignores: (path, kind) => git.ignores(request.worktree, kind === 'folder' ? `${path}/` : path) }),
    stateFolder: join(git.commonDir, 'switchyard'),
    worktreesFolder: options.worktreesFolder ?? (await defaultWorktreesFolder(git.commonDir, git.root)),
    commonEnvironment: COMMON_ENVIRONMENT,
    readTeamFile: () => readTeamFile(git.root),
  };
}

/** The team file of a checkout, by its root: its path, its text (`undefined` where there is none) and who understands it. */
export async function readTeamFile(root: string): ReturnType<World['readTeamFile']> {
  const file = join(root, '.switchyard', 'team.jsonc');
  const found = await readBounded(file, 1_000_000);
  if (found !== undefined && 'problem' in found) return { file, text: '', parse: () => ({ problem: `it ${found.problem}` }) };
  return { file, text: found?.bytes.toString('utf8'), parse: parseJsonc };
}

/** An error keeps its kind and loses what must not be shown. */
function maskedLog(log: Log, mask: Mask): Log {
  const plain = (cause: unknown): unknown => (cause instanceof Error ? mask(cause.stack ?? cause.message) : typeof cause === 'string' ? mask(cause) : cause);
  return {
    info: (message) => log.info(mask(message)),
    warn: (message) => log.warn(mask(message)),
    error: (message, cause) => log.error(mask(message), plain(cause)),
  };
}

/** Beside the main checkout, also when a linked worktree was opened: every window must find the same folders. */
async function defaultWorktreesFolder(commonDir: string, root: string): Promise<string> {
  const main = basename(commonDir) === '.git' ? dirname(commonDir) : root;
  return `${await realpath(main)}.worktrees`;
}

function parseJsonc(written: string): { readonly value: unknown } | { readonly problem: string } {
  const text = withoutMark(written);
  // The parser of JSON with comments calls itself for every level.
  if (nestsTooDeep(text)) return { problem: 'it nests lists and objects too deep' };
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first === undefined) return { value };
  const line = text.slice(0, first.offset).split('\n').length;
  return { problem: `line ${String(line)}: ${printParseErrorCode(first.error)}` };
}
