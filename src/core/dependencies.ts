/** Dependency folders (`node_modules`, `vendor`, `target`): how a new worktree gets them. Words and rules; the acts are an adapter's. */
import { isLockFile } from './lockNames.js';

/**
 * - `auto`: blocks shared by the file system where it can (writing to one leaves the other as it is), a copy elsewhere
 * - `copy`: a copy in any case
 * - `hardlink`: the checkout's own files under second names; `symlink`: a link to the checkout's folder. What is written through
 *   either is written to the checkout: only for a team file that says nobody writes there
 * - `install`: the command, always
 */
export const DEPENDENCY_HOWS = ['auto', 'copy', 'hardlink', 'symlink', 'install'] as const;
export type DependencyHow = (typeof DEPENDENCY_HOWS)[number];

export interface Dependency {
  /** Repository path of the folder. */
  readonly path: string;
  readonly how: DependencyHow;
  /** The command line that makes it, where the checkout's does not fit. */
  readonly install?: string;
}

/** What was done. `none`: nothing, and `why` says why. */
export interface ProvidedDependency {
  readonly path: string;
  readonly how: 'reflink' | 'copy' | 'hardlink' | 'symlink' | 'install' | 'none';
  readonly why: string;
}

/** A folder below the root: relative, with `/`, without `.`, `..` and git's own. */
export function isDependencyPath(path: string): boolean {
  return path.length <= 400 && !path.includes('\\') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git') && !/[\u0000-\u001f*?[\]:]/.test(path);
}

/** Files that say what belongs into a folder, where no lock file does. */
const MANIFESTS: ReadonlySet<string> = new Set(['package.json', 'Cargo.toml', 'composer.json', 'Gemfile', 'go.mod', 'requirements.txt', 'pyproject.toml']);

/** Of the names beside a dependency folder, those that decide what is in it: lock files, else manifests. */
export function deciding(names: readonly string[]): readonly string[] {
  const locks = names.filter(isLockFile);
  return (locks.length > 0 ? locks : names.filter((name) => MANIFESTS.has(name))).toSorted();
}

const HOW_WORDS: Readonly<Record<ProvidedDependency['how'], string>> = {
  reflink: 'shares its blocks with your checkout’s until one is written',
  copy: 'copied from your checkout',
  hardlink: 'the same files as your checkout’s, under second names',
  symlink: 'a link to your checkout’s',
  install: 'installed',
  none: 'left out',
};

/** `node_modules: copied from your checkout (same package-lock.json)`. */
export function providedText({ path, how, why }: ProvidedDependency): string {
  return `${path}: ${HOW_WORDS[how]} (${why})`;
}
