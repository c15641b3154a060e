/**
 * Which of a task's changes change how the task itself is judged: scripts that its gate runs, configuration of test
 * runners, linters and compilers, tests that were deleted. Often right, sometimes a way around the gate; the reviewer
 * should know either way.
 */
import type { FileDiff } from './ports.js';
import { withoutMark } from './text.js';

/** Files that are configuration as a whole. Matched on the name. */
const CONFIGURATION: readonly RegExp[] = [
  /^(?:vitest|vite|jest|playwright|cypress|ava|karma|wdio|eslint|babel)\.(?:config|workspace|setup|conf)\.[cm]?[jt]sx?$/,
  /^(?:jest\.config\.json|vitest\.workspace\.json|\.(?:mocharc|nycrc|c8rc|eslintrc|taprc|babelrc)(?:\.\w+)?|mocha\.opts|\.eslintignore|biome\.jsonc?|tsconfig(?:\.[\w-]+)?\.json|turbo\.json|nx\.json|\.npmrc|\.yarnrc\.yml)$/,
  /^(?:pytest\.ini|tox\.ini|conftest\.py|noxfile\.py|\.coveragerc|mypy\.ini|\.?ruff\.toml|\.flake8|\.pylintrc)$/,
  /^(?:clippy\.toml|\.?rustfmt\.toml|nextest\.toml|\.golangci\.(?:ya?ml|toml|json)|phpunit\.xml(?:\.dist)?|\.rspec|Rakefile)$/,
];

/** Parts of files that hold much else. */
const SECTION = /^\[\[?((?:tool\.(?:pytest|coverage|ruff|mypy|tox|hatch|poe|taskipy|pdm)|tool:pytest|pytest|flake8|mypy|coverage|test|bench|lib|lints|workspace|profile)\b[^\]]*)\]\]?\s*$/;
const WITH_SECTIONS = new Set(['pyproject.toml', 'setup.cfg', 'Cargo.toml']);
const PACKAGE_KEYS = ['jest', 'vitest', 'mocha', 'ava', 'nyc', 'c8', 'tap', 'eslintConfig', 'type'] as const;
/** Named by a command of their own, not by their path. */
const BUILD_FILES: Readonly<Record<string, RegExp>> = { make: /^(?:GNU)?[Mm]akefile$/, just: /^\.?[Jj]ustfile$/, task: /^Taskfile\.ya?ml$/ };
const TEST_FILE = /(?:^|\/)(?:__tests__|tests?|specs?)\/.*\.\w+$|[._-](?:test|spec)\.\w+$|(?:^|\/)test_[^/]+\.py$|_test\.(?:go|py|rb|exs)$/;

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Its text is needed, before and after. */
export function isReadForJudging(path: string): boolean {
  return nameOf(path) === 'package.json' || WITH_SECTIONS.has(nameOf(path));
}

/**
 * Places like `package.json scripts.test`, sorted. `rootPackage` is the base's package.json (empty: none): what the gate's
 * commands mean. `contents` holds the texts of the files that `isReadForJudging`.
 */
export function judgeChanges(files: readonly FileDiff[], commands: readonly string[], rootPackage: string, contents: ReadonlyMap<string, { readonly before: string; readonly after: string }>): readonly string[] {
  const scripts = scriptsOf(rootPackage);
  const used = usedScripts(commands, scripts);
  const lines = [...commands, ...[...used].map((name) => scripts.get(name) ?? '')];
  const words = new Set(lines.flatMap((line) => line.split(/[\s"'=;&|()]+/)).map((word) => word.replace(/^\.\//, '')));
  const found = new Set<string>();
  for (const file of files) {
    for (const path of file.from === undefined ? [file.path] : [file.path, file.from]) {
      const name = nameOf(path);
      const build = Object.entries(BUILD_FILES).some(([tool, pattern]) => pattern.test(name) && words.has(tool));
      if (build || CONFIGURATION.some((pattern) => pattern.test(name)) || (words.has(path) && !TEST_FILE.test(path))) found.add(path);
    }
    const gone = file.change === 'deleted' ? file.path : undefined;
    if (gone !== undefined && TEST_FILE.test(gone)) found.add(`${gone} (deleted)`);
    const texts = contents.get(file.path);
    if (texts === undefined) continue;
    const parts = nameOf(file.path) === 'package.json' ? packageParts(texts.before, texts.after, used) : sectionParts(texts.before, texts.after);
    for (const part of parts) found.add(`${file.path} ${part}`);
  }
  return [...found].sort();
}

/** Data that a command only looks at, such as `grep -q done notes.md`: no test runs in it. */
const DATA = /\.(?:txt|md|json|jsonc|csv|ya?ml|html|css|svg)$/;

/**
 * Whether what was found may have put another command in the place of a test runner: something that was there on the base and
 * runs or configures it, not what the work adds and not mere data that a command line names.
 */
export function mayReplaceTests(found: readonly string[], files: readonly FileDiff[]): boolean {
  const there = files.filter((file) => file.change !== 'added');
  return found.some((place) => there.some(({ path }) => place.startsWith(`${path} `) || (place === path && (!DATA.test(path) || CONFIGURATION.some((pattern) => pattern.test(nameOf(path)))))));
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(withoutMark(text));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function scriptsOf(text: string): ReadonlyMap<string, string> {
  const { scripts } = parsed(text);
  if (typeof scripts !== 'object' || scripts === null) return new Map();
  return new Map(Object.entries(scripts).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Scripts that these commands run, with those before and after them and those that they run themselves. */
function usedScripts(commands: readonly string[], scripts: ReadonlyMap<string, string>): ReadonlySet<string> {
  const used = new Set<string>();
  const queue = [...commands];
  for (let line = queue.shift(); line !== undefined; line = queue.shift()) {
    for (const match of line.matchAll(/\b(?:npm|pnpm|yarn|bun)\s+(?:(?:run|run-script|-s|--silent|--workspaces|-ws|-r|--recursive|--if-present)\s+)*([\w:.-]+)/g)) {
      const named = match[1] === 't' || match[1] === 'tst' ? 'test' : (match[1] ?? '');
      for (const name of [`pre${named}`, named, `post${named}`]) {
        if (used.has(name)) continue;
        used.add(name);
        queue.push(scripts.get(name) ?? '');
      }
    }
  }
  return used;
}

function packageParts(before: string, after: string, used: ReadonlySet<string>): readonly string[] {
  const [was, is] = [scriptsOf(before), scriptsOf(after)];
  const [old, now] = [parsed(before), parsed(after)];
  return [
    ...[...used].filter((name) => was.get(name) !== is.get(name)).map((name) => `scripts.${name}`),
    ...PACKAGE_KEYS.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(now[key])),
  ];
}

/** `[tool.pytest.ini_options]` and the like: those whose lines differ. */
function sectionParts(before: string, after: string): readonly string[] {
  const [was, is] = [sections(before), sections(after)];
  return [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name)).map((name) => `[${name}]`);
}

function sections(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let open: string | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('[')) open = SECTION.exec(line)?.[1];
    else if (open !== undefined && line.trim() !== '') found.set(open, `${found.get(open) ?? ''}${line.trim()}\n`);
  }
  return found;
}
