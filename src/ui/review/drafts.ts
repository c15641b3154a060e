/** Draft comments of a review, kept in the workspace's state until they are sent. */
import type * as vscode from 'vscode';
import type { ReviewComment } from '../../core/wishes.js';
import type { DraftComment } from '../contributions.js';

const KEY = 'review.drafts';

export interface Drafts {
  all(): readonly DraftComment[];
  of(run: string, task: string): readonly DraftComment[];
  add(draft: DraftComment): void;
  remove(draft: DraftComment): void;
  /** After they were sent. */
  clear(run: string, task: string): void;
}

/** Draft comments, kept with the workspace until they are sent or deleted. */
export function createDrafts(state: vscode.Memento): Drafts {
  let drafts: readonly DraftComment[] = state.get<readonly DraftComment[]>(KEY, []);
  const keep = (next: readonly DraftComment[]): void => {
    drafts = next;
    void state.update(KEY, next.length === 0 ? undefined : next);
  };
  return {
    all: () => drafts,
    of: (run, task) => drafts.filter((draft) => draft.run === run && draft.task === task),
    add: (draft) => keep([...drafts, draft]),
    remove: (draft) => keep(drafts.filter((each) => each !== draft && !equal(each, draft))),
    clear: (run, task) => keep(drafts.filter((draft) => draft.run !== run || draft.task !== task)),
  };
}

/** As the agent gets them: in the order of the files and lines. */
export function asReview(drafts: readonly DraftComment[]): readonly ReviewComment[] {
  return drafts
    .map(({ path, line, text }) => ({ path, line, text }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line));
}

function equal(a: DraftComment, b: DraftComment): boolean {
  return a.run === b.run && a.task === b.task && a.commit === b.commit && a.path === b.path && a.line === b.line && a.text === b.text;
}
