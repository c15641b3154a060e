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
};

describe('what runners print', () => {
  it.each(Object.entries(RAN))('%s: %s', async (name, ran) => {
    const text = await readFile(join(folder, `${name}.txt`), 'utf8');
    expect(testCount(text)).toBe(ran);
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

describe('odd output', () => {
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
