/** A task's reason in few words: what its note is headed with, and what fits on its node or row. Pure. */
import type { Reason, ReasonKind } from './run.js';
import { unquoted } from './text.js';

/** What is the matter, in two to five words. Kinds of waiting need none: their text is short. */
const TITLES: Partial<Readonly<Record<ReasonKind, string>>> = {
  'set-up-failed': 'Could not be set up',
  'agent-failed': 'Its agent could not go on',
  'nothing-changed': 'Nothing was changed',
  boundary: 'Changed outside its contract',
  'gate-failed': 'The gate failed',
  'gate-broken-on-base': 'The gate fails without it, too',
  unproven: 'Unproven',
  conflict: 'Conflict',
  'checkout-in-the-way': 'Your own changes are in the way',
  'merge-failed': 'Could not be merged',
  'pull-request': 'Pull request',
  'worktree-missing': 'Its worktree is gone',
  'taken-over': 'You have taken it over',
  quota: 'No quota left',
  permission: 'Asked for a permission',
};

export function reasonTitle(kind: ReasonKind): string | undefined {
  return TITLES[kind];
}

/** One line; where the sentence begins with what everybody knows, what matters comes first. */
export function reasonLine(reason: Reason): string {
  const [first, ...more] = reason.paths ?? [];
  if (reason.kind === 'conflict' && first !== undefined) return `Conflict in ${lastPart(first)}${more.length === 0 ? '' : ` and ${String(more.length)} more`}`;
  return unquoted(reason.text);
}

function lastPart(path: string): string {
  return path.split('/').at(-1) ?? path;
}
