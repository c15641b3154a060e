/** Comments written in a reviewed diff. They collect as a draft and go to the agent with *Retry with Comments*. */
import * as vscode from 'vscode';
import type { DraftComment } from '../contributions.js';
import type { Disposable } from '../disposables.js';
import { Disposables } from '../disposables.js';
import type { Drafts } from './drafts.js';
import { reviewedFile, reviewUri } from './uris.js';

export interface Comments extends Disposable {
  /** The *Add Comment* button of a comment box. */
  add(reply: unknown): void;
  /** The *Delete* button of one comment. */
  remove(comment: unknown): void;
  /** Takes a task's comments off the editors, after they were sent. */
  clear(run: string, task: string): void;
}

interface Thread {
  readonly thread: vscode.CommentThread;
  readonly drafts: DraftComment[];
}

/** Comment boxes on the new side of a review; what is written there becomes a draft and is sent by *Retry with Comments*. */
export function createComments(drafts: Drafts): Comments {
  const own = new Disposables();
  const controller = own.add(vscode.comments.createCommentController('switchyard.review', 'Switchyard review'));
  controller.options = { prompt: 'Comment for the agent', placeHolder: 'What should be different here? Retry with Comments sends it.' };
  controller.commentingRangeProvider = {
    provideCommentingRanges: (document) => {
      // Only the new side: a comment on a line that is gone has no place in the agent's files.
      if (reviewedFile(document.uri)?.side !== 'to') return [];
      return [new vscode.Range(0, 0, Math.max(0, document.lineCount - 1), 0)];
    },
  };
  const threads = new Set<Thread>();

  const draw = (each: Thread): void => {
    each.thread.comments = each.drafts.map((draft) => ({
      body: draft.text,
      mode: vscode.CommentMode.Preview,
      author: { name: 'You' },
      label: 'Not sent yet',
      contextValue: 'draft',
    }));
    each.thread.contextValue = 'draft';
    each.thread.label = 'Goes to the agent with Retry with Comments';
  };
  const discard = (each: Thread): void => {
    threads.delete(each);
    each.thread.dispose();
  };

  const known = drafts.all();
  for (const draft of known) {
    const uri = reviewUri({ run: draft.run, task: draft.task, commit: draft.commit, path: draft.path, side: 'to' });
    const line = draft.line - 1;
    const present = [...threads].find((each) => each.thread.uri.toString() === uri.toString() && each.thread.range?.end.line === line);
    const thread = present ?? { thread: controller.createCommentThread(uri, new vscode.Range(line, 0, line, 0), []), drafts: [] };
    thread.drafts.push(draft);
    threads.add(thread);
    draw(thread);
  }

  return {
    add: (reply) => {
      if (!isReply(reply)) return;
      const { thread, text } = reply;
      const file = reviewedFile(thread.uri);
      if (file === undefined || text.trim() === '') return;
      const line = (thread.range?.end.line ?? 0) + 1;
      const draft: DraftComment = { run: file.run, task: file.task, commit: file.commit, path: file.path, line, text: text.trim() };
      drafts.add(draft);
      const present = [...threads].find((each) => each.thread === thread) ?? { thread, drafts: [] };
      present.drafts.push(draft);
      threads.add(present);
      thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
      draw(present);
    },
    remove: (comment) => {
      for (const each of threads) {
        const at = each.thread.comments.findIndex((shown) => shown === comment);
        const [gone] = at < 0 ? [] : each.drafts.splice(at, 1);
        if (gone === undefined) continue;
        drafts.remove(gone);
        if (each.drafts.length === 0) discard(each);
        else draw(each);
        return;
      }
    },
    clear: (run, task) => {
      for (const each of [...threads]) {
        const file = reviewedFile(each.thread.uri);
        if (file?.run === run && file.task === task) discard(each);
      }
    },
    dispose: () => own.dispose(),
  };
}

function isReply(value: unknown): value is vscode.CommentReply {
  return typeof value === 'object' && value !== null && 'thread' in value && 'text' in value && typeof value.text === 'string';
}
