/** Files in which package managers pin what is installed: what a gate ran with depends on them. */
const LOCK_NAMES: ReadonlySet<string> = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  'deno.lock',
  'Cargo.lock',
  'poetry.lock',
  'uv.lock',
  'Pipfile.lock',
  'go.sum',
  'Gemfile.lock',
  'composer.lock',
]);

/** Repository path, at any depth. */
export function isLockFile(path: string): boolean {
  return LOCK_NAMES.has(path.slice(path.lastIndexOf('/') + 1));
}
