/**
 * Which test runners a command line starts, and how often: so many summaries are theirs. What a test itself prints in a
 * runner's words (a tool that runs tests, a made-up number) comes before them. Pure.
 */

export type RunnerName = 'node' | 'vitest' | 'jest' | 'mocha' | 'pytest' | 'unittest';

/** How many summaries each runner will print; absent: nobody can tell, because the line starts something else as well. */
export type Expected = ReadonlyMap<RunnerName, number>;

/** Words before the program that change nothing about which one it is. */
const BEFORE = /^(?:(?:npx|bunx|pnpm exec|pnpm dlx|npm exec(?: --)?|yarn|poetry run|uv run|pipenv run|env|cross-env|time|c8|nyc|coverage run -m)(?: -{1,2}[\w-]+)* |[A-Za-z_]\w*=\S* )+/;
/** Prints no test runner's summary. */
const QUIET = /^(?:cd|echo|true|:|tsc|eslint|prettier|rm|mkdir|cp|export|set|cat|grep|tee|sleep|touch|test|\[)(?: |$)/;

/** What a command line starts; `undefined` where a part of it may start anything, as `npm test` does. */
export function runnersIn(line: string): Expected | undefined {
  const found = new Map<RunnerName, number>();
  for (const part of line.split(/&&|\|\||[;|&\n]/)) {
    const words = part.trim().replace(/\s+/g, ' ').replace(/"/g, '').replace(BEFORE, '');
    if (words === '' || QUIET.test(words)) continue;
    const runner = runnerOf(words);
    if (runner === undefined) return undefined;
    found.set(runner, (found.get(runner) ?? 0) + 1);
  }
  return found.size === 0 ? undefined : found;
}

function runnerOf(words: string): RunnerName | undefined {
  const [program = '', ...rest] = words.split(' ');
  const name = program.slice(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1).replace(/\.(?:exe|cmd|m?js)$/, '');
  if (name === 'node' && rest.includes('--test')) return 'node';
  if (name === 'vitest' || name === 'jest' || name === 'pytest') return name;
  if (name === 'mocha' || name === '_mocha') return 'mocha';
  if (/^python[\d.]*$/.test(name) && rest[0] === '-m') return rest[1] === 'pytest' || rest[1] === 'unittest' ? rest[1] : undefined;
  return undefined;
}

/** The line that npm, pnpm, yarn and bun print before they start a script: `> node --test`, `$ vitest run`; else `undefined`. */
export function startedIn(line: string): string | undefined {
  return /^[>$] (\S.*)$/.exec(line)?.[1];
}
