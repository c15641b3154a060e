/**
 * Files that a plan speaks of and that no task may change: what a person should see before they approve, because the
 * agent that is told to change such a file would fail its boundary check. Read from words, so it is a warning only.
 */
import { listed } from './gate.js';
import { matches, validateGlob } from './globs.js';
import type { Plan, Problem, Task } from './plan.js';

/** `src/db/feed.ts`, `.github/workflows/ci.yml`: folders and a name with an ending. Not `/feed.json` (an address), `@scope/x.js` (a package) or part of a glob. */
const PATH = /(?<![\w@.~/:*{}-])(?:[\w.+-]+\/)+[\w.+-]*\w\.[a-z][a-z0-9]{0,9}(?![\w/*{-])/giu;
/** Files at the root (or of a package) that are known by their name alone. `Node.js` and the like are none. */
const BARE =
  /(?<![\w@.~/:*{}-])(?:package(?:-lock)?\.json|pnpm-lock\.yaml|yarn\.lock|[jt]sconfig(?:\.\w+)?\.json|[\w-]+\.config\.[cm]?[jt]s|Cargo\.(?:toml|lock)|go\.(?:mod|sum)|pyproject\.toml|requirements\.txt|setup\.(?:py|cfg)|tox\.ini|pytest\.ini|pom\.xml|build\.gradle(?:\.kts)?|composer\.json|mix\.exs|deno\.json|docker-compose\.ya?ml|(?:README|CHANGELOG|CONTRIBUTING)\.md)(?![\w/*-])/giu;
const ADDRESS = /\b[a-z][a-z+.-]*:\/\/\S+/giu;
const HOST = /^(?:[\w-]+\.)+(?:com|org|net|io|dev)\//iu;
/** More would not be read. */
const MOST_NAMED = 5;

/** Paths in a text, each once, in their order. */
export function pathsNamed(text: string): readonly string[] {
  const plain = text.replaceAll(ADDRESS, ' ');
  const found = [...plain.matchAll(PATH), ...plain.matchAll(BARE)].sort((a, b) => a.index - b.index).map(([path]) => path.replace(/^\.\//u, ''));
  return [...new Set(found)].filter((path) => !HOST.test(path) && !path.split('/').includes('..') && !path.startsWith('node_modules/'));
}

/**
 * A warning (`unowned`) for each task, and for the goal, that names files which no task of the plan owns. What a task
 * declares off limits is meant to stay as it is. Tasks in the plan's order, the goal first.
 */
export function unownedProblems(plan: Pick<Plan, 'goal' | 'tasks'>): readonly Problem[] {
  const owns = plan.tasks.map((task) => task.contract.owns.filter(isGood));
  const owned = (path: string): boolean => owns.some((globs) => matches(globs, path) || globs.some((glob) => glob.endsWith(`/${path}`)));
  const problem = (who: string, tasks: readonly string[], text: string, offLimits: readonly string[]): readonly Problem[] => {
    const paths = pathsNamed(text).filter((path) => !owned(path) && !matches(offLimits, path));
    return paths.length === 0 ? [] : [{ code: 'unowned', severity: 'warning', tasks, message: `${who} names ${listed(paths, MOST_NAMED)}, which no task owns: agents may read ${paths.length === 1 ? 'it' : 'them'}, nobody may change ${paths.length === 1 ? 'it' : 'them'}` }];
  };
  return [...problem('the goal', [], plan.goal, []), ...plan.tasks.flatMap((task) => problem(task.id, [task.id], wordsOf(task), task.contract.offLimits.filter(isGood)))];
}

const isGood = (glob: string): boolean => validateGlob(glob) === undefined;

function wordsOf({ title, instructions, contract }: Task): string {
  return [title, instructions, ...contract.acceptance].join('\n');
}
