import { describe, expect, it } from 'vitest';
import { isReadForJudging, judgeChanges, mayReplaceTests } from '../../src/core/judgeChanges.js';
import type { FileDiff } from '../../src/core/ports.js';

const pack = (scripts: Readonly<Record<string, string>>, more: object = {}): string => JSON.stringify({ name: 'x', scripts, ...more });
const BASE = pack({ test: 'npm run build && vitest run', build: 'tsc -p .', lint: 'eslint .', start: 'node .', check: 'node tools/check.mjs' });
const changed = (...paths: readonly string[]): readonly FileDiff[] => paths.map((path) => ({ path, change: 'modified' }));

function packages(after: string, commands: readonly string[], before = BASE, path = 'package.json'): readonly string[] {
  return judgeChanges(changed(path), commands, BASE, new Map([[path, { before, after }]]));
}

describe('package.json', () => {
  const withScripts = (scripts: Readonly<Record<string, string>>): string => pack({ ...(JSON.parse(BASE) as { scripts: Record<string, string> }).scripts, ...scripts });
  it('scripts that the gate runs', () => expect(packages(withScripts({ test: 'true' }), ['npm test'])).toEqual(['package.json scripts.test']));
  it('behind a mark of byte order too', () => expect(packages(`\u{FEFF}${withScripts({ test: 'true' })}`, ['npm test'], `\u{FEFF}${BASE}`)).toEqual(['package.json scripts.test']));
  it('scripts that these run', () => expect(packages(withScripts({ build: 'true' }), ['npm t'])).toEqual(['package.json scripts.build']));
  it('what runs before or after them', () => expect(packages(withScripts({ pretest: 'rm -rf test' }), ['npm --silent test', 'npm run -s test'])).toEqual(['package.json scripts.pretest']));
  it('workspace runs', () => expect(packages(pack({ test: 'true' }), ['npm run --workspaces test'], pack({ test: 'jest' }), 'web/package.json')).toEqual(['web/package.json scripts.test']));
  it('a runner that is configured there', () => expect(packages(pack({}, { jest: { testMatch: [] } }), ['npx jest'], pack({}))).toEqual(['package.json jest']));
  it('not other scripts, versions or dependencies', () => {
    expect(packages(withScripts({ start: 'node main.js' }), ['npm test'])).toEqual([]);
    expect(packages(withScripts({ test: 'true' }), ['make test'])).toEqual([]);
    expect(packages(pack((JSON.parse(BASE) as { scripts: Record<string, string> }).scripts, { version: '2', dependencies: { a: '1' } }), ['npm test'])).toEqual([]);
  });
  it('one that is no JSON any more runs nothing, and that is said', () => expect(packages('{', ['npm run lint'])).toEqual(['package.json scripts.lint']));
});

describe('other files', () => {
  it.each(['vitest.config.ts', 'web/jest.config.js', '.mocharc.yml', 'pytest.ini', 'tests/conftest.py', 'eslint.config.mjs', 'tsconfig.build.json', '.npmrc', '.config/nextest.toml'])('%s', (path) =>
    expect(judgeChanges(changed(path), ['npm test'], '', new Map())).toEqual([path]),
  );
  it.each(['src/config.ts', 'README.md', 'src/vitest.ts', 'Makefile', 'test/a.test.ts'])('not %s', (path) => expect(judgeChanges(changed(path), ['npm test'], '', new Map())).toEqual([]));
  it('a makefile where the gate is make', () => expect(judgeChanges(changed('Makefile'), ['make check'], '', new Map())).toEqual(['Makefile']));
  it('programs of the repository that the gate names, itself or through a script', () => {
    expect(judgeChanges(changed('scripts/gate.sh', 'src/a.ts'), ['sh ./scripts/gate.sh'], '', new Map())).toEqual(['scripts/gate.sh']);
    expect(judgeChanges(changed('tools/check.mjs'), ['npm run check'], BASE, new Map())).toEqual(['tools/check.mjs']);
  });
  it('a test file that the gate names is the work itself', () => expect(judgeChanges(changed('test/a.test.mjs'), ['node --test test/a.test.mjs'], '', new Map())).toEqual([]));
  it('deleted tests', () =>
    expect(judgeChanges([{ path: 'test/a.test.ts', change: 'deleted' }, { path: 'pkg/a_test.go', change: 'deleted' }, { path: 'src/a.ts', change: 'deleted' }], ['go test'], '', new Map())).toEqual(['pkg/a_test.go (deleted)', 'test/a.test.ts (deleted)']));
  it('a configuration that was renamed away', () => expect(judgeChanges([{ path: 'old.txt', from: 'jest.config.js', change: 'renamed' }], ['npx jest'], '', new Map())).toEqual(['jest.config.js']));
});

describe('files of several sections', () => {
  const toml = (version: string, args: string): string => `[project]\nversion = "${version}"\n\n[tool.pytest.ini_options]\naddopts = "${args}"\n`;
  const of = (path: string, before: string, after: string): readonly string[] => judgeChanges(changed(path), ['pytest'], '', new Map([[path, { before, after }]]));
  it('the sections that judge', () => expect(of('pyproject.toml', toml('1', '-q'), toml('2', '-q -k nothing'))).toEqual(['pyproject.toml [tool.pytest.ini_options]']));
  it('not the others', () => expect(of('pyproject.toml', toml('1', '-q'), toml('2', '-q'))).toEqual([]));
  it('Cargo.toml', () => expect(of('Cargo.toml', '[package]\nname = "x"\n', '[package]\nname = "x"\n[lib]\ntest = false\n')).toEqual(['Cargo.toml [lib]']));
  it('are the ones that must be read', () => expect(['pyproject.toml', 'a/Cargo.toml', 'a/package.json', 'src/a.ts'].map(isReadForJudging)).toEqual([true, true, true, false]));
});

describe('what may have put something else in the place of a test runner', () => {
  it.each<[string, readonly string[], readonly FileDiff[], boolean]>([
    ['a script of package.json', ['package.json scripts.test'], changed('package.json'), true],
    ['a program that the gate names', ['check.sh'], changed('check.sh'), true],
    ['configuration', ['tsconfig.json'], changed('tsconfig.json'), true],
    ['what the work adds', ['check.sh'], [{ path: 'check.sh', change: 'added' }], false],
    ['data that the gate looks at', ['notes.md'], changed('notes.md'), false],
    ['nothing', [], changed('check.sh'), false],
  ])('%s', (_what, found, files, may) => expect(mayReplaceTests(found, files)).toBe(may));
});
