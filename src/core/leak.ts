/**
 * A leak: an agent changed files outside its own worktree. What is known about each stray change, and which agent's
 * own stream names it. File events carry no process, so only the stream makes a leak certain.
 */
import type { ActivityLine } from './activity.js';
import type { AgentId } from './ids.js';
import type { Sha, Stray } from './ports.js';

export type LeakedFile = Omit<Stray, 'root'>;

export interface FoundLeak {
  /** Unique within its task: `<attempt>-<number>`. */
  readonly id: string;
  readonly attempt: number;
  readonly agent: AgentId;
  /** `certain`: the agent's own stream names the files. `possible`: they changed while it ran, and not by a save in this editor. */
  readonly certainty: 'certain' | 'possible';
  /** The checkout that was changed; absolute. */
  readonly root: string;
  /** Whose worktree it is; absent for the person's own checkout. */
  readonly owner?: string;
  /** At most 200; all of them are in what is kept. */
  readonly files: readonly LeakedFile[];
  /** How many more there are. */
  readonly more?: number;
  /** The "files" are refs of the repository: see `refMoves.ts`. They are only told; nothing takes them back by itself. */
  readonly refs?: true;
  /** Other tasks whose agents ran meanwhile. */
  readonly others: readonly string[];
  /** Where the stray changes are kept: a backup that can be restored, and the same as a patch. */
  readonly kept: { readonly ref: string; readonly commit: Sha; readonly patch: string };
}

/** What a person decided. */
export type LeakChoice = 'move' | 'keep' | 'undo';

export interface Leak extends FoundLeak {
  readonly settled?: LeakChoice;
  /** Files that were not taken back: changed since, or nobody knows what they were. */
  readonly left?: readonly string[];
  /** It was a guess, and this task's own stream has named all of its files since: the choice is asked for there. */
  readonly explainedBy?: string;
}

/** Leaks that still wait for a person: neither settled nor found to be another task's own work. */
export function openLeaks(task: { readonly leaks?: readonly Leak[] }): readonly Leak[] {
  return (task.leaks ?? []).filter((leak) => leak.settled === undefined && leak.explainedBy === undefined);
}

/** The same leaks, with what a person decided about one of them. */
export function settledLeaks(leaks: readonly Leak[] | undefined, { leak: id, choice, left }: { readonly leak: string; readonly choice: LeakChoice; readonly left: readonly string[] }): readonly Leak[] {
  return (leaks ?? []).map((leak) => (leak.id === id ? { ...leak, settled: choice, left } : leak));
}

/** The same leaks, less open: of what another task did for certain nobody else is suspected any more. The same list where nothing changes. */
export function explainedLeaks(leaks: readonly Leak[] | undefined, by: string, sure: FoundLeak): readonly Leak[] | undefined {
  const paths = new Set(sure.certainty === 'certain' && sure.refs === undefined ? sure.files.map(({ path }) => path) : []);
  const isGuess = (leak: Leak): boolean => leak.certainty === 'possible' && leak.root === sure.root && leak.more === undefined && leak.files.every(({ path }) => paths.has(path));
  return leaks?.some(isGuess) === true ? leaks.map((leak) => (isGuess(leak) ? { ...leak, explainedBy: by } : leak)) : leaks;
}

/** Whose agent left something elsewhere: a task, or the planner by its name. */
export function leaver(state: { readonly tasks: ReadonlyMap<string, { readonly task: { readonly title: string }; readonly leaks?: readonly Leak[] }>; readonly plannerLeaks?: readonly Leak[] }, id: string): { readonly title: string; readonly leaks: readonly Leak[] } | undefined {
  if (id === 'planner' && state.plannerLeaks !== undefined) return { title: PLANNING, leaks: state.plannerLeaks };
  const run = state.tasks.get(id);
  return run === undefined ? undefined : { title: run.task.title, leaks: run.leaks ?? [] };
}

/**
 * A landing waits for the person's choice about a certain leak: what the task did is not all in its worktree. A
 * possible one may be the person's own edit, and holds nothing up.
 */
export function holdsLanding(task: { readonly leaks?: readonly Leak[] }): boolean {
  return openLeaks(task).some((leak) => leak.certainty === 'certain');
}

/** `2 files in your checkout` / `src/a.ts in the worktree of api`. */
export function leakPlace(leak: FoundLeak): string {
  const [only] = leak.files;
  const count = leak.files.length + (leak.more ?? 0);
  const what = count === 1 && only !== undefined ? only.path : `${String(count)} files`;
  return `${what} in ${leak.owner === undefined ? 'your checkout' : `the worktree of ${leak.owner}`}`;
}

/** What the planner's leaks are told under; a task's have its title. */
export const PLANNING = 'Planning';

/** One sentence for people. */
export function leakText(title: string, leak: FoundLeak): string {
  const agent = title === PLANNING ? 'The planner' : `The agent of “${title}”`;
  const own = title === PLANNING ? 'own copy' : 'worktree';
  if (leak.refs === true) {
    const names = leak.files.map(({ path }) => path);
    const what = names.some((name) => name === 'HEAD' || name.startsWith('refs/')) ? 'moved or made' : 'changed';
    return `${agent} ${what} ${names.join(', ')} in your repository, outside its own branch. Nothing was taken back; ${leak.kept.patch} holds the commands that would.`;
  }
  const first = title === PLANNING ? 'the planner' : `“${title}”`;
  const who = leak.others.length === 0 ? first : `${first} or ${leak.others.join(', ')}`;
  if (leak.certainty === 'certain') return `${agent} changed ${leakPlace(leak)}, outside its ${own}.`;
  return `${leakPlace(leak)} changed while ${who} ran, and not by a save in this editor.`;
}

/** What an agent's stream names outside its own worktree; absolute paths with `/`. */
export interface Named {
  /** Changed by its edit tools. */
  readonly edits: ReadonlyMap<string, Stray['change']>;
  /** Written in its command lines, as far as the stream shows them: read or changed, nobody can tell. */
  readonly words: ReadonlySet<string>;
}

/** @param cwd the attempt's worktree, absolute; relative paths of the stream are meant from there. */
export function namedIn(lines: readonly ActivityLine[], cwd: string): Named {
  const edits = new Map<string, Stray['change']>();
  const words = new Set<string>();
  for (const line of lines) {
    if (line.type === 'edit') {
      const path = absolutePath(line.path, cwd);
      // A file that was made and then edited again was not there before.
      if (!isInside(path, cwd)) edits.set(path, edits.get(path) === 'added' && line.change === 'modified' ? 'added' : line.change);
    } else if (line.type === 'tool' && line.title.startsWith('$ ')) {
      for (const path of pathsOf(line.title.slice(2), cwd)) if (!isInside(path, cwd)) words.add(path);
    }
  }
  return { edits, words };
}

/** Every word of a command line as a path, from the worktree and from each folder that the line changes into. */
function pathsOf(line: string, cwd: string): readonly string[] {
  const words = line.split(/[\s"'`;|&<>()=,]+/).filter((word) => word !== '' && !word.startsWith('-'));
  const folders = [cwd, ...words.filter((_, at) => words[at - 1] === 'cd' || words[at - 1] === 'pushd').map((word) => absolutePath(word, cwd))];
  return words.flatMap((word) => folders.map((folder) => absolutePath(word, folder)));
}

/** Whether paths name a file of a checkout: itself, or a folder in the checkout that it is in. */
export function namesFile(paths: Iterable<string>, root: string, path: string): boolean {
  const file = absolutePath(path, root);
  for (const each of paths) if (each === file || (isInside(each, root) && isInside(file, each))) return true;
  return false;
}

/** With `/`, without `.` and `..`; Windows drives keep their letter. */
export function absolutePath(path: string, cwd: string): string {
  const text = unified(path);
  const full = text.startsWith('/') || /^[A-Za-z]:\//.test(text) ? text : `${unified(cwd)}/${text}`;
  const parts: string[] = [];
  for (const part of full.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `${full.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}

/** macOS names the same folder `/private/var/…` and `/var/…`. */
function unified(path: string): string {
  const text = path.includes('\\') && /^[A-Za-z]:|^\\\\/.test(path) ? path.replaceAll('\\', '/') : path;
  return text.replace(/^\/private(?=\/(?:var|tmp|etc)\/)/, '').replace(/(?<=.)\/+$/, '');
}

/** Whether an absolute path lies in a folder, on either kind of slash; the folder itself does not. */
export function isInside(path: string, folder: string): boolean {
  return inFolder(path, folder) !== undefined;
}

/** The path within a folder, `undefined` when it is not inside. */
export function inFolder(path: string, folder: string): string | undefined {
  const base = unified(folder);
  return unified(path).startsWith(`${base}/`) ? unified(path).slice(base.length + 1) : undefined;
}
