/**
 * Refs of the repository that an agent moved or made outside its own branch: a commit in the person's checkout, a stash, a
 * tag, another branch. Refs carry no author, and a person commits while agents work, so only an agent's own words count. What
 * all worktrees share beside them counts alike: hooks (`hooks/pre-commit`) and settings that start programs or decide what git
 * sees (`config core.hookspath`). Pure.
 */
import type { ActivityLine } from './activity.js';
import { absolutePath, isInside } from './leak.js';
import type { Sha } from './ports.js';

/** `HEAD` stands for the branch that is checked out in the person's checkout. Without a side the ref is not there. */
export interface RefMove {
  readonly ref: string;
  readonly from?: string;
  readonly to?: string;
}

/** One git command of an agent, as far as its stream shows it. Verb `hooks`: any command; its words are the hooks it names. */
export interface GitAct {
  readonly verb: string;
  /** Where it ran; absolute. */
  readonly folder: string;
  readonly words: readonly string[];
}

/** Branches of tasks, what was fetched, and Switchyard's own are nobody's leak. */
const OWN = /^refs\/(?:remotes\/|switchyard\/|heads\/switchyard(?:-tasks)?\/)/u;

/**
 * The refs without branches that are new since `before`: an agent may cut a branch of its own in its worktree, which touches
 * nothing of anybody's. They stay unknown, so that moving one later is no leak either.
 */
export function knownRefs(before: ReadonlyMap<string, string> | undefined, now: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return before === undefined ? now : new Map([...now].filter(([ref]) => before.has(ref) || !ref.startsWith('refs/heads/')));
}

/** Refs (name to commit) that appeared, moved or went between two looks, sorted; our own are left out. */
export function refMoves(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): readonly RefMove[] {
  const names = [...new Set([...before.keys(), ...now.keys()])].filter((ref) => !OWN.test(ref)).sort();
  return names.flatMap((ref) => {
    const [from, to] = [before.get(ref), now.get(ref)];
    return from === to ? [] : [{ ref, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
  });
}

/** Every `git …` in the agent's command lines; `cd` and `-C` are followed as far as plain words go. */
export function gitActs(lines: readonly ActivityLine[], cwd: string): readonly GitAct[] {
  return lines.flatMap((line) => (line.type === 'tool' && line.title.startsWith('$ ') ? actsOf(line.title.slice(2), cwd) : []));
}

function actsOf(line: string, cwd: string): readonly GitAct[] {
  const acts: GitAct[] = [];
  let folder = cwd;
  for (const part of line.split(/&&|\|\||[;|\n]/u)) {
    const words = part.split(/[\s"'`()]+/u).filter((word) => word !== '');
    const cd = words.findIndex((word) => word === 'cd' || word === 'pushd');
    if (cd !== -1) folder = absolutePath(words[cd + 1] ?? '.', folder);
    const hooks = words.flatMap((word) => /(?:^|\/)hooks\/([\w-]+)$/u.exec(word)?.[1] ?? []);
    if (hooks.length > 0) acts.push({ verb: 'hooks', folder, words: hooks });
    const at = words.findIndex((word) => word === 'git' || word.endsWith('/git'));
    if (at === -1) continue;
    let where = folder;
    let next = at + 1;
    for (; words[next]?.startsWith('-') === true; next += 1) {
      if (words[next] === '-C') where = absolutePath(words[next + 1] ?? '.', where);
      if (words[next] === '-C' || words[next] === '-c') next += 1;
    }
    const verb = words[next];
    if (verb !== undefined) acts.push({ verb, folder: where, words: words.slice(next + 1) });
  }
  return acts;
}

/** Verbs that move the branch of the checkout in which they run, or leave it. */
const IN_CHECKOUT = new Set(['commit', 'merge', 'reset', 'rebase', 'cherry-pick', 'revert', 'am', 'pull', 'checkout', 'switch', 'stash', 'bisect']);
/** Verbs that make or move the refs that they name. */
const BY_NAME = new Set(['branch', 'update-ref', 'push', 'fetch', 'tag', 'checkout', 'switch', 'worktree', 'symbolic-ref']);

/**
 * Whether these commands can have made that move. `root`: the person's checkout, `cwd`: the agent's worktree, `branch`: what
 * was checked out in the checkout.
 */
export function explains(acts: readonly GitAct[], { ref }: RefMove, { root, cwd, branch }: { readonly root: string; readonly cwd: string; readonly branch: string | undefined }): boolean {
  const short = ref.replace(/^refs\/(?:heads|tags)\//u, '');
  return acts.some(({ verb, folder, words }) => {
    const here = (folder === root || isInside(folder, root)) && folder !== cwd && !isInside(folder, cwd);
    if (ref.startsWith(HOOK)) return verb === 'hooks' && words.includes(ref.slice(HOOK.length));
    if (ref.startsWith(SETTING)) return verb === 'config' && !words.some((word) => word.startsWith('--get') || word === 'get') && words.some((word) => word.toLowerCase() === ref.slice(SETTING.length).toLowerCase());
    // Every worktree shares one stash.
    if (ref === 'refs/stash') return verb === 'stash' && words[0] !== 'list' && words[0] !== 'show';
    if ((ref === 'HEAD' || ref === branch) && here && IN_CHECKOUT.has(verb)) return true;
    return ref !== 'HEAD' && BY_NAME.has(verb) && words.some((word) => word === short || word === ref || word.endsWith(`:${short}`) || word.endsWith(`:${ref}`));
  });
}

/** What the names of hooks and of settings begin with, where they stand among refs; no ref's name has a space. */
export const HOOK = 'hooks/';
export const SETTING = 'config ';

/** Settings of a repository that start a program, lead elsewhere or decide what git sees. Keys in lower case. */
export function isSharedSetting(key: string): boolean {
  return /^(?:core\.(?:hookspath|fsmonitor|sshcommand|worktree|bare|excludesfile|attributesfile|editor|pager|gitproxy|askpass)|filter\..+|merge\..+\.driver|diff\.(?:external|.+\.(?:command|textconv))|alias\..+|include(?:if\..+)?\.path|remote\..+\.(?:push)?url|url\..+|credential\..+|gpg\..+|commit\.gpgsign|user\..+)$/u.test(key);
}

/** What puts the refs back, for a person to read and run. One command a line. */
export function wayBack(moves: readonly RefMove[]): string {
  const lines = moves.map(({ ref, from, to }) => {
    if (ref.startsWith(HOOK)) return from === undefined ? `rm "$(git rev-parse --git-common-dir)/${ref}"` : `# ${ref} was another: look at it in "$(git rev-parse --git-common-dir)"`;
    if (ref.startsWith(SETTING)) return from === undefined ? `git config --unset-all ${ref.slice(SETTING.length)}` : `git config ${ref.slice(SETTING.length)} ${quoted(from)}`;
    if (ref === 'HEAD') return `git switch ${(from ?? '').replace(/^refs\/heads\//u, '')}`;
    if (from === undefined) return `git update-ref -d ${ref} ${to ?? ''}`;
    return `git update-ref ${ref} ${from}${to === undefined ? '' : ` ${to}`}`;
  });
  return `# Refs that an agent moved or made. Nothing was taken back. Each line puts one back as it was;\n# a branch that is checked out keeps its files ("git status" then shows the difference).\n${lines.join('\n')}\n`;
}

/** For a shell; who logs in to a remote by its address is nobody's business. */
const quoted = (value: string): string => `'${value.replace(/\/\/[^/@\s]*@/gu, '//').replaceAll("'", "'\\''")}'`;

/** Moves that Switchyard made itself: a landing. */
export function withoutLandings(moves: readonly RefMove[], landed: ReadonlySet<Sha>): readonly RefMove[] {
  return moves.filter(({ to }) => to === undefined || !landed.has(to));
}
