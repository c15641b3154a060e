/** What an isolated task may write: its worktree, what git needs for commits on its branch, caches, its agent's own state. */
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { AgentId } from '../../core/ids.js';
import type { IsolationRequest } from '../../core/ports.js';
import { exists, PRIVATE_FOLDER } from '../disk.js';
import type { Places } from './bubblewrap.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Relative to the home folder; for people who moved them, the variable that says where. */
const STATE: Readonly<Record<AgentId, readonly { readonly path: string; readonly moved?: string }[]>> = {
  claude: [{ path: '.claude', moved: 'CLAUDE_CONFIG_DIR' }, { path: '.claude.json' }],
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

async function present(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(async (path) => ((await exists(path)) ? realpath(path) : undefined)));
  return [...new Set(found.flatMap((path) => path ?? []))];
}

/** The git directory of a linked worktree, from its `.git` file. */
async function gitDir(worktree: string): Promise<string | undefined> {
  const text = await readFile(join(worktree, '.git'), 'utf8').catch(() => '');
  const named = /^gitdir: (.+)$/m.exec(text)?.[1];
  return named === undefined ? undefined : resolve(worktree, named);
}

export async function placesOf(request: IsolationRequest, environment: Environment): Promise<Places & { readonly temporary: string }> {
  const { cwd, commonDir, folder, agent } = request;
  const temporary = join(folder, 'tmp');
  await mkdir(temporary, { recursive: true, mode: PRIVATE_FOLDER });
  const home = environment['HOME'];
  const own = await gitDir(cwd);
  // Only a git directory of this repository: the file is in the agent's hands between attempts.
  const linked = own !== undefined && inside(own, join(commonDir, 'worktrees')) && dirname(own) === join(commonDir, 'worktrees') ? own : undefined;
  const state = agent === undefined || home === undefined ? [] : STATE[agent].map(({ path, moved }) => (moved === undefined ? undefined : environment[moved]) ?? join(home, path));
  const writable = await present([cwd, temporary, ...(linked === undefined ? [] : [linked, ...GIT.map((path) => join(commonDir, path))]), ...state, ...(home === undefined ? [] : CACHES.map((path) => join(home, path)))]);
  const readOnly = await present([
    join(cwd, '.git'),
    ...(linked === undefined ? [] : GIT_FIXED.map((name) => join(linked, name))),
    ...(agent === undefined || home === undefined ? [] : SETTINGS[agent].map((path) => join(home, path))),
  ]);
  const kept = await present([cwd, commonDir, folder, ...(home === undefined ? [] : [home])]);
  return { writable, readOnly, temporary, network: request.network, ownTmp: !kept.some((path) => inside(path, '/tmp')) };
}
