/**
 * Which conflicts a tool can resolve, and how: the resolution table. Lock files are made anew by their package manager,
 * what differs only in form by the project's formatter; everything else is for the task's agent or the person. Pure.
 */
import type { Conflict, ConflictSides } from './ports.js';
import type { Resolution } from './run.js';

/** A program and its arguments. Never a shell string. */
export type Argv = readonly [file: string, ...args: string[]];

export interface LockFile {
  /** The package manager's name, for people. */
  readonly tool: string;
  /** Tried one after the other until one ends well: without the network first where the tool can do that. */
  readonly commands: readonly Argv[];
}

const NPM: LockFile = { tool: 'npm', commands: [['npm', 'install', '--package-lock-only', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']] };
const BERRY: LockFile = { tool: 'yarn', commands: [['yarn', 'install', '--mode=update-lockfile']] };
const LOCK_FILES: Readonly<Record<string, LockFile>> = {
  'package-lock.json': NPM,
  'npm-shrinkwrap.json': NPM,
  'pnpm-lock.yaml': { tool: 'pnpm', commands: [['pnpm', 'install', '--lockfile-only', '--no-frozen-lockfile', '--ignore-scripts', '--prefer-offline']] },
  'yarn.lock': { tool: 'yarn', commands: [['yarn', 'install', '--ignore-scripts', '--prefer-offline', '--non-interactive', '--no-progress']] },
  'bun.lock': { tool: 'bun', commands: [['bun', 'install', '--lockfile-only', '--ignore-scripts']] },
  'Cargo.lock': { tool: 'cargo', commands: [['cargo', 'update', '--workspace', '--offline'], ['cargo', 'update', '--workspace']] },
  'go.sum': { tool: 'go', commands: [['go', 'mod', 'tidy']] },
  // Since version 2 nothing is upgraded without being asked, and the option is gone.
  'poetry.lock': { tool: 'poetry', commands: [['poetry', 'lock', '--no-update', '--no-interaction'], ['poetry', 'lock', '--no-interaction']] },
  'uv.lock': { tool: 'uv', commands: [['uv', 'lock', '--offline'], ['uv', 'lock']] },
  'composer.lock': { tool: 'composer', commands: [['composer', 'update', '--minimal-changes', '--no-install', '--no-scripts', '--no-plugins', '--no-interaction']] },
  'Gemfile.lock': { tool: 'bundler', commands: [['bundle', 'lock', '--local'], ['bundle', 'lock']] },
};

/** The package manager of a lock file, by its name and, where two share a name, its content. */
export function lockFileOf(path: string, text = ''): LockFile | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'yarn.lock' && /^__metadata:/mu.test(text)) return BERRY;
  return Object.hasOwn(LOCK_FILES, name) ? LOCK_FILES[name] : undefined;
}

export interface Formatter {
  readonly tool: string;
  readonly extensions: readonly string[];
  /** A file of one of these names says that the project uses it; where it must hold something, a pattern. */
  readonly configured: readonly { readonly name: string; readonly holds?: RegExp }[];
  /** Each reads the text on standard input and writes it to standard output, one after the other. */
  arguments(path: string): readonly (readonly string[])[];
}

const SCRIPTS = ['js', 'jsx', 'mjs', 'cjs', 'ts', 'tsx', 'mts', 'cts', 'json', 'jsonc', 'css', 'graphql', 'gql'];
const named = (...names: readonly string[]): Formatter['configured'] => names.map((name) => ({ name }));
const PRETTIER = ['', '.json', '.json5', '.yaml', '.yml', '.toml', '.js', '.cjs', '.mjs', '.ts', '.cts', '.mts'].map((end) => `.prettierrc${end}`);

/** In order: who is configured first formats. */
export const FORMATTERS: readonly Formatter[] = [
  {
    tool: 'biome',
    extensions: SCRIPTS,
    configured: named('biome.json', 'biome.jsonc'),
    // Sorts imports as well, which `format` alone does not.
    arguments: (path) => [['check', '--write', '--linter-enabled=false', `--stdin-file-path=${path}`]],
  },
  {
    tool: 'prettier',
    extensions: [...SCRIPTS, 'json5', 'scss', 'less', 'md', 'mdx', 'yaml', 'yml', 'html', 'vue', 'svelte'],
    configured: [...named(...PRETTIER, 'prettier.config.js', 'prettier.config.cjs', 'prettier.config.mjs', 'prettier.config.ts'), { name: 'package.json', holds: /^\s*"prettier"\s*:\s*[{"]\s*(?!\^|~|\d)/mu }],
    arguments: (path) => [['--stdin-filepath', path]],
  },
  { tool: 'dprint', extensions: [...SCRIPTS, 'md', 'toml', 'yaml', 'yml'], configured: named('dprint.json', 'dprint.jsonc', '.dprint.json', '.dprint.jsonc'), arguments: (path) => [['fmt', '--stdin', path]] },
  {
    tool: 'ruff',
    extensions: ['py', 'pyi'],
    configured: [...named('ruff.toml', '.ruff.toml'), { name: 'pyproject.toml', holds: /^\[tool\.ruff/mu }],
    arguments: (path) => [
      ['check', '--select', 'I', '--fix', '--quiet', '--stdin-filename', path, '-'],
      ['format', '--quiet', '--stdin-filename', path, '-'],
    ],
  },
  { tool: 'black', extensions: ['py', 'pyi'], configured: [{ name: 'pyproject.toml', holds: /^\[tool\.black\]/mu }], arguments: (path) => [['--quiet', '--stdin-filename', path, '-']] },
  { tool: 'rustfmt', extensions: ['rs'], configured: named('rustfmt.toml', '.rustfmt.toml'), arguments: () => [['--emit', 'stdout']] },
  { tool: 'rustfmt', extensions: ['rs'], configured: named('Cargo.toml'), arguments: () => [['--emit', 'stdout', '--edition', '2021']] },
  { tool: 'gofmt', extensions: ['go'], configured: named('go.mod'), arguments: () => [[]] },
];

/**
 * Formatters that handle a file of this name, by its extension, in order of preference. Whether one is configured is another
 * question.
 */
export function formattersOf(path: string): readonly Formatter[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const extension = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : '';
  return FORMATTERS.filter((formatter) => formatter.extensions.includes(extension));
}

/** `package-lock.json regenerated by npm`. */
export function resolutionWords({ path, how, tool }: Resolution): string {
  const words = { regenerated: 'regenerated', formatted: 'merged as formatted', agent: 'resolved', person: 'resolved by a person' };
  return `${path} ${words[how]}${tool === undefined ? '' : ` by ${tool}`}`;
}

/** A conflicting path where all three sides are there as plain files of one mode. */
export type PlainSides = Required<ConflictSides>;

export interface ToolPlan {
  readonly locks: readonly ConflictSides[];
  /** Every one must merge cleanly once formatted. */
  readonly texts: readonly PlainSides[];
}

/** What tools could resolve, when together that is the whole conflict; `undefined` when somebody has to. */
export function planTools(conflict: Conflict): ToolPlan | undefined {
  const locks = conflict.paths.filter((each) => lockFileOf(each.path) !== undefined && isFile(each.ours?.mode) && each.ours?.mode === each.theirs?.mode);
  const rest = conflict.paths.filter((each) => !locks.includes(each));
  const texts = rest.filter((each): each is PlainSides => isFile(each.base?.mode) && each.base?.mode === each.ours?.mode && each.base?.mode === each.theirs?.mode && formattersOf(each.path).length > 0);
  if (texts.length < rest.length || conflict.paths.some(({ path }) => !isPlainName(path))) return undefined;
  const binary = new Set(locks.map(({ path }) => path));
  // Anything but the two contents (a rename, a folder that moved) is no matter of form.
  const known = conflict.notes.every((note) => /^CONFLICT \((?:content|add\/add)\)/u.test(note) || binary.has(/^warning: Cannot merge binary files: (.+) \(/u.exec(note)?.[1] ?? ''));
  return known ? { locks, texts } : undefined;
}

function isFile(mode: string | undefined): boolean {
  return mode === '100644' || mode === '100755';
}

/** Names that tools could take for something else. */
function isPlainName(path: string): boolean {
  return !/^-|[\\\n\r]/u.test(path);
}
