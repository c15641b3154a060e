/**
 * How many tests a command ran, read from what the common runners print. Tests that were skipped did not run: a test
 * that was switched off must not count. Line by line, so that output of any size can be read in pieces, and summed, so
 * that the packages of a workspace count together, also where each line begins with its package's name.
 */
import { stripAnsi } from './text.js';

export interface TestCounter {
  /** The next piece of the output; it may end inside a line. */
  feed(text: string): void;
  /** Tests that ran; `undefined`: no runner was recognised, or it does not tell (`go test` without `-v`). */
  end(): number | undefined;
}

/** What one runner has said so far; `undefined` from `count` means that it was not seen. */
interface Runner {
  line(text: string): void;
  count(): number | 'unknown' | undefined;
}

/** No summary is longer; what is longer is data. */
const LONGEST_LINE = 500;

/** `pkg:test: `, `packages/a test: `, `[a]: `: turbo, pnpm and yarn put the package before each line. */
const PREFIX = /^(?:\[[^\]]{1,80}\]:? ?|(?:@?[\w./-]{1,80}(?::[\w:.-]{1,40})?|[\w@./-]{1,80} [\w:.-]{1,40}): )/;

const RUNNERS: readonly (() => Runner)[] = [node, vitest, jest, mocha, pytest, unittest, cargo, go];

export function createTestCounter(): TestCounter {
  const runners = RUNNERS.map((make) => make());
  let rest = '';
  const take = (raw: string): void => {
    if (raw.length > LONGEST_LINE) return;
    const line = stripAnsi(raw).replace(/\r$/, '');
    const bare = line.replace(PREFIX, '');
    for (const runner of runners) {
      runner.line(line);
      if (bare !== line && !/^Tests:/.test(line)) runner.line(bare);
    }
  };
  return {
    feed: (text) => {
      const lines = (rest + text).split('\n');
      // A line without an end in sight is data; its beginning is enough to see that.
      rest = (lines.pop() ?? '').slice(0, LONGEST_LINE * 8);
      for (const line of lines) take(line);
    },
    end: () => {
      take(rest);
      rest = '';
      const counts = runners.map((runner) => runner.count()).filter((count) => count !== undefined);
      if (counts.length === 0 || counts.includes('unknown')) return undefined;
      return counts.reduce<number>((sum, count) => sum + (count === 'unknown' ? 0 : count), 0);
    },
  };
}

/** Reads the count from a whole text. */
export function testCount(output: string): number | undefined {
  const counter = createTestCounter();
  counter.feed(output);
  return counter.end();
}

/** A runner whose lines each add to one sum. */
function summing(read: (line: string) => number | undefined): Runner {
  let sum: number | undefined;
  return {
    line: (text) => {
      const found = read(text);
      if (found !== undefined) sum = (sum ?? 0) + found;
    },
    count: () => sum,
  };
}

/** `3 passed`, `1 failed`: the numbers before these words. */
function numbers(text: string, words: string): number {
  let sum = 0;
  for (const match of text.matchAll(new RegExp(`(\\d+) (?:${words})\\b`, 'g'))) sum += Number(match[1]);
  return sum;
}

/**
 * `node --test`, TAP `# pass 5` and spec `ℹ pass 5` (also mocha's and tape's TAP). A file without any test is reported
 * as a test that passed, by its path: it is none.
 */
function node(): Runner {
  let sum: number | undefined;
  let files = 0;
  return {
    line: (text) => {
      const found = /^(?:#|ℹ) (?:pass|fail|cancelled) +(\d+)\s*$/.exec(text);
      if (found !== null) sum = (sum ?? 0) + Number(found[1]);
      else if (/^(?:# Subtest: |✔ )(?:[A-Za-z]:)?[^\s]*[\\/][^\s]*\.[cm]?[jt]sx?(?: \([\d.]+ms\))?\s*$/.test(text)) files += 1;
    },
    count: () => (sum === undefined ? undefined : Math.max(0, sum - files)),
  };
}

/** `      Tests  1 failed | 3 passed | 1 skipped (5)`; no files at all: `No test files found`. */
function vitest(): Runner {
  return summing((line) => {
    const found = /^\s*Tests {2}(?:(.*) \(\d+\)|no tests)\s*$/.exec(line);
    if (found !== null) return numbers(found[1] ?? '', 'passed|failed');
    return line.startsWith('No test files found') ? 0 : undefined;
  });
}

/** `Tests:       1 failed, 1 skipped, 4 passed, 6 total`; no files at all: `No tests found, exiting with code 0`. */
function jest(): Runner {
  return summing((line) => {
    const found = /^Tests:\s+(.*)\d+ total\s*$/.exec(line);
    if (found !== null) return numbers(found[1] ?? '', 'passed|failed');
    return line.startsWith('No tests found, exiting') ? 0 : undefined;
  });
}

/** `  12 passing (34ms)` and `  1 failing`. */
function mocha(): Runner {
  return summing((line) => {
    const found = /^\s*(\d+) (?:passing \([^)]*\)|failing)\s*$/.exec(line);
    return found === null ? undefined : Number(found[1]);
  });
}

/** `==== 1 failed, 5 passed, 1 skipped in 4.92s ====`, `no tests ran in 0.01s`; with `-q` without the bars. */
function pytest(): Runner {
  return summing((line) => {
    const found = /^=*\s*((?:\d+ [a-z]+(?:, )?)+|no tests ran) in [\d.]+s(?: \([\d:, days]+\))?\s*=*$/.exec(line);
    return found === null ? undefined : numbers(found[1] ?? '', 'passed|failed|errors?|xfailed|xpassed');
  });
}

/** `Ran 12 tests in 0.003s`. It counts skipped ones too; `OK (skipped=1)` takes them off. */
function unittest(): Runner {
  let sum: number | undefined;
  return {
    line: (text) => {
      const found = /^Ran (\d+) tests? in [\d.]+s\s*$/.exec(text);
      if (found !== null) sum = (sum ?? 0) + Number(found[1]);
      const skipped = /^(?:OK|FAILED) \(.*\bskipped=(\d+)/.exec(text);
      if (skipped !== null && sum !== undefined) sum = Math.max(0, sum - Number(skipped[1]));
    },
    count: () => sum,
  };
}

/** `test result: ok. 3 passed; 0 failed; 0 ignored; …`, one line a crate. */
function cargo(): Runner {
  return summing((line) => {
    const found = /^test result: \S+ (\d+) passed; (\d+) failed;/.exec(line);
    return found === null ? undefined : Number(found[1]) + Number(found[2]);
  });
}

/**
 * `go test -v` and `-json` tell each test; without them there are packages only (`ok  	pkg	0.1s`), and all that can be
 * said is that no package had a test to run.
 */
function go(): Runner {
  let sum = 0;
  let told = false;
  let packages = 0;
  let empty = 0;
  return {
    line: (text) => {
      if (/^=== RUN\s/.test(text)) told = true;
      else if (/^\s*--- (?:PASS|FAIL): /.test(text)) sum += 1;
      else if (/^\{.*"Action":"(?:pass|fail)".*"Test":/.test(text)) {
        told = true;
        sum += 1;
      } else if (/^(?:ok {2}|FAIL|\? {3})\t\S/.test(text)) {
        packages += 1;
        if (/\[no test(?: file)?s(?: to run)?\]/.test(text)) empty += 1;
      }
    },
    count: () => {
      if (told) return sum;
      if (packages === 0) return undefined;
      return packages === empty ? 0 : 'unknown';
    },
  };
}
