/**
 * What git ignores never lands, and yet a gate in the task's worktree sees it: a settings file that somebody wrote there, a
 * build that nobody makes again. Which of it may be why a gate passed? Pure.
 */
import type { AttemptState, GateState } from './run.js';

/** An ignored file, or a folder of many (its path ends with `/`). */
export interface IgnoredFile {
  readonly path: string;
  /** Milliseconds since the epoch, by the file system: when it (of a folder the oldest in it) came to be. */
  readonly born: number;
  /** When it (of a folder the youngest in it) was last changed in any way. */
  readonly changed: number;
}

/** What package managers, compilers, test runners and editors keep for themselves: made again from what lands. */
const TOOL_FOLDERS: ReadonlySet<string> = new Set([
  'node_modules', 'bower_components', 'jspm_packages', '.yarn', '.pnpm-store', '.venv', 'venv', 'vendor', 'Pods', '.bundle', 'elm-stuff', '.dart_tool', '.stack-work', 'dist-newstyle', '_build', 'deps',
  'target', '.gradle', '.m2', '.cache', '.parcel-cache', '.turbo', '.nx', '.angular', '.vite', '.rollup.cache', '.rpt2_cache', '.wireit', '.tox', '.nox', '.eggs', '__pycache__', '.pytest_cache', '.mypy_cache', '.ruff_cache', '.hypothesis', '.ipynb_checkpoints',
  'coverage', 'htmlcov', '.nyc_output', 'test-results', 'playwright-report', '.terraform', '.idea', '.vscode', '.vs', '.fleet', '.history', '.claude', '.codex', '.gemini', '.opencode',
]);
const TOOL_FILES = /(?:^\.DS_Store|^Thumbs\.db|^desktop\.ini|\.log|\.tsbuildinfo|\.py[co]|\.swp|\.swo|~|\.egg-info|^\.eslintcache|^\.stylelintcache|^\.prettiercache|^\.coverage(?:\..+)?|^\.node_repl_history|^\.Rhistory|^\.python_history)$/;
/** What builds write: it proves what lands only where the gate has made it itself. */
const BUILD_FOLDERS: ReadonlySet<string> = new Set(['dist', 'build', 'out', 'output', 'lib', 'bin', 'obj', 'esm', 'cjs', '.next', '.nuxt', '.output', '.svelte-kit', '.docusaurus', 'storybook-static', '_site', 'site']);

/**
 * Ignored files that a green gate may owe its green to, sorted: not what tools keep, not what was there before the first
 * agent began (copied in, or made by the set-up), and not what gates have made.
 * @param began when the gate began, in milliseconds since the epoch
 */
export function mayCarryGate(files: readonly IgnoredFile[], task: { readonly attempts: readonly Pick<AttemptState, 'startedAt'>[]; readonly gates: readonly Pick<GateState, 'startedAt' | 'endedAt'>[] }, began: number): readonly string[] {
  const first = task.attempts[0]?.startedAt ?? 0;
  const byGate = ({ born, changed }: IgnoredFile): boolean => task.gates.some(({ startedAt, endedAt }) => born >= startedAt && endedAt !== undefined && changed <= endedAt);
  return files
    .filter((file) => !isToolMade(file.path) && file.changed >= first && !(isBuilt(file.path) && file.changed >= began) && !byGate(file))
    .map(({ path }) => path)
    .toSorted();
}

/** Whether a path is one that tools keep for themselves, by the names in it. */
export function isToolMade(path: string): boolean {
  const names = path.split('/').filter((name) => name !== '');
  return names.some((name) => TOOL_FOLDERS.has(name)) || TOOL_FILES.test(names.at(-1) ?? '');
}

/** Whether a path lies in a folder that builds write. */
export function isBuilt(path: string): boolean {
  return path.split('/').slice(0, -1).some((name) => BUILD_FOLDERS.has(name));
}
