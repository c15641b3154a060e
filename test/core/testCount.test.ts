import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTestCounter, testCount } from '../../src/core/testCount.js';
import { repositoryRoot } from '../support/root.js';

const folder = join(repositoryRoot, 'test/core/testOutput');

/** How many tests really ran: passed and failed, not skipped. `undefined` is "unknown". */
const RAN: Readonly<Record<string, number | undefined>> = {
  'node-tap': 6,
  'node-spec': 6,
  'node-green': 2,
  'node-emptyfile': 0,
  'node-nomatch': 0,
  vitest: 5,
  'vitest-green': 2,
  'vitest-none': 0,
  'vitest-passnone': 0,
  'vitest-nomatch': 0,
  jest: 5,
  'jest-green': 2,
  'jest-none': 0,
  'jest-passnone': 0,
  'jest-nomatch': 0,
  mocha: 3,
  'mocha-green': 2,
  'mocha-none': 0,
  'mocha-tap': 3,
  pytest: 8,
  'pytest-green': 2,
  'pytest-none': 0,
  'pytest-deselected': 0,
  unittest: 1,
  'unittest-none': 0,
  cargo: 5,
  'cargo-green': 2,
  'cargo-none': 0,
  'go-verbose': 4,
  'go-json': 1,
  'go-plain': undefined,
  'go-none': 0,
  'npm-workspaces': 4,
  turbo: 6,
  'pnpm-recursive': 6,
  'cargo-colour-twice': 6,
  'jest-colour-swallowed': 3,
  'mocha-colour-twice': 3,
  'node-colour-twice': 4,
  'pytest-colour-twice': 6,
};

/** Tests that failed by the runner's own summary. All others have none. */
const FAILED: Readonly<Record<string, number>> = {
  'node-tap': 2,
  'node-spec': 2,
  vitest: 1,
  jest: 1,
  mocha: 1,
  'mocha-tap': 1,
  pytest: 2,
  cargo: 1,
  'go-verbose': 2,
  'cargo-colour-twice': 2,
  'jest-colour-swallowed': 1,
  'mocha-colour-twice': 1,
  'node-colour-twice': 1,
  'pytest-colour-twice': 2,
};

function failures(text: string): number {
  const counter = createTestCounter();
  counter.feed(text);
  counter.end();
  return counter.failures();
}

describe('what runners print', () => {
  it.each(Object.entries(RAN))('%s: %s', async (name, ran) => {
    const text = await readFile(join(folder, `${name}.txt`), 'utf8');
    expect(testCount(text)).toBe(ran);
    expect(failures(text)).toBe(FAILED[name] ?? 0);
    // Read in pieces that cut lines and colours anywhere, it is the same.
    const counter = createTestCounter();
    for (let at = 0; at < text.length; at += 7) counter.feed(text.slice(at, at + 7));
    expect(counter.end()).toBe(ran);
  });
  it('has every recording judged', async () => {
    const files = (await readdir(folder)).filter((name) => name.endsWith('.txt')).map((name) => name.slice(0, -4));
    expect(files.sort()).toEqual(Object.keys(RAN).sort());
  });
});

describe('unknown rather than guessed', () => {
  it.each([
    '',
    'compiled 12 files\n',
    'error TS2345: 3 passed in\n',
    'ok 1 - plain TAP without a summary\n1..1\n',
    'all 17 tests passed\n',
    ' Tasks:    2 successful, 2 total\n',
    'Tests are in test/ (12)\n',
  ])('%j', (text) => expect(testCount(text)).toBeUndefined());
  it('one runner that does not tell makes the sum unknown', () => expect(testCount('ok  \texample.com/a\t0.1s\n  3 passing (2ms)\n')).toBeUndefined());
});

describe('no test at all, said by a runner that is not known', () => {
  it.each(['0 tests\n', 'Ran 0 tests across 0 files. [12.00ms]\n', 'Tests run: 0, Failures: 0, Errors: 0, Skipped: 0\n', '0 examples, 0 failures\n', 'No tests found\n', 'No tests were executed!\n', '> suite\nTotal: 0 tests\n'])('%j is none', (text) => expect(testCount(text)).toBe(0));
  it.each(['0 tests failed\n12 tests passed\n', 'Tests run: 0, Failures: 0\nTests run: 4, Failures: 0\n', '10 tests\n', 'v1.0 tests\n', 'there are 0 tests of that kind here\n'])('%j tells nothing', (text) => expect(testCount(text)).toBeUndefined());
  it('a runner that is known has the word', () => expect(testCount('running 0 tests\n# pass 3\n')).toBe(3));
});

describe('what a test itself prints in a runner’s words', () => {
  const node = (tests: number, pass = tests): string => `ℹ tests ${String(tests)}\nℹ suites 0\nℹ pass ${String(pass)}\nℹ fail 0\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\nℹ duration_ms 1.5\n`;
  const jest = (ran: number): string => `Test Suites: 1 passed, 1 total\nTests:       ${String(ran)} passed, ${String(ran)} total\n`;
  it.each([
    ['node --test', `${node(500)}${node(2)}`, 2],
    ['"/usr/bin/node" --test test/', `ℹ pass 500\n${node(2)}`, 2],
    ['CI=1 npx vitest run --coverage', '      Tests  900 passed (900)\n      Tests  3 passed (3)\n', 3],
    ['vitest run', `${node(70)}      Tests  3 passed (3)\n`, 3],
    ['npx jest --ci', `${jest(80)}${jest(4)}`, 4],
    ['mocha test', '  90 passing (1ms)\n  1 failing\n  5 passing (2ms)\n', 5],
    ['python3 -m pytest -s', '=== 70 passed in 1.00s ===\n=== 6 passed in 1.00s ===\n', 6],
    ['npm test', `\n> x@1.0.0 test\n> node --test\n\n${node(500)}${node(2)}`, 2],
    ['yarn test', `$ jest\n${jest(80)}${jest(4)}Done in 1.20s.\n`, 4],
  ])('comes before the summary of %j and does not count', (command, output, ran) => {
    expect(testCount(output, command)).toBe(ran);
    const counter = createTestCounter(command);
    for (let at = 0; at < output.length; at += 5) counter.feed(output.slice(at, at + 5));
    expect(counter.end()).toBe(ran);
    expect(counter.failures()).toBe(0);
  });

  it.each([
    ['node --test a && node --test b', `${node(2)}${node(3)}`, 5],
    ['npm test --workspaces', `\n> a@1.0.0 test\n> node --test\n\n${node(2)}\n> b@1.0.0 test\n> node --test\n\n${node(3)}`, 5],
    ['make test', `${node(2)}${node(3)}`, 5],
    ['for d in a b; do node --test $d; done', `${node(2)}${node(3)}`, 5],
    ['mocha --reporter tap', '# tests 3\n# pass 2\n# fail 1\n', 3],
    ['node --test | tee log', node(2), 2],
  ])('but every summary that %j may print does', (command, output, ran) => expect(testCount(output, command)).toBe(ran));

  it.each([
    ['node --test', node(2, 9)],
    ['jest', 'Tests:       9 passed, 2 total\n'],
    ['vitest run', '      Tests  9 passed (2)\n'],
  ])('a summary of %j that contradicts itself tells nothing', (command, output) => expect(testCount(output, command)).toBeUndefined());
});

describe('odd output', () => {
  it('a summary behind a progress line that was written over', () => expect(testCount('running 1/2\rrunning 2/2\r  3 passing (2ms)\n')).toBe(3));
  it('a test package that does not compile failed, without a test', () => expect(failures('FAIL\texample.com/demo [build failed]\nFAIL\n')).toBe(1));
  it('unittest tells failures and errors apart', () => expect(failures('Ran 5 tests in 0.001s\n\nFAILED (failures=2, errors=1, skipped=1)\n')).toBe(3));
  it('is read to its end without a newline', () => expect(testCount('# pass 3')).toBe(3));
  it('may have Windows line ends', () => expect(testCount('ℹ pass 2\r\nℹ fail 1\r\n')).toBe(3));
  it('of very long lines costs little and counts nothing', () => {
    const counter = createTestCounter();
    for (let piece = 0; piece < 200; piece += 1) counter.feed('x'.repeat(10_000));
    counter.feed('\n# pass 3\n');
    expect(counter.end()).toBe(3);
  });
  it('unittest counts skipped ones; they are taken off', () => expect(testCount('Ran 5 tests in 0.001s\n\nOK (skipped=2)\n')).toBe(3));
});
