/**
 * How many tests a command ran and how many of them failed, read from what the common runners print. Tests that were
 * skipped did not run: a test that was switched off must not count. Line by line, so that output of any size can be read
 * in pieces, and summed, so that the packages of a workspace count together, also where each line begins with its
 * package's name.
 */
import { runnersIn, startedIn, type Expected, type RunnerName } from './testCommands.js';
import { stripAnsi } from './text.js';

export interface TestCounter {
  /** The next piece of the output; it may end inside a line. */
  feed(text: string): void;
  /** Tests that ran; `undefined`: no runner was recognised, or it does not tell (`go test` without `-v`). */
  end(): number | undefined;
  /** Of what was read, the tests that failed by a runner's own word: its exit code may have been lost (`… || true`, `… | tee`). */
  failures(): number;
}

/** What one runner has said so far; `undefined` from `count` means that it was not seen. */
interface Runner {
  line(text: string): void;
  count(): number | 'unknown' | undefined;
  failures(): number;
  /** What follows is printed by one command line, which starts these runners so often; absent: nobody can tell. */
  begin(expected: Expected | undefined): void;
}

/** What one summary says. */
interface Said {
  readonly ran: number;
  readonly failed: number;
  /** Its numbers contradict each other. */
  readonly contradicted?: boolean;
}

/** No summary is longer; what is longer is data. */
const LONGEST_LINE = 500;

/** `pkg:test: `, `packages/a test: `, `[a]: `: turbo, pnpm and yarn put the package before each line. */
const PREFIX = /^(?:\[[^\]]{1,80}\]:? ?|(?:@?[\w./-]{1,80}(?::[\w:.-]{1,40})?|[\w@./-]{1,80} [\w:.-]{1,40}): )/;

const RUNNERS: readonly (() => Runner)[] = [node, vitest, jest, mocha, pytest, unittest, cargo, go];

/**
 * Counts what a test runner printed, chunk by chunk, in memory that does not grow with the output. An unknown runner gives no
 * number, never 0. A runner's own summary is its last word: what a test printed in the same words before it does not count,
 * wherever the `command` line (or the script's, as package managers print it) tells how many summaries there are.
 */
export function createTestCounter(command = ''): TestCounter {
  const runners = RUNNERS.map((make) => make());
  const saysNone = none();
  let rest = '';
  const begin = (line: string): void => {
    const expected = runnersIn(line);
    for (const runner of runners) runner.begin(expected);
  };
  begin(command);
  const take = (raw: string): void => {
    if (raw.length > LONGEST_LINE) return;
    const line = stripAnsi(raw);
    const started = startedIn(line);
    if (started !== undefined) begin(started);
    const bare = line.replace(PREFIX, '');
    for (const runner of [...runners, saysNone]) {
      runner.line(line);
      if (bare !== line && !/^Tests:/.test(line)) runner.line(bare);
    }
  };
  return {
    feed: (text) => {
      // A progress line that is written over itself ends with a carriage return; the summary may follow it.
      const lines = (rest + text).split(/[\r\n]/);
      // A line without an end in sight is data; its beginning is enough to see that.
      rest = (lines.pop() ?? '').slice(0, LONGEST_LINE * 8);
      for (const line of lines) take(line);
    },
    end: () => {
      take(rest);
      rest = '';
      begin('');
      const counts = runners.map((runner) => runner.count()).filter((count) => count !== undefined);
      if (counts.length === 0) return saysNone.count();
      if (counts.includes('unknown')) return undefined;
      return counts.reduce<number>((sum, count) => sum + (count === 'unknown' ? 0 : count), 0);
    },
    failures: () => runners.reduce((sum, runner) => sum + runner.failures(), 0),
  };
}

/** Reads the count from a whole text, which `command` has printed. */
export function testCount(output: string, command?: string): number | undefined {
  const counter = createTestCounter(command);
  counter.feed(output);
  return counter.end();
}

/** The summaries of one runner. Where it is known how many one command line prints, only so many of its last are kept. */
interface Summaries {
  readonly add: (said: Said) => void;
  /** Changes the last one, or adds one. */
  readonly more: (change: (last: Said) => Said) => void;
  /** Whether it is known how many there will be. */
  readonly isSure: () => boolean;
  readonly runner: Omit<Runner, 'line'>;
}

function summaries(name?: RunnerName): Summaries {
  let sum: number | 'unknown' | undefined;
  let failed = 0;
  let own: number | undefined;
  let open: readonly Said[] = [];
  const take = (those: readonly Said[]): void => {
    for (const said of those) {
      sum = sum === 'unknown' || (own !== undefined && said.contradicted === true) ? 'unknown' : (sum ?? 0) + said.ran;
      failed += said.failed;
    }
  };
  const push = (said: Said): void => {
    if (own === undefined) take(open);
    open = own === undefined ? [said] : own === 0 ? [] : [...open, said].slice(-own);
  };
  return {
    add: push,
    more: (change) => {
      const last = open.at(-1) ?? NOTHING;
      open = open.slice(0, -1);
      push(change(last));
    },
    isSure: () => own !== undefined,
    runner: {
      begin: (expected) => {
        take(open);
        open = [];
        own = name === undefined || expected === undefined ? undefined : (expected.get(name) ?? (name === 'node' && expected.has('mocha') ? undefined : 0));
      },
      count: () => sum,
      failures: () => failed,
    },
  };
}

/** A runner whose summary is one line. */
function summing(name: RunnerName | undefined, read: (line: string) => Said | undefined): Runner {
  const { add, runner } = summaries(name);
  return {
    ...runner,
    line: (text) => {
      const found = read(text);
      if (found !== undefined) add(found);
    },
  };
}

const NOTHING: Said = { ran: 0, failed: 0 };

/** `3 passed`, `1 failed`: the numbers before these words. */
function numbers(text: string, words: string): number {
  let sum = 0;
  for (const match of text.matchAll(new RegExp(`(\\d+) (?:${words})\\b`, 'g'))) sum += Number(match[1]);
  return sum;
}

/**
 * `node --test`, TAP `# tests 5`, `# pass 5` and spec `ℹ pass 5` (also mocha's and tape's TAP). A file without any test is
 * reported as a test that passed, by its path: it is none. More results than tests are nobody's count.
 */
function node(): Runner {
  const { add, more, isSure, runner } = summaries('node');
  let files = 0;
  // Of the present summary: tests that it tells of, files among them, results so far, and what of them ran.
  let tests: number | undefined;
  let itsFiles = 0;
  let results = 0;
  let ran = 0;
  return {
    ...runner,
    line: (text) => {
      const found = /^(?:#|ℹ) (tests|pass|fail|cancelled) +(\d+)\s*$/.exec(text);
      const number = Number(found?.[2]);
      if (found?.[1] === 'tests') {
        tests = number;
        itsFiles = files;
        files = 0;
        results = 0;
        ran = 0;
        add(NOTHING);
      } else if (found !== null && (tests !== undefined || !isSure())) {
        results += number;
        const most = tests ?? results;
        const before = ran;
        ran = Math.max(0, results - itsFiles);
        const now = ran;
        more((last) => ({ ran: last.ran + now - before, failed: last.failed + (found[1] === 'pass' ? 0 : number), contradicted: results > most }));
      } else if (/^(?:# Subtest: |✔ )(?:[A-Za-z]:)?[^\s]*[\\/][^\s]*\.[cm]?[jt]sx?(?: \([\d.]+ms\))?\s*$/.test(text)) files += 1;
    },
  };
}

/** `      Tests  1 failed | 3 passed | 1 skipped (5)`; no files at all: `No test files found`. */
function vitest(): Runner {
  return summing('vitest', (line) => {
    const found = /^\s*Tests {2}(?:(.*) \((\d+)\)|no tests)\s*$/.exec(line);
    if (found !== null) return parts(found[1] ?? '', Number(found[2] ?? 0));
    return line.startsWith('No test files found') ? NOTHING : undefined;
  });
}

/** `Tests:       1 failed, 1 skipped, 4 passed, 6 total`; no files at all: `No tests found, exiting with code 0`. */
function jest(): Runner {
  return summing('jest', (line) => {
    const found = /^Tests:\s+(.*?)(\d+) total\s*$/.exec(line);
    if (found !== null) return parts(found[1] ?? '', Number(found[2]));
    return line.startsWith('No tests found, exiting') ? NOTHING : undefined;
  });
}

/** `1 failed | 3 passed` of so many; more than that contradict it. */
function parts(text: string, total: number): Said {
  const ran = numbers(text, 'passed|failed');
  return { ran, failed: numbers(text, 'failed'), contradicted: ran > total };
}

/** `  12 passing (34ms)` and, below it, `  1 failing`. */
function mocha(): Runner {
  const { add, more, runner } = summaries('mocha');
  return {
    ...runner,
    line: (text) => {
      const found = /^\s*(\d+) (?:passing \([^)]*\)|(failing))\s*$/.exec(text);
      const count = Number(found?.[1]);
      if (found === null) return;
      if (found[2] === undefined) add({ ran: count, failed: 0 });
      else more((last) => ({ ...last, ran: last.ran + count, failed: last.failed + count }));
    },
  };
}

/** `==== 1 failed, 5 passed, 1 skipped in 4.92s ====`, `no tests ran in 0.01s`; with `-q` without the bars. */
function pytest(): Runner {
  return summing('pytest', (line) => {
    const found = /^=*\s*((?:\d+ [a-z]+(?:, )?)+|no tests ran) in [\d.]+s(?: \([\d:, days]+\))?\s*=*$/.exec(line);
    return found === null ? undefined : { ran: numbers(found[1] ?? '', 'passed|failed|errors?|xfailed|xpassed'), failed: numbers(found[1] ?? '', 'failed|errors?') };
  });
}

/** `Ran 12 tests in 0.003s`. It counts skipped ones too; `OK (skipped=1)` takes them off. */
function unittest(): Runner {
  const { add, more, runner } = summaries('unittest');
  let seen = false;
  return {
    ...runner,
    line: (text) => {
      const found = /^Ran (\d+) tests? in [\d.]+s\s*$/.exec(text);
      if (found !== null) {
        seen = true;
        add({ ran: Number(found[1]), failed: 0 });
      }
      const ended = /^(?:OK|FAILED) \((.*)\)\s*$/.exec(text)?.[1];
      if (ended === undefined || !seen) return;
      more((last) => ({ ...last, ran: Math.max(0, last.ran - valueOf(ended, 'skipped')), failed: last.failed + valueOf(ended, 'failures') + valueOf(ended, 'errors') }));
    },
  };
}

/** `failures=1, errors=2, skipped=3`: the number behind a name. */
function valueOf(text: string, name: string): number {
  return Number(new RegExp(`\\b${name}=(\\d+)`).exec(text)?.[1] ?? 0);
}

/** `test result: ok. 3 passed; 0 failed; 0 ignored; …`, one line a crate. */
function cargo(): Runner {
  return summing(undefined, (line) => {
    const found = /^test result: \S+ (\d+) passed; (\d+) failed;/.exec(line);
    return found === null ? undefined : { ran: Number(found[1]) + Number(found[2]), failed: Number(found[2]) };
  });
}

/**
 * `go test -v` and `-json` tell each test; without them there are packages only (`ok  	pkg	0.1s`), and all that can be
 * said is that no package had a test to run, or that one failed.
 */
function go(): Runner {
  let sum = 0;
  let failedTests = 0;
  let failedPackages = 0;
  let told = false;
  let packages = 0;
  let empty = 0;
  return {
    begin: () => undefined,
    line: (text) => {
      if (/^=== RUN\s/.test(text)) told = true;
      else if (/^\s*--- (?:PASS|FAIL): /.test(text)) {
        sum += 1;
        if (text.includes('--- FAIL: ')) failedTests += 1;
      } else if (/^\{.*"Action":"(?:pass|fail)".*"Test":/.test(text)) {
        told = true;
        sum += 1;
        if (text.includes('"Action":"fail"')) failedTests += 1;
      } else if (/^(?:ok {2}|FAIL|\? {3})\t\S/.test(text)) {
        packages += 1;
        if (text.startsWith('FAIL')) failedPackages += 1;
        if (/\[no test(?: file)?s(?: to run)?\]/.test(text)) empty += 1;
      }
    },
    count: () => {
      if (told) return sum;
      if (packages === 0) return undefined;
      return packages === empty ? 0 : 'unknown';
    },
    // A package that does not compile fails without a test.
    failures: () => Math.max(failedTests, failedPackages),
  };
}

/**
 * Whoever runs no test mostly says so, also a runner that is not known here: `0 tests`, `Ran 0 tests across 0 files`,
 * `Tests run: 0, Failures: 0`, `0 examples, 0 failures`, `running 0 tests`, `No tests were executed`. Counts only where no runner was recognised.
 */
function none(): { line(text: string): void; count(): 0 | undefined } {
  let said = false;
  let other = false;
  return {
    line: (text) => {
      if (/^\s*(?:(?:ran|running|executed|total|found|tests?(?: run)?:?) *:? *)?0 (?:tests?|specs?|examples?|scenarios?)\b/i.test(text) || /^\s*(?:Tests run|Total tests): *0\b/.test(text) || /^\s*no tests? (?:were )?(?:found|executed|run|ran|to run)\b/i.test(text)) said = true;
      else if (/^\s*(?:(?:ran|running|executed|total|found|tests?(?: run)?:?) *:? *)?[1-9]\d* (?:tests?|specs?|examples?|scenarios?)\b/i.test(text) || /^\s*(?:Tests run|Total tests): *[1-9]/.test(text)) other = true;
    },
    count: () => (said && !other ? 0 : undefined),
  };
}
