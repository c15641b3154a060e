/** Stray changes that wait for a choice, as the dashboard shows them. Pure. */
import type { Leak } from '../../core/leak.js';
import { leakText, openLeaks } from '../../core/leak.js';
import type { LeakView } from '../../shared/protocol.js';

/** `movable`: the task can take them in now. */
export function leakViews(title: string, leaks: readonly Leak[] | undefined, movable: boolean): { readonly leaks?: readonly LeakView[] } {
  const open = openLeaks({ leaks: leaks ?? [] });
  if (open.length === 0) return {};
  return {
    leaks: open.map((leak) => ({
      id: leak.id,
      certainty: leak.certainty,
      text: leakText(title, leak),
      root: leak.root,
      files: leak.files.map(({ path, change, before }) => ({ path, change, undoable: before !== 'unknown' })),
      more: leak.more ?? 0,
      patch: leak.kept.patch,
      movable: movable && leak.refs !== true,
    })),
  };
}
