/** Violations in words. Apart from the check, which the dashboard does not need. */
import type { ViolationKind } from './contract.js';

/** What is wrong with a path, in words that stand behind it. */
export const VIOLATION_WORDS: Readonly<Record<ViolationKind, string>> = {
  'outside-owns': 'outside what the task owns',
  'off-limits': 'off limits',
  'symlink-escape': 'a link that leads out of the worktree',
  'hidden-by-flag': 'hidden from git by a flag',
  submodule: 'a submodule that was moved',
  'conflict-marker': 'holds conflict markers',
};
