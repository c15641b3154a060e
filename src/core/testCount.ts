/** How many tests a command ran, read from the closing lines of the common runners; `undefined` means: not recognised. */
import { stripAnsi } from './text.js';

type Reader = (text: string) => number | undefined;

const sumOf = (text: string, pattern: RegExp): number | undefined => {
  let found: number | undefined;
  for (const match of text.matchAll(pattern)) found = (found ?? 0) + Number(match[1]);
  return found;
};

const READERS: readonly Reader[] = [
  // node --test: TAP `# tests 5`, spec reporter `ℹ tests 5`
  (text) => sumOf(text, /^(?:#|ℹ) tests (\d+)\s*$/gm),
  // vitest: `Tests  3 passed | 1 failed (4)`; no files at all: `No test files found`
  (text) => sumOf(text, /^\s*Tests\s+.*\((\d+)\)\s*$/gm) ?? (/^No test files found/m.test(text) ? 0 : undefined),
  // jest: `Tests:       1 failed, 4 passed, 5 total`
  (text) => sumOf(text, /^Tests:\s+.*?(\d+) total\s*$/gm) ?? (/^No tests found, exiting/m.test(text) ? 0 : undefined),
  // mocha: `  12 passing (34ms)` and `  1 failing`
  (text) => {
    const passing = sumOf(text, /^\s*(\d+) passing\b/gm);
    return passing === undefined ? undefined : passing + (sumOf(text, /^\s*(\d+) failing\b/gm) ?? 0);
  },
  // pytest: `==== 3 passed, 1 failed in 0.12s ====`, `==== no tests ran in 0.01s ====`
  (text) => {
    const line = /^=*\s*((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s.*$/m.exec(text)?.[1];
    if (line === undefined) return /\bno tests ran\b/.test(text) ? 0 : undefined;
    let count = 0;
    for (const part of line.matchAll(/(\d+) (passed|failed|errors?|xfailed|xpassed)/g)) count += Number(part[1]);
    return count;
  },
  // cargo: `test result: ok. 3 passed; 0 failed; 0 ignored; …`, one line a crate
  (text) => {
    let count: number | undefined;
    for (const match of text.matchAll(/^test result: \S+ (\d+) passed; (\d+) failed/gm)) count = (count ?? 0) + Number(match[1]) + Number(match[2]);
    return count;
  },
  // go: packages only (`ok  pkg 0.1s`), `[no tests to run]`, `?  pkg [no test files]`
  (text) => {
    const lines = text.split('\n').filter((line) => /^(ok|FAIL|\?)\s+\S+/.test(line));
    if (lines.length === 0) return undefined;
    const ran = lines.filter((line) => !line.includes('[no test files]') && !line.includes('[no tests to run]'));
    return ran.length === 0 ? 0 : undefined;
  },
];

/** Reads the count from a command's last lines. */
export function testCount(output: string): number | undefined {
  const text = stripAnsi(output);
  for (const read of READERS) {
    const count = read(text);
    if (count !== undefined) return count;
  }
  return undefined;
}
