/** What is said when the branch on the remote has gone on without the base here. Pure. */

export interface Ahead {
  /** The remote-tracking branch, e.g. `origin/main`. */
  readonly name: string;
  /** Commits that it has and the base has not. */
  readonly behind: number;
  /** The base has commits of its own, too: it cannot simply be moved up. */
  readonly diverged: boolean;
}

/** Says that the remote's branch is ahead, and what a person can do about it. */
export function upstreamWords(ahead: Ahead, base: string): string {
  const commits = `${String(ahead.behind)} ${ahead.behind === 1 ? 'commit' : 'commits'}`;
  const said = `${ahead.name} has ${commits} that ${base} has not${ahead.diverged ? `, and ${base} has commits of its own` : ''}. Switchyard never pulls by itself.`;
  return ahead.diverged ? `${said} Merge or rebase ${base} yourself; what is under way is then brought up to date and gated again.` : `${said} Bring In moves ${base} up to it (or run git pull --ff-only); what is under way is then brought up to date and gated again.`;
}
