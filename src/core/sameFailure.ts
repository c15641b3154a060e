/** Is a failure the agent's, or was it there before? Compares what failed, not how a command ended. */
import { stripAnsi } from './text.js';

/** Lines by which runners and compilers name what went wrong. */
export const NAMES_A_FAILURE = /\b(fail(ed|ing|ure|s)?|errors?|not ok|panic(ked)?|assert\w*|\w*exception|no such|not found|cannot|could not|unable|undefined|missing)\b|[✖✗✘×]/i;

/**
 * True when exactly what failed in `now` failed in `before`. Commands that name no failure (`test -f x`) prove
 * nothing, and neither does a failure on the base for another reason (a test file that only the task brings): false.
 */
export function sameFailure(now: string, before: string): boolean {
  const present = failures(now);
  const earlier = failures(before);
  if (present.size === 0 || present.size !== earlier.size) return false;
  for (const line of present) if (!earlier.has(line)) return false;
  return true;
}

/** True when two runs of a command that failed said the same: the same failures, or the same words where none is named. */
export function sameOutput(now: string, before: string): boolean {
  return sameFailure(now, before) || normalised(now) === normalised(before);
}

function normalised(text: string): string {
  return stripAnsi(text).split('\n').map(bare).filter((line) => line !== '').join('\n');
}

/** Numbers (times, counts, lines) and places differ between two runs of one failure. */
function failures(text: string): Set<string> {
  const found = new Set<string>();
  for (const line of stripAnsi(text).split('\n')) {
    if (!NAMES_A_FAILURE.test(line)) continue;
    found.add(bare(line));
  }
  return found;
}

function bare(line: string): string {
  return line
    .replace(/(?:[A-Za-z]:)?(?:[\\/][^\\/\s:()'"]+)+/g, (path) => path.split(/[\\/]/).at(-1) ?? '')
    .replace(/\d+(?:\.\d+)?/g, 'N')
    .replace(/\s+/g, ' ')
    .trim();
}
