/** A task's reason in few words: what its note is headed with, and what fits on its node or row. Pure. */
import type { Reason, ReasonKind } from './run.js';
import { firstSentence, unquoted } from './text.js';

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

/** A title for a reason's kind; `undefined` where its text says it all. */
export function reasonTitle(kind: ReasonKind): string | undefined {
  return TITLES[kind];
}

/** One line; where the sentence begins with what everybody knows, what matters comes first. */
export function reasonLine(reason: Reason): string {
  const [first, ...more] = reason.paths ?? [];
  if (reason.kind === 'conflict' && first !== undefined) return `Conflict in ${lastPart(first)}${more.length === 0 ? '' : ` and ${String(more.length)} more`}`;
  // What broke says more than that something did.
  if (reason.kind === 'gate-failed' && reason.line !== undefined) return reason.line;
  return unquoted(reason.text);
}

/** What happened, with the line that says most of it, for places with room for a sentence or two. */
export function reasonHead(reason: Pick<Reason, 'text' | 'line'>): string {
  return said(firstSentence(reason.text).first, reason.line);
}

/** The whole reason as plain text. */
export function reasonText(reason: Pick<Reason, 'text' | 'line'>): string {
  const { first, rest } = firstSentence(reason.text);
  return rest === '' ? said(first, reason.line) : `${said(first, reason.line)} ${rest}`;
}

function said(first: string, line: string | undefined): string {
  return line === undefined ? first : `${first} It says “${line}”.`;
}

function lastPart(path: string): string {
  return path.split('/').at(-1) ?? path;
}
