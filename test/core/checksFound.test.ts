import { describe, expect, it } from 'vitest';
import { CHECK_FILES, findChecks } from '../../src/core/checksFound.js';

const found = (texts: Readonly<Record<string, string>>, paths: readonly string[] = []) => findChecks(new Map(Object.entries(texts)), [...Object.keys(texts), ...paths]);
const pkg = (scripts: unknown) => ({ 'package.json': JSON.stringify({ name: 'x', scripts }) });

describe('each ecosystem', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[], readonly string[]]>([
    ['npm', pkg({ test: 'vitest run' }), [], ['npm test']],
    ['npm, all that checks, the tests first', pkg({ lint: 'eslint', typecheck: 'tsc', test: 'vitest', build: 'tsc', 'type-check': 'tsc' }), ['package-lock.json'], ['npm test', 'npm run typecheck', 'npm run type-check', 'npm run lint']],
    ['pnpm', pkg({ test: 'vitest', lint: 'eslint' }), ['pnpm-lock.yaml'], ['pnpm test', 'pnpm lint']],
    ['yarn', pkg({ test: 'jest' }), ['yarn.lock'], ['yarn test']],
    ['bun', pkg({ test: 'bun test' }), ['bun.lockb'], ['bun run test']],
    ['bun, its newer lock file', pkg({ test: 'x' }), ['bun.lock'], ['bun run test']],
    ["npm's placeholder checks nothing", pkg({ test: 'echo "Error: no test specified" && exit 1' }), [], []],
    ['npm, in a file as editors on Windows write it', { 'package.json': `\uFEFF${pkg({ test: 'x' })['package.json']}` }, [], ['npm test']],
    ['a package without scripts', { 'package.json': '{}' }, [], []],
    ['make', { Makefile: 'all: x\n\ttrue\ntest: all\n\tgo\ncheck :\n\tx\nlint:: \n' }, [], ['make test', 'make check', 'make lint']],
    ['make, a variable is no target', { Makefile: 'test := 1\ncheck = 2\nlint ::= 3\nunit-test:\n\tx\n.PHONY: test\ntest-all: x\n' }, [], []],
    ['just', { justfile: 'build:\n  x\ntest *args: build\n  cargo test\n' }, [], ['just test']],
    ['just, another recipe', { justfile: 'test-unit:\n  x\ntest := "x"\ntesting:\n' }, [], []],
    ['cargo', { 'Cargo.toml': '[package]' }, [], ['cargo test']],
    ['go', { 'go.mod': 'module x' }, [], ['go test ./...']],
    ['pytest by its settings', { 'pyproject.toml': '[tool.pytest.ini_options]' }, [], ['python -m pytest']],
    ['pytest by its file', { 'pytest.ini': '' }, [], ['python -m pytest']],
    ['pytest by the tests that are there', { 'setup.cfg': '' }, ['tests/test_x.py'], ['python -m pytest']],
    ['a Python project without tests', { 'pyproject.toml': '[project]' }, ['src/x.py', 'latest_x.py'], []],
    ['tox', { 'tox.ini': '[tox]' }, [], ['tox']],
    ['tox that runs pytest', { 'tox.ini': 'commands = pytest' }, [], ['python -m pytest']],
    ['maven', { 'pom.xml': '' }, [], ['mvn -q test']],
    ['maven with its wrapper', { 'pom.xml': '' }, ['mvnw'], ['./mvnw -q test']],
    ['gradle', { 'build.gradle': '' }, [], ['gradle test']],
    ['gradle in Kotlin, with its wrapper', { 'build.gradle.kts': '' }, ['gradlew'], ['./gradlew test']],
    ['rspec', { Gemfile: '' }, ['spec/x_spec.rb'], ['bundle exec rspec']],
    ['rake', { Gemfile: '' }, ['test/x_test.rb'], ['bundle exec rake test']],
    ['phpunit', { 'composer.json': '{}' }, ['phpunit.xml.dist'], ['vendor/bin/phpunit']],
    ['composer without phpunit', { 'composer.json': '{}' }, [], []],
    ['mix', { 'mix.exs': '' }, [], ['mix test']],
    ['deno', { 'deno.json': '{}' }, [], ['deno test']],
    ['nothing known', {}, ['README.md'], []],
  ])('%s', (_what, texts, paths, expected) => expect(found(texts, paths)).toEqual(expected));

  it('several at once, each command once', () => {
    expect(found({ ...pkg({ test: 'x' }), Makefile: 'test:\n', 'Cargo.toml': '', 'go.mod': '' })).toEqual(['npm test', 'make test', 'cargo test', 'go test ./...']);
  });
  it('asks for every file that it reads', () => {
    for (const name of ['package.json', 'Makefile', 'justfile', 'Cargo.toml', 'pyproject.toml', 'pytest.ini', 'tox.ini', 'setup.cfg', 'go.mod', 'pom.xml', 'build.gradle', 'build.gradle.kts', 'Gemfile', 'composer.json', 'mix.exs', 'deno.json']) {
      expect(CHECK_FILES).toContain(name);
    }
  });
});

describe('a package.json that cannot be believed', () => {
  it.each(['', '{', 'null', '[]', '"x"', '{"scripts":null}', '{"scripts":[]}', '{"scripts":"test"}', '{"scripts":{"test":1}}', '{"scripts":{"test":["a"]}}', '{"__proto__":{"scripts":{"test":"x"}}}', '{"scripts":{"__proto__":{"test":"x"}}}'])('%s', (text) => {
    expect(found({ 'package.json': text })).toEqual([]);
  });
});
