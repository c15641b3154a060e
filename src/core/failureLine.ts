/**
 * Where a failed command's output says what went wrong: the one line that says most, and the line from which it is worth
 * reading. Pure; works from the habits of common runners and compilers, and falls back to the last thing that was said.
 */
import { NAMES_A_FAILURE } from './sameFailure.js';
import { stripAnsi } from './text.js';

/** An error with its own message: an assertion, an exception, a compiler's or a linter's finding. The first says most. */
const STATES_AN_ERROR: readonly RegExp[] = [
  /\b[A-Z]\w*(?:Error|Exception)\b(?: \[\w+\])?:/,
  /\berror(?:\[\w+\]| TS\d+)?:/i,
  /^\s*E\s{2,}\S/,
  /\bpanicked at\b/,
  /\bpanic: /,
  /^\s*\d+:\d+\s+error\s/,
  /: (?:fatal )?error\b/i,
  /\bassertion\b.*\bfailed\b/i,
  /^\s*\S+_test\.go:\d+: \S/,
  /: (?:command )?not found$/,
  /\bno such file or directory\b/i,
];

/** The name of what failed: a test, a file, a suite. */
const NAMES_A_TEST = /^\s*(?:[✖✗✘×●] |not ok\b|--- FAIL|FAIL(?:ED)?[:\s])/;

/** What package managers and runners say about the failure of others, and counts: true, and of no help. */
const SAYS_NOTHING: readonly RegExp[] = [
  /^\s*npm (?:ERR!|error|warn|notice)/i,
  /\bLifecycle script\b/,
  /\bELIFECYCLE\b/,
  /^\s*(?:error )?(?:Command failed|.*\bexit(?:ed)?(?: with)?(?: exit)?(?: code| status)\b)/i,
  /^\s*[#ℹ] /,
  /^\s*(?:✖ )?failing tests:\s*$/,
  /^\s*#? ?(?:Tests?|Test Files|Suites?)\b.*\b(?:failed|passed)\b/,
  /\b0 (?:failed|failures|errors?)\b/i,
  /^\s*(?:failureType|code|name|duration_ms|location|stack|expected|actual|operator):/,
  /^\s*at .*:\d+:\d+\)?$/,
  /^[\s\-=_~^|─⎯*]*$/,
];

const LONGEST = 300;

function saysNothing(line: string): boolean {
  return SAYS_NOTHING.some((pattern) => pattern.test(line));
}

function statesAnError(line: string): boolean {
  return STATES_AN_ERROR.some((pattern) => pattern.test(line));
}

/**
 * The line that says most, without colours and at most 300 characters long: the first error with a message, else the
 * first test that failed, else the first that speaks of a failure, else the last that is not empty. `undefined` when
 * nothing was printed.
 */
export function failureLine(output: string): string | undefined {
  const lines = plainLines(output);
  const at = tellingAt(lines) ?? lines.findLastIndex((line) => line.trim() !== '');
  const line = lines[at];
  return line === undefined ? undefined : cut(whole(lines, at, line));
}

/**
 * The output from the line at which its failure begins, colours kept; all of it where no line says so. A cut-off head
 * (the end of an earlier test's report, a lone `---`) is left out.
 */
export function fromFailure(output: string): string {
  const lines = output.split('\n');
  const plain = plainLines(output);
  const first = plain.findIndex((line) => !saysNothing(line) && (NAMES_A_TEST.test(line) || statesAnError(line)));
  const begin = first >= 0 ? first : plain.findIndex((line) => line.trim() !== '' && !/^[\s\-=.]*$/.test(line));
  return begin <= 0 ? output : lines.slice(begin).join('\n');
}

function plainLines(output: string): readonly string[] {
  return stripAnsi(output).replace(/\r/g, '').split('\n');
}

/** In the order of how much they say. */
function tellingAt(lines: readonly string[]): number | undefined {
  for (const says of [statesAnError, (line: string) => NAMES_A_TEST.test(line), (line: string) => NAMES_A_FAILURE.test(line)]) {
    const at = lines.findIndex((line) => !saysNothing(line) && says(line));
    if (at >= 0) return at;
  }
  return undefined;
}

/** `Expected values to be strictly equal:` goes on below: `1 !== 2`. */
function whole(lines: readonly string[], at: number, line: string): string {
  const head = line.trim().replace(/(:)\s*(?:\|-?|>-?)$/, '$1');
  if (!head.endsWith(':')) return unmarked(head);
  const more: string[] = [];
  for (const next of lines.slice(at + 1)) {
    if (next.trim() === '') continue;
    if (saysNothing(next)) break;
    more.push(next.trim());
    if (more.length === 2 || !next.trim().endsWith(':')) break;
  }
  return unmarked([head, ...more].join(' '));
}

/** Without the mark of its runner, and YAML's key and quotes. */
function unmarked(line: string): string {
  return line.replace(/^E\s{2,}/, '').replace(/^error: (['"])(.*)\1$/, '$2').replace(/^error: (?=\S+.*:)/i, '');
}

function cut(line: string): string {
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
