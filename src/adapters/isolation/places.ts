/** What an isolated task may write: its worktree, what git needs for commits on its branch, caches, its agent's own state. */
import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { AgentId } from '../../core/ids.js';
import type { IsolationRequest } from '../../core/ports.js';
import { exists, PRIVATE_FOLDER, readSmallText } from '../disk.js';
import type { Places } from './bubblewrap.js';

export type Environment = Readonly<Record<string, string | undefined>>;

interface StatePlace {
  /** Relative to the home folder. */
  readonly path: string;
  /** For people who moved it: the variable that says where. */
  readonly moved?: string;
  /** A single file, which only its agent makes. */
  readonly file?: true;
}

const STATE: Readonly<Record<AgentId, readonly StatePlace[]>> = {
  claude: [{ path: '.claude', moved: 'CLAUDE_CONFIG_DIR' }, { path: '.claude.json', file: true }],
  codex: [{ path: '.codex', moved: 'CODEX_HOME' }],
  gemini: [{ path: '.gemini' }],
  opencode: [{ path: '.local/share/opencode' }, { path: '.local/state/opencode' }, { path: '.cache/opencode' }],
  scripted: [],
};
/** Settings with commands that the person's own sessions would run, inside of writable state. */
const SETTINGS: Readonly<Record<AgentId, readonly string[]>> = {
  claude: ['.claude/settings.json', '.claude/settings.local.json', '.claude/CLAUDE.md'],
  codex: ['.codex/config.toml', '.codex/AGENTS.md'],
  gemini: ['.gemini/settings.json', '.gemini/.env', '.gemini/GEMINI.md'],
  opencode: [],
  scripted: [],
};
/** Of package managers. */
const CACHES: readonly string[] = ['.npm', '.cache/yarn', '.cache/pip', '.cache/pnpm', '.local/share/pnpm/store', '.cargo/registry', '.cargo/git', '.gradle/caches', '.m2/repository', 'go/pkg/mod', '.cache/go-build', 'Library/Caches'];
/** What a commit in a linked worktree writes in the common git directory; its hooks, configuration and other branches stay read-only. */
const GIT: readonly string[] = ['objects', 'refs/heads/switchyard', 'refs/heads/switchyard-tasks', 'logs/refs/heads/switchyard', 'logs/refs/heads/switchyard-tasks'];
/** In a worktree's own git directory: who could change these would choose what git runs with. */
const GIT_FIXED: readonly string[] = ['commondir', 'gitdir', 'config.worktree'];

const inside = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
};

/** The real paths of those that exist, each once: a sandbox refuses to start when it is told to bind what is not there. */
export async function present(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(async (path) => ((await exists(path)) ? realpath(path) : undefined)));
  return [...new Set(found.flatMap((path) => path ?? []))];
}

/** The git directory of a linked worktree, from its `.git` file; only one of this repository: the file is in the agent's hands between attempts. */
async function linkedGitDir(worktree: string, commonDir: string): Promise<string | undefined> {
  const text = await readSmallText(join(worktree, '.git'));
  const named = /^gitdir: (.+)$/m.exec(text)?.[1];
  const own = named === undefined ? undefined : resolve(worktree, named);
  return own !== undefined && dirname(own) === join(commonDir, 'worktrees') ? own : undefined;
}

/** The worktree that may be written; a command without one works where it starts. */
export const worktreeOf = (request: IsolationRequest): string => request.worktree ?? request.cwd;

/** A folder of the attempt's own, for this person alone. */
export async function ownFolder(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER });
  return realpath(path);
}

/** What of the repository may be written, and what inside of it may not. Real paths that exist. */
export async function repositoryPlaces(request: IsolationRequest): Promise<Pick<Places, 'writable' | 'readOnly'>> {
  const worktree = worktreeOf(request);
  const linked = await linkedGitDir(worktree, request.commonDir);
  if (request.readOnly === true) return { writable: [], readOnly: [] };
  return {
    writable: await present([worktree, ...(linked === undefined ? [] : [linked, ...GIT.map((path) => join(request.commonDir, path))])]),
    readOnly: await present([join(worktree, '.git'), ...(linked === undefined ? [] : GIT_FIXED.map((name) => join(linked, name)))]),
  };
}

export interface AgentPlace {
  /** Where it is on this machine: a real path that exists. */
  readonly source: string;
  /** Relative to the home folder, or absolute where the person moved it. */
  readonly name: string;
  readonly readOnly: boolean;
}

/**
 * An agent's own state. Its folders are made where they are missing, as the agent itself would at its first start:
 * inside it could not, and a session that is kept nowhere cannot be resumed.
 */
export async function agentPlaces(agent: AgentId | undefined, environment: Environment): Promise<readonly AgentPlace[]> {
  const home = environment['HOME'];
  if (agent === undefined || home === undefined) return [];
  const places: AgentPlace[] = [];
  const add = async (path: string, name: string, readOnly: boolean): Promise<void> => {
    const [source] = await present([path]);
    if (source !== undefined) places.push({ source, name, readOnly });
  };
  for (const { path, moved, file } of STATE[agent]) {
    const elsewhere = moved === undefined ? undefined : environment[moved];
    const at = elsewhere ?? join(home, path);
    if (file !== true) await mkdir(at, { recursive: true, mode: PRIVATE_FOLDER });
    await add(at, elsewhere ?? path, false);
    // Settings move with their folder.
    for (const settings of SETTINGS[agent].filter((each) => dirname(each) === path)) await add(join(at, basename(settings)), elsewhere === undefined ? settings : join(elsewhere, basename(settings)), true);
  }
  return places;
}

/** For a sandbox, in which the rest of the file system is there and read-only. */
export async function placesOf(request: IsolationRequest, environment: Environment): Promise<Places & { readonly temporary: string }> {
  const { commonDir, folder } = request;
  const temporary = await ownFolder(folder, 'tmp');
  const home = environment['HOME'];
  const repository = await repositoryPlaces(request);
  const state = await agentPlaces(request.agent, environment);
  // Who may only read needs no package manager.
  const caches = request.readOnly === true || home === undefined ? [] : await present(CACHES.map((path) => join(home, path)));
  const kept = await present([worktreeOf(request), commonDir, folder, ...(home === undefined ? [] : [home]), ...state.map((place) => place.source)]);
  return {
    writable: [...new Set([...repository.writable, temporary, ...state.filter((place) => !place.readOnly).map((place) => place.source), ...caches])],
    readOnly: [...repository.readOnly, ...state.filter((place) => place.readOnly).map((place) => place.source)],
    temporary,
    network: request.network,
    ownTmp: !kept.some((path) => inside(path, '/tmp')),
  };
}
