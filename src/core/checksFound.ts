/** Which commands check a repository, read from its own files. A guess that a person sees and can edit, never a gate by itself. */

import { withoutMark } from './text.js';

/** Files whose text is wanted by `findChecks`, in order of weight. */
export const CHECK_FILES = ['package.json', 'Makefile', 'justfile', 'Cargo.toml', 'pyproject.toml', 'pytest.ini', 'tox.ini', 'setup.cfg', 'go.mod', 'pom.xml', 'build.gradle', 'build.gradle.kts', 'Gemfile', 'composer.json', 'mix.exs', 'deno.json', 'CMakeLists.txt'] as const;

/** npm writes this into a new package.json: it always fails and checks nothing. */
const NPM_PLACEHOLDER = 'no test specified';

/** Takes the texts of `CHECK_FILES` that exist and all tracked paths; returns command lines, the most telling first. */
export function findChecks(texts: ReadonlyMap<string, string>, paths: readonly string[]): string[] {
  const found: string[] = [];
  const has = (name: string) => texts.has(name);
  const pkg = texts.get('package.json');
  if (pkg !== undefined) found.push(...npmChecks(pkg, paths));
  const make = texts.get('Makefile');
  if (make !== undefined) for (const target of ['test', 'check', 'lint']) if (new RegExp(`^${target}[ \\t]*::?(?!:?=)`, 'm').test(make)) found.push(`make ${target}`);
  const just = texts.get('justfile');
  if (just !== undefined && /^@?test(?![\w-])[^:=\n]*:(?!=)/m.test(just)) found.push('just test');
  if (has('Cargo.toml')) found.push('cargo test');
  if (has('go.mod')) found.push('go test ./...');
  const python = (texts.get('pyproject.toml') ?? '') + (texts.get('setup.cfg') ?? '') + (texts.get('tox.ini') ?? '');
  if (has('pytest.ini') || /pytest/.test(python) || paths.some((path) => /(^|\/)(test_[^/]+|conftest)\.py$/.test(path))) found.push('python -m pytest');
  else if (has('tox.ini')) found.push('tox');
  if (has('pom.xml')) found.push(paths.includes('mvnw') ? './mvnw -q test' : 'mvn -q test');
  if (has('build.gradle') || has('build.gradle.kts')) found.push(paths.includes('gradlew') ? './gradlew test' : 'gradle test');
  if (has('Gemfile')) found.push(paths.some((path) => path.startsWith('spec/')) ? 'bundle exec rspec' : 'bundle exec rake test');
  if (has('composer.json') && paths.some((path) => path.startsWith('phpunit.xml'))) found.push('vendor/bin/phpunit');
  if (has('mix.exs')) found.push('mix test');
  if (has('deno.json')) found.push('deno test');
  return [...new Set(found)];
}

function npmChecks(text: string, paths: readonly string[]): string[] {
  let scripts: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(withoutMark(text));
    if (typeof parsed === 'object' && parsed !== null && 'scripts' in parsed && typeof parsed.scripts === 'object' && parsed.scripts !== null) {
      scripts = parsed.scripts as Record<string, unknown>;
    }
  } catch {
    return [];
  }
  const run = scriptRunner((name) => paths.includes(name));
  const checks: string[] = [];
  for (const name of ['typecheck', 'type-check', 'lint', 'test']) {
    const script = scripts[name];
    if (typeof script !== 'string' || script.includes(NPM_PLACEHOLDER)) continue;
    checks.push(name === 'test' && run === 'npm run' ? 'npm test' : `${run} ${name}`);
  }
  return checks.sort((a, b) => Number(b.endsWith('test')) - Number(a.endsWith('test')));
}

/** What runs a script of package.json, by the lock file that is there: `npm run`, `pnpm`, `yarn` or `bun run`. */
export function scriptRunner(has: (file: string) => boolean): string {
  return has('pnpm-lock.yaml') ? 'pnpm' : has('yarn.lock') ? 'yarn' : has('bun.lockb') || has('bun.lock') ? 'bun run' : 'npm run';
}
